"""any_of, all_of, at_least_k_of: several counts judged together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

from policy_engine.bench import Bench, Measured, Person, each_once, over, owed
from policy_engine.model import Duty, Part
from policy_engine.periods import Period
from policy_engine.shares import shown
from policy_engine.tally import Counted, Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    found = [tally_for(duty, period, as_of, where=part.where, part=part) for part in duty.parts]
    return [replace(tally, listed=True) for tally in found] if _overlap(duty) else found


def _overlap(duty: Duty) -> bool:
    """May one record stand in two parts that are added up, as any-of's are, or as what was late in them is?"""
    wheres = [part.where for part in duty.parts] if duty.kind == "any_of" or duty.due else []
    return any(
        one.family == other.family and not (one.kinds and other.kinds and set(one.kinds).isdisjoint(other.kinds))
        for one, other in combinations(wheres, 2)
    )


def together(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Any-of: whatever the mix, the sum decides."""
    found = [bench.found(key(duty.id, period, part.id), person.id) for part in duty.parts]
    parts, total = tuple(map(_part_json, duty.parts, found)), each_once(found)
    return Measured(
        counted=total,
        owed=owed(duty.min, total),
        over=over(duty.max, total),
        parts=parts,
        records=_all_records(parts),
    )


def enough_parts(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """All-of and at-least-k-of: parts met against parts wanted; still owed is the shortest way to the end."""
    parts = _parts(bench, duty, period, person)
    wanted = int(duty.min or 0)
    met = sum(part["state"] == "met" for part in parts)
    missing = tuple(part["id"] for part in parts if part["state"] == "outstanding") if met < wanted else ()
    shortest = sum(sorted(part["outstanding"] for part in parts)[:wanted])
    return Measured(counted=met, owed=shortest, missing=missing, parts=parts, records=_all_records(parts))


def _parts(bench: Bench, duty: Duty, period: Period, person: Person) -> tuple[dict[str, Any], ...]:
    return tuple(_part_json(part, bench.found(key(duty.id, period, part.id), person.id)) for part in duty.parts)


def _part_json(part: Part, found: Counted) -> dict[str, Any]:
    lacking = owed(part.min, found.number)
    return {
        "id": part.id,
        "title": part.title,
        "clauses": list(part.clauses),
        "state": "counted" if part.min is None else "outstanding" if lacking else "met",
        "counted": shown(found.number),
        "min": part.min,
        "max": part.max,
        "outstanding": shown(lacking),
        "over": shown(over(part.max, found.number)),
        "records": list(found.records),
    }


def _all_records(parts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({record for part in parts for record in part["records"]}))
