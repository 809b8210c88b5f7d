"""What a judgement works with: whom it is about, what was counted, and the arithmetic every kind shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from policy_engine.almanac import NO_DAYS, Almanac
from policy_engine.model import Duty, Subject
from policy_engine.periods import Period, next_day
from policy_engine.shares import Number, exactly, shown
from policy_engine.tally import NOTHING, Counted, Counts, merged
from policy_engine.turns import on_turn


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
    order: float | None = None
    sector: str | None = None
    special_committee: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What counting found for one duty, before anyone asks whether it was owed."""

    counted: Number = 0
    owed: Number = 0
    exceeded: bool = False
    over: Number = 0
    numerator: int | None = None
    denominator: int | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    records: tuple[str, ...] = ()
    grade: str | None = None
    asked: float | None = None  # where it is not the duty's number but the subject's own
    next: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    due: date | None = None
    late: int = 0
    idle: str | None = None  # why there is nothing to judge


@dataclass(frozen=True, slots=True)
class Bench:
    """What every judgement of one sitting shares."""

    subjects: tuple[Person, ...]
    counts: Counts
    as_of: date
    stages: Mapping[str, list[str]]
    late_keys: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    standings: dict[tuple[str, str], list[tuple[Period, str]]] = field(
        default_factory=dict
    )  # (duty, person) → states so far
    almanac: Almanac = NO_DAYS

    def has_turn(self, duty: Duty, period: Period, person: Person) -> bool:
        """Is it this one's turn, or the turn of the sector, committee or group this one belongs to?"""
        if duty.turns is None:
            return True
        among: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in duty.turns.among.items()
        }
        roster = self.roster(Subject(**among), duty, period)
        turn = on_turn(duty.turns, roster, duty.rhythm, period.start, self.almanac)
        return person.id in turn or bool(turn & {person.sector, person.special_committee, *person.groups})

    def roster(self, whom: Subject, duty: Duty, period: Period) -> list[str]:
        """A population in the order of their turns."""
        order = {person.id: person.order for person in self.subjects if person.order is not None}
        return sorted(self.people(whom, duty, period), key=lambda one: order.get(one, inf))

    def found(self, tally_key: str, subject: str) -> Counted:
        if tally_key in self.stages:
            return merged(self.counts.get((stage, subject), NOTHING) for stage in self.stages[tally_key])
        return self.counts.get((tally_key, subject), NOTHING)

    def late(self, duty: Duty, period: Period, person: Person) -> float:
        """How much of what counts, or would count, was done after the due day."""
        keys = self.late_keys.get((duty.id, period.key), ())
        if not keys:
            return 0
        people = self.people(duty.population, duty, period) if duty.population else [person.id]
        return shown(sum((Fraction(self.found(key, one).number) for key in keys for one in people), Fraction()))

    def states(self, duty: str, person: str, period: Period) -> list[str]:
        """How this person stands with another duty, in each of its periods that lies in this one."""
        found = self.standings.get((duty, person), ())
        return [state for own, state in found if period.start <= own.start and own.until <= period.until]

    def window(self, duty: Duty, period: Period) -> tuple[date, date]:
        """The days that decide who is bound: the period up to as-of, or the one day for what is judged as it stands."""
        day = period.reference_day(self.as_of)
        return (day if duty.period == "continuous" else period.start, next_day(day))

    def people(self, whom: Subject, duty: Duty, period: Period) -> list[str]:
        """The ids of a population, in the order of the facts."""
        window = self.window(duty, period)
        return [person.id for person in self.subjects if holds(person, whom, window)]


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


def owed(least: float | None, found: Number) -> Number:
    return 0 if least is None else max(0, exactly(least) - found)


def over(most: float | None, found: Number) -> Number:
    return 0 if most is None else max(0, found - exactly(most))
