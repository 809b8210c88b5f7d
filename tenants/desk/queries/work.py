"""今天等您的: what the apps say waits for one person, with age, clause and what can be done about it on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core import waiting
from core.waiting import Button, Group, Item
from policy_engine import Policy
from tenants.policy.queries import has_policy, policy_on
from tenants.policy.queries.reading import references

SHOWN = 8  # of one kind on home; its own page has them all
HOME = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A button as home shows it: back to home afterwards."""

    label: str
    url: str
    about: str
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One matter. `days` it has waited; `late` by how many days, `left` until the day is over, None without a due day."""

    item: Item
    days: int | None
    left: int | None
    clauses: tuple[tuple[str, str], ...]  # (place in the document, what it asks)
    acts: tuple[Act, ...]

    @property
    def late(self) -> int:
        return -self.left if self.left is not None and self.left < 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of matter that waits."""

    name: str
    title: str
    url: str
    unit: str
    count: int
    note: str
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def work_of(user: Any, *, today: dt.date, limit: int = SHOWN) -> tuple[Work, ...]:
    """Every kind that is the person's business, also where nothing waits."""
    groups = waiting.groups(user, day=today, limit=limit)
    asked = {id for group in groups for item in group.pile.items for id in item.clauses}
    policy = policy_on(today) if asked and has_policy(today) else None
    return tuple(_work(one, policy, today) for one in groups)


def _work(group: Group, policy: Policy | None, today: dt.date) -> Work:
    lines = tuple(line_of(item, policy, today) for item in group.pile.items)
    oldest = max((one.days for one in lines if one.days), default=0)
    late = sum(bool(one.late) for one in lines)
    note = group.pile.note or (f"已过期限 {late}" if late else f"最早的已等 {oldest} 天" if oldest else "")
    source = group.source
    return Work(
        name=source.name, title=source.title, url=source.url, unit=source.unit, count=group.pile.count, note=note, lines=lines
    )  # fmt: skip


def line_of(item: Item, policy: Policy | None, today: dt.date, *, back: str = HOME) -> Line:
    return Line(
        item=item,
        days=max((today - item.since).days, 0) if item.since else None,
        left=(item.due - today).days if item.due else None,
        clauses=references(policy, item.clauses) if policy else (),
        acts=tuple(acts_of(item.buttons or (Button(label="去办理", url=item.url, about=item.what, opens=True),), back)),
    )


def acts_of(buttons: Iterable[Button], back: str) -> Iterable[Act]:
    for one in buttons:
        joint = "&" if "?" in one.url else "?"
        yield Act(
            label=one.label,
            url=f"{one.url}{joint}{urlencode({'next': back}, safe='/')}",
            about=one.about,
            opens=one.opens,
        )
