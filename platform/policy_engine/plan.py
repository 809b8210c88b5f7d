"""Which tallies a policy asks for: each duty, over each of its periods, by the rule of each stretch of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

from policy_engine.kinds.behaviour import BEHAVIOURS
from policy_engine.model import Duty, Policy
from policy_engine.periods import Period, begun
from policy_engine.tally import STAGE, Tally


def tallies(policy: Policy, as_of: date) -> list[Tally]:
    """All tallies of a policy for every period begun in the year holding `as_of`, in duty order."""
    return [
        tally for duty, period in duties_and_periods(policy, as_of) for tally in _in_stages(policy, duty, period, as_of)
    ]


def stages(policy: Policy, as_of: date) -> dict[str, list[str]]:
    """The keys of tallies that count the stages of one figure, by the figure's key; empty as long as no filter changed."""
    found: dict[str, list[str]] = defaultdict(list)
    for tally in tallies(policy, as_of):
        if STAGE in tally.key:
            found[tally.key.partition(STAGE)[0]].append(tally.key)
    return dict(found)


def duties_and_periods(policy: Policy, as_of: date) -> Iterator[tuple[Duty, Period]]:
    """Each duty, read by the rule of each of its periods: the period's last day, or as-of while it is open."""
    start_month = int(policy.setting("year_start_month", as_of, 1))
    ends = (policy.setting("term_from", as_of), policy.setting("term_until", as_of))
    term = (date.fromisoformat(ends[0]) if ends[0] else None, date.fromisoformat(ends[1]) if ends[1] else None)
    read = cache(policy.duties_on)
    for index, latest in enumerate(policy.duties_on(as_of)):
        for rhythm in _rhythms(policy, latest):
            for period in begun(rhythm, as_of, year_start_month=start_month, term=term):
                duty = read(period.reference_day(as_of))[index]
                if duty.period == rhythm:  # a period that an overlay did away with in its middle is nobody's
                    yield duty, period


def _rhythms(policy: Policy, duty: Duty) -> list[str]:
    """The periods a duty has had: one, unless an overlay changed it."""
    had = policy.elements[f"duty.{duty.id}"].values.get("period", ())
    return [
        entry.value for index, entry in enumerate(had) if entry.value not in [one.value for one in had[:index]]
    ] or [duty.period]


def tallies_of(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """What must be counted to judge one duty over one period; keys are those its measure looks up."""
    return BEHAVIOURS[duty.kind].tallies(duty, period, as_of)


def _in_stages(policy: Policy, duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Which records count, the rule of the record's day decides: one tally per stretch between two changes of the filter."""
    changes = policy.filter_changes(duty.id, period.start, period.reference_day(as_of))
    whole = tallies_of(duty, period, as_of)
    standing = [tally for tally in whole if tally.standing_on]
    if not changes or len(standing) == len(whole):
        return whole
    bounds = [period.start, *changes, period.until]
    return standing + [
        replace(tally, key=f"{tally.key}{STAGE}{index}", span_from=first, span_until=min(end, tally.span_until or end))
        for index, (first, end) in enumerate(pairwise(bounds))
        for tally in tallies_of(policy.duty(duty.id, first), period, as_of)
        if not tally.standing_on
    ]
