"""coverage: which share of a population is reached."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from policy_engine.bench import Bench, Measured, Person
from policy_engine.kinds import plain
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import key

tallies = plain.tallies


def measure(bench: Bench, duty: Duty, period: Period, _: Person) -> Measured:
    """The share of a population with at least one; owed is how many more must be covered."""
    people = bench.people(duty.population or duty.subject, duty, period)
    covered = {person: found for person in people if (found := bench.found(key(duty.id, period), person)).number}
    needed = ceil(len(people) * Fraction(str(duty.min or 0)) / 100)  # exact: 14.0000001 would ask for 15
    return Measured(
        counted=len(covered),
        owed=max(0, needed - len(covered)),
        numerator=len(covered),
        denominator=len(people),
        missing=tuple(sorted(set(people) - set(covered))),
        records=tuple(sorted({record for found in covered.values() for record in found.records})),
    )
