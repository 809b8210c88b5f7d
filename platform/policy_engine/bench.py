"""What a judgement works with: whom it is about, what was counted, and the arithmetic every kind shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from policy_engine import linked
from policy_engine.almanac import NO_DAYS, Almanac, day_in, months_later
from policy_engine.kinds import MEMBERED
from policy_engine.model import Duty, Subject, subject_of
from policy_engine.periods import Period, next_day, year_of
from policy_engine.rhythms import month_day
from policy_engine.shares import Number, exactly, shown
from policy_engine.tally import EVERYBODY, NOTHING, Counted, Counts, gathered, key, merged, pair
from policy_engine.turns import on_turn
from policy_engine.vocabulary import Words

ADDED_UP = ("any_of", "all_of", "at_least_k_of")  # kinds in whose parts one record may stand twice


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
    tags: tuple[Post, ...] = ()  # dated like posts
    sector: str | None = None
    special_committee: str | None = None
    groups: tuple[str, ...] = ()
    absences: tuple[tuple[date | None, date | None], ...] = ()

    def came_after(self, due: date | None) -> bool:
        """Had a due day gone by before this one was there to be bound?"""
        return due is not None and self.since is not None and due < self.since

    def belongs_to(self, kind: str) -> tuple[str, ...]:
        """The ids of the sector, special committee or groups this person belongs to (a sector: to itself); everybody is the committee's."""
        if self.type == kind:
            return (self.id,)
        one = {"sector": self.sector, "special_committee": self.special_committee}.get(kind)
        return self.groups if kind == "group" else (one,) if one else ()


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
    why: str | None = None  # how the grade came about, where points alone do not say it


class Outcome(NamedTuple):
    """How one person stands with one duty in one of its periods."""

    period: Period
    state: str
    counted: Number
    outstanding: Number
    over: Number


