"""What came of a record, said by the apps above: outputs that rest on a contact, an activity or a topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Offshoot:
    """One thing that came of it, as the user may see it."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Offshoots:
    """For the record's page. `write_url`: where the user writes one; empty where they may not."""

    rows: Sequence[Offshoot] = ()
    write_url: str = ""


Asked = Callable[[Model, Any], Offshoots]
_asked: list[Asked] = []


def register(one: Asked) -> None:
    """A function from (record, user) to what came of it. In the app's `ready()`."""
    if one not in _asked:
        _asked.append(one)


def offshoots_of(record: Model, user: Any) -> Offshoots:
    found = [one(record, user) for one in _asked]
    rows = [row for one in found for row in one.rows]
    return Offshoots(rows, next((one.write_url for one in found if one.write_url), ""))
