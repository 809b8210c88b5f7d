"""Waivers and objections as pages show them, and which objections wait for the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.access import may
from accounts.permissions import Permission
from core import clock
from core.errors import NotFound
from core.waiting import Button, Item, Pile, Source
from tenants.assessment.models import Objection, Outcome, Waiver
from tenants.members.models import Member
from tenants.members.queries import reach_of


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one duty of a member."""

    waivers: Sequence[Waiver]
    objections: Sequence[Objection]

    @property
    def has_open(self) -> bool:
        return any(one.outcome == Outcome.OPEN for one in self.objections)


def decided_of(member: Member) -> dict[str, Decided]:
    """Per duty id, the member's waivers and objections, the newest first. Two statements."""
    waivers: dict[str, list[Waiver]] = {}
    objections: dict[str, list[Objection]] = {}
    for one in Waiver.objects.filter(member=member).select_related("decision").order_by("-created_at"):
        waivers.setdefault(one.duty, []).append(one)
    for row in Objection.objects.filter(member=member):
        objections.setdefault(row.duty, []).append(row)
    return {key: Decided(waivers.get(key, ()), objections.get(key, ())) for key in {*waivers, *objections}}


def waiver_by_id(id: UUID) -> Waiver:
    """Raises NotFound."""
    found = Waiver.objects.select_related("member", "decision").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def objections(user: Any, *, q: str = "", outcome: str = "") -> QuerySet[Objection]:
    """Those of members within the reader's reach, waiting ones first, then the newest."""
    found = Objection.objects.filter(reach_of(user, Permission.STANDING_READ).q("member")).select_related(
        "member__sector"
    )
    text = "".join(q.split())
    if text:
        found = found.filter(Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower()))
    if outcome in Outcome.values:
        found = found.filter(outcome=outcome)
    return found.annotate(waits=Q(outcome=Outcome.OPEN)).order_by("-waits", "-created_at")


def objection_by_id(user: Any, id: UUID) -> Objection:
    """Raises NotFound, also beyond the reader's reach."""
    found = objections(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def _waiting(user: Any, day: dt.date, limit: int) -> Pile | None:
    if not may(user, Permission.STANDING_DECIDE):
        return None
    rows = objections(user, outcome=Outcome.OPEN).order_by("created_at")
    return Pile(count=rows.count(), items=[_item(one) for one in rows[:limit]])


def _item(one: Objection) -> Item:
    url = f"/standing/objections/{one.pk}/"
    return Item(
        key=f"objection:{one.pk}",
        what=one.figure,
        url=url,
        who=one.member.name,
        where=one.member.sector.name,
        detail=one.text,
        since=one.created_at.astimezone(clock.ZONE).date(),
        buttons=(Button(label="去答复", url=url, about=one.member.name, opens=True),),
    )


WAITING = Source(
    name="assessment.objections", title="答复异议", url="/standing/objections/?outcome=open", order=60, ask=_waiting
)
