"""Which tallies a policy asks for: each duty, over each of its periods, by the rule of each stretch of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from policy_engine.almanac import Almanac, Event, in_order
from policy_engine.background import looked_back, periods_before
from policy_engine.due import awaited, due_day, may_lie_behind
from policy_engine.exclusive import contested
from policy_engine.kinds.behaviour import BEHAVIOURS
from policy_engine.kinds.follow_up import limit
from policy_engine.linked import linked_tallies, stands_beside
from policy_engine.model import Duty, Policy, date_of
from policy_engine.periods import Period, next_day, year_of
from policy_engine.rhythms import Rhythm, begun, earlier, rhythm_of
from policy_engine.tally import LATE, STAGE, Tally


def tallies(policy: Policy, as_of: date, *, events: Iterable[Event] = ()) -> list[Tally]:
    """All tallies of a policy for every period begun in the year holding `as_of`, in duty order.

    `events` are the meetings of the committee's calendar, which some periods and due days count from.
    """
    return docket(policy, as_of, events=events).tallies


@dataclass(frozen=True, slots=True)
class Docket:
    """What one sitting is about: each duty with its periods, and what must be counted to judge them."""

    plan: list[tuple[Duty, Period]]
    tallies: list[Tally]
    events: tuple[Event, ...] = ()  # the meetings its periods and due days were worked out with


def docket(policy: Policy, as_of: date, *, events: Iterable[Event] = ()) -> Docket:
    """Worked out once by whoever counts, and handed on to `judge`."""
    meetings, shared = tuple(events), contested(policy, as_of)
    plan = list(duties_and_periods(policy, as_of, meetings))
    return Docket(
        plan,
        [
            replace(tally, listed=True) if duty.id in shared else tally
            for duty, period in plan
            for tally in _in_stages(policy, duty, period, as_of)
        ],
        meetings,
    )


def stages(wanted: Iterable[Tally]) -> dict[str, list[str]]:
    """The keys of tallies that count the stages of one figure, by the figure's key; empty as long as no filter changed."""
    found: dict[str, list[str]] = defaultdict(list)
    for tally in wanted:
        if STAGE in tally.key:
            found[tally.key.partition(STAGE)[0]].append(tally.key)
    return dict(found)


