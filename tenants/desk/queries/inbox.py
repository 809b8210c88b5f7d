"""收件: reading what one was told. Everything here asks for one account's own notices and no others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from core import clock
from tenants.desk.models import Notice, Reminder
from tenants.policy.queries import has_policy, policy_on
from tenants.policy.queries.reading import references


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilters:
    """`all`: also what was read or dealt with; `q`: part of the words; days inclusive."""

    q: str = ""
    all: bool = False
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """One of the matters a notice reminds of."""

    reminder: Reminder
    clauses: tuple[tuple[str, str], ...]
    left: int

    @property
    def late(self) -> int:
        return -self.left if self.left < 0 else 0


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as the page shows it. `left`: days until its day is over, negative when it is."""

    notice: Notice
    clauses: tuple[tuple[str, str], ...]
    left: int | None
    matters: tuple[Matter, ...]

    @property
    def is_new(self) -> bool:
        return self.notice.read_at is None and self.notice.settled_at is None

    @property
    def late(self) -> int:
        return -self.left if self.left is not None and self.left < 0 else 0

    @property
    def state(self) -> str:
        return "已办结" if self.notice.settled_at else "已读" if self.notice.read_at else ""


NEW = Q(read_at=None, settled_at=None)


def own(user: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=user.pk)


def number_unread(user: Any) -> int:
    return own(user).filter(NEW).count()


def inbox(user: Any, filters: InboxFilters = InboxFilters()) -> QuerySet[Notice]:
    """The newest first."""
    found = own(user).order_by("-sent_at", "-id")
    if not filters.all:
        found = found.filter(NEW)
    if text := " ".join(filters.q.split()):
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text))
    if filters.since:
        found = found.filter(sent_at__gte=dt.datetime.combine(filters.since, dt.time(), tzinfo=clock.ZONE))
    if filters.until:
        end = filters.until + dt.timedelta(days=1)
        found = found.filter(sent_at__lt=dt.datetime.combine(end, dt.time(), tzinfo=clock.ZONE))
    return found


def letters(notices: Iterable[Notice], *, today: dt.date) -> list[Letter]:
    """Notices with their clauses in the words of the policy in force. One statement."""
    found = list(notices)
    prefetch_related_objects(found, Prefetch("reminders", Reminder.objects.order_by("due_on", "title")))
    policy = policy_on(today) if found and has_policy(today) else None

    def said(clauses: list[str]) -> tuple[tuple[str, str], ...]:
        return references(policy, clauses) if policy else ()

    return [
        Letter(
            one,
            said(one.clauses),
            (one.due_on - today).days if one.due_on and not one.settled_at else None,
            tuple(Matter(each, said(each.clauses), (each.due_on - today).days) for each in one.reminders.all()),
        )
        for one in found
    ]


def inbox_table(found: QuerySet[Notice]) -> Iterator[tuple[Any, ...]]:
    for one in found.iterator(chunk_size=1000):
        state = "已办结" if one.settled_at else "已读" if one.read_at else "未读"
        yield f"{one.sent_at.astimezone(clock.ZONE):%Y-%m-%d %H:%M}", one.title, one.text, one.due_on, state
