"""Activities of a year: who organised what, and who took part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from uuid import UUID

from core.clock import ZONE
from demo import words
from demo.cast import STORY_ENDS
from demo.company import Company, Player, day_between
from tenants.activities.actions import register_activity, withdraw_activity

FIRST, LAST = dt.date(2022, 1, 10), dt.date(2022, 11, 25)
STUDIES = (("research", "调研"), ("inspection", "视察"), ("study_visit", "考察"))
DESTINATIONS = (("community", "社区"), ("rural", "乡村"), ("enterprise", "企业"), ("campus", "校园"))


def gather(company: Company) -> None:
    """Everything the committee, its special committees, sectors and members organised."""
    chance = company.chance("gatherings")
    _special_committees(company, chance)
    _sectors(company, chance)
    _whole(company, chance)
    _stations(company, chance)
    _deeds(company, chance)


def _special_committees(company: Company, chance: Random) -> None:
    for name, id in company.special_committees.items():
        for _ in range(_some(company, chance, 4)):
            kind, word = chance.choice(STUDIES)
            day = day_between(chance, FIRST, LAST)
            title = f"{chance.choice(words.PLACES)}{chance.choice(words.TOPICS)}专题{word}"
            _hold(company, chance, title, kind, day, company.of_special_committee(name, day), ("special_committee", id))


def _sectors(company: Company, chance: Random) -> None:
    """The last sector of every committee organised nothing."""
    for name, id in list(company.sectors.items())[:-1]:
        for kind, title in (("collective_study", "集中学习"), ("research", f"{chance.choice(words.TOPICS)}调研")):
            if chance.random() < company.part.diligence + 0.1:
                day = day_between(chance, FIRST, LAST)
                _hold(company, chance, f"{name}界别{title}", kind, day, company.of_sector(name, day), ("sector", id))


def _whole(company: Company, chance: Random) -> None:
    occasions = (
        ("training", "新任委员履职培训", dt.date(2021, 12, 15)),
        ("grassroots_activity", "春耕时节下基层", dt.date(2022, 3, 18)),
        ("thematic_deliberation", "优化营商环境专题议政会", dt.date(2022, 4, 21)),
        ("lecture", "委员讲堂：基层议事怎么议", dt.date(2022, 5, 20)),
        ("volunteer_service", "便民服务日", dt.date(2022, 6, 25)),
        ("grassroots_activity", "防汛一线慰问", dt.date(2022, 7, 8)),
        ("thematic_deliberation", "农村养老服务专题议政会", dt.date(2022, 9, 16)),
        ("consultation", f"{chance.choice(words.TOPICS)}协商会", dt.date(2022, 9, 28)),
        ("grassroots_activity", "秋季走村入户", dt.date(2022, 10, 19)),
    )
    for kind, title, day in occasions:
        if company.part.diligence < 0.1 and day.month != 3:
            continue
        called = company.serving(day)
        if kind == "thematic_deliberation":
            called = [one for one in called if one.person.post != "委员"]
        destination = chance.choice(DESTINATIONS)[0] if kind == "lecture" else ""
        _hold(company, chance, title, kind, day, called, ("committee", None), share=0.55, destination=destination)


def _stations(company: Company, chance: Random) -> None:
    """Visits to the joint stations of deputies and members, where the document asks for them."""
    if company.part.template != "guangzhou-2020":
        return
    for station in words.STATIONS:
        for month in range(1, 11):
            day = day_between(chance, dt.date(2022, month, 3), dt.date(2022, month, 26))
            called = chance.sample(company.serving(day), min(4, len(company.players) // 5))
            title = f"{station}接待日"
            _hold(company, chance, title, "station_visit", day, called, ("other", None), share=0.9, venue=station)


def _deeds(company: Company, chance: Random) -> None:
    for player in company.players:
        if chance.random() < player.zeal * 0.9:
            day = day_between(chance, max(FIRST, player.first_day), min(LAST, player.last_day))
            title = f"帮助{chance.choice(words.PLACES)}解决{chance.choice(words.TOPICS)}"
            _hold(company, chance, title, "practical_deed", day, [player], ("member", player.id), share=2)


def _hold(
    company: Company,
    chance: Random,
    title: str,
    kind: str,
    day: dt.date,
    called: Sequence[Player],
    organiser: tuple[str, UUID | None],
    *,
    share: float = 0.9,
    venue: str = "",
    destination: str = "",
) -> None:
    """Those called come as their zeal says; an activity to which nobody comes was not held."""
    came = [one.id for one in called if one.zeal and chance.random() < share * (0.25 + 0.75 * one.zeal)]
    if not came:
        return
    activity = register_activity(
        title=title, kind=kind, organiser_type=organiser[0], organiser=organiser[1], held_on=day, today=STORY_ENDS,
        by=company.office, place=chance.choice(words.PLACES), place_level="community", venue_name=venue,
        destination=destination, participants=came,
    )  # fmt: skip
    if chance.random() < 0.01:
        at = dt.datetime.combine(day, dt.time(17), ZONE)
        withdraw_activity(id=activity.pk, reason=chance.choice(words.WITHDRAWALS), by=company.office, at=at)


def _some(company: Company, chance: Random, most: int) -> int:
    return round(company.part.diligence * chance.uniform(0.5, 1) * most)
