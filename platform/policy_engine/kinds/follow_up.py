"""follow_up: whatever happens must be answered, each by one thing, in so many days.

What happened are records, meetings of the calendar, that somebody joined or took up a post, or that another duty was not met. An answer says which record it follows (`based_on`), or, unlinked, is any
fitting record of the same subject from that day on, each answering one only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from policy_engine.almanac import Almanac, months_later
from policy_engine.bench import Bench, Measured, Person
from policy_engine.kinds.consecutive import BADLY, UNASKED
from policy_engine.model import Duty
from policy_engine.periods import Period, next_day
from policy_engine.tally import By, Tally, key, tally_for

AFTER = "after"
NOTHING_TO_ANSWER = "期间内没有需要回应的事"


@dataclass(frozen=True, slots=True, order=True)
class Trigger:
    """Something that happened, and the last day in time to answer it (None: no limit)."""

    on: date
    id: str
    due: date | None


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    on: date
    record: str
    to: str | None


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """What happened in the period; what answers it, also after the period."""
    found = []
    if duty.after is not None:
        what = tally_for(duty, period, as_of, where=duty.after, suffix=AFTER)
        found.append(replace(what, distinct="dated", by=cast(By, duty.after_by)))
    if duty.where is not None:
        answers = tally_for(duty, period, as_of, where=duty.where)
        shape: Any = "answer" if duty.linked else "dated"
        found.append(replace(answers, distinct=shape, span_until=next_day(as_of), named=None))
    return found


def limit(day: date, within: Mapping[str, Any] | None, almanac: Almanac) -> date | None:
    if within is None:
        return None
    if "months" in within:
        return months_later(day, within["months"])
    working = "working_days" in within
    return almanac.shifted(day, within["working_days" if working else "days"], working=working)


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    triggers = sorted(_triggers(bench, duty, period, person))
    answers = sorted(map(_answer, _parsed(bench.found(key(duty.id, period), person.id).values)))
    answered = _linked(triggers, answers) if duty.linked else _unlinked(triggers, answers)
    late = {one for one, answer in answered.items() if one.due and answer.on > one.due}
    kept = [one for one in answered if duty.late_counts or one not in late]
    unanswered = [one for one in triggers if one not in kept]
    return Measured(
        counted=len(kept),
        owed=len(unanswered),
        asked=len(triggers),
        numerator=len(kept),
        denominator=len(triggers),
        missing=tuple(one.id for one in unanswered),
        records=tuple(sorted({answered[one].record for one in kept})),
        due=min((one.due for one in unanswered if one.due), default=None),
        late=len(late),
        idle=None if triggers else NOTHING_TO_ANSWER,
    )


def _triggers(bench: Bench, duty: Duty, period: Period, person: Person) -> Iterable[Trigger]:
    until = min(period.until, next_day(bench.as_of))
    happened = [(on, name) for name, on, _ in _parsed(bench.found(key(duty.id, period, AFTER), person.id).values)]
    here = max(period.start, person.since or date.min), min(until, person.until or date.max)
    happened += [
        (event.on, event.id)
        for event in bench.almanac.events
        if event.kind in duty.after_events and here[0] <= event.on < here[1]
    ]
    happened += [(on, name) for on, name in _taken_up(duty, person) if here[0] <= on < here[1]]
    happened += [(on, name) for on, name in _ended_badly(bench, duty, person) if here[0] <= on < here[1]]
    asked = (Trigger(on, name, limit(on, duty.within, bench.almanac)) for on, name in happened)
    return (one for one in asked if not duty.is_younger(one.due) and not person.came_after(one.due))


def _ended_badly(bench: Bench, duty: Duty, person: Person) -> Iterable[tuple[date, str]]:
    """Of another duty: the last day, or the later due day, of each period that is over and was not met, or was so graded."""
    for period, state, *_ in bench.standings.get((duty.after_duty, person.id), ()) if duty.after_duty else ():
        on = max(period.last_day, period.due or period.last_day)
        grade = bench.grades.get((duty.after_duty, person.id, period.key))
        badly = grade in duty.after_grades if duty.after_grades else state in BADLY
        if badly and state not in UNASKED and on <= bench.as_of:
            yield on, period.key


def _taken_up(duty: Duty, person: Person) -> Iterable[tuple[date, str]]:
    """Joining, or taking up a post: the day, and a name for it."""
    if duty.after_posts == () and person.since:
        yield person.since, f"joined@{person.since}"
    for post in person.posts if duty.after_posts else ():
        if post.kind in (duty.after_posts or ()) and post.since:
            yield post.since, f"{post.kind}@{post.since}"


def _parsed(values: Iterable[str]) -> Iterable[tuple[str, date, str]]:
    """`name@day@record`; a row that follows from nothing is no answer."""
    for value in values:
        parts = value.rsplit("@", 2)
        if len(parts) == 3:
            yield parts[0], date.fromisoformat(parts[1]), parts[2]


def _answer(parsed: tuple[str, date, str]) -> Answer:
    name, on, record = parsed
    return Answer(on, record, name)


def _linked(triggers: list[Trigger], answers: list[Answer]) -> dict[Trigger, Answer]:
    """The first answer to each."""
    first: dict[str | None, Answer] = {}
    for answer in answers:
        first.setdefault(answer.to, answer)
    return {one: first[one.id] for one in triggers if one.id in first}


def _unlinked(triggers: list[Trigger], answers: list[Answer]) -> dict[Trigger, Answer]:
    """First in time whatever can be, the earliest first; then late, with what is left: so that nothing is answered less than it could be."""
    free, found = list(answers), dict[Trigger, Answer]()
    for in_time in (True, False):
        for one in triggers:
            if one in found:
                continue
            fitting = (
                answer
                for answer in free
                if answer.on >= one.on and (not in_time or one.due is None or answer.on <= one.due)
            )
            answer = next(fitting, None)
            if answer:
                found[one] = answer
                free.remove(answer)
    return found
