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
4. the number is the count of distinct record_id, or, by `distinct`, of coalesce(x, record_id) with x = target_id, item, venue_id,
   subject_id or destination.
Posts are not the counter's affair: `judge` asks who held which post when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, cast

from policy_engine.model import Duty, Filter, Part
from policy_engine.periods import Period, next_day

Distinct = Literal["record", "target", "item", "venue", "subject", "destination"]
By = Literal["subject", "target"]
YEARLY = "yearly"
ANY_WORD = None  # where a filter names no kind and no list, every row may count
STAGE = "~"


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Row:
    """One deed row as the engine reads it; the SQL view has the same columns.

    Not frozen only because sheets make a hundred thousand of them, and frozen ones take three times as long. Never change one.
    """

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
    """`key` is unique in one evaluation: `duty@2021-05`, `duty/part@2021`, `duty/yearly@2021` (lines of a list to be met
    anew), each with `~0`, `~1`, … where the filter changed within the period. Subject and posts describe whom it is for."""

    key: str
    duty: str
    part: str | None
    period: Period
    subject_type: str
    posts: tuple[str, ...]
    except_posts: tuple[str, ...]
    where: Filter
    distinct: Distinct = "record"
    by: By = "subject"
    span_from: date | None = None
    span_until: date | None = None
    standing_on: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data: dates as ISO text, tuples as lists."""
        data = asdict(self) | {"period": self.period.to_json()}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with what stands behind it: record ids, and the distinct targets, items or venues (empty when counting records)."""

    number: int = 0
    records: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


Counts = Mapping[tuple[str, str], Counted]
"""(tally key, subject id) → Counted. A missing pair is zero."""

NOTHING = Counted()


def merged(found: Iterable[Counted]) -> Counted:
    """Stages lie apart in time, so records add up; a target met in two stages is still one."""
    several = list(found)
    values = tuple(sorted({value for one in several for value in one.values}))
    records = tuple(sorted({record for one in several for record in one.records}))
    return Counted(len(values) if values else sum(one.number for one in several), records, values)


def key(duty: str, period: Period, part: str | None = None) -> str:
    return f"{duty}/{part}@{period.key}" if part else f"{duty}@{period.key}"


def count(wanted: Iterable[Tally], rows: Iterable[Row]) -> dict[tuple[str, str], Counted]:
    """The plain counter."""
    by_word = _by_word(wanted)
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        word = row.checklist if row.family == "check" else row.kind
        for tally in (*by_word.get((row.family, word), ()), *by_word.get((row.family, ANY_WORD), ())):
            credited = row.subject_id if tally.by == "subject" else row.target_id
            if credited is not None and counts(tally, row):
                found[tally.key, credited][value_of(tally.distinct, row)].add(row.record_id)
    distinct = {tally.key: tally.distinct for tallies in by_word.values() for tally in tallies}
    return {pair: _counted(values, distinct[pair[0]]) for pair, values in found.items()}


def counts(tally: Tally, row: Row) -> bool:
    """Does this row count for this tally? Rules 1 and 2 above."""
    return row.confirmed and _in_time(tally, row) and passes(tally.where, row)


def passes(where: Filter, row: Row) -> bool:
    """Does the row hold the filter's values? Empty means any."""
    return (
        row.family == where.family
        and (where.checklist is None or where.checklist == row.checklist)
        and (row.venue_id is not None or not where.at_venue)
        and (not where.kinds or row.kind in where.kinds)
        and (not where.roles or row.role in where.roles)
        and (not where.authorship or row.authorship in where.authorship)
        and (not where.organisers or row.organiser_type in where.organisers)
        and (not where.place_levels or row.place_level in where.place_levels)
        and (not where.modes or row.mode in where.modes)
        and (not where.target_types or row.target_type in where.target_types)
        and (not where.destinations or row.destination in where.destinations)
        and (not where.items or row.item in where.items)
    )


def value_of(distinct: str, row: Row) -> str:
    """What is counted once; a record whose target or venue is not named stands for itself."""
    named = {
        "target": row.target_id,
        "item": row.item,
        "venue": row.venue_id,
        "subject": row.subject_id,
        "destination": row.destination,
    }
    return named.get(distinct) or row.record_id


def _in_time(tally: Tally, row: Row) -> bool:
    if tally.standing_on is not None:
        return row.on_date <= tally.standing_on and (row.until_date is None or row.until_date > tally.standing_on)
    return (tally.span_from is None or row.on_date >= tally.span_from) and (
        tally.span_until is None or row.on_date < tally.span_until
    )


def tally_for(
    duty: Duty, period: Period, as_of: date, *, where: Filter, part: Part | None = None, suffix: str = ""
) -> Tally:
    """Links and checks as they stand on the reference day; records of the period up to as-of."""
    whom, counted = duty.population or duty.subject, part or duty
    stands = where.family == "link" or (where.family == "check" and not suffix) or duty.period == "continuous"
    standing = where.family != "record" and stands
    return Tally(
        key=key(duty.id, period, part.id if part else suffix or None),
        duty=duty.id,
        part=part.id if part else None,
        period=period,
        subject_type=whom.type,
        posts=whom.posts,
        except_posts=whom.except_posts,
        where=where,
        distinct=cast(Distinct, "item" if duty.listing else counted.distinct),
        by=cast(By, counted.by),
        span_from=None if standing or period.start == date.min else period.start,
        span_until=None if standing else min(next_day(as_of), period.until),
        standing_on=period.reference_day(as_of) if standing else None,
    )


def _by_word(wanted: Iterable[Tally]) -> dict[tuple[str, str | None], list[Tally]]:
    """Tallies by the word a row must carry, so that a row meets only those that may want it."""
    found: dict[tuple[str, str | None], list[Tally]] = defaultdict(list)
    for tally in wanted:
        named = tuple(filter(None, [tally.where.checklist])) if tally.where.family == "check" else tally.where.kinds
        for name in named or (ANY_WORD,):
            found[tally.where.family, name].append(tally)
    return found


def _counted(values: dict[str, set[str]], distinct: str) -> Counted:
    records = sorted({record for behind in values.values() for record in behind})
    return Counted(len(values), tuple(records), () if distinct == "record" else tuple(sorted(values)))
