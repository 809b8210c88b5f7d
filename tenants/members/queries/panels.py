"""What apps above know of one member, shown on the member's own page; so this app imports none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from accounts.models import User
from core import clock, words
from core.models import AuditEvent, AuditWords
from tenants.members.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLine:
    """One line: what, what more, where it leads, and the days at its end."""

    label: str
    detail: str = ""
    url: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A group of lines; `more` leads to all of them. Without lines `empty` is said."""

    title: str
    lines: tuple[PanelLine, ...] = ()
    empty: str = ""
    more: str = ""
    more_label: str = ""


Asked = Callable[[Member, Any, dt.date], Panel | None]
_panels: list[Asked] = []


def register(panel: Asked) -> None:
    """`panel(member, user, day)` gives None where it is none of the user's business. In the app's `ready()`."""
    if panel not in _panels:
        _panels.append(panel)


def panels(member: Member, user: Any, day: dt.date) -> list[Panel]:
    """A bounded number of statements per app."""
    return [found for ask in _panels if (found := ask(member, user, day)) is not None]


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the trail about the member, in words."""

    on: dt.date
    what: str
    who: str
    why: str


def latest_trail(member: Member, *, limit: int = 8) -> list[Happened]:
    """The newest rows of the trail about the member, without what changed: that stands in the trail itself. Three statements."""
    told = AuditWords.objects.filter(subject_id=member.pk)
    rows = list(
        AuditEvent.objects.filter(Q(subject_id=member.pk) | Q(pk__in=told.values("event_id")))
        .order_by("-created_at", "-id")
        .prefetch_related(Prefetch("words", told))[:limit]
    )
    names = dict(
        User.objects.filter(pk__in={row.actor_id for row in rows if row.actor_id}).values_list("pk", "display_name")
    )
    return [
        Happened(
            row.created_at.astimezone(clock.ZONE).date(),
            words.act(row.action),
            (names.get(row.actor_id, "") if row.actor_id else "") or row.actor_name or "已删除的账号",
            row.why or next((one.why for one in row.words.all() if one.why), ""),
        )
        for row in rows
    ]
