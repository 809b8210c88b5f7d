"""What members put in writing: proposals, reports, studies; alone, together, in a sector's name."""

from __future__ import annotations

import datetime as dt
from random import Random

from demo import words
from demo.cast import STORY_ENDS
from demo.company import Company, Player, day_between
from tenants.voices.actions import register_output

SESSION = (dt.date(2022, 1, 4), dt.date(2022, 1, 20))  # most proposals are handed in at the yearly session


def write(company: Company) -> None:
    chance = company.chance("writings")
    for player in company.players:
        _proposals(company, chance, player)
        _reports(company, chance, player)
    for name in list(company.sectors)[:-1]:
        _in_sectors_name(company, chance, name)


def _proposals(company: Company, chance: Random, player: Player) -> None:
    if chance.random() > player.zeal * 1.1:
        return
    first, last = SESSION if chance.random() < 0.7 else (dt.date(2022, 2, 1), STORY_ENDS)
    day = _day(chance, player, first, last)
    others = _others(company, chance, player, day) if chance.random() < 0.4 else []
    _put(company, "proposal", words.proposal(chance), day, "joint" if others else "individual", player, others)


def _reports(company: Company, chance: Random, player: Player) -> None:
    for _ in range(2):
        if chance.random() > player.zeal * 0.75:
            continue
        day = _day(chance, player, dt.date(2022, 1, 10), STORY_ENDS)
        others = _others(company, chance, player, day) if chance.random() < 0.2 else []
        if others and chance.random() < 0.4:
            _put(company, "research_report", words.study(chance), day, "group", player, others)
        else:
            _put(
                company,
                "opinion_report",
                words.report(chance),
                day,
                "joint" if others else "individual",
                player,
                others,
            )


def _in_sectors_name(company: Company, chance: Random, name: str) -> None:
    for type, title in (("proposal", words.proposal(chance)), ("opinion_report", words.report(chance))):
        if chance.random() < company.part.diligence * 0.9:
            day = day_between(chance, dt.date(2022, 1, 10), dt.date(2022, 11, 20))
            register_output(
                type=type, title=title, submitted_on=day, authorship="sector", today=STORY_ENDS, by=company.office,
                sector=company.sectors[name],
            )  # fmt: skip


def _put(
    company: Company, type: str, title: str, day: dt.date, authorship: str, lead: Player, others: list[Player]
) -> None:
    register_output(
        type=type, title=title, submitted_on=day, authorship=authorship, today=STORY_ENDS, by=company.office,
        lead=lead.id, others=[one.id for one in others],
    )  # fmt: skip


def _others(company: Company, chance: Random, lead: Player, day: dt.date) -> list[Player]:
    others = [one for one in company.serving(day) if one.zeal and one.id != lead.id]
    return chance.sample(others, min(len(others), chance.randint(1, 3)))


def _day(chance: Random, player: Player, first: dt.date, last: dt.date) -> dt.date:
    """Within the member's own time."""
    first = max(first, player.first_day)
    return day_between(chance, first, max(first, min(last, player.last_day)))
