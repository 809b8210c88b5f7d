"""Every write leaves a row in the same transaction, or does not happen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from core.models import AuditEvent


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


def _plain(values: Mapping[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder, ensure_ascii=False))


def record(
    *,
    by: Actor,
    action: str,
    subject: models.Model | None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    why: str = "",
) -> AuditEvent:
    """Write one audit row. `action` is `app.verb`, e.g. `liaison.register_contact`.

    Raises RuntimeError outside a transaction: a trail that can survive without its write, or the
    write without its trail, is none.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record() must run inside transaction.atomic()")
    return AuditEvent.objects.create(
        actor_id=by.actor_id,
        actor_name=by.actor_name,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_label=str(subject)[:200] if subject is not None else "",
        old=_plain(old),
        new=_plain(new),
        why=why,
    )