@dataclass(frozen=True, slots=True)
class Bench:
    """What every judgement of one sitting shares."""

    subjects: tuple[Person, ...]
    counts: Counts
    as_of: date
    stages: Mapping[str, list[str]]
    late_keys: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    standings: dict[tuple[str, str], list[Outcome]] = field(
        default_factory=dict
    )  # (duty, person) → states and figures so far
    almanac: Almanac = NO_DAYS
    words: Words = field(default_factory=dict)
    grades: dict[tuple[str, str, str], str] = field(default_factory=dict)  # (duty, person, key of the period) → grade
    titles: Mapping[str, str] = field(default_factory=dict)  # of the duties, by id

    of_members: Mapping[str, bool] = field(
        default_factory=dict
    )  # tallies of what a subject's members did; do they share?
    belonging: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # members by what they belong to

    def has_turn(self, duty: Duty, period: Period, person: Person) -> bool:
        """Is it this one's turn, or the turn of the sector, committee or group this one belongs to?"""
        if duty.turns is None:
            return True
        roster = self.roster(subject_of(duty.turns.among, None), duty, period)
        turn = on_turn(duty.turns, roster, duty.rhythm, period.start, self.almanac)
        return person.id in turn or bool(turn & {person.sector, person.special_committee, *person.groups})

    def roster(self, whom: Subject, duty: Duty, period: Period) -> list[str]:
        """A population in the order of their turns."""
        order = {person.id: person.order for person in self.subjects if person.order is not None}
        window = self.window(duty, period)
        standing = [person.id for person in self.subjects if holds(person, whom, window)]
        return sorted(standing, key=lambda one: order.get(one, inf))

    kept: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """The records left to a tally and subject, where each counts for one duty only."""

    def found(self, tally_key: str, subject: str) -> Counted:
        if tally_key in self.stages:
            found = merged(self._one(stage, subject) for stage in self.stages[tally_key])
        else:
            found = self._one(tally_key, subject)
        left = self.kept.get((tally_key, subject)) if self.kept else None
        return found if left is None else Counted(len(left), tuple(sorted(left)))

    def _one(self, tally_key: str, subject: str) -> Counted:
        """A tally of everybody's deeds credits nobody in particular, one of members' deeds each of them."""
        if tally_key in self.of_members:
            own = (self.counts.get((tally_key, one), NOTHING) for one in self.belonging.get(subject, ()))
            return gathered(own, shared=self.of_members[tally_key])
        return self.counts.get((tally_key, subject)) or self.counts.get((tally_key, EVERYBODY), NOTHING)

    def late(self, duty: Duty, period: Period, person: Person) -> float:
        """How much of what counts, or would count, was done after the due day."""
        keys = self.late_keys.get((duty.id, period.key), ())
        if not keys:
            return 0
        around = duty.population is not None and not duty.per
        people = [credited(duty, person, one) for one in self.people(duty, period, person)] if around else [person.id]
        found = (self.found(name, one) for name in keys for one in people)
        if duty.kind in ADDED_UP:
            return shown(each_once(found))
        return shown(sum((Fraction(one.number) for one in found), Fraction()))

    def states(self, duty: str, person: str, period: Period) -> list[str]:
        """How this person stands with another duty, in each of its periods begun in this one; where none begins (a longer
        one, one that always stands), in those this one touches."""
        return [one.state for one in self.outcomes(duty, person, period)]

    def outcomes(self, duty: str, person: str, period: Period) -> list[Outcome]:
        """The same, each with its figures."""
        found = self.standings.get((duty, person), ())
        begun = [one for one in found if period.start <= one.period.start < period.until]
        return begun or [one for one in found if one.period.start < period.until and period.start < one.period.until]

    def met(self, duties: Iterable[str], person: str, period: Period) -> bool | None:
        """Does this person owe nothing of these duties? None: was asked for none of them."""
        judged = [
            state
            for duty in duties
            for state in self.states(duty, person, period)
            if state in ("met", "outstanding", "exceeded")
        ]
        return all(state == "met" for state in judged) if judged else None

    def window(self, duty: Duty, period: Period) -> tuple[date, date]:
        """The days that decide who is bound: the period up to as-of, or the one day for what is judged as it stands."""
        day = period.reference_day(self.as_of)
        return (day if duty.period == "continuous" else period.start, next_day(day))

    def binds(self, person: Person, duty: Duty, period: Period) -> bool:
        return self._holds(person, duty.subject, duty, period, self.window(duty, period), linked.SUBJECT)

    def people(self, duty: Duty, period: Period, subject: Person) -> list[str]:
        """The ids of the duty's population as seen from a subject: its own partners, those who belong to it, or all."""
        return self.those(duty.population or duty.subject, duty, period, subject)

    def those(self, whom: Subject, duty: Duty, period: Period, subject: Person, part: str = "") -> list[str]:
        """The same of any population: the duty's, or that of one of its parts."""
        window = self.window(duty, period)
        if whom.links:
            return list(self.found(key(duty.id, period, linked.of_part(linked.PARTNERS, part)), subject.id).values)
        mine = self.subjects
        if whom.of_subject and subject.type != "committee":
            mine = tuple(one for one in mine if subject.id in one.belongs_to(subject.type))
        suffix = linked.of_part(linked.POPULATION, part)
        return [one.id for one in mine if self._holds(one, whom, duty, period, window, suffix)]

    def _holds(
        self, person: Person, whom: Subject, duty: Duty, period: Period, window: tuple[date, date], suffix: str
    ) -> bool:
        return (
            holds(person, whom, window)
            and served(person, whom, period)
            and joined(person, whom, period, self.almanac.year_start_month)
            and self.fits(person, whom, window)
            and (not whom.linked or self.found(key(duty.id, period, suffix), person.id).number > 0)
        )

    def fits(self, person: Person, whom: Subject, window: tuple[date, date]) -> bool:
        """Do as many members belong to this one as the duty is meant for?"""
        if not whom.members:
            return True
        number = sum(
            one.type == "member" and person.id in one.belongs_to(person.type) and overlaps(one.since, one.until, window)
            for one in self.subjects
        )
        bounds = dict(whom.members)
        return bounds.get("min", 0) <= number <= bounds.get("max", number)


