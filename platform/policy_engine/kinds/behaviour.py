"""Kind → how it is counted and how the counts are measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from policy_engine.bench import Bench, Measured, Person
from policy_engine.kinds import (
    at_most,
    composed,
    consecutive,
    coverage,
    follow_up,
    listed,
    plain,
    proportion,
    score,
    workflow,
)
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import Tally


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`tallies`: what must be counted to judge one duty over one period. `measure`: what the counts say about one subject."""

    tallies: Callable[[Duty, Period, date], list[Tally]]
    measure: Callable[[Bench, Duty, Period, Person], Measured]


PLAIN = Behaviour(plain.tallies, plain.measure)
ENOUGH_PARTS = Behaviour(composed.tallies, composed.enough_parts)
LISTED = Behaviour(listed.tallies, listed.measure)
BEHAVIOURS: Mapping[str, Behaviour] = {
    "count": PLAIN,
    "range": PLAIN,
    "qualitative": PLAIN,
    "at_most": Behaviour(plain.tallies, at_most.measure),
    "any_of": Behaviour(composed.tallies, composed.together),
    "all_of": ENOUGH_PARTS,
    "at_least_k_of": ENOUGH_PARTS,
    "consecutive": Behaviour(consecutive.tallies, consecutive.measure),
    "coverage": Behaviour(coverage.tallies, coverage.measure),
    "score": Behaviour(score.tallies, score.measure),
    "proportion": Behaviour(proportion.tallies, proportion.measure),
    "checklist": LISTED,
    "follow_up": Behaviour(follow_up.tallies, follow_up.measure),
    "workflow": Behaviour(workflow.tallies, workflow.measure),
    "report_cycle": LISTED,
}
