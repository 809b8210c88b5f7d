"""Several periods and many committees at a glance: trend, completeness, tints. From received returns alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core import tenancy
from core.clock import ZONE
from core.errors import NotFound
from exchange import overview as letters
from exchange.spans import Kind
from policy_engine.periods import DAY, Period
from registry.queries import everyone
from tenants.reports.models import Basis, ReturnState
from tenants.reports.queries import filed
from tenants.reports.queries.deadlines import due_on
from tenants.reports.queries.display import Cell, Column
from tenants.reports.queries.figures import CARRIED, Figure, bases_of, shared_indicators, summed
from tenants.reports.queries.periods import due, holding

TINTS = 5


def offered(periods: Sequence[Period]) -> tuple[Column, ...]:
    """The indicators somebody below answered in these periods, attainment by both values; all, where nobody has yet."""
    known, told = shared_indicators(), letters.answered([one.key for one in periods])
    codes = [code for code in CARRIED if code in told] or CARRIED
    return tuple(
        Column(known[code], basis, len(bases_of(known[code])) > 1) for code in codes for basis in bases_of(known[code])
    )


def picked(name: str) -> Column:
    """The indicator and basis that `Column.name` writes. Raises NotFound."""
    code, _, basis = name.partition(".")
    indicator = shared_indicators().get(code)
    if indicator is None or basis not in bases_of(indicator):
        raise NotFound("没有这项指标，或者还没有开始汇总。")
    return Column(indicator, Basis(basis), len(bases_of(indicator)) > 1)


def last_spans(today: dt.date, kind: Kind, *, number: int) -> list[Period]:
    """The newest so many periods of a kind that are over, the oldest first."""
    found = [due(today, kind)]
    while len(found) < number:
        found.append(holding(found[-1].start - DAY, kind))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Series:
    """One committee's cells, one per period; `code` empty for the sum."""

    code: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    column: Column
    periods: tuple[Period, ...]
    total: Series
    children: tuple[Series, ...]


def trend(column: Column, periods: Sequence[Period]) -> Trend:
    """One indicator by committee and period, and the sum of this committee with its accepted children. Four statements.

    It begins with the first period somebody has the figure of.
    """
    rows = letters.told([one.key for one in periods], indicator=column.indicator.id, basis=column.basis)
    found = {(row.sender, row.period): _figure(column, row) for row in rows}
    mine = filed.all_latest()
    own = {key: one for key, entry in mine.items() for one in entry.own if one.key == column.key}
    periods = _begun(
        periods, {one.period for one in rows if one.applicable} | {key for key, one in own.items() if one.applicable}
    )
    children = {code: name for code, name, depth in _below(rows) if depth == 1}
    totals = []
    for period in periods:
        parts = [found[code, period.key] for code in children if (code, period.key) in found]
        parts += [own[period.key]] if period.key in own else []
        totals.append(next(iter(summed([[one] for one in parts])), None))
    return Trend(
        column,
        tuple(periods),
        Series("", "合计", tuple(Cell(column, one) for one in totals)),
        tuple(
            Series(code, name, tuple(Cell(column, found.get((code, one.key))) for one in periods))
            for code, name in children.items()
        ),
    )


def _figure(column: Column, row: letters.Told) -> Figure:
    return Figure(
        indicator=column.indicator.id, basis=str(column.basis), applicable=row.applicable,
        numerator=row.numerator, denominator=row.denominator, answered=int(row.applicable), asked=1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brick:
    """One committee's return of one period on the wall. `state` is a return's state or `missing`."""

    period: Period
    state: str
    is_late: bool
    revision: int


@dataclass(frozen=True, slots=True)
class WallLine:
    code: str
    name: str
    depth: int
    bricks: tuple[Brick, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """Of the direct children's returns: `asked` were due, `reported` stand, `timely` of them came in time (None: no day is set)."""

    periods: tuple[Period, ...]
    lines: tuple[WallLine, ...]
    asked: int
    reported: int
    timely: int | None


def wall(periods: Sequence[Period]) -> Wall:
    """Who reported when, for every committee below that this one may see. Two statements and the policy of each period's end.

    It begins with the first period anybody reported: before, nobody was asked. Of those further down only what was accepted
    above them is known here; an empty place says nothing about them.
    """
    rows = {(row.sender, row.period): row for row in letters.standings([one.key for one in periods])}
    periods = _begun(periods, {period for _, period in rows})
    due = {one.key: due_on(one) for one in periods}
    lines = [
        WallLine(code, name, depth, tuple(_brick(one, rows.get((code, one.key)), due[one.key]) for one in periods))
        for code, name, depth in _below(rows.values())
    ]
    bricks = [brick for line in lines if line.depth == 1 for brick in line.bricks]
    stand = [one for one in bricks if one.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED)]
    return Wall(
        tuple(periods),
        tuple(line for line in lines if line.depth == 1 or any(one.state != "missing" for one in line.bricks)),
        asked=len(bricks),
        reported=len(stand),
        timely=sum(not one.is_late for one in stand) if any(due.values()) else None,
    )


def _begun(periods: Sequence[Period], told: set[str]) -> Sequence[Period]:
    """From the first period that is told of; the last one alone where none is."""
    return periods[next((place for place, one in enumerate(periods) if one.key in told), len(periods) - 1) :]


def _brick(period: Period, row: letters.Standing | None, due: dt.date | None) -> Brick:
    if row is None:
        return Brick(period, "missing", is_late=False, revision=0)
    late = due is not None and row.first_at.astimezone(ZONE).date() > due
    return Brick(period, row.state, is_late=late, revision=row.revision)


def tints(cells: Iterable[Sequence[Cell]]) -> list[list[int]]:
    """For rows of cells, each cell's place between the least and the greatest of its column: 1 (least) to 5, 0 for none.

    A tint helps the eye find what differs; it is no judgement, and a column of equal values has none.
    """
    rows = [[cell.number for cell in row] for row in cells]
    spans = [_span(column) for column in zip(*rows, strict=True)]
    return [[_tint(value, span) for value, span in zip(row, spans, strict=True)] for row in rows]


def _span(column: Iterable[float | None]) -> tuple[float, float] | None:
    known = [value for value in column if value is not None]
    return (min(known), max(known)) if known and min(known) < max(known) else None


def _tint(value: float | None, span: tuple[float, float] | None) -> int:
    if value is None or span is None:
        return 0
    return min(TINTS, 1 + int((value - span[0]) / (span[1] - span[0]) * TINTS))


def _below(rows: Iterable[letters.Told | letters.Standing]) -> list[tuple[str, str, int]]:
    """Code, name, depth of the tree below in its printed order: by code, each followed by its own children.

    Whoever reported here while it belonged here stands among the children.
    """
    me = tenancy.current().code
    entries = everyone()
    by_parent: dict[str | None, set[str]] = {}
    for entry in entries:
        by_parent.setdefault(entry.parent, set()).add(entry.code)
    by_parent.setdefault(me, set()).update(row.sender for row in rows if row.recipient == me)
    names = {entry.code: entry.name for entry in entries}
    return [(code, names[code], depth) for code, depth in _walk(me, by_parent, frozenset({me})) if code in names]


def _walk(code: str, by_parent: Mapping[str | None, set[str]], above: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Code and depth; `above` ends a circle, should one ever stand in the tree."""
    for child in sorted(by_parent.get(code, set()) - above):
        yield child, len(above)
        yield from _walk(child, by_parent, above | {child})
