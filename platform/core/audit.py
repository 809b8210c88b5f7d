"""Every write leaves a row in the same transaction, or does not happen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from core import tenancy
from core.models import AuditEvent, AuditWords
from core.personal.rules import has_words, split


class Actor(Protocol):
    """Whoever acts: an accounts.User, or SYSTEM."""

    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def actor_name(self) -> str: ...


class _System:
    """The deployment itself: timetable, provisioning, demo loading."""

    actor_id = None
    actor_name = "系统"


SYSTEM: Actor = _System()


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says about one of several persons it concerns."""

    label: str
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None


def record(
    *,
    by: Actor,
    action: str,
    subject: models.Model | None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    why: str = "",
    people: Mapping[UUID, Told] | None = None,
    mark: UUID | None = None,
) -> AuditEvent:
    """Write one audit row. `action` is `app.verb`, e.g. `liaison.register_contact`.

    Inside a committee what names somebody goes into `AuditWords` under the subject's id: the subject's label, its personal values and the
    reason. Without a subject nothing in `old`, `new` and `why` may name anybody; `people` tells of many rows by their ids;
    `mark` is an id of no row, by which the event is found again.
    Raises RuntimeError outside a transaction: a trail that can survive without its write, or the
    write without its trail, is none.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record() must run inside transaction.atomic()")
    event = AuditEvent(
        actor_id=by.actor_id,
        actor_name="" if by.actor_id is not None and tenancy.is_inside() else by.actor_name,
        action=action,
        subject_id=mark,
    )
    words = [
        AuditWords(event=event, subject_id=id, label=one.label[:200], old=_plain(one.old), new=_plain(one.new))
        for id, one in (people or {}).items()
    ]
    if subject is not None:
        event.subject_type, event.subject_id = subject._meta.label_lower, subject.pk
    if subject is None or not (tenancy.is_inside() and has_words(type(subject))):
        event.subject_label = str(subject)[:200] if subject is not None else ""
        event.old, event.new, event.why = _plain(old), _plain(new), why
    else:
        (event.old, said_before), (event.new, said_after) = (
            tuple(map(_plain, split(type(subject), values))) for values in (old, new)
        )
        label = str(subject)[:200]
        words.append(
            AuditWords(event=event, subject_id=subject.pk, label=label, old=said_before, new=said_after, why=why)
        )
    event.save(force_insert=True)
    AuditWords.objects.bulk_create(words, batch_size=500)
    return event


def _plain(values: Mapping[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder, ensure_ascii=False))
