"""checklist, workflow, report_cycle: the lines of a list, each once."""

from __future__ import annotations

from datetime import date

from policy_engine.bench import Bench, Measured, Person, owed
from policy_engine.model import Duty, Filter
from policy_engine.periods import Period
from policy_engine.tally import YEARLY, Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Lasting lines as they stand, yearly ones within the period; an unlisted list takes any line."""
    anew = tuple(item.id for item in duty.items if item.yearly)
    lasting = tuple(item.id for item in duty.items if not item.yearly)
    unlisted_report = duty.kind == "report_cycle" and not duty.items
    wanted = {"": lasting} if lasting or not (anew or unlisted_report) else {}
    wanted |= {YEARLY: anew} if anew or unlisted_report else {}
    filters = {suffix: Filter(family="check", checklist=duty.listing, items=items) for suffix, items in wanted.items()}
    return [tally_for(duty, period, as_of, where=where, suffix=suffix) for suffix, where in filters.items()]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """An unlisted list asks for a number of lines."""
    found = [bench.found(key(duty.id, period, suffix), person.id) for suffix in (None, YEARLY)]
    done = {value for one in found for value in one.values}
    missing = tuple(item.id for item in duty.items if item.id not in done)
    return Measured(
        counted=len(done),
        owed=len(missing) if duty.items else owed(duty.min, len(done)),
        missing=missing,
        records=tuple(sorted({record for one in found for record in one.records})),
    )
