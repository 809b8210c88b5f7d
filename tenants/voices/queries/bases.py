"""What an output may rest on: a contact, an activity, a topic of consultation, or what somebody said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.access import may
from accounts.permissions import Permission
from tenants.activities.models import Activity, Topic
from tenants.activities.queries import topics, visible_activities
from tenants.liaison.models import ContactRecord
from tenants.liaison.queries import visible_contacts
from tenants.liaison.queries.offshoots import Offshoot, Offshoots
from tenants.voices.models import Output, Voice, VoiceState
from tenants.voices.queries.hearing import brought_or_dealt_with_by
from tenants.voices.queries.outputs import visible_outputs

SHOWN = 30  # of each kind, the newest; another one is chosen from its own page
COLUMNS: Mapping[str, str] = {"activity": "based_on_id", "contact": "based_on_contact_id", "topic": "based_on_topic_id"}
_KINDS: Mapping[type[Model], str] = {Activity: "activity", ContactRecord: "contact", Topic: "topic"}
Choices = list[tuple[str, Any]]


def bases(user: Any, *, today: date, chosen: str = "", voices: bool = True) -> Choices:
    """Choices of a field, in groups; `chosen` is among them even when it is older, if the user may see it. At most eight statements."""
    found: Choices = [("", "不填")]
    for kind, title in (("activity", "活动"), ("contact", "联系记录"), ("topic", "协商议题"), ("voice", "民意")):
        if kind == "voice" and not voices:
            continue
        rows = _seen(kind, user, today)
        listed = [(f"{kind}:{row.pk}", _said(row)) for row in rows[:SHOWN]]
        asked, _, id = chosen.partition(":")
        if asked == kind and chosen not in dict(listed) and _is_id(id):
            listed += [(chosen, _said(row)) for row in rows.filter(pk=id)]
        if listed:
            found.append((title, listed))
    return found


def may_rest_on(kind: str, id: UUID, user: Any) -> bool:
    """Whether it stands and the user may see it."""
    return _seen(kind, user, date.max).filter(pk=id).exists()


def base_of(output: Output) -> str:
    """The field's value for what an output rests on; empty for nothing."""
    return next((f"{kind}:{id}" for kind, column in COLUMNS.items() if (id := getattr(output, column))), "")


def base_shown(output: Output, user: Any) -> Offshoot | None:
    """For the output's page: what it rests on, where the user may see it. One statement."""
    kind, _, id = base_of(output).partition(":")
    row = _seen(kind, user, date.max, withdrawn=True).filter(pk=id).first() if kind else None
    return Offshoot(_said(row), "", _address(kind, row)) if row is not None else None


def resting_on(record: Model, user: Any) -> Offshoots:
    """For the pages of contacts, activities and topics: the outputs that rest on it."""
    kind = _KINDS.get(type(record), "")
    if not kind:
        return Offshoots()
    found = visible_outputs(user).filter(**{COLUMNS[kind]: record.pk}, withdrawn_at=None)
    rows = [
        Offshoot(one.title, f"{one.get_type_display()} {one.submitted_on:%Y-%m-%d}", one.page) for one in found[:SHOWN]
    ]
    writes = may(user, Permission.RECORDS_OWN) or may(user, Permission.RECORDS_WRITE)
    stands = getattr(record, "withdrawn_at", None) is None and not getattr(record, "is_planned", False)
    return Offshoots(rows, f"/outputs/new/?based_on={kind}:{record.pk}" if writes and stands else "")


def _seen(kind: str, user: Any, today: date, *, withdrawn: bool = False) -> QuerySet[Any]:
    """What of a kind the user may see, the newest first."""
    if kind == "voice":
        return Voice.objects.filter(brought_or_dealt_with_by(user)).exclude(state=VoiceState.CLOSED).order_by("-number")
    if kind == "topic":
        return topics()
    found: Any
    if user.actor_id is None:  # the deployment itself
        found = (ContactRecord if kind == "contact" else Activity).objects.all()
    else:
        found = visible_contacts(user) if kind == "contact" else visible_activities(user)
    if kind == "activity":
        found = found.filter(is_planned=False)
    if not withdrawn:
        found = found.filter(withdrawn_at=None, held_on__lte=today)
    return found.distinct().order_by("-held_on", "-id")


def _said(row: Any) -> str:
    if isinstance(row, Activity):
        return f"{row.held_on:%Y-%m-%d} {row.title}"
    if isinstance(row, ContactRecord):
        return f"{row.held_on:%Y-%m-%d} {row.member.name}{row.get_kind_display()}：{row.summary[:24]}"
    if isinstance(row, Topic):
        return f"{row.year} 年 {row.title}"
    return f"{row} {row.content[:30]}"


def _address(kind: str, row: Any) -> str:
    return {
        "activity": f"/activities/{row.pk}/",
        "contact": f"/contacts/{row.pk}/",
        "topic": f"/activities/topics/{row.pk}/",
    }[kind]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
