"""Whom members are paired with, and a year of contacts."""

from __future__ import annotations

import datetime as dt
from random import Random
from uuid import UUID

from core.clock import ZONE
from demo import words
from demo.cast import STORY_ENDS
from demo.company import Company, Player, day_between
from demo.people import GIVEN, SURNAMES
from tenants.liaison.actions import pair_constituent, register_contact, withdraw_contact

Pairs = dict[UUID, list[UUID]]
KINDS = (("contact", 5), ("visit", 4), ("talk", 2), ("symposium", 1), ("reception", 1), ("condolence", 1))
MODES = (("offline", 5), ("visit", 2), ("phone", 2), ("wechat", 2), ("meeting", 1))
LEVELS = (("community", 4), ("grassroots", 2), ("subdistrict", 2), ("county", 1))
CONTENTS = (("opinion_gathering", 4), ("policy", 2), ("service", 2), ("consultation", 1))
WIDE = "430923"  # asks for more than its parent: see demo.adaptation
BASES = ("sector", "profession", "area", "own_choice")


def pair_up(company: Company) -> Pairs:
    """Mostly three to five people per member, for some none or six; where more were asked for, four to seven."""
    chance = company.chance("pairs")
    pairs: Pairs = {}
    for player in company.players:
        number = _pairs_of(chance, player, wide=company.part.code == WIDE)
        if player == company.star and company.part.code == WIDE:
            number = 4  # enough for the city's document, one short of the county's own
        pairs[player.id] = [_pair(company, chance, player, name) for name in _names(chance, number)]
    return pairs


def _pairs_of(chance: Random, player: Player, *, wide: bool) -> int:
    drawn = chance.choices((4, 5, 6, 7) if wide else (2, 3, 4, 5, 6), (3, 5, 2, 1) if wide else (2, 6, 5, 4, 1))[0]
    if player.zeal == 0 or chance.random() < 0.05:
        return 0
    return drawn if player.zeal > 0.2 else min(drawn, 2)


def _names(chance: Random, number: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < number:
        found[chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))] = None
    return list(found)


def _pair(company: Company, chance: Random, player: Player, name: str) -> UUID:
    since = day_between(chance, player.first_day, min(player.last_day, player.first_day + dt.timedelta(days=45)))
    link = pair_constituent(
        member=player.id, name=name, since=since, today=STORY_ENDS, by=company.office, choice_basis=chance.choice(BASES),
        sector=company.sectors[player.person.sector], profession=chance.choice(words.TRADES),
        area=chance.choice(words.PLACES), note="虚构人物",
    )  # fmt: skip
    return link.constituent_id


def keep_in_touch(company: Company, pairs: Pairs) -> None:
    """A year of contacts, entered by the office; each member as often as their zeal says."""
    chance = company.chance("contacts")
    for player in company.players:
        for _ in range(round(player.zeal * chance.uniform(2, 9))):
            _contact(company, chance, player, pairs.get(player.id, []))
        if player.person.post in ("主席", "副主席") and company.part.template == "dongcheng-2020":
            _monthly_visits(company, chance, player)


def _contact(company: Company, chance: Random, player: Player, known: list[UUID]) -> None:
    kind = _drawn(chance, KINDS)
    others = chance.sample(company.players, 3) if kind == "symposium" else []
    day = day_between(chance, player.first_day, player.last_day)
    met = chance.sample(known, min(len(known), chance.randint(1, 2))) if kind != "symposium" and known else []
    record = register_contact(
        member=player.id, kind=kind, held_on=day, summary=words.summary(chance), today=STORY_ENDS, by=company.office,
        mode=_drawn(chance, MODES), place=chance.choice(words.PLACES), place_level=_drawn(chance, LEVELS),
        constituents=met, headcount=None if met else chance.randint(1, 20), content_type=_drawn(chance, CONTENTS),
        opinions=chance.choice(words.VOICES) if chance.random() < 0.3 else "",
        participants=[one.id for one in others if one.serves_on(day)],
    )  # fmt: skip
    if chance.random() < 0.008:
        at = dt.datetime.combine(min(day + dt.timedelta(days=3), STORY_ENDS), dt.time(9, 30), ZONE)
        withdraw_contact(id=record.pk, reason=chance.choice(words.WITHDRAWALS), by=company.office, at=at)


def _monthly_visits(company: Company, chance: Random, player: Player) -> None:
    """Council members call on one or two members a month; August is missed now and then."""
    for month in range(1, 12):
        if month == 8 and chance.random() < 0.5:
            continue
        first = dt.date(2022, month, 4)
        targets = chance.sample(
            [one for one in company.serving(first) if one.id != player.id], chance.choice((1, 1, 2))
        )
        for target in targets:
            register_contact(
                member=player.id, kind="visit", held_on=day_between(chance, first, first + dt.timedelta(days=20)),
                summary=words.summary(chance), today=STORY_ENDS, by=company.office, mode="visit", target=target.id,
                place=target.person.unit, place_level="grassroots",
            )  # fmt: skip


def _drawn(chance: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return chance.choices([word for word, _ in weighted], [weight for _, weight in weighted])[0]
