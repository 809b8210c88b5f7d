"""What waits for whom: each app says it of its own matters, the desk asks them all (今天等您的).

An app registers one `Source` per kind of matter in its `apps.py`; the desk, at the top, knows none of them by name:

    class MembersConfig(AppConfig):
        def ready(self) -> None:
            from tenants.members.queries import nominations
            waiting.register(nominations.WAITING)

What a source answers is narrowed to the one who asks, by the source itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What can be done about an item where it stands. `url` is posted to, with `next` leading back to the desk; a
    button that `opens` a page (a reason has to be typed) is a link. `about` is read out with the label."""

    label: str
    url: str
    about: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One matter, plain values. `since`: it waits from that day; `due`: its last day in time; `clauses`: ids, as GZ20-4.4-4.

    `key` is unique among all sources' items and stays the same from day to day (reminders are told apart by it).
    """

    key: str
    what: str
    url: str
    who: str = ""
    where: str = ""
    detail: str = ""
    since: dt.date | None = None
    due: dt.date | None = None
    clauses: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """How many matters wait in all, and the most pressing ones."""

    count: int
    items: Sequence[Item] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of matter. `url` is the page with all of them; `order` its place at the desk: 10 what others entered, 20
    approvals, 30 signatures, 40 voices, 50 returns, 60 objections, 70 the rest.

    `ask(user, day, limit)` takes a bounded number of statements however much waits and gives at most `limit` items, the
    most pressing first; None where the kind is none of the user's business, a count of 0 where it is and nothing waits.
    """

    name: str
    title: str
    url: str
    order: int
    ask: Callable[[Any, dt.date, int], Pile | None]
    unit: str = "件"


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of matter with what waits of it for one person."""

    source: Source
    pile: Pile


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.name] = source


def groups(user: Any, *, day: dt.date, limit: int = 8) -> list[Group]:
    """All kinds that are the user's business, in their order. As many statements as the sources take."""
    asked = (
        (one, one.ask(user, day, limit)) for one in sorted(_sources.values(), key=lambda one: (one.order, one.name))
    )
    return [Group(source, pile) for source, pile in asked if pile is not None]
