"""What changed since: between two revisions, and below a return that was closed before its children had their last word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchange import queries as exchange
from exchange.models import Delivery, DeliveryState
from tenants.reports.models import Scope
from tenants.reports.queries.display import Cell, Column, cells, columns_for, is_adapted
from tenants.reports.queries.figures import figures_in
from tenants.reports.queries.filed import Filed
from tenants.reports.queries.places import depth_class

STATES: Mapping[str, str] = dict(DeliveryState.choices) | {"missing": "未报"}
DEEPEST = 8  # levels of committees; ends a circle, should one ever stand in the tree

Body = Mapping[str, Any]
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Below:
    """A committee below whose part of a sum is another than before. Revisions are None where it was not in."""

    name: str
    before: int | None
    now: int | None
    depth: int
    also: str = ""  # what else is another in the line of it

    @property
    def said(self) -> str:
        return f"{self._counted}；{self.also}" if self.also else self._counted

    @property
    def _counted(self) -> str:
        if self.before is None and self.now is None:
            return "仍未计入"
        if self.before is None:
            return f"第 {self.now} 稿计入，原来缺"
        if self.now is None:
            return f"第 {self.before} 稿不再计入"
        return "计入的仍是那一稿" if self.now == self.before else f"第 {self.now} 稿代替第 {self.before} 稿"

    @property
    def depth_class(self) -> str:
        return depth_class(self.depth)


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that reads otherwise."""

    scope: Scope
    before: Cell
    now: Cell

    @property
    def column(self) -> Column:
        return self.now.column

    @property
    def is_number(self) -> bool:
        """Does the number itself differ, or only how many committees it comes from?"""
        return _sides(self.before) != _sides(self.now)

    @property
    def answers(self) -> tuple[str, str] | None:
        """Out of how many committees, then and now, where that differs."""
        said = self.before.answered, self.now.answered
        return said if said[0] != said[1] else None


def _sides(cell: Cell) -> tuple[object, ...]:
    one = cell.figure
    return (one.applicable, one.numerator, one.denominator) if one else ()


def newer_below(filed: Filed) -> list[Below]:
    """Children accepted since this return was closed, or again with another revision. One statement."""
    return _newer(filed, exchange.received_accepted(filed.period))


def newer_everywhere(latest: Mapping[str, Filed]) -> dict[str, list[Below]]:
    """The same for the newest revision of every period that has any. One statement, none where nobody is below."""
    if not any(filed.row.body["children"] for filed in latest.values()):
        return {}
    accepted: dict[str, list[Delivery]] = {}
    for one in exchange.received_accepted():
        accepted.setdefault(one.period, []).append(one)
    found = {period: _newer(filed, accepted.get(period, [])) for period, filed in latest.items()}
    return {period: lines for period, lines in found.items() if lines}


def _newer(filed: Filed, accepted: Iterable[Delivery]) -> list[Below]:
    counted = {child["code"]: child for child in filed.row.body["children"] if child["digest"]}
    return [
        Below(one.sender_name, counted.get(one.sender, {}).get("revision"), one.revision, 0)
        for one in accepted
        if counted.get(one.sender, {}).get("digest") != one.digest
    ]


def chain(body: Body, before: Body) -> list[Below]:
    """Whose lines are others among the children, and because of whom below them, all the way down as far as one may read.

    A statement a level.
    """
    return list(_chain([(body, before)], depth=0))


def _chain(pairs: list[tuple[Body, Body]], *, depth: int) -> Iterator[Below]:
    moved = [found for body, before in pairs for found in _moved(body, before)]
    wanted = {one["digest"] for pair in moved if _is_other(*pair) for one in pair if one and one["digest"]}
    bodies = exchange.bodies_of(wanted) if wanted and depth < DEEPEST else {}
    for line, old in moved:
        yield _below(line, old, depth)
        inner, outer = (bodies.get(one["digest"]) if one else None for one in (line, old))
        if inner and outer:
            yield from _chain([(inner, outer)], depth=depth + 1)


def _below(line: Line | None, old: Line | None, depth: int) -> Below:
    before, now = (one["revision"] if one else None for one in (old, line))
    name = (line or old or {})["name"]
    return Below(name, before, now, depth, "，".join(_also(line, old)))


def _moved(body: Body, before: Body) -> list[tuple[Line | None, Line | None]]:
    """The children whose lines differ in anything, now and then; None: not a child there."""
    now, old = ({child["code"]: child for child in one["children"]} for one in (body, before))
    return [(now.get(code), old.get(code)) for code in {**now, **old} if now.get(code) != old.get(code)]


def moved_below(body: Body, before: Body) -> int:
    """How many children stand there otherwise. Reads nothing."""
    return len(_moved(body, before))


def _is_other(line: Line | None, old: Line | None) -> bool:
    return (line and line["digest"]) != (old and old["digest"])


def _also(line: Line | None, old: Line | None) -> Iterator[str]:
    """What is another in a child's line beside which revision is counted."""
    if line is None or old is None:
        yield "新列为下级" if line else "不再列为下级"
        return
    if line["name"] != old["name"]:
        yield f"原名{old['name']}"
    if line["state"] != old["state"] and not _is_other(line, old):
        yield f"原来{STATES.get(old['state'], old['state'])}，现在{STATES.get(line['state'], line['state'])}"
    if line["size"] != old["size"]:
        yield f"连同其下级原来 {old['size']} 个委员会，现在 {line['size']} 个"
    first, was = line["submitted_on"], old["submitted_on"]
    if first != was:
        yield f"首次报送 {first or '没有'}{f'（原来 {was}）' if was else ''}"


def changed(body: Body, before: Body) -> list[Changed]:
    """Figures that differ between two revisions in anything, own part first; where nobody is below, the total is the own part."""
    scopes = Scope if body["children"] or before["children"] else (Scope.OWN,)
    columns = columns_for(
        [*figures_in(body, Scope.TOTAL), *figures_in(before, Scope.TOTAL)],
        adapted=is_adapted(body) or is_adapted(before),
    )
    pairs = [
        Changed(scope, old, new)
        for scope in scopes
        for old, new in zip(
            cells(columns, figures_in(before, scope)), cells(columns, figures_in(body, scope)), strict=True
        )
    ]
    return [one for one in pairs if one.before.figure != one.now.figure]
