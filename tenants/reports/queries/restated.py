"""What changed since: between two revisions, and below a return that was closed before its children had their last word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchange import queries as exchange
from exchange.models import Delivery
from tenants.reports.models import Scope
from tenants.reports.queries.display import Cell, Column, cells, columns_for, is_adapted
from tenants.reports.queries.figures import figures_in
from tenants.reports.queries.filed import Filed

DEEPEST = 8  # levels of committees; ends a circle, should one ever stand in the tree

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Below:
    """A committee below whose part of a sum is another than before. Revisions are None where it was not in."""

    name: str
    before: int | None
    now: int | None
    depth: int

    @property
    def said(self) -> str:
        if self.before is None:
            return f"第 {self.now} 稿计入，原来缺"
        return f"第 {self.now} 稿代替第 {self.before} 稿" if self.now is not None else f"第 {self.before} 稿不再计入"

    @property
    def depth_class(self) -> str:
        return f"lx-deep-{min(3, self.depth)}" if self.depth else ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that reads otherwise."""

    scope: Scope
    before: Cell
    now: Cell

    @property
    def column(self) -> Column:
        return self.now.column


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
    """Which children's parts are others, and because of whom below them, all the way down as far as one may read. A statement a level."""
    return list(_chain([(body, before)], depth=0))


def _chain(pairs: list[tuple[Body, Body]], *, depth: int) -> Iterator[Below]:
    moved = [(line, old) for body, before in pairs for line, old in _moved(body, before)]
    wanted = {one["digest"] for pair in moved for one in pair if one and one["digest"]}
    bodies = exchange.bodies_of(wanted) if wanted and depth < DEEPEST else {}
    for line, old in moved:
        yield Below(line["name"], old["revision"] if old else None, line["revision"], depth)
        inner, outer = bodies.get(line["digest"]), bodies.get(old["digest"]) if old else None
        if inner and outer:
            yield from _chain([(inner, outer)], depth=depth + 1)


def _moved(body: Body, before: Body) -> Iterator[tuple[Body, Body | None]]:
    old = {child["code"]: child for child in before["children"]}
    for child in body["children"]:
        was = old.get(child["code"])
        if child["digest"] != (was["digest"] if was else None):
            yield child, was


def changed(body: Body, before: Body) -> list[Changed]:
    """Figures that differ between two revisions, own part first."""
    columns = columns_for(
        [*figures_in(body, Scope.TOTAL), *figures_in(before, Scope.TOTAL)],
        adapted=is_adapted(body) or is_adapted(before),
    )
    pairs = [
        Changed(scope, old, new)
        for scope in Scope
        for old, new in zip(
            cells(columns, figures_in(before, scope)), cells(columns, figures_in(body, scope)), strict=True
        )
    ]
    return [one for one in pairs if _sides(one.before) != _sides(one.now)]


def _sides(cell: Cell) -> tuple[object, ...]:
    one = cell.figure
    return (one.applicable, one.numerator, one.denominator) if one else ()