def late_keys(wanted: Iterable[Tally]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By duty and period: under which keys stands what was done after the due day."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for tally in wanted:
        if LATE in tally.key:
            found[tally.duty, tally.period.key][tally.key.partition(STAGE)[0]] = None
    return {pair: tuple(keys) for pair, keys in found.items()}


def almanac_of(policy: Policy, as_of: date, events: Iterable[Event] = ()) -> Almanac:
    """The days the policy's settings and the committee's calendar give."""
    first, last = (policy.setting(name, as_of) for name in ("term_from", "term_until"))
    worked, free = (policy.setting(name, as_of) or () for name in ("workdays", "holidays"))
    return Almanac(
        year_start_month=int(policy.setting("year_start_month", as_of, 1)),
        term=(date_of(first), date_of(last)),
        events=in_order(events),
        holidays=frozenset(map(date.fromisoformat, free)),
        workdays=frozenset(map(date.fromisoformat, worked)),
    )


def duties_and_periods(policy: Policy, as_of: date, events: Iterable[Event] = ()) -> Iterator[tuple[Duty, Period]]:
    """Each duty, read by the rule of each of its periods: the period's last day, or as-of while it is open.

    With those of earlier years that a longer period of another duty looks at (`background`).
    """
    almanac = almanac_of(policy, as_of, events)
    read = cache(policy.duties_on)
    duties = policy.duties_on(as_of)
    since = looked_back(
        policy, duties, as_of, almanac,
        lambda duty: (one for rhythm in _rhythms(policy, duty) for one in _periods(duty, rhythm, as_of, almanac)),
    )  # fmt: skip
    for index, latest in enumerate(duties):
        for rhythm in _rhythms(policy, latest):
            periods = list(_periods(latest, rhythm, as_of, almanac))
            if latest.id in since:
                periods = [*periods_before(rhythm, since[latest.id], as_of, almanac, periods), *periods]
            for period in periods:
                duty = read(period.reference_day(as_of))[index]
                if duty.rhythm == rhythm:  # a period that an overlay did away with in its middle is nobody's
                    yield duty, dated(duty, period, almanac)


def _rhythms(policy: Policy, duty: Duty) -> list[Rhythm]:
    """The periods a duty has had: one, unless an overlay changed it."""
    had = [rhythm_of(entry.value) for entry in policy.elements[f"duty.{duty.id}"].values.get("period", ())]
    return [rhythm for index, rhythm in enumerate(had) if rhythm not in had[:index]] or [duty.rhythm]


def dated(duty: Duty, period: Period, almanac: Almanac) -> Period:
    """The period with its due day, or with the meeting that one waits for. A day gone by when it was set leaves the one before it."""
    if duty.due is None or period.awaits:
        return period
    for index, (since, due) in enumerate(duty.dues, 1):
        if due is None:
            break
        day = due_day(due, period, almanac, standing=duty.period == "continuous")
        if day is None or since is None or since <= day or "on" in due or index == len(duty.dues):
            return replace(period, due=day, awaits_due=awaited(due, period, almanac))
    return period


def _periods(duty: Duty, rhythm: Rhythm, as_of: date, almanac: Almanac) -> Iterator[Period]:
    """Those begun this year, after those of last year that are due only now."""
    if duty.due is not None and may_lie_behind(duty.due):
        start = year_of(as_of, almanac.year_start_month).start
        for period in earlier(rhythm, as_of, almanac):
            if (dated(duty, period, almanac).due or date.min) >= start:
                yield replace(period, carried=True)
    if duty.kind == "follow_up":
        yield from _still_open(duty, rhythm, as_of, almanac)
    yield from begun(rhythm, as_of, almanac)


def _still_open(duty: Duty, rhythm: Rhythm, as_of: date, almanac: Almanac) -> Iterator[Period]:
    """What happened late last year may be answered this year; without a limit, the last period stays in sight."""
    start = year_of(as_of, almanac.year_start_month).start
    before = earlier(rhythm, as_of, almanac)
    for period in before:
        last = limit(period.last_day, duty.within, almanac)
        if last >= start if last else period == before[-1]:
            yield replace(period, carried=True)


def tallies_of(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """What must be counted to judge one duty over one period; keys are those its measure looks up."""
    return [*BEHAVIOURS[duty.kind].tallies(duty, period, as_of), *linked_tallies(duty, period, as_of)]


def _in_stages(policy: Policy, duty: Duty, period: Period, as_of: date) -> Iterator[Tally]:
    """Which records count, the rule of the record's day decides: one tally per stretch between two changes of the filter."""
    if period.awaits:
        return
    changes = policy.filter_changes(duty.id, period.start, period.reference_day(as_of))
    whole = tallies_of(duty, period, as_of)
    standing = [tally for tally in whole if tally.standing_on]
    if changes and len(standing) < len(whole):
        whole = standing + list(_cut(policy, duty, period, as_of, changes))
    yield from whole if period.due is None else _by_due_day(whole, duty, period.due, as_of)


def _cut(policy: Policy, duty: Duty, period: Period, as_of: date, changes: list[date]) -> Iterator[Tally]:
    """A record that says it is about the whole period is read by the last stretch."""
    bounds = [period.start, *changes, period.until]
    for index, (first, end) in enumerate(pairwise(bounds)):
        for tally in tallies_of(policy.duty(duty.id, first), period, as_of):
            if not tally.standing_on:
                until = tally.span_until if end == period.until else min(end, tally.span_until or end)
                named = tally.named if end == period.until or tally.named is None else ()
                yield replace(tally, key=f"{tally.key}{STAGE}{index}", span_from=first, span_until=until, named=named)


def _by_due_day(wanted: Iterable[Tally], duty: Duty, due: date, as_of: date) -> Iterator[Tally]:
    """Beside each tally one for what was done late, once anything can be; where late does not count, the first stops at the due day."""
    after = next_day(due)
    for tally in wanted:
        if as_of <= due or stands_beside(tally):
            yield tally
            continue
        yield tally if duty.late_counts else replace(tally, done_until=min(after, tally.done_until or after))
        figure, mark, stage = tally.key.partition(STAGE)
        yield replace(tally, key=f"{figure}{LATE}{mark}{stage}", done_from=after)
