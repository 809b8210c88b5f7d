"""proportion: how many of some deeds are of a certain sort: attendance, the share of consultations held at the grass roots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from policy_engine.bench import Bench, Measured, Person, exactly, over
from policy_engine.kinds import plain
from policy_engine.linked import OUT_OF
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import Counted, Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """What lies in the share, and the whole; of a whole that is everybody's the days are needed too."""
    if duty.out_of is None:
        return []
    whole = tally_for(duty, period, as_of, where=duty.out_of.where, part=duty.out_of)
    by_day = whole.by == "all" and whole.distinct == "record" and whole.where.family == "record"
    return [*plain.tallies(duty, period, as_of), replace(whole, part=None, distinct="dated") if by_day else whole]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Owed is how many more of the sort, the whole staying as it is; over how many too many, where there is a limit.

    Nothing in the whole: nothing to measure.
    """
    found = bench.found(key(duty.id, period), person.id)
    whole = _while_belonging(bench.found(key(duty.id, period, OUT_OF), person.id), duty, person)
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


def _while_belonging(found: Counted, duty: Duty, person: Person) -> int:
    """Of what the committee did, a person answers only for the days of belonging."""
    if (
        duty.out_of is None
        or duty.out_of.by != "all"
        or not found.values
        or (person.since, person.until) == (None, None)
    ):
        return int(found.number)
    since, until = str(person.since or ""), str(person.until or "9999-12-31")
    return sum(since <= _day(value) < until for value in found.values)


def _day(dated: str) -> str:
    """Of `record@day@record`."""
    half = (len(dated) - len("@2021-01-01@")) // 2
    return dated[half + 1 : half + 11]
