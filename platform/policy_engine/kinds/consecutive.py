"""consecutive: how many periods running another duty came out badly (or so graded); more than allowed is a breach.

Only periods that are over are looked at. One in which nothing was asked, or that was waived, neither counts nor ends the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy_engine.bench import Bench, Measured, Person, over
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import Tally

BADLY = ("outstanding", "exceeded")
UNASKED = ("not_applicable", "waived")


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Nothing is counted anew."""
    return []


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """The row that the last period over by the end of this one stands in; `why` names its periods."""
    judged = sorted(bench.standings.get((duty.of, person.id), ()), key=lambda one: one[0].start)
    over_by_now = [one for one in judged if one[0].start < period.until and _is_over(one[0], bench.as_of)]
    row, seen = list[str](), False
    for own, state, *_ in over_by_now:
        if state in UNASKED:
            continue
        seen = True
        grade = bench.grades.get((duty.of, person.id, own.key))
        row = [*row, own.key] if _fits(duty.when, state, grade) else []
    above = over(duty.max, len(row))
    return Measured(
        counted=len(row),
        over=above,
        exceeded=above > 0,
        idle=None if seen else f"“{bench.titles.get(duty.of, duty.of)}”还没有过完的一期可看",
        why=f"连续 {len(row)} 期:{'、'.join(row)}" if row else None,
    )


def _is_over(period: Period, as_of: date) -> bool:
    return as_of >= max(period.last_day, period.due or period.last_day)


def _fits(when: Mapping[str, Any], state: str, grade: str | None) -> bool:
    if not when:
        return state in BADLY
    return state in when.get("states", ()) or grade in when.get("grades", ())
