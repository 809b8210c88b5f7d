"""Counting, as data. A `Tally` says which deed rows count, for whom and over which days; two counters read it.

This module holds the plain in-memory one; the committee's database compiles the same tallies into one SQL statement.
A property test feeds both the same rows and demands equal counts.

**The deed row** (one per record, subject and role): family(record|link|check), record_id, kind, on_date, until_date,
subject_type, subject_id, role, authorship, organiser_type, organiser_id, target_type, target_id, venue_id, place_level, mode,
destination, checklist, item, confirmed; posts and sector_id of the subject that day; tags, results, amounts, based_on,
for_period (the key of the period a record or check is about, null where it says none); place (of the subject among the authors) and crew (how many hold each role). Links: on_date = since, until_date exclusive, subject = from, target = to.

**The rule** a counter follows for a tally and a row:
1. the row is confirmed (or, where `where.confirmed` is any, not refused: confirmed is not None), its role is none of `where.away`, and every non-empty field of `where` holds the row's value (`kinds` already contain local kinds);
2. `standing_on` set: on_date <= standing_on and (until_date is null or until_date > standing_from, or > standing_on
   where that is not set);
   otherwise: span_from <= on_date < span_until (both already cut at as-of, None is open), unless `named` is not null and the
   row says which period it is about (`for_period`): then for_period is one of `named`, whatever the day;
   always: done_from <= on_date < done_until (None is open);
3. the one credited is (subject_type, subject_id), or (target_type, target_id) where `by` is `target`;
   compare the id only: the tally's `subject_type` picks among subjects, and ids are unique among them;
   where `by` is `pair`, the two together; where it is `all`, everybody at once ("*");
   (a duty's `by: members` is counted by subject, `of_members`, and put together by the bench);
   a record that names nobody who did it has one row without a subject: nobody's but everybody's;
4. the number is the count of distinct record_id, or, by `distinct`, of coalesce(x, record_id) with x = target_id, item, venue_id,
   subject_id, destination or the day; where the filter weighs (`sum`, `share`), the sum of what each record adds, a record
   once, by its heaviest row.
Posts are not the counter's affair: `judge` asks who held which post when.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from itertools import islice
from operator import attrgetter
from typing import Any, Literal, cast

from policy_engine import matching, shares
from policy_engine.matching import passes
from policy_engine.model import OTHERWISE, Duty, Filter, Part
from policy_engine.periods import Period, is_long, names_within, next_day

Distinct = Literal["record", "target", "item", "venue", "subject", "destination", "day", "step", "dated", "answer"]
By = Literal["subject", "target", "pair", "all"]
EVERYBODY = "*"
MEMBERS = "members"
"""Credited to those who belong to the subject."""
YEARLY = "yearly"
STAGE = "~"
LATE = "!late"
DATED_VALUES = ("step", "dated", "answer")


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
    confirmed: bool | None = True
    posts: tuple[str, ...] = ()
    sector_id: str | None = None
    tags: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    amounts: Mapping[str, Any] | None = field(default=None, hash=False)
    based_on: str | None = None
    for_period: str | None = None
    place: int | None = None
    crew: Mapping[str, int] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`key` is unique in one evaluation: `duty@2021-05`, `duty/part@2021`, `duty/yearly@2021` (lines of a list to be met
    anew), each with `!late` for what was done after the due day, and with `~0`, `~1`, … where the filter changed within the period. Subject and posts describe whom it is for."""

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
    named: tuple[str, ...] | None = None
    done_from: date | None = None
    done_until: date | None = None
    standing_from: date | None = None  # what stood on any day from this one to `standing_on`
    listed: bool = False  # whoever judges needs the records, not only their number
    of_members: bool = (
        False  # credited to each who did it; a sector's or committee's figure is that of its members together
    )

    def to_json(self) -> dict[str, Any]:
        """Plain data: dates as ISO text, fractions as text, tuples as lists."""
        plain: dict[str, Any] = _plain(asdict(self) | {"period": self.period.to_json()})
        return plain


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with what stands behind it: record ids, and the distinct targets, items or venues (empty when counting records).

    Where records do not count one each, `weights` says what each of them adds, in the order of `records`.
    """

    number: int | Fraction = 0
    records: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    weights: tuple[Fraction, ...] = ()


Counts = Mapping[tuple[str, str], Counted]
"""(tally key, subject id) → Counted. A missing pair is zero."""

NOTHING = Counted()


def merged(found: Iterable[Counted]) -> Counted:
    """Stages lie apart in time, so records add up; a target met in two stages is still one."""
    several = list(found)
    if any(one.weights for one in several):
        return weighed(
            {record: weight for one in several for record, weight in zip(one.records, one.weights, strict=True)}
        )
    values = tuple(sorted({value for one in several for value in one.values}))
    records = tuple(sorted({record for one in several for record in one.records}))
    return Counted(len(values) if values else sum(one.number for one in several), records, values)


def gathered(found: Iterable[Counted], *, shared: bool) -> Counted:
    """What several people did together: a record they did jointly counts once, or, where its authors share it, by their shares."""
    several = list(found)
    if any(one.weights for one in several):
        weights: dict[str, Fraction] = {}
        for one in several:
            for record, weight in zip(one.records, one.weights, strict=True):
                had = weights.get(record, shares.NONE)
                weights[record] = had + weight if shared else max(had, weight)
        return weighed(weights)
    records = tuple(sorted({record for one in several for record in one.records}))
    values = tuple(sorted({value for one in several for value in one.values}))
    return Counted(len(values) if values else len(records), records, values)


def key(duty: str, period: Period, part: str | None = None) -> str:
    return f"{duty}/{part}@{period.key}" if part else f"{duty}@{period.key}"


def count(wanted: Iterable[Tally], rows: Iterable[Row]) -> dict[tuple[str, str], Counted]:
    """The plain counter: each tally looks only at the rows that carry a word it names, and lie within its days."""
    wanted = list(wanted)
    index = _Index(rows, frozenset(role for tally in wanted for role in tally.where.away))
    found: dict[tuple[str, str], Counted] = {}
    for tally in wanted:
        tests, behind = matching.tests(tally.where), _Behind(tally)
        for row in index.rows(tally):
            for test in tests:
                if not test(row):
                    break
            else:
                behind.add(row)
        found.update(behind.counted())
    return found


class _Index:
    """Rows by family and word, in order of their days."""

    def __init__(self, rows: Iterable[Row], away: frozenset[str]) -> None:
        by_word: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
        about: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
        for row in rows:
            kept = by_word if row.for_period is None and row.role not in away else about
            kept[row.family, row.checklist if row.family == "check" else row.kind].append(row)
        self._rows = by_word
        self._about = (
            about  # rows that say which period they are about, or that somebody was away: few, looked at one by one
        )
        self._days: dict[tuple[str, str | None], list[date]] = {}

    def rows(self, tally: Tally) -> Iterator[Row]:
        """Those that stand and lie in the tally's time; what else its filter asks is still to be tested."""
        where, standing = tally.where, tally.standing_on
        since = tally.standing_from or standing
        for group in self._groups(where, self._rows):
            rows, days = self._sorted(group)
            start = _later(tally.done_from, None if standing else tally.span_from)
            until = _earlier(tally.done_until, next_day(standing) if standing else tally.span_until)
            first = bisect_left(days, start) if start else 0
            last = bisect_left(days, until) if until else len(days)
            for row in islice(rows, first, last) if first or last < len(rows) else rows:
                if not (row.confirmed or _stands(where, row)):
                    continue
                if since is None or row.until_date is None or row.until_date > since:
                    yield row
        for group in self._groups(where, self._about):
            for row in self._about[group]:
                if row.role not in where.away and _stands(where, row) and _in_time(tally, row):
                    yield row

    @staticmethod
    def _groups(where: Filter, kept: Mapping[tuple[str, str | None], Any]) -> list[tuple[str, str | None]]:
        named = tuple(filter(None, [where.checklist])) if where.family == "check" else where.kinds
        if named:
            return [(where.family, word) for word in dict.fromkeys(named) if (where.family, word) in kept]
        return [group for group in kept if group[0] == where.family]

    def _sorted(self, group: tuple[str, str | None]) -> tuple[list[Row], list[date]]:
        rows = self._rows[group]
        if group not in self._days:
            rows.sort(key=_on_date)
            self._days[group] = [row.on_date for row in rows]
        return rows, self._days[group]


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else one or other


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


