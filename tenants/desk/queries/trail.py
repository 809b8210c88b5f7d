"""操作记录: who changed what, when, why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from core import clock, words
from core.models import AuditEvent, AuditWords, Erasure
from core.personal import MARK
from tenants.desk.queries import told

LARGEST = 5_000  # rows of the trail in one file


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilters:
    """`who` and `subject` are parts of names, `what` an action or an app with a dot, days inclusive, `id` a subject."""

    who: str = ""
    what: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail, in words."""

    at: dt.datetime
    who: str
    what: str
    kind: str
    subject: str
    subject_id: UUID | None
    why: str
    changes: tuple[Change, ...]


def trail(filters: TrailFilters = TrailFilters()) -> QuerySet[AuditEvent]:
    """Newest first."""
    found = AuditEvent.objects.order_by("-created_at", "-id")
    if filters.what:
        found = found.filter(**{"action__startswith" if filters.what.endswith(".") else "action": filters.what})
    if filters.since:
        found = found.filter(created_at__gte=_midnight(filters.since))
    if filters.until:
        found = found.filter(created_at__lt=_midnight(filters.until + dt.timedelta(days=1)))
    if filters.who:
        known = User.objects.filter(Q(display_name__icontains=filters.who) | Q(username__icontains=filters.who))
        found = found.filter(Q(actor_id__in=known.values("pk")) | Q(actor_name__icontains=filters.who))
    if filters.subject:
        said = AuditWords.objects.filter(label__icontains=filters.subject).values("event_id")
        found = found.filter(Q(subject_label__icontains=filters.subject) | Q(pk__in=said))
    if filters.id:
        of = AuditWords.objects.filter(subject_id=filters.id).values("event_id")
        found = found.filter(Q(subject_id=filters.id) | Q(pk__in=of))
    return found


def events(rows: QuerySet[AuditEvent] | Sequence[AuditEvent], *, of: UUID | None = None) -> list[Event]:
    """Rows in words; a bounded number of statements however many. `of`: where one row tells of many, only this subject."""
    said = AuditWords.objects.order_by("label")
    said = said.filter(subject_id=of) if of else said
    found = list(rows.prefetch_related(Prefetch("words", said)) if isinstance(rows, QuerySet) else rows)
    names = told.words_of(found) | told.names_of(found)
    subjects = {one.subject_id for one in found if one.subject_id}
    gone = set(Erasure.objects.filter(subject_id__in=subjects).values_list("subject_id", flat=True))
    return [_event(row, names, row.subject_id in gone) for row in found]


def actions() -> list[tuple[str, list[tuple[str, str]]]]:
    """(app in words, its choices) for the filter: the whole app first, then each action."""
    return [
        (word, [(f"{app}.", f"{word}：全部"), *[(key, act) for key, act in words.ACTIONS.items() if key.startswith(f"{app}.")]])
        for app, word in words.APPS.items()
    ]  # fmt: skip


def table(rows: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    """The trail for a file: one line per change, one for an event without."""
    for one in rows:
        head = (f"{one.at:%Y-%m-%d %H:%M}", one.who, one.what, one.kind, one.subject)
        for change in one.changes or (Change("", "", ""),):
            yield (*head, change.field, change.old, change.new, one.why)


def _event(row: AuditEvent, names: dict[str, str], erased: bool) -> Event:
    said = list(row.words.all())
    own = next((one for one in said if one.subject_id == row.subject_id), None)
    changes = [*told.changes(row, row.old, row.new, names)]
    for one in said:
        each = told.changes(row, one.old, one.new, names)
        changes += each if one is own else [(f"{one.label} {field}".strip(), old, new) for field, old, new in each]
    return Event(
        at=row.created_at.astimezone(clock.ZONE),
        who=names.get(str(row.actor_id), "") or row.actor_name or "已删除的账号",
        what=words.act(row.action),
        kind=words.row_name(row.subject_type) if row.subject_type else "",
        subject=told.labelled(row.subject_label or (own.label if own else MARK if erased else ""), names),
        subject_id=row.subject_id,
        why=row.why or (own.why if own else ""),
        changes=tuple(Change(*one) for one in changes),
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=clock.ZONE)
