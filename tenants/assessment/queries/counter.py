"""All tallies of a policy counted by one SQL statement over the `deed` view; very many, as a weekly duty has, by a few.

The rule is the one in `policy_engine.tally`; its plain counter and this one are fed the same random records by a
property test. Every value travels as a parameter. A row is credited to its subject and, where some tally counts
by target, to its target as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from policy_engine import Counted, Filter, Tally
from policy_engine.matching import LISTS, OWN, WORDS
from policy_engine.shares import weight
from policy_engine.tally import EVERYBODY, tabled, weighed

SELF = "self"  # the committee's own id among subjects; in its own schema it needs no other


def _identity(role: str) -> str:
    return f"CASE {role}_type WHEN 'committee' THEN '{SELF}' ELSE {role}_id::text END"


DAY = "to_char(on_date, 'YYYY-MM-DD')"
VALUES: Mapping[str, str] = {
    "target": _identity("target"),
    "subject": _identity("subject"),
    "item": "item",
    "venue": "venue_id::text",
    "destination": "destination",
    "day": DAY,
    "step": f"item || '@' || {DAY}",
    "dated": f"record_id::text || '@' || {DAY} || '@' || record_id::text",
    "answer": f"based_on::text || '@' || {DAY} || '@' || record_id::text",
}
PAIR = f"{_identity('subject')} || '>' || {_identity('target')}"
COLUMN_LIMIT = 800  # PostgreSQL takes 1664 columns; a policy has some dozens of tallies, a weekly duty alone a hundred


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the parameters of its placeholders, in order."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """What a statement asks of one tally: how many, and which records too."""

    tally: Tally
    with_records: bool

    @property
    def width(self) -> int:
        return 2 if self.with_records and not self.tally.where.weighs else 1

    def cells(self) -> Iterator[Condition]:
        if self.tally.where.weighs:
            yield _weights(self.tally)
            return
        yield _number(self.tally)
        if self.with_records:
            yield _records(self.tally)


def count_all(tallies: Sequence[Tally]) -> dict[tuple[str, str], Counted]:
    """Everybody's counts: numbers, and the distinct targets, items or venues; record ids only where a tally is `listed`. One query."""
    return _run([Column(tally, tally.listed) for tally in tallies], only=None)


def count_one(tallies: Sequence[Tally], subject: str) -> dict[tuple[str, str], Counted]:
    """One subject's counts with the records behind each; what everybody did is a second query where a tally asks for it."""
    own = [Column(tally, True) for tally in tallies if tally.by != "all"]
    common = [Column(tally, True) for tally in tallies if tally.by == "all"]
    return _run(own, only=subject) | _run(common, only=None)


def where(tally: Tally) -> Condition:
    """Which rows a tally counts."""
    return _all(_parts(tally))


def _all(conditions: Iterable[Condition]) -> Condition:
    parts = list(conditions)
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.params))


def _parts(tally: Tally) -> Iterator[Condition]:
    yield Condition("credited.by = %s", (tally.by,))
    yield Condition("confirmed" if tally.where.confirmed == "required" else "confirmed IS NOT NULL")
    yield from filter_parts(tally.where)
    if tally.standing_on is not None:
        yield Condition("on_date <= %s", (tally.standing_on,))
        yield Condition("(until_date IS NULL OR until_date > %s)", (tally.standing_from or tally.standing_on,))
    else:
        yield _in_span(tally)
    yield from _between("on_date", tally.done_from, tally.done_until)


def _in_span(tally: Tally) -> Condition:
    """By the day, or by the period a row says it is about."""
    span = list(_between("on_date", tally.span_from, tally.span_until)) or [Condition("true")]
    by_day = Condition(" AND ".join(part.sql for part in span), tuple(value for part in span for value in part.params))
    if tally.named is None:
        return by_day
    sql = f"CASE WHEN for_period IS NULL THEN {by_day.sql} ELSE for_period = ANY(%s::text[]) END"
    return Condition(sql, (*by_day.params, list(tally.named)))


def _between(column: str, first: date | None, end: date | None) -> Iterator[Condition]:
    if first is not None:
        yield Condition(f"{column} >= %s", (first,))
    if end is not None:
        yield Condition(f"{column} < %s", (end,))


