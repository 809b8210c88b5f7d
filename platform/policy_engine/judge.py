"""Judgement: counts against the rule of the day. Knows nothing of records, files or databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from policy_engine.model import Duty, Part, Policy, State, Subject
from policy_engine.periods import Period, next_day
from policy_engine.tally import NOTHING, YEARLY, Counted, Counts, duties_and_periods, key, merged, stages


@dataclass(frozen=True, slots=True)
class Post:
    """A post held from a day until (exclusive) another; None is open."""

    kind: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Anything that can owe a duty: member, sector, venue, special_committee, committee. `since`/`until`: belonging, half-open."""

    type: str
    id: str
    posts: tuple[Post, ...] = ()
    since: date | None = None
    until: date | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    subject: str
    duty: str
    period: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One subject, one duty, one period; keys as in the contract. `to_json()` gives the published shape."""

    subject: str
    duty: str
    clauses: tuple[str, ...]
    period: Period
    closed: bool
    state: State
    counted: float
    min: float | None
    max: float | None
    outstanding: float = 0
    over: float = 0
    numerator: int | None = None
    denominator: int | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    records: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        lists = {name: list(plain[name]) for name in ("clauses", "missing", "parts", "records")}
        return plain | lists | {"period": self.period.to_json()}


def judge(
    policy: Policy, subjects: Iterable[Person], counts: Counts, as_of: date, *, waivers: Iterable[Waiver] = ()
) -> list[Verdict]:
    """A verdict per subject × duty × period begun in the year holding `as_of`, sorted by subject, duty, period."""
    waived = frozenset((one.subject, one.duty, one.period) for one in waivers)
    bench = _Bench(tuple(subjects), counts, as_of, waived, stages(policy, as_of))
    found = [
        bench.verdict(duty, period, person)
        for duty, period in duties_and_periods(policy, as_of)
        for person in bench.subjects
        if person.type == duty.subject.type
    ]
    return sorted(found, key=lambda verdict: (verdict.subject, verdict.duty, verdict.period.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What counting found for one duty, before anyone asks whether it was owed."""

    counted: float = 0
    owed: float = 0
    over: float = 0
    numerator: int | None = None
    denominator: int | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every judgement of one sitting shares."""

    subjects: tuple[Person, ...]
    counts: Counts
    as_of: date
    waived: frozenset[tuple[str, str, str]]
    stages: Mapping[str, list[str]]

    def verdict(self, duty: Duty, period: Period, person: Person) -> Verdict:
        duty = _pro_rata(duty, period, person)
        measured = self.measure(duty, period, person)
        state = self.state(duty, period, person, measured)
        return Verdict(
            subject=person.id,
            duty=duty.id,
            clauses=duty.clauses,
            period=period,
            closed=period.closed(self.as_of),
            state=state,
            counted=measured.counted,
            min=duty.min,
            max=duty.max,
            outstanding=measured.owed if state == "outstanding" else 0,
            over=measured.over if state in ("met", "outstanding", "waived") else 0,
            numerator=measured.numerator,
            denominator=measured.denominator,
            missing=() if state == "not_applicable" else measured.missing,
            parts=measured.parts,
            records=measured.records,
        )

    def state(self, duty: Duty, period: Period, person: Person, measured: Measured) -> State:
        if not duty.in_force or not holds(person, duty.subject, self.window(duty, period)):
            return "not_applicable"
        if not duty.judged or (duty.min is None and duty.max is None) or duty.period == "event":
            return "counted"
        if measured.owed <= 0:
            return "met"
        return "waived" if duty.waivable and (person.id, duty.id, period.key) in self.waived else "outstanding"

    def measure(self, duty: Duty, period: Period, person: Person) -> Measured:
        if duty.kind == "coverage":
            return self.coverage(duty, period)
        if duty.parts:
            return (
                self.together(duty, period, person)
                if duty.kind == "any_of"
                else self.enough_parts(duty, period, person)
            )
        return self.listed(duty, period, person) if duty.listing else self.plain(duty, period, person)

    def plain(self, duty: Duty, period: Period, person: Person) -> Measured:
        found = self.found(key(duty.id, period), person.id)
        return Measured(
            counted=found.number,
            owed=_owed(duty.min, found.number),
            over=_over(duty.max, found.number),
            records=found.records,
        )

    def together(self, duty: Duty, period: Period, person: Person) -> Measured:
        """Any-of: whatever the mix, the sum decides."""
        parts = self.parts(duty, period, person)
        total = sum(part["counted"] for part in parts) - _counted_again(duty.parts, parts)
        return Measured(
            counted=total,
            owed=_owed(duty.min, total),
            over=_over(duty.max, total),
            parts=parts,
            records=_all_records(parts),
        )

    def enough_parts(self, duty: Duty, period: Period, person: Person) -> Measured:
        """All-of and at-least-k-of: parts met against parts wanted; still owed is the shortest way to the end."""
        parts = self.parts(duty, period, person)
        wanted = int(duty.min or 0)
        met = sum(part["state"] == "met" for part in parts)
        missing = tuple(part["id"] for part in parts if part["state"] == "outstanding") if met < wanted else ()
        owed = sum(sorted(part["outstanding"] for part in parts)[:wanted])
        return Measured(counted=met, owed=owed, missing=missing, parts=parts, records=_all_records(parts))

    def parts(self, duty: Duty, period: Period, person: Person) -> tuple[dict[str, Any], ...]:
        return tuple(_part_json(part, self.found(key(duty.id, period, part.id), person.id)) for part in duty.parts)

    def listed(self, duty: Duty, period: Period, person: Person) -> Measured:
        """Checklists, workflows and report cycles: each line once; an unlisted list asks for a number of lines."""
        found = [self.found(key(duty.id, period, suffix), person.id) for suffix in (None, YEARLY)]
        done = {value for one in found for value in one.values}
        missing = tuple(item.id for item in duty.items if item.id not in done)
        owed = len(missing) if duty.items else _owed(duty.min, len(done))
        return Measured(
            counted=len(done),
            owed=owed,
            missing=missing,
            records=tuple(sorted({record for one in found for record in one.records})),
        )

    def coverage(self, duty: Duty, period: Period) -> Measured:
        """The share of a population with at least one; owed is how many more must be covered."""
        whom, window = duty.population or duty.subject, self.window(duty, period)
        people = [person.id for person in self.subjects if holds(person, whom, window)]
        covered = {person: found for person in people if (found := self.found(key(duty.id, period), person)).number}
        needed = ceil(len(people) * Fraction(str(duty.min or 0)) / 100)  # exact: 14.0000001 would ask for 15
        return Measured(
            counted=len(covered),
            owed=max(0, needed - len(covered)),
            numerator=len(covered),
            denominator=len(people),
            missing=tuple(sorted(set(people) - set(covered))),
            records=tuple(sorted({record for found in covered.values() for record in found.records})),
        )

    def found(self, tally_key: str, subject: str) -> Counted:
        if tally_key in self.stages:
            return merged(self.counts.get((stage, subject), NOTHING) for stage in self.stages[tally_key])
        return self.counts.get((tally_key, subject), NOTHING)

    def window(self, duty: Duty, period: Period) -> tuple[date, date]:
        """The days that decide who is bound: the period up to as-of, or the one day for what is judged as it stands."""
        day = period.reference_day(self.as_of)
        return (day if duty.period == "continuous" else period.start, next_day(day))


def holds(person: Person, subject: Subject, window: tuple[date, date]) -> bool:
    """Is this the type, belonging and holding one of the posts (none of the exempting ones) on any day of the window?

    Every member is a member whatever other post they hold, so the post `member` asks for nothing more.
    """
    if person.type != subject.type or (subject.kinds and person.kind not in subject.kinds):
        return False
    if not _overlap(person.since, person.until, window):
        return False
    held = {post.kind for post in person.posts if _overlap(post.since, post.until, window)} | {"member"}
    return (not subject.posts or bool(held & set(subject.posts))) and not held & set(subject.except_posts)


def _overlap(since: date | None, until: date | None, window: tuple[date, date]) -> bool:
    return (since or date.min) < window[1] and window[0] < (until or date.max)


def _pro_rata(duty: Duty, period: Period, person: Person) -> Duty:
    """The minimum shrunk to the days of belonging, rounded up; only where the policy says so (off by default, reading U22)."""
    if not (duty.pro_rata and duty.min) or duty.kind not in ("count", "range", "any_of") or period.until == date.max:
        return duty
    days = (period.until - period.start).days
    held = (min(person.until or period.until, period.until) - max(person.since or period.start, period.start)).days
    return replace(duty, min=ceil(duty.min * max(0, held) / days))


def _part_json(part: Part, found: Counted) -> dict[str, Any]:
    owed = _owed(part.min, found.number)
    return {
        "id": part.id,
        "title": part.title,
        "clauses": list(part.clauses),
        "state": "counted" if part.min is None else "outstanding" if owed else "met",
        "counted": found.number,
        "min": part.min,
        "max": part.max,
        "outstanding": owed,
        "over": _over(part.max, found.number),
        "records": list(found.records),
    }


def _counted_again(parts: Iterable[Part], found: Iterable[Mapping[str, Any]]) -> int:
    """How often a record stands in more than one part: in one duty it counts once."""
    sets = [set(one["records"]) for part, one in zip(parts, found, strict=True) if part.distinct == "record"]
    return sum(map(len, sets)) - len(set[str]().union(*sets))


def _all_records(parts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({record for part in parts for record in part["records"]}))


def _owed(least: float | None, found: float) -> float:
    return 0 if least is None else max(0, least - found)


def _over(most: float | None, found: float) -> float:
    return 0 if most is None else max(0, found - most)
