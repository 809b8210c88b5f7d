"""Which kinds of record keep photos and files. Apps above register theirs, so this app imports none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.liaison.models import Attachment, Claim, Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """One kind of record: who may add to it and take away, and whose own record it is (with them its files go)."""

    kind: Holder
    model: type[Claim]
    may_change: Callable[..., bool]
    owner: Callable[[Any], UUID | None]


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    _keepers[keeper.kind] = keeper


def keeper_of(record: Claim) -> Keeper:
    return next(one for one in _keepers.values() if isinstance(record, one.model))


def record_of(file: Attachment) -> Any:
    """The record the file belongs to; a committee's role deletes none (registry.privileges), so there is one."""
    return _keepers[file.kind].model._default_manager.get(pk=file.record_id)


def files_of(record: Claim) -> Any:
    return Attachment.objects.filter(kind=keeper_of(record).kind, record_id=record.pk)
