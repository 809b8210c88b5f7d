"""All tallies of a policy counted by one SQL statement over the `deed` view.

The rule is the one in `policy_engine.tally`; its plain counter and this one are fed the same random records by a
property test. Every value travels as a parameter. A row is credited to its subject and, where some tally counts
by target, to its target as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from policy_engine import Counted, Filter, Tally

# Where a filter's field is compared with which column; an empty field asks nothing.
MEMBERSHIPS: Mapping[str, str] = {
    "kinds": "kind",
    "roles": "role",
    "authorship": "authorship",
    "organisers": "organiser_type",
    "place_levels": "place_level",
    "modes": "mode",
    "target_types": "target_type",
    "destinations": "destination",
    "items": "item",
}
SELF = "self"  # the committee's own id among subjects; in its own schema it needs no other


def _identity(role: str) -> str:
    return f"CASE {role}_type WHEN 'committee' THEN '{SELF}' ELSE {role}_id::text END"


VALUES: Mapping[str, str] = {
    "target": _identity("target"),
    "subject": _identity("subject"),
    "item": "item",
    "venue": "venue_id::text",
    "destination": "destination",
}
COLUMN_LIMIT = 800  # PostgreSQL takes 1664 columns; a policy has some dozens of tallies


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the parameters of its placeholders, in order."""

    sql: str
    params: tuple[Any, ...] = ()


def count_all(tallies: Sequence[Tally]) -> dict[tuple[str, str], Counted]:
    """Everybody's counts: numbers, and the distinct targets, items or venues, but no record ids. One query."""
    return _run(tallies, [_number(tally) for tally in tallies], only=None)


def count_one(tallies: Sequence[Tally], subject: str) -> dict[tuple[str, str], Counted]:
    """One subject's counts with the records behind each. One query."""
    return _run(tallies, [cell for tally in tallies for cell in (_number(tally), _records(tally))], only=subject)


def where(tally: Tally) -> Condition:
    """Which rows a tally counts."""
    parts = list(_parts(tally))
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.params))


def _parts(tally: Tally) -> Iterator[Condition]:
    yield Condition("credited.by = %s", (tally.by,))
    yield from _filter_parts(tally.where)
    if tally.standing_on is not None:
        yield Condition("on_date <= %s", (tally.standing_on,))
        yield Condition("(until_date IS NULL OR until_date > %s)", (tally.standing_on,))
        return
    if tally.span_from is not None:
        yield Condition("on_date >= %s", (tally.span_from,))
    if tally.span_until is not None:
        yield Condition("on_date < %s", (tally.span_until,))


def _filter_parts(wanted: Filter) -> Iterator[Condition]:
    yield Condition("family = %s", (wanted.family,))
    for name, column in MEMBERSHIPS.items():
        words = getattr(wanted, name)
        if words:
            yield Condition(f"{column} = ANY(%s)", (list(words),))
    if wanted.checklist is not None:
        yield Condition("checklist = %s", (wanted.checklist,))
    if wanted.at_venue:
        yield Condition("venue_id IS NOT NULL")


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


def _run(tallies: Sequence[Tally], cells: Sequence[Condition], *, only: str | None) -> dict[tuple[str, str], Counted]:
    if not tallies:
        return {}
    if len(cells) > COLUMN_LIMIT:
        raise ValueError(f"{len(cells)} tallies do not fit into one statement")
    statement = _statement(cells, targets=any(tally.by == "target" for tally in tallies), only=only)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        rows = cursor.fetchall()
    width = len(cells) // len(tallies)
    return {
        (tally.key, subject): counted
        for subject, *values in rows
        for tally, cell in zip(tallies, _chunks(values, width), strict=True)
        if (counted := _counted(tally, cell)).number
    }


def _statement(cells: Sequence[Condition], *, targets: bool, only: str | None) -> Condition:
    roles = ("subject", "target") if targets else ("subject",)
    legs = ", ".join(f"('{role}', {_identity(role)})" for role in roles)
    mine = _mine(roles, only)
    sql = (
        f"SELECT credited.id, {', '.join(cell.sql for cell in cells)} "
        f"FROM deed CROSS JOIN LATERAL (VALUES {legs}) AS credited (by, id) "
        f"WHERE confirmed AND credited.id IS NOT NULL{mine.sql} GROUP BY credited.id"
    )
    return Condition(sql, (*(value for cell in cells for value in cell.params), *mine.params))


def _mine(roles: Sequence[str], only: str | None) -> Condition:
    """Limits the rows to one subject's, on plain columns, so that the branches' indexes serve it."""
    if only is None:
        return Condition("")
    if only == SELF:
        either = " OR ".join(f"{role}_type = 'committee'" for role in roles)
        return Condition(f" AND ({either}) AND credited.id = %s", (SELF,))
    either = " OR ".join(f"{role}_id = %s::uuid" for role in roles)
    return Condition(f" AND ({either}) AND credited.id = %s", (*[only] * len(roles), only))


def _counted(tally: Tally, cell: Sequence[Any]) -> Counted:
    found, records = cell[0], tuple(cell[1] or ()) if len(cell) > 1 else ()
    if tally.distinct == "record":
        return Counted(number=found, records=records)
    values = tuple(found or ())
    return Counted(number=len(values), records=records, values=values)


def _chunks(values: Sequence[Any], width: int) -> Iterable[Sequence[Any]]:
    return (values[start : start + width] for start in range(0, len(values), width))