def belonging(subjects: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    """The members of every sector, special committee and group, by its id."""
    found: dict[str, list[str]] = {}
    for one in subjects:
        for kind in MEMBERED if one.type == "member" else ():
            for whose in one.belongs_to(kind):
                found.setdefault(whose, []).append(one.id)
    return {whose: tuple(ids) for whose, ids in found.items()}


def each_once(found: Iterable[Counted]) -> Number:
    """The sum; a record that stands in more than one counts once, where it counts most."""
    once: dict[str, Number] = {}
    apart: Number = 0
    for one in found:
        if one.values or not one.records:
            apart += one.number
            continue
        weights: tuple[Number, ...] = one.weights or (1,) * len(one.records)
        for record, weight in zip(one.records, weights, strict=True):
            once[record] = max(once.get(record, weight), weight)
    return apart + sum(once.values())


def by_partner(duty: Duty) -> bool:
    """Are the subject's own partners the population, each to be reached by the subject itself?"""
    return duty.population is not None and bool(duty.population.links) and duty.population.side == "from"


def credited(duty: Duty, subject: Person, one: str) -> str:
    """Under which id a tally of a population counts one of it."""
    return pair(subject.id, one) if by_partner(duty) else one


def holds(person: Person, subject: Subject, window: tuple[date, date]) -> bool:
    """Is this the type, belonging and holding one of the posts (none of the exempting ones) on any day of the window?

    Every member is a member whatever other post they hold, so the post `member` asks for nothing more. Links are the bench's affair.
    """
    if person.type != subject.type or (subject.kinds and person.kind not in subject.kinds):
        return False
    if not overlaps(person.since, person.until, window):
        return False
    if subject.posts or subject.except_posts or subject.all_posts:
        held = _held(person.posts, window) | {"member"}
        if (subject.posts and held.isdisjoint(subject.posts)) or not held.isdisjoint(subject.except_posts):
            return False
        if not held.issuperset(subject.all_posts):
            return False
    if subject.tags or subject.except_tags:
        tagged = _held(person.tags, window)
        if (subject.tags and tagged.isdisjoint(subject.tags)) or not tagged.isdisjoint(subject.except_tags):
            return False
    return all(not set(ids).isdisjoint(person.belongs_to(kind)) for kind, ids in subject.within)


def served(person: Person, whom: Subject, period: Period) -> bool:
    """Does this one belong for as long as is asked, of the whole period or in all by its end? Unknown days are long ago."""
    if not whom.served or period.until == date.max:
        return True
    first, until = person.since or date.min, min(person.until or date.max, period.until)
    first = first if whom.in_all else max(first, period.start)
    return all(
        (until >= months_later(first, number)) if unit == "months" else (until - first).days >= number
        for unit, number in whom.served
    )


def joined(person: Person, whom: Subject, period: Period, year_start_month: int) -> bool:
    """Did this one join before that day of the period's year, or in an earlier year? Unknown days are long ago."""
    if whom.joined_before is None or person.since is None or period.until == date.max:
        return True
    long = period.start == date.min or (period.until - period.start).days > 366
    year = year_of(period.last_day if long else period.start, year_start_month)
    wanted = month_day(whom.joined_before)
    days = (day_in(number, *wanted) for number in (year.start.year, year.start.year + 1))
    return person.since < next((day for day in days if year.start <= day < year.until), year.until)


def _held(posts: tuple[Post, ...], window: tuple[date, date]) -> set[str]:
    return {post.kind for post in posts if overlaps(post.since, post.until, window)}


def overlaps(since: date | None, until: date | None, window: tuple[date, date]) -> bool:
    return (since or date.min) < window[1] and window[0] < (until or date.max)


def owed(least: float | None, found: Number) -> Number:
    return 0 if least is None else max(0, exactly(least) - found)


def over(most: float | None, found: Number) -> Number:
    return 0 if most is None else max(0, found - exactly(most))
