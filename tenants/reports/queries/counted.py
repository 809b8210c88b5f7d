"""Counts of records and links for returns, all of a committee's in one statement over the `deed` view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from policy_engine import Filter, Indicator
from policy_engine.model import filter_of
from policy_engine.periods import DAY, Period
from tenants.assessment.queries.counter import VALUES, filter_parts
from tenants.reports.queries.attained import People, Window
from tenants.reports.queries.figures import entry_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One number to count: which rows, and what of them is counted once."""

    sql: str
    params: tuple[Any, ...]
    distinct: str

    @property
    def number(self) -> str:
        return f"count(DISTINCT {self.value}) FILTER (WHERE {self.sql})"

    @property
    def value(self) -> str:
        return "record_id::text" if self.distinct == "record" else VALUES[self.distinct]


def numbers(
    wanted: Sequence[Indicator], people: People, window: Window, as_of: dt.date
) -> dict[str, tuple[int, int | None]]:
    """Numerator and denominator per indicator; a joint record counts once for the committee. One statement."""
    cells: list[Cell] = []
    places: dict[str, tuple[int, int | None]] = {}
    for one in wanted:
        places[one.id] = len(cells), None
        cells.append(cell_of(one, window(one.id), people, as_of))
        if (whole := out_of_cell(one, window(one.id), as_of)) is not None:
            places[one.id] = len(cells) - 1, len(cells)
            cells.append(whole)
    values = _run(cells)
    return {one.id: (values[places[one.id][0]], _denominator(one, people, values, places[one.id][1])) for one in wanted}


def doers(wanted: Sequence[Indicator], people: People, window: Window, as_of: dt.date) -> dict[str, frozenset[str]]:
    """Who is in the numerator, per indicator that counts people. One statement."""
    cells = [cell_of(one, window(one.id), people, as_of) for one in wanted]
    found = _selected([f"array_agg(DISTINCT {cell.value}) FILTER (WHERE {cell.sql})" for cell in cells], cells)
    return {one.id: frozenset(ids or ()) for one, ids in zip(wanted, found, strict=True)}


def cell_of(one: Indicator, span: Period, people: People, as_of: dt.date) -> Cell:
    """The numerator. Where those who did it are counted, they are of the denominator: in office on the last day."""
    assert one.where is not None
    cell = _cell(one.where, one.distinct, span, as_of)
    if one.distinct in ("subject", "target") and one.kind == "ratio":
        kind = one.population.type if one.population else "member"
        ids = sorted(people.of(kind))
        return Cell(f"{cell.sql} AND {one.distinct}_id = ANY(%s::uuid[])", (*cell.params, ids), one.distinct)
    return cell


def out_of_cell(one: Indicator, span: Period, as_of: dt.date) -> Cell | None:
    """The denominator where it is a count of records too."""
    said = entry_of(one.id).get("out_of")
    return _cell(filter_of(said, None), "record", span, as_of) if isinstance(said, dict) else None


def _cell(where: Filter, distinct: str, span: Period, as_of: dt.date) -> Cell:
    parts = list(filter_parts(where))
    sql = [part.sql for part in parts]
    params = [value for part in parts for value in part.params]
    if where.family == "link":
        sql.append("on_date <= %s AND (until_date IS NULL OR until_date > %s)")
        params += [as_of, as_of]
    else:
        sql.append("on_date >= %s AND on_date < %s")
        params += [span.start, min(as_of + DAY, span.until)]
    return Cell(" AND ".join(sql), tuple(params), distinct)


def _denominator(one: Indicator, people: People, values: Sequence[int], place: int | None) -> int | None:
    if one.kind == "count":
        return None
    if place is not None:
        return values[place]
    out_of = entry_of(one.id).get("out_of")
    return int(out_of) if out_of else len(people.of(one.population.type if one.population else "member"))


def _run(cells: Sequence[Cell]) -> list[int]:
    return _selected([cell.number for cell in cells], cells)


def _selected(columns: Sequence[str], cells: Sequence[Cell]) -> list[Any]:
    if not cells:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM deed WHERE confirmed",
            [value for cell in cells for value in cell.params],
        )
        return list(cursor.fetchone())


def record_ids(cell: Cell) -> Iterator[tuple[str, dt.date]]:
    """Ids and days of the records behind a number, the newest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT record_id::text, on_date FROM deed WHERE confirmed AND {cell.sql} ORDER BY on_date DESC, 1",
            list(cell.params),
        )
        yield from cursor.fetchall()