def filter_parts(wanted: Filter) -> Iterator[Condition]:
    """What a row must hold, as `policy_engine.matching` asks it; confirmation and time apart."""
    yield Condition("family = %s", (wanted.family,))
    for name, column in WORDS.items():
        words = getattr(wanted, name)
        if name == "organisers" and OWN in words:
            yield Condition(_ORGANISED, (list(words),))
        elif words:
            yield Condition(f"{column}{'::text' if column.endswith('_id') else ''} = ANY(%s)", (list(words),))
    if wanted.away:
        yield Condition("(role IS NULL OR role <> ALL(%s::text[]))", (list(wanted.away),))
    for name in LISTS:
        words = getattr(wanted, name)
        if words:
            yield Condition(f"{name} && %s::text[]", (list(words),))
    for amount, number in wanted.at_least:
        yield Condition("(amounts->>%s)::numeric >= %s", (amount, number))
    if wanted.checklist is not None:
        yield Condition("checklist = %s", (wanted.checklist,))
    if wanted.at_venue:
        yield Condition("venue_id IS NOT NULL")
    if wanted.without:
        apart = _all(filter_parts(wanted.without))
        yield Condition(f"({apart.sql}) IS NOT TRUE", apart.params)  # a column without a value makes it no exception


_ORGANISED = (
    "(organiser_type = ANY(%s) OR organiser_type = subject_type"
    " AND (organiser_id = subject_id OR organiser_type = 'committee'))"
)


def _weights(tally: Tally) -> Condition:
    """What each record's weight is worked out from; the sum is the engine's own, so that it is as exact."""
    condition, amount = where(tally), tally.where.sum
    facts = f"record_id::text, {'amounts->>%s' if amount else 'NULL'}, role, place::text, crew::text, array_to_string(results, ' ')"
    return Condition(
        f"array_agg(DISTINCT ARRAY[{facts}]) FILTER (WHERE {condition.sql})",
        (*((amount,) if amount else ()), *condition.params),
    )


def _number(tally: Tally) -> Condition:
    """How many, or which distinct values: their number is how many."""
    condition = where(tally)
    if tally.distinct == "record":
        return Condition(f"count(DISTINCT record_id) FILTER (WHERE {condition.sql})", condition.params)
    # A record whose target or venue is not named stands for itself.
    value = f"coalesce(nullif({VALUES[tally.distinct]}, ''), record_id::text)"
    return Condition(f"array_agg(DISTINCT {value}) FILTER (WHERE {condition.sql})", condition.params)


def _records(tally: Tally) -> Condition:
    condition = where(tally)
    return Condition(f"array_agg(DISTINCT record_id::text) FILTER (WHERE {condition.sql})", condition.params)


def _run(columns: Sequence[Column], *, only: str | None) -> dict[tuple[str, str], Counted]:
    found: dict[tuple[str, str], Counted] = {}
    for batch in _batches(columns):
        found |= _run_batch(batch, only=only)
    return found


def _batches(columns: Iterable[Column]) -> Iterator[list[Column]]:
    """As few statements as the limit allows; a tally's cells stay together."""
    batch: list[Column] = []
    width = 0
    for column in columns:
        if batch and width + column.width > COLUMN_LIMIT:
            yield batch
            batch, width = [], 0
        batch.append(column)
        width += column.width
    if batch:
        yield batch


def _run_batch(columns: Sequence[Column], *, only: str | None) -> dict[tuple[str, str], Counted]:
    tallies = [column.tally for column in columns]
    statement = _statement(tallies, [cell for column in columns for cell in column.cells()], only=only)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        rows = cursor.fetchall()
    widths = [column.width for column in columns]
    return {
        (tally.key, subject): counted
        for subject, *values in rows
        for tally, cell in zip(tallies, _chunks(values, widths), strict=True)
        if (counted := _counted(tally, cell)).number
    }


