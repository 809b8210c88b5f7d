"""The first half-year's and October's returns go up: one sent back, one late, one corrected and restated above, whose second
revision waits at the province; November is left to the visitor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from accounts.models import User
from core.clock import ZONE
from demo.cast import STAFF, STORY_ENDS
from demo.people import GIVEN, SURNAMES
from exchange import actions as exchange
from exchange.models import Delivery
from exchange.queries import received
from tenants.liaison.actions import pair_constituent, register_contact
from tenants.members.models import Member
from tenants.reports import actions as reports

PERIOD, HALF = "2022-10", "2022-H1"
SPRING = dt.date(2022, 3, 8)


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one committee, told after all those before it in the list."""

    code: str
    name: str
    told: Callable[[], None]
    hears: str | None = None  # the committee it answers; without that one there is nothing to tell


def steps(codes: frozenset[str]) -> list[Step]:
    """The steps of the committees that play, children before parents."""
    every = [
        _send("430923", "half_return", 8, HALF), _send("430921", "half_return", 20, HALF),
        Step("430900", "half_accepts", _yiyang_accepts_both, "430923"),
        _send("430900", "half_return", 23, HALF),
        Step("430000", "half_accepts", lambda: _accept("430900", 25, HALF), "430900"),
        Step("430923", "half_forgotten", _remember), _send("430923", "half_return_corrected", 27, HALF),
        Step("430900", "half_accepts_corrected", lambda: _accept("430923", 28, HALF), "430923"),
        _send("430900", "half_return_restated", 29, HALF),
        _send("430923", "return", 3), _send("430921", "return", 3),
        Step("430900", "sorts_returns", _yiyang_sorts),
        _send("430921", "return_again", 7),
        Step("430900", "accepts_revision", lambda: _accept("430921", 8), "430921"),
        _send("430900", "return", 9),
        Step("430000", "accepts", lambda: _accept("430900", 10), "430900"),
        _send("440106", "return", 4),
        Step("440100", "accepts", lambda: _accept("440106", 5), "440106"),
        _send("440100", "return", 7),
        Step("440000", "accepts", lambda: _accept("440100", 9), "440100"),
        _send("440106", "return_corrected", 18),
        Step("440100", "accepts_corrected", lambda: _accept("440106", 21), "440106"),
    ]  # fmt: skip
    return [one for one in every if one.code in codes and (one.hears is None or one.hears in codes)]


def _send(code: str, name: str, day: int, period: str = PERIOD) -> Step:
    return Step(code, name, lambda: _file(day, period))


def _file(day: int, period: str) -> None:
    """The office closes, the leader signs, the office submits."""
    office, leader = (User.objects.get(username=username) for username, _, _ in STAFF)
    reports.close_period(period=period, today=_at(day, 9, period).date(), at=_at(day, 9, period), by=office)
    reports.sign(period=period, at=_at(day, 15, period), by=leader)
    reports.submit(period=period, at=_at(day, 16, period), by=office)


def _yiyang_accepts_both() -> None:
    for one in received(HALF):
        _accept(one.sender, 22, HALF)


def _remember() -> None:
    """Two visits of the spring come to light after the half-year was sent, and that a member without pairs had three since March:
    one person more, so the correction no longer tells that figure by sector and by post."""
    chance = Random("half_forgotten")
    late = Member.objects.filter(constituent_links__isnull=True, left_on=None, joined_on__lt=SPRING)
    for member in late.order_by("name_pinyin", "number")[:1]:
        for surname in chance.sample(SURNAMES, 3):
            pair_constituent(
                member=member.pk, name=surname + "".join(chance.sample(GIVEN, 2)), since=SPRING, today=STORY_ENDS,
                by=_office(), note="虚构人物，事后补登",
            )  # fmt: skip
    for member in Member.objects.order_by("name_pinyin")[:2]:
        register_contact(
            member=member.pk, kind="visit", held_on=dt.date(2022, 5, 17), summary="走访结对群众，听取春耕用水的意见（演示，事后补记）",
            today=STORY_ENDS, by=_office(), mode="visit", headcount=3,
        )  # fmt: skip


def _yiyang_sorts() -> None:
    _accept("430923", 6)
    _send_back("430921", 6, "结对人数与名册对不上：有三名委员记在两个界别，请核对后重新结账。")


def _accept(sender: str, day: int, period: str = PERIOD) -> None:
    exchange.accept(delivery_id=_from(sender, period).pk, at=_at(day, 10, period), by=_office())


def _send_back(sender: str, day: int, reason: str) -> None:
    exchange.send_back(delivery_id=_from(sender).pk, reason=reason, at=_at(day, 10), by=_office())


def _from(sender: str, period: str = PERIOD) -> Delivery:
    return next(one for one in received(period) if one.sender == sender)


def _office() -> User:
    return User.objects.get(username=STAFF[0][0])


def _at(day: int, hour: int, period: str = PERIOD) -> dt.datetime:
    """A day of the month after the period."""
    return dt.datetime(2022, 7 if period == HALF else 11, day, hour, tzinfo=ZONE)
