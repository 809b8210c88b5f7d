"""Several periods and many committees at a glance: trend, completeness, tints. From received returns alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core import tenancy
from core.errors import NotFound
from exchange import overview as letters
from exchange.spans import Kind
from policy_engine.periods import DAY, Period
from registry.queries import tree_under, trees_under
from tenants.reports.models import Basis, ReturnState
from tenants.reports.queries import filed
from tenants.reports.queries.deadlines import dues_on, late_from
from tenants.reports.queries.display import Cell, Column
from tenants.reports.queries.figures import CARRIED, Figure, bases_of, shared_indicators, summed
from tenants.reports.queries.periods import due, holding
from tenants.reports.queries.places import Place, depth_class, places

TINTS = 5
MISSING, ELSEWHERE = "missing", "elsewhere"


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
    """One indicator by direct child and period, and the sum of this committee with them. Four statements.

    It begins with the first period somebody has the figure of.
    """
    keys, (indicator, basis) = [one.key for one in periods], column.key
    found = {
        (row.sender, row.period): _figure(column, row) for row in letters.told(keys, indicator=indicator, basis=basis)
    }
    own = filed.own_over(keys, indicator=indicator, basis=basis)
    begun = {key for (_, key), one in found.items() if one.applicable} | {
        key for key, one in own.items() if one.applicable
    }
    periods = _begun(periods, begun)
    me = tenancy.current().code
    stand = places(tree_under(me, periods[-1].last_day), {(sender, me) for sender, _ in found})
    children = [place for place in stand if place.depth == 1]
    totals = []
    for period in periods:
        parts = [found[child.code, period.key] for child in children if (child.code, period.key) in found]
        parts += [own[period.key]] if period.key in own else []
        totals.append(next(iter(summed([[one] for one in parts])), None))
    return Trend(
        column,
        tuple(periods),
        Series("", "合计", tuple(Cell(column, one) for one in totals)),
        tuple(
            Series(one.code, one.name, tuple(Cell(column, found.get((one.code, period.key))) for period in periods))
            for one in children
        ),
    )


def _figure(column: Column, row: letters.Told) -> Figure:
    return Figure(
        indicator=column.indicator.id, basis=str(column.basis), applicable=row.applicable,
        numerator=row.numerator, denominator=row.denominator, answered=int(row.applicable), asked=1,
    )  # fmt: skip


class Brick(NamedTuple):
    """One committee's return of one period on the wall. `state` is a return's state, `missing`, or `elsewhere`: it belonged to
    another parent then."""

    period: Period
    state: str
    is_late: bool
    revision: int
    url: str = ""  # of the return received, where it was sent to this committee


@dataclass(frozen=True, slots=True)
class WallLine:
    code: str
    name: str
    depth: int
    bricks: tuple[Brick, ...]

    @property
    def depth_class(self) -> str:
        return depth_class(self.depth - 1)


@dataclass(frozen=True, slots=True)
class Wall:
    """Of the direct children's returns: `asked` were due, `reported` stand, `timely` of them came in time (None: no day is set)."""

    periods: tuple[Period, ...]
    lines: tuple[WallLine, ...]
    asked: int
    reported: int
    timely: int | None


def wall(periods: Sequence[Period]) -> Wall:
    """Who reported when, for every committee below that this one may see. Four statements.

    It begins with the first period anybody reported: before, nobody was asked. Of those further down only what was accepted
    above them is known here; an empty place says nothing about them. Who moved stands under both parents, under each with
    the periods it belonged there.
    """
    due = dues_on(periods)
    rows = letters.standings({key: late_from(day) for key, day in due.items()})
    periods = _begun(periods, {period for known in rows.values() for period in known})
    trees = trees_under(tenancy.current().code, [one.last_day for one in periods])
    parents = {one.key: {entry.code: entry.parent for entry in trees[one.last_day]} for one in periods}
    stand = places(trees[periods[-1].last_day], rows)
    lines = [
        WallLine(
            one.code,
            one.name,
            one.depth,
            tuple(_bricks(one, periods, rows.get((one.code, one.parent), {}), parents)),
        )
        for one in stand
    ]
    asked = [brick for line in lines if line.depth == 1 for brick in line.bricks if brick.state != ELSEWHERE]
    told = [one for one in asked if one.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED)]
    return Wall(
        tuple(periods),
        tuple(one for one in lines if one.depth == 1 or any(brick.revision for brick in one.bricks)),
        asked=len(asked),
        reported=len(told),
        timely=sum(not one.is_late for one in told) if any(due[one.key] for one in periods) else None,
    )


def _begun(periods: Sequence[Period], told: set[str]) -> Sequence[Period]:
    """From the first period that is told of; the last one alone where none is."""
    return periods[next((place for place, one in enumerate(periods) if one.key in told), len(periods) - 1) :]


def _bricks(
    place: Place,
    periods: Sequence[Period],
    known: Mapping[str, letters.Standing],
    parents: Mapping[str, Mapping[str, str | None]],
) -> Iterator[Brick]:
    for period in periods:
        key = period.key
        row = known.get(key)
        if row is not None:
            yield Brick(period, row.state, row.is_late, row.revision, f"/returns/inbox/{row.id}/" if row.id else "")
        else:
            belongs = parents[key].get(place.code) == place.parent
            yield Brick(period, MISSING if belongs else ELSEWHERE, False, 0)


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
