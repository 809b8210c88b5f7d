"""count, range, qualitative: one number of one subject."""

from __future__ import annotations

from datetime import date

from policy_engine.bench import Bench, Measured, Person, over, owed
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    return [tally_for(duty, period, as_of, where=duty.where)] if duty.where else []


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    found = bench.found(key(duty.id, period), person.id)
    return Measured(
        counted=found.number,
        owed=owed(duty.min, found.number),
        over=over(duty.max, found.number),
        records=found.records,
    )
