"""Everything that waits for the office's word, on one page whichever app it belongs to.

Apps above this one register what they have; so the page knows them without importing upward.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from accounts.access import may
from accounts.permissions import Permission
from core import audit
from core import waiting as desk
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


class Reopen(Protocol):
    def __call__(self, *, ids: Collection[UUID], by: audit.Actor, at: datetime) -> Sequence[object]: ...


class Reject(Protocol):
    def __call__(self, *, id: UUID, reason: str, by: audit.Actor, at: datetime) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of claim: how many wait, which, and what deciding on them does."""

    name: str
    label: str
    waiting: Callable[
        [audit.Actor, int | None], Sequence[Waiting]
    ]  # so many at most, the oldest; within the reach of who asks, as the next two
    count: Callable[[audit.Actor], int]
    exists: Callable[[UUID, audit.Actor], bool]  # of this kind, waiting or not
    confirm: Confirm
    reopen: Reopen  # undoes one's own confirming
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
    return _in_order(line for one in _sources.values() for line in one.waiting(user, None))


def _in_order(lines: Iterable[Waiting]) -> list[Waiting]:
    return sorted(lines, key=lambda line: (line.held_on, line.who, line.key))


def number_waiting(user: audit.Actor) -> int:
    return sum(one.count(user) for one in _sources.values())


def _at_the_desk(user: Any, day: date, limit: int) -> desk.Pile | None:
    if not may(user, Permission.RECORDS_CONFIRM):
        return None
    found = [(one, one.waiting(user, limit)) for one in _sources.values()]
    number = sum(len(lines) if len(lines) < limit else one.count(user) for one, lines in found)
    oldest = _in_order(line for _, lines in found for line in lines)[:limit]
    note = f"最早的是 {oldest[0].held_on:%Y-%m-%d}" if oldest else ""
    return desk.Pile(count=number, items=[_item(one) for one in oldest], note=note)


def _item(line: Waiting) -> desk.Item:
    at = f"/contacts/claims/{line.source}/{line.id}"
    about = f"{line.who} {line.what}"
    return desk.Item(
        key=line.key,
        what=line.what,
        url=line.url,
        who=line.who,
        where=line.sector,
        detail=line.detail,
        since=line.held_on,
        buttons=(
            desk.Button(label="确认", url=f"{at}/confirm/", about=about),
            desk.Button(label="退回", url=f"{at}/return/", about=about, opens=True),
        ),
    )


WAITING = desk.Source(name="claims", title="确认履职", url="/contacts/claims/", order=10, ask=_at_the_desk)