_on_date = attrgetter("on_date")


class _Behind:
    """What stands behind one tally's counts, by the one credited."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.plain = tally.distinct == "record" and not tally.where.weighs
        self.found: dict[str, dict[str, Any]] = {}

    def add(self, row: Row) -> None:
        credited = row.subject_id if self.tally.by == "subject" else credited_of(self.tally.by, row)
        if not credited:
            return
        seen = self.found.get(credited)
        if seen is None:
            seen = self.found[credited] = {}
        if self.plain:
            seen[row.record_id] = 1
        elif self.tally.where.weighs:
            worth = weight_of(self.tally.where, row)
            seen[row.record_id] = max(seen.get(row.record_id, worth), worth)
        else:
            seen.setdefault(value_of(self.tally.distinct, row), set()).add(row.record_id)

    def counted(self) -> Iterator[tuple[tuple[str, str], Counted]]:
        key = self.tally.key
        if self.plain:
            for credited, seen in self.found.items():
                yield (key, credited), Counted(len(seen), tuple(sorted(seen)))
        elif self.tally.where.weighs:
            for credited, seen in self.found.items():
                found = weighed(seen)
                if found.number:
                    yield (key, credited), found
        else:
            for credited, seen in self.found.items():
                records = tuple(sorted({record for behind in seen.values() for record in behind}))
                yield (key, credited), Counted(len(seen), records, tuple(sorted(seen)))


def credited_of(by: str, row: Row) -> str | None:
    """Whose count a row goes to."""
    if by == "all":
        return EVERYBODY
    if by == "pair":
        return pair(row.subject_id, row.target_id) if row.subject_id and row.target_id is not None else None
    return row.subject_id if by == "subject" else row.target_id


def pair(subject: str, target: str) -> str:
    """The one credited where each subject is counted target by target."""
    return f"{subject}>{target}"


def weight_of(where: Filter, row: Row) -> Fraction:
    amount = (row.amounts or {}).get(where.sum, 0) if where.sum else 1
    worth = shares.weight(where.share, amount, row.role, row.place, row.crew)
    return worth * tabled(where, row.results) if where.table else worth


def tabled(where: Filter, results: Iterable[str]) -> Fraction:
    """What a table of points gives for a record's results: the best of them, or all together."""
    table = dict(where.table)
    found = [table[one] for one in set(results or ()) if one in table]
    if not found:
        return table.get(OTHERWISE, shares.NONE)
    return max(found) if where.best else sum(found, shares.NONE)


