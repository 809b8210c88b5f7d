"""Verdicts of earlier years that a longer period needs: who asks over two years whether a duty was met each year.

Duties are judged over the year holding as-of. Where one that looks at others (`meets`, a scoring line, a grade's `requires`,
a veto) runs over more, or across New Year, the others' earlier periods are judged too: for it alone, never to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from policy_engine.almanac import Almanac
from policy_engine.model import Duty, Policy
from policy_engine.periods import DAY, Period, year_of
from policy_engine.rhythms import Rhythm, begun

AT_MOST_BACK = 10  # years, where neither the term nor the document says when it all began
NOW = ("event", "continuous", "term", "once")
"""Judged as things stand, or over all the time there is: one period, which every other one touches."""


def looked_back(
    policy: Policy, duties: Iterable[Duty], as_of: date, almanac: Almanac, periods: Callable[[Duty], Iterable[Period]]
) -> Mapping[str, date]:
    """Since when each duty is to be judged, where that is before this year. `periods` are a duty's own of this year."""
    known = {duty.id: duty for duty in duties}
    lookers = [duty for duty in known.values() if duty.looks_at]
    first = year_of(as_of, almanac.year_start_month).start
    begins = {duty.id: min((period.start for period in periods(duty)), default=first) for duty in lookers}
    begins |= {duty.id: _running(known[duty.of], duty, first) for duty in lookers if duty.of in known}
    since: dict[str, date] = {}
    waiting = [duty for duty in lookers if begins[duty.id] < first]
    while waiting:
        duty = waiting.pop()
        start = min(begins[duty.id], since.get(duty.id, first))
        for name in duty.looks_at:
            if name in known and start < since.get(name, first):
                since[name] = max(start, _earliest(policy, name, as_of))
                waiting += [known[name]] if known[name].looks_at else []
    return since


def _running(of: Duty, duty: Duty, first: date) -> date:
    """So many of the other duty's periods must be seen that a row can be longer than allowed."""
    long = of.rhythm.size if of.rhythm.word == "every" and of.rhythm.unit == "year" else 1
    years = min(long * max(1, int(duty.max or 1)) + long - 1, AT_MOST_BACK)
    return first.replace(year=max(1, first.year - years))


def _earliest(policy: Policy, duty: str, as_of: date) -> date:
    """No duty is met or owed before it began."""
    known = policy.elements[f"duty.{duty}"].begins or policy.header.get("in_force_from")
    return date.fromisoformat(str(known)) if known else date(as_of.year - AT_MOST_BACK, 1, 1)


def periods_before(
    rhythm: Rhythm, since: date, as_of: date, almanac: Almanac, shown: Iterable[Period]
) -> Iterator[Period]:
    """The periods of earlier years that reach past `since`, those already shown left out."""
    if rhythm.word in NOW:
        return
    seen = {period.key for period in shown}
    day = year_of(as_of, almanac.year_start_month).start - DAY
    while day >= since:
        for period in begun(rhythm, day, almanac):
            if period.until > since and not period.awaits and period.key not in seen:
                seen.add(period.key)
                yield replace(period, background=True)
        day = year_of(day, almanac.year_start_month).start - DAY
