"""Everything that waits for the office's word, on one page whichever app it belongs to.

Apps above this one register what they have; so the page knows them without importing upward.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core import audit
from core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the page, plain values."""

    source: str
    id: UUID
    who: str
    sector: str
    what: str
    detail: str
    held_on: date
    url: str

    @property
    def key(self) -> str:
        return f"{self.source}:{self.id}"


class Confirm(Protocol):
    def __call__(self, *, ids: Collection[UUID], by: audit.Actor, at: datetime) -> object: ...


class Reject(Protocol):
    def __call__(self, *, id: UUID, reason: str, by: audit.Actor, at: datetime) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of claim: how many wait, which, and what deciding on them does."""

    name: str
    label: str
    waiting: Callable[[audit.Actor], Sequence[Waiting]]  # within the reach of who asks; so are the next two
    count: Callable[[audit.Actor], int]
    exists: Callable[[UUID, audit.Actor], bool]  # of this kind, waiting or not
    confirm: Confirm
    reject: Reject


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.name] = source


def source(name: str) -> Source:
    """Raises NotFound."""
    if name not in _sources:
        raise NotFound
    return _sources[name]


def waiting(user: audit.Actor) -> list[Waiting]:
    """All claims `user` may decide on, the oldest day first. One query per kind."""
    lines = [line for one in _sources.values() for line in one.waiting(user)]
    return sorted(lines, key=lambda line: (line.held_on, line.who, line.key))


def number_waiting(user: audit.Actor) -> int:
    return sum(one.count(user) for one in _sources.values())
