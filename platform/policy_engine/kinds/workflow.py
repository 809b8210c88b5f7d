"""workflow: steps in their order. A step counts only when those before it are done, on the same day or earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from policy_engine.almanac import Almanac
from policy_engine.bench import Bench, Measured, Person
from policy_engine.kinds import listed
from policy_engine.model import Duty, Item
from policy_engine.periods import Period
from policy_engine.tally import YEARLY, Tally, key


@dataclass(slots=True)
class Walk:
    """How far the steps have come: `done` on which day, `ready` since which day (None: since ever), done too early."""

    done: dict[str, date] = field(default_factory=dict)
    ready: dict[str, date | None] = field(default_factory=dict)
    out_of_order: list[str] = field(default_factory=list)


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    return [replace(tally, distinct="step") for tally in listed.tallies(duty, period, as_of)]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    found = [bench.found(key(duty.id, period, suffix), person.id) for suffix in (None, YEARLY)]
    walk = walked(duty, _days(value for one in found for value in one.values))
    needed = [item for item in duty.items if not item.optional]
    open_steps = [item for item in needed if item.id not in walk.done]
    first = max(duty.begins or date.min, person.since or date.min)
    within = {item.id: _due(item, walk, bench.almanac, first) for item in duty.items}
    dues = [day for item in open_steps if item.id in walk.ready and (day := within[item.id])]
    return Measured(
        counted=len(needed) - len(open_steps),
        owed=len(open_steps),
        missing=tuple(item.id for item in open_steps),
        next=tuple(item.id for item in duty.items if item.id in walk.ready and item.id not in walk.done),
        out_of_order=tuple(walk.out_of_order),
        records=tuple(sorted({record for one in found for record in one.records})),
        due=min(dues, default=None),
        late=sum(day > due for item, day in walk.done.items() if (due := within[item])),
    )


def walked(duty: Duty, days: Mapping[str, list[date]]) -> Walk:
    """The steps in the order of the list; of several days the first that fits counts."""
    walk = Walk()
    optional = {item.id for item in duty.items if item.optional}
    for place, item in enumerate(duty.items):
        before = _before(duty, place)
        done = [walk.done[one] for one in before if one in walk.done]
        since = max(done, default=None)
        blocked = any(one not in walk.done and one not in optional for one in before)
        fitting = [] if blocked else [day for day in days.get(item.id, ()) if since is None or day >= since]
        if not blocked:
            walk.ready[item.id] = since
        if fitting:
            walk.done[item.id] = min(fitting)
        elif days.get(item.id):
            walk.out_of_order.append(item.id)
    return walk


def _before(duty: Duty, place: int) -> tuple[str, ...]:
    """What a step waits for: what it names, else all steps above it, else (unordered) nothing."""
    named = duty.items[place].after
    if named is not None:
        return named
    return tuple(item.id for item in duty.items[:place]) if duty.ordered else ()


def _due(item: Item, walk: Walk, almanac: Almanac, first: date) -> date | None:
    """Counted from the day the step could be taken; no earlier than the duty, or the one it binds, was there."""
    since = walk.ready.get(item.id)
    if item.days is None or since is None:
        return None
    return almanac.shifted(max(since, first), item.days, working=item.working_days)


def _days(values: Iterator[str]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for value in values:
        item, mark, day = value.rpartition("@")
        if mark:
            found[item].append(date.fromisoformat(day))
    return found
