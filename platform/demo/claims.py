"""Where the office enters the records, what members enter themselves waits: older claims decided, the last weeks' open."""

from __future__ import annotations

import datetime as dt
from random import Random
from uuid import UUID

from accounts.models import User
from core import audit
from core.clock import ZONE
from demo import words
from demo.cast import STORY_ENDS
from demo.company import Company, Player, day_between
from tenants.activities.actions import CLAIMS as PARTS_CLAIMED
from tenants.activities.actions import register_activity
from tenants.liaison.actions import CLAIMS as CONTACTS_CLAIMED
from tenants.liaison.actions import register_contact, withdraw_contact
from tenants.liaison.queries.claims import Source
from tenants.members import actions
from tenants.voices.actions import CLAIMS as OUTPUTS_CLAIMED
from tenants.voices.actions import register_output

FIRST = dt.date(2022, 8, 1)
UNDECIDED_SINCE = dt.date(2022, 11, 8)
CLAIMANTS = 24
LATELY = 3  # of each in the last weeks, so that the office's morning has something to confirm


def claim(company: Company) -> None:
    """Some members enter what they did; the office has decided all but the last three weeks of it."""
    chance = company.chance("claims")
    for number, player in enumerate(_claimants(company)):
        user = _account(company, player, number)
        for _ in range(chance.randint(1, 4)):
            _enter(chance, player, user, day_between(chance, max(FIRST, player.first_day), STORY_ENDS))
        for _ in range(LATELY):
            _enter(chance, player, user, day_between(chance, max(UNDECIDED_SINCE, player.first_day), STORY_ENDS))
    _pressed_twice(company, chance)
    for source in (CONTACTS_CLAIMED, PARTS_CLAIMED, OUTPUTS_CLAIMED):
        _decide(source, company, chance)


def _claimants(company: Company) -> list[Player]:
    eager = [one for one in company.serving(STORY_ENDS) if one.zeal > 0.3 and one != company.star]
    return [company.star, *eager[: min(CLAIMANTS, len(company.players) // 3)]]


def _account(company: Company, player: Player, number: int) -> User:
    """The star signs in; the others' accounts have no password yet."""
    if player == company.star:
        return User.objects.get(member=player.id)
    return actions.give_account(id=player.id, username=f"weiyuan{number:02}", password=None, by=audit.SYSTEM)


def _enter(chance: Random, player: Player, user: User, day: dt.date) -> None:
    drawn = chance.random()
    if drawn < 0.5:
        _contact(chance, player, user, day)
    elif drawn < 0.8:
        station = chance.choice(words.STATIONS)
        register_activity(
            title=f"{station}值守接待", kind="station_visit", organiser_type="other", held_on=day, today=STORY_ENDS,
            by=user, place=station, place_level="community", venue_name=station, participants=[player.id],
        )  # fmt: skip
    else:
        register_output(
            type="opinion_report", title=words.report(chance), submitted_on=day, authorship="individual",
            today=STORY_ENDS, by=user, lead=player.id,
        )  # fmt: skip


def _contact(chance: Random, player: Player, user: User, day: dt.date) -> UUID:
    return register_contact(
        member=player.id, kind=chance.choice(("contact", "visit")), held_on=day, summary=words.summary(chance),
        today=STORY_ENDS, by=user, place=chance.choice(words.PLACES), headcount=chance.randint(1, 6),
    ).pk  # fmt: skip


def _pressed_twice(company: Company, chance: Random) -> None:
    """The star pressed twice and took one back; the other one waits."""
    day, user = dt.date(2022, 11, 14), User.objects.get(member=company.star.id)
    _contact(chance, company.star, user, day)
    withdraw_contact(id=_contact(chance, company.star, user, day), reason=words.WITHDRAWALS[1], by=user, at=_at(day))


def _decide(source: Source, company: Company, chance: Random) -> None:
    for line in sorted(source.waiting(company.office, None), key=lambda line: (line.held_on, line.who, line.detail)):
        if line.held_on >= UNDECIDED_SINCE:
            continue
        at = _at(line.held_on + dt.timedelta(days=4))
        if chance.random() < 0.12:
            source.reject(id=line.id, reason=chance.choice(words.REASONS), by=company.office, at=at)
        else:
            source.confirm(ids=[line.id], by=company.office, at=at)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), ZONE)
