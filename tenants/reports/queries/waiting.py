"""Which steps of which month wait for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from accounts.access import may
from accounts.permissions import Permission as P
from core import clock
from core.waiting import Button, Item, Pile, Source
from registry.queries import committee_by_code
from tenants.policy.queries import has_policy
from tenants.reports.models import ReturnState
from tenants.reports.queries.filed import Filed, all_latest, is_final, to_decide
from tenants.reports.queries.periods import due_spans, named, spoken
from tenants.reports.queries.restated import newer_everywhere

NAGGED_DAYS = 90


def _to_sign(user: Any, day: dt.date, limit: int) -> Pile | None:
    if not may(user, P.RETURNS_SIGN):
        return None
    return _pile((_signed(one) for one in all_latest().values() if one.state == ReturnState.DRAFT), limit)


def _signed(one: Filed) -> Item:
    url = f"/returns/{one.period}/"
    return Item(
        key=f"returns:sign:{one.row.pk}",
        what=f"{named(one.period)}",
        url=url,
        detail=f"第 {one.revision} 稿，看过数字再签",
        since=_day(one.row.closed_at),
        buttons=(Button(label="去签署", url=url, about=spoken(one.period), opens=True),),
    )


def _to_send(user: Any, day: dt.date, limit: int) -> Pile | None:
    """The office's own steps: close the month that is over, send what is signed, mend what came back."""
    if not (may(user, P.RETURNS_CLOSE) or may(user, P.RETURNS_SUBMIT)):
        return None
    return _pile(_steps(user, day), limit)


def _steps(user: Any, day: dt.date) -> Iterator[Item]:
    newest = all_latest()
    for due in due_spans(day, within=NAGGED_DAYS, closed=newest):
        if may(user, P.RETURNS_CLOSE) and due.key not in newest and has_policy(due.last_day):
            yield _step("结账", due.key, since=due.last_day, detail="这一期已经过完，可以结账")
    if may(user, P.RETURNS_CLOSE):
        for period, lines in newer_everywhere(newest).items():
            if newest[period].state == ReturnState.DRAFT or is_final(newest[period]):
                said = "、".join(line.name for line in lines[:3])
                yield _step(
                    "重新结账",
                    period,
                    since=None,
                    detail=f"{said}{'等' if len(lines) > 3 else ''}又有新的数，还没有计入",
                )
    for period, one in newest.items():
        if not may(user, P.RETURNS_SUBMIT):
            return
        if one.state == ReturnState.RETURNED:
            yield _step("上级退回", period, since=_day(one.decided_at), detail=f"退回理由：{one.reason}")
        elif one.state == ReturnState.SIGNED and one.row.signed_at and not is_final(one):
            yield _step("报送", period, since=_day(one.row.signed_at), detail="已签署，可以报送")


def _step(act: str, period: str, *, since: dt.date | None, detail: str) -> Item:
    url = "/returns/" if act == "结账" else f"/returns/{period}/"
    label = "去处理" if act == "上级退回" else f"去{act}"
    return Item(
        key=f"returns:{act}:{period}",
        what=f"{act} {named(period)}",
        url=url,
        detail=detail,
        since=since,
        buttons=(Button(label=label, url=url, about=spoken(period), opens=True),),
    )


def _to_receive(user: Any, day: dt.date, limit: int) -> Pile | None:
    if not may(user, P.RETURNS_DECIDE):
        return None
    return _pile((_received(one) for one in to_decide()), limit)


def _received(one: Any) -> Item:
    sender, url = committee_by_code(one.sender), f"/returns/inbox/{one.pk}/"
    name = sender.name if sender else one.sender
    return Item(
        key=f"returns:receive:{one.pk}",
        what=f"{named(one.period)}",
        url=url,
        who=name,
        detail=f"第 {one.revision} 稿",
        since=_day(one.submitted_at),
        buttons=(Button(label="看过再接收", url=url, about=name, opens=True),),
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(clock.ZONE).date() if moment else None


def _pile(items: Iterable[Item], limit: int) -> Pile:
    found = sorted(items, key=lambda one: (one.since or dt.date.max, one.key))
    return Pile(count=len(found), items=found[:limit])


SOURCES = (
    Source(name="returns.sign", title="签署", url="/returns/", order=30, ask=_to_sign, unit="期"),
    Source(name="returns.send", title="报送", url="/returns/", order=50, ask=_to_send, unit="期"),
    Source(name="returns.receive", title="接收下级报表", url="/returns/inbox/", order=51, ask=_to_receive, unit="份"),
)
