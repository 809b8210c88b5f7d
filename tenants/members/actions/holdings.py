"""What a member holds over days (posts, seats), brought from what stands to what is wanted, keeping the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from tenants.members.models import Member

Held = TypeVar("Held", bound=Any)


@dataclass(slots=True)
class Rearrangement(Generic[Held]):
    """Rows to make, rows whose days change, rows that never took effect. `write` does all in three statements."""

    made: list[Held] = field(default_factory=list)
    moved: list[Held] = field(default_factory=list)
    dropped: list[Held] = field(default_factory=list)

    def write(self, model: type[Model]) -> None:
        rows: Any = model._default_manager
        if self.dropped:
            rows.filter(pk__in=[row.pk for row in self.dropped]).delete()
        if self.moved:
            rows.bulk_update(self.moved, ["since", "until"], batch_size=500)
        if self.made:
            rows.bulk_create(self.made, batch_size=1000)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A member's own days before a change; a holding that began or ended with them moves with them."""

    joined_on: dt.date
    left_on: dt.date | None


def standing(rows: Iterable[Held], was: Belonging) -> list[Held]:
    """The holdings that are open, or that ended only because the member left."""
    return [row for row in rows if row.until is None or (was.left_on is not None and row.until == was.left_on)]


def rearrange(
    into: Rearrangement[Held], *, rows: Sequence[Held], key: Callable[[Held], Any], wanted: Collection[Any],
    make: Callable[[Any, dt.date], Held], member: Member, was: Belonging, on: dt.date,
) -> None:  # fmt: skip
    """End on `on` what is no longer wanted, begin what is new, let the rest follow the member's own days."""
    held = {key(row): row for row in standing(rows, was)}
    for name, row in held.items():
        days = (row.since, row.until)
        if name not in wanted:
            if row.since >= on:
                into.dropped.append(row)
                continue
            row.until = min(on, member.left_on) if member.left_on else on
        else:
            row.since = member.joined_on if row.since == was.joined_on else row.since
            row.until = member.left_on
        if (row.since, row.until) != days:
            into.moved.append(row)
    for name in wanted:
        if name not in held:
            row = make(name, max(on, member.joined_on))
            row.until = member.left_on
            into.made.append(row)


def lock_roster() -> None:
    """One writer of a committee's roster at a time, until the transaction ends: numbers are checked before they are written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':roster'))")
