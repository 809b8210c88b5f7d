"""A form carries the id its record will have, so that pressing twice makes one record."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from core import audit
from core.errors import NotFound
from tenants.liaison.models import Claim

Record = TypeVar("Record", bound=Claim)


def pressed_before(model: type[Record], id: UUID | None, *, by: audit.Actor) -> Record | None:
    """The record an earlier press made. Raises NotFound where the id is somebody else's."""
    twin = model._default_manager.filter(pk=id).first() if id is not None else None
    if twin is not None and twin.entered_by != by.actor_id:
        raise NotFound
    return twin


def insert(record: Record, *, id: UUID | None, by: audit.Actor) -> Record | None:
    """Insert `record` under the form's id; the twin where another press was quicker, else None."""
    if id is None:
        record.save(force_insert=True)
        return None
    record.pk = id
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        twin = pressed_before(type(record), id, by=by)
        if twin is None:
            raise
        return twin
    return None