def _statement(tallies: Sequence[Tally], cells: Sequence[Condition], *, only: str | None) -> Condition:
    wanted = {tally.by for tally in tallies} | {"subject"}
    roles = [role for role in ("subject", "target") if role in wanted]
    ids = {"subject": _identity("subject"), "target": _identity("target"), "pair": PAIR, "all": f"'{EVERYBODY}'"}
    # Ids are compared byte by byte: by the rules of a language, sorting them took longer than counting.
    legs = ", ".join(f"('{by}', ({identity}) COLLATE \"C\")" for by, identity in ids.items() if by in wanted)
    mine = _mine(roles, only)
    waiting = any(tally.where.confirmed == "any" for tally in tallies)
    some = _some(tallies)
    sql = (
        f"SELECT credited.id, {', '.join(cell.sql for cell in cells)} "
        f"FROM deed CROSS JOIN LATERAL (VALUES {legs}) AS credited (by, id) "
        f"WHERE {'confirmed IS NOT NULL' if waiting else 'confirmed'} AND credited.id IS NOT NULL{some.sql}{mine.sql} "
        "GROUP BY credited.id"
    )
    return Condition(sql, (*(value for cell in cells for value in cell.params), *some.params, *mine.params))


def _some(tallies: Sequence[Tally]) -> Condition:
    """What some tally could count at all, on plain columns: whole branches of the view and most rows need not be looked at."""
    families: dict[str, list[Tally]] = {}
    for tally in tallies:
        families.setdefault(tally.where.family, []).append(tally)
    parts = [_all(_could(family, of)) for family, of in sorted(families.items())]
    either = " OR ".join(f"({part.sql})" for part in parts)
    return Condition(f" AND ({either})", tuple(value for part in parts for value in part.params))


def _could(family: str, tallies: Sequence[Tally]) -> Iterator[Condition]:
    """The family, every kind asked for and the earliest day, where all of its tallies name kinds and days."""
    yield Condition("family = %s", (family,))
    if all(tally.where.kinds for tally in tallies):
        yield Condition("kind = ANY(%s)", (sorted({kind for tally in tallies for kind in tally.where.kinds}),))
    firsts = [tally.span_from for tally in tallies if tally.standing_on is None and tally.span_from is not None]
    if len(firsts) == len(tallies):
        yield Condition("(for_period IS NOT NULL OR on_date >= %s)", (min(firsts),))


def _mine(roles: Sequence[str], only: str | None) -> Condition:
    """Limits the rows to one subject's, on plain columns, so that the branches' indexes serve it."""
    if only is None:
        return Condition("")
    if only == SELF:
        either = " OR ".join(f"{role}_type = 'committee'" for role in roles)
        return Condition(f" AND ({either}) AND {_OWN}", (SELF, f"{SELF}>%"))
    either = " OR ".join(f"{role}_id = %s::uuid" for role in roles)
    return Condition(f" AND ({either}) AND {_OWN}", (*[only] * len(roles), only, f"{only}>%"))


_OWN = "(credited.id = %s OR credited.by = 'pair' AND credited.id LIKE %s)"


def _counted(tally: Tally, cell: Sequence[Any]) -> Counted:
    if tally.where.weighs:
        return _weighed(tally, cell[0] or ())
    found, records = cell[0], tuple(cell[1] or ()) if len(cell) > 1 else ()
    if tally.distinct == "record":
        return Counted(number=found, records=records)
    values = tuple(found or ())
    return Counted(number=len(values), records=records, values=values)


def _weighed(tally: Tally, rows: Iterable[Sequence[str | None]]) -> Counted:
    weights: dict[str, Fraction] = {}
    for record, amount, role, place, crew, results in rows:
        assert record is not None, "every row is one of a record"
        worth = weight(
            tally.where.share,
            (amount if tally.where.sum else 1),
            role,
            int(place) if place else None,
            json.loads(crew) if crew else None,
        )
        worth *= tabled(tally.where, (results or "").split()) if tally.where.table else 1
        weights[record] = max(weights.get(record, worth), worth)
    return weighed(weights)


def _chunks(values: Sequence[Any], widths: Iterable[int]) -> Iterator[Sequence[Any]]:
    start = 0
    for width in widths:
        yield values[start : start + width]
        start += width