def weighed(weights: Mapping[str, Fraction]) -> Counted:
    """Records that do not count one each; what weighs nothing stands for nothing."""
    kept = sorted((record, weight) for record, weight in weights.items() if weight)
    return Counted(
        shares.total(weight for _, weight in kept),
        tuple(record for record, _ in kept),
        weights=tuple(weight for _, weight in kept),
    )


def counts(tally: Tally, row: Row) -> bool:
    """Does this row count for this tally? Rules 1 and 2 above."""
    return _stands(tally.where, row) and _in_time(tally, row) and passes(tally.where, row)


def _stands(where: Filter, row: Row) -> bool:
    return bool(row.confirmed) if where.confirmed == "required" else row.confirmed is not None


def value_of(distinct: str, row: Row) -> str:
    """What is counted once; a record whose target or venue is not named stands for itself.

    A step, a dated record and an answer (to the record it is based on) carry their day, which their kinds of duty look at.
    """
    if distinct in DATED_VALUES:
        day = row.on_date.isoformat()
        if distinct == "step":
            return f"{row.item}@{day}" if row.item else row.record_id
        name = row.record_id if distinct == "dated" else row.based_on
        return f"{name}@{day}@{row.record_id}" if name else row.record_id
    named = {
        "target": row.target_id,
        "item": row.item,
        "venue": row.venue_id,
        "subject": row.subject_id,
        "destination": row.destination,
        "day": row.on_date.isoformat(),
    }
    return named.get(distinct) or row.record_id


def _in_time(tally: Tally, row: Row) -> bool:
    if (tally.done_from and row.on_date < tally.done_from) or (tally.done_until and row.on_date >= tally.done_until):
        return False
    if tally.standing_on is not None:
        since = tally.standing_from or tally.standing_on
        return row.on_date <= tally.standing_on and (row.until_date is None or row.until_date > since)
    if row.for_period is not None and tally.named is not None:
        return row.for_period in tally.named
    return (tally.span_from is None or row.on_date >= tally.span_from) and (
        tally.span_until is None or row.on_date < tally.span_until
    )


def tally_for(
    duty: Duty, period: Period, as_of: date, *, where: Filter, part: Part | None = None, suffix: str = ""
) -> Tally:
    """Links and checks as they stand on the reference day; records of the period up to as-of."""
    whom, counted = duty.population if duty.population and duty.population.type else duty.subject, part or duty
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
        by="subject" if counted.by == MEMBERS else cast(By, counted.by),
        listed=counted.by == MEMBERS,
        of_members=counted.by == MEMBERS,
        span_from=None if standing or period.start == date.min else period.start,
        span_until=None if standing else min(next_day(as_of), period.until),
        standing_on=period.reference_day(as_of) if standing else None,
        named=None if standing else names_of(period),
        done_until=None if standing else next_day(as_of),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(child) for name, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(child) for child in value]
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Fraction) else value


def names_of(period: Period) -> tuple[str, ...] | None:
    """What a record may call this period; None for a stretch so long that its day alone decides."""
    return None if is_long(period) else names_within(period)
