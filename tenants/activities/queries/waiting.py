"""What waits at the desk: a member's answer to an invitation, and the attendance of what was held."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from core.waiting import Button, Item, Pile, Source
from tenants.activities.models import Activity, Invitation
from tenants.activities.queries.held import visible_activities


def _invited(user: Any, day: date, limit: int) -> Pile | None:
    if not may(user, Permission.RECORDS_OWN):
        return None
    found = (
        Invitation.objects.filter(member__user_id=user.pk, answer="", activity__withdrawn_at=None)
        .filter(activity__is_planned=True, activity__held_on__gte=day)
        .select_related("activity")
        .order_by("activity__held_on", "id")
    )
    return Pile(count=found.count(), items=[_invitation(one.activity) for one in found[:limit]])


def _invitation(held: Activity) -> Item:
    url = f"/activities/{held.pk}/"
    return Item(
        key=f"invited:{held.pk}", what=held.title, url=url, detail=f"{held.held_on:%-m月%-d日} {held.place}".strip(),
        due=held.held_on, buttons=(Button(label="参加或请假", url=url, about=held.title, opens=True),),
    )  # fmt: skip


def _held(user: Any, day: date, limit: int) -> Pile | None:
    if not may(user, Permission.RECORDS_WRITE):
        return None
    found = visible_activities(user).filter(is_planned=True, withdrawn_at=None, held_on__lte=day)
    found = found.order_by("held_on", "id")
    return Pile(count=found.count(), items=[_to_note(one) for one in found[:limit]])


def _to_note(held: Activity) -> Item:
    url = f"/activities/{held.pk}/"
    return Item(
        key=f"attendance:{held.pk}", what=held.title, url=url, detail="已到举办的日子，还没登记到会，不计入履职", since=held.held_on,
        buttons=(Button(label="登记到会", url=f"{url}attendance/", about=held.title, opens=True),),
    )  # fmt: skip


SOURCES = (
    Source(name="activities.invited", title="等您答复的邀请", url="/activities/", order=15, ask=_invited),
    Source(name="activities.held", title="登记到会", url="/activities/", order=12, ask=_held, unit="次"),
)
