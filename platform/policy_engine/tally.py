"""Counting, as data. A `Tally` says which deed rows count, for whom and over which days; two counters read it.

This module holds the plain in-memory one; the committee's database compiles the same tallies into one SQL statement.
A property test feeds both the same rows and demands equal counts.

**The deed row** (one per record, subject and role): family(record|link|check), record_id, kind, on_date, until_date,
subject_type, subject_id, role, authorship, organiser_type, organiser_id, target_type, target_id, venue_id, place_level, mode,
destination, checklist, item, confirmed. Links: on_date = since, until_date exclusive, subject = from, target = to.

**The rule** a counter follows for a tally and a row:
1. the row is confirmed, and every non-empty field of `where` holds the row's value (`kinds` already contain local kinds);
2. `standing_on` set: on_date <= standing_on and (until_date is null or until_date > standing_on);
   otherwise: span_from <= on_date < span_until (both already cut at as-of, None is open);
3. the one credited is (subject_type, subject_id), or (target_type, target_id) where `by` is `target`;
   compare the id only: the tally's `subject_type` picks among subjects, and ids are unique among them;
4. the number is the count of distinct record_id, or, by `distinct`: target (coalesce(target_id, record_id)), item, venue (venue_id).
Posts are not the counter's affair: `judge` asks who held which post when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from policy_engine.model import Filter, Policy
from policy_engine.periods import Period

Distinct = Literal["record", "target", "item", "venue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One deed row as the engine reads it; the SQL view has the same columns."""

    family: str
    record_id: str
    kind: str
    on_date: date
    subject_type: str
    subject_id: str
    until_date: date | None = None
    role: str | None = None
    authorship: str | None = None
    organiser_type: str | None = None
    organiser_id: str | None = None
    target_type: str | None = None
    target_id: str | None = None
    venue_id: str | None = None
    place_level: str | None = None
    mode: str | None = None
    destination: str | None = None
    checklist: str | None = None
    item: str | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`key` is unique in one evaluation: `duty@2021-05`, `duty/part@2021`. Subject and posts describe whom it is for."""

    key: str
    duty: str
    part: str | None
    period: Period
    subject_type: str
    posts: tuple[str, ...]
    except_posts: tuple[str, ...]
    where: Filter
    distinct: Distinct = "record"
    by: Literal["subject", "target"] = "subject"
    span_from: date | None = None
    span_until: date | None = None
    standing_on: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data: dates as ISO text, tuples as lists."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with what stands behind it: record ids, and the distinct targets, items or venues (empty when counting records)."""

    number: int = 0
    records: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


Counts = Mapping[tuple[str, str], Counted]
"""(tally key, subject id) → Counted. A missing pair is zero."""

NOTHING = Counted()


def tallies(policy: Policy, as_of: date) -> list[Tally]:
    """All tallies of a policy for every period begun in the year holding `as_of`, in duty order."""
    raise NotImplementedError


def count(wanted: Iterable[Tally], rows: Iterable[Row]) -> dict[tuple[str, str], Counted]:
    """The plain counter."""
    raise NotImplementedError
