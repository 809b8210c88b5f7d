"""at_most: a limit; what lies above it is a breach, unlike the upper end of a range."""

from __future__ import annotations

from dataclasses import replace

from policy_engine.bench import Bench, Measured, Person
from policy_engine.kinds import plain
from policy_engine.model import Duty
from policy_engine.periods import Period


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    found = plain.measure(bench, duty, period, person)
    return replace(found, exceeded=found.over > 0)
