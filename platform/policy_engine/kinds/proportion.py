"""proportion: how many of some deeds are of a certain sort: attendance, the share of consultations held at the grass roots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from policy_engine.bench import Bench, Measured, Person, exactly, over
from policy_engine.kinds import plain
from policy_engine.linked import ON_LEAVE, OUT_OF
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import Counted, Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """What lies in the share, and the whole; of a whole that is everybody's the days are needed too.

    Where leave is left out, also what each was on leave from: of one's own whole those roles do not count at all.
    """
    if duty.out_of is None:
        return []
    part, where = duty.out_of, duty.out_of.where
    if duty.leave and part.by != "all":
        where = replace(where, roles=tuple(role for role in where.roles if role not in duty.leave))
    whole = tally_for(duty, period, as_of, where=where, part=part)
    by_day = whole.by == "all" and whole.distinct == "record" and whole.where.family == "record"
    if not by_day:
        return [*plain.tallies(duty, period, as_of), whole]
    found = [*plain.tallies(duty, period, as_of), replace(whole, part=None, distinct="dated")]
    if not duty.leave:
        return found
    away = replace(where, roles=duty.leave, away=())
    gone = replace(tally_for(duty, period, as_of, where=away, suffix=ON_LEAVE), by="subject", distinct="record")
    return [*(replace(one, listed=True) for one in found), replace(gone, listed=True)]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Owed is how many more of the sort, the whole staying as it is; over how many too many, where there is a limit.

    Nothing in the whole: nothing to measure.
    """
    found = bench.found(key(duty.id, period), person.id)
    whole = _own(bench.found(key(duty.id, period, OUT_OF), person.id), bench, duty, period, person)
    needed = ceil(whole * (duty.fraction or Fraction(0)))
    too_many = 0 if duty.max is None else over(floor(whole * exactly(duty.max) / 100), found.number)
    return Measured(
        counted=found.number,
        owed=max(0, needed - found.number),
        over=too_many,
        exceeded=too_many > 0,
        idle=None if whole else "分母是 0，无从评判",
        numerator=int(found.number),
        denominator=whole,
        records=found.records,
    )


def _own(found: Counted, bench: Bench, duty: Duty, period: Period, person: Person) -> int:
    """Of what the committee did, a person answers only for the days of belonging; where leave is left out, not for those
    away with leave either, unless they came all the same."""
    if duty.out_of is None or duty.out_of.by != "all" or not found.values:
        return int(found.number)
    since, until = str(person.since or ""), str(person.until or "9999-12-31")
    values = [value for value in found.values if since <= _day(value) < until]
    if duty.leave:
        came = set(bench.found(key(duty.id, period), person.id).records)
        gone = set(bench.found(key(duty.id, period, ON_LEAVE), person.id).records)
        away = [(str(first or ""), str(back or "9999-12-31")) for first, back in person.absences]
        values = [
            value
            for value in values
            if _record(value) in came
            or not (_record(value) in gone or any(first <= _day(value) < back for first, back in away))
        ]
    return len(values)


def _record(dated: str) -> str:
    return dated[: (len(dated) - len("@2021-01-01@")) // 2]


def _day(dated: str) -> str:
    """Of `record@day@record`."""
    half = (len(dated) - len("@2021-01-01@")) // 2
    return dated[half + 1 : half + 11]
