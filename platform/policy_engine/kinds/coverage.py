"""coverage: which share of a population is reached, each so often; or has met other duties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

from policy_engine.bench import Bench, Measured, Person, by_partner, credited, each_once
from policy_engine.kinds import plain
from policy_engine.linked import HANDED_OVER
from policy_engine.model import Duty
from policy_engine.periods import Period
from policy_engine.tally import NOTHING, Counted, Tally, key, pair


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Of the population's own deeds; of the subject's deeds for each of its partners, where those are the population."""
    found = plain.tallies(duty, period, as_of)
    if not by_partner(duty):
        return found
    handover = duty.population is not None and duty.population.handover
    return [replace(tally, by="pair", listed=tally.listed or handover) for tally in found]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Owed is how many more must be reached. Whoever is asked for none of the duties named is not of the population."""
    people = bench.people(duty, period, person)
    if duty.meets:
        states = {one: bench.met(duty.meets, one, period) for one in people}
        people = [one for one in people if states[one] is not None]
        reached: Mapping[str, Counted] = {one: NOTHING for one in people if states[one]}
    else:
        counts = {one: _done(bench, duty, period, person, one) for one in people}
        reached = {one: found for one, found in counts.items() if found.number >= duty.each}
    own = bool(duty.meets) or (duty.population is not None and bool(duty.population.links))
    needed = max(ceil(len(people) * (duty.fraction or Fraction(0))), duty.number or 0)
    return Measured(
        counted=len(reached),
        owed=max(0, needed - len(reached)),
        idle=None if people or not own else "没有要做到的人，无从评判",
        numerator=len(reached),
        denominator=len(people),
        missing=tuple(sorted(set(people) - set(reached))),
        records=tuple(sorted({record for found in reached.values() for record in found.records})),
    )


def _done(bench: Bench, duty: Duty, period: Period, person: Person, one: str) -> Counted:
    """What was done for one of the population; with handover also by whoever held the link earlier in the period."""
    own = bench.found(key(duty.id, period), credited(duty, person, one))
    if duty.population is None or not duty.population.handover:
        return own
    before = bench.found(key(duty.id, period, HANDED_OVER), one).values
    found = [own, *(bench.found(key(duty.id, period), pair(who, one)) for who in before if who != person.id)]
    records = sorted({record for each in found for record in each.records})
    return Counted(each_once(found), tuple(records))
