"""any_of, all_of, at_least_k_of: several counts judged together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

from policy_engine.bench import Bench, Measured, Number, Person, each_once, exactly, over, owed
from policy_engine.model import Duty, Part
from policy_engine.periods import Period
from policy_engine.shares import shown
from policy_engine.tally import Counted, Tally, key, tally_for


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    found = [tally_for(duty, period, as_of, where=part.where, part=part) for part in duty.parts if not part.duty]
    return [replace(tally, listed=True) for tally in found] if _overlap(duty) else found


def _overlap(duty: Duty) -> bool:
    """May one record stand in two parts that are added up, as any-of's are, or as what was late in them is?"""
    wheres = [part.where for part in duty.parts] if duty.kind == "any_of" or duty.due else []
    return any(
        one.family == other.family and not (one.kinds and other.kinds and set(one.kinds).isdisjoint(other.kinds))
        for one, other in combinations(wheres, 2)
    )


def together(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Any-of: whatever the mix, the sum decides; a part counts up to its `max`, and its own `min` must be in the mix."""
    found = [bench.found(key(duty.id, period, part.id), person.id) for part in duty.parts]
    parts, total = tuple(map(_part_json, duty.parts, found)), capped_sum(found, [part.max for part in duty.parts])
    lacking = sum(owed(part.min, one.number) for part, one in zip(duty.parts, found, strict=True))
    return Measured(
        counted=total,
        owed=max(owed(duty.min, total), lacking),
        over=over(duty.max, total),
        parts=parts,
        records=_all_records(parts),
    )


def capped_sum(found: Sequence[Counted], caps: Sequence[float | None]) -> Number:
    """The most that can be counted when a record counts once and each part takes no more than its cap.

    A flow from records to parts: by the cheapest cut, some parts are cut at their caps and the records of the rest are
    counted once each. So one more record never lowers it.
    """
    limited = [place for place, cap in enumerate(caps) if cap is not None and found[place].number > cap]
    choices = (chosen for size in range(len(limited) + 1) for chosen in combinations(limited, size))
    return min(
        sum(exactly(caps[place] or 0) for place in chosen)
        + each_once(one for place, one in enumerate(found) if place not in chosen)
        for chosen in choices
    )


def enough_parts(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """All-of and at-least-k-of: parts met against parts wanted; still owed is the shortest way to the end.

    A part that is another duty, of which this subject was asked nothing, is no part for it.
    """
    parts = _parts(bench, duty, period, person)
    asked = [part for part in parts if part["state"] != "not_applicable"]
    wanted = len(asked) if duty.kind == "all_of" else int(duty.min or 0)
    met = sum(part["state"] == "met" for part in parts)
    missing = tuple(part["id"] for part in parts if part["state"] == "outstanding") if met < wanted else ()
    shortest = sum(sorted(part["outstanding"] for part in asked)[:wanted])
    return Measured(
        counted=met,
        owed=shortest,
        missing=missing,
        parts=parts,
        records=_all_records(parts),
        idle=None if asked else "各部分都不适用，无从评判",
    )


def _parts(bench: Bench, duty: Duty, period: Period, person: Person) -> tuple[dict[str, Any], ...]:
    return tuple(
        _other_duty(part, bench.met([part.duty], person.id, period))
        if part.duty
        else _part_json(part, bench.found(key(duty.id, period, part.id), person.id))
        for part in duty.parts
    )


def _other_duty(part: Part, met: bool | None) -> dict[str, Any]:
    """A part that is another duty: met or not, whatever that one counts."""
    state = "not_applicable" if met is None else "met" if met else "outstanding"
    least = None if met is None else 1
    return _part_json(part, Counted(int(met is True))) | {
        "state": state,
        "min": least,
        "duty": part.duty,
        "outstanding": int(met is False),
    }


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
