"""score: points line by line, with caps, steps, tables and deductions; grades. Never a ranking: one subject at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from policy_engine.bench import Bench, Measured, Person, owed
from policy_engine.model import Duty, Part
from policy_engine.periods import Period
from policy_engine.shares import Number, exactly, shown
from policy_engine.tally import NOTHING, Counted, Tally, key, tally_for
from policy_engine.vocabulary import title

VETO = "veto"


def tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """A line that looks at another duty counts nothing itself."""
    lines = [part for part in duty.parts if "duty" not in part.terms]
    found = [tally_for(duty, period, as_of, where=part.where, part=part) for part in lines]
    vetoes = enumerate(duty.terms.get("veto") or ())
    return found + [
        tally_for(duty, period, as_of, where=veto["where"], suffix=f"{VETO}{index}")
        for index, veto in vetoes
        if "where" in veto
    ]


def measure(bench: Bench, duty: Duty, period: Period, person: Person) -> Measured:
    """Points; `grade` is the best one reached whose other duties are met, or what a veto leaves of it."""
    found = {part.id: _counted(bench, duty, part, period, person) for part in duty.parts}
    points = {part.id: _points(part, found[part.id], bench, period, person) for part in duty.parts}
    groups = list(_groups(duty.terms.get("groups") or (), points))
    inner = {line for group in groups for line in group["lines"]}
    outer = points | {group["id"]: group["exact"] for group in groups}
    whole = exactly(duty.terms.get("base") or 0) + sum(number for line, number in outer.items() if line not in inner)
    reached = _within(whole, duty.terms)
    grade, why, vetoing = _grade(bench, duty, period, person, reached)
    return Measured(
        counted=reached,
        owed=owed(duty.min, reached),
        parts=(
            *(_line(part, found[part.id], points[part.id]) for part in duty.parts),
            *({name: value for name, value in group.items() if name != "exact"} for group in groups),
        ),
        records=tuple(sorted({record for one in (*found.values(), *vetoing) for record in one.records})),
        grade=grade,
        why="；".join(why) or None,
    )


def _counted(bench: Bench, duty: Duty, part: Part, period: Period, person: Person) -> Counted:
    if part.duty:
        return _outcomes(bench, duty, part, period, person) if part.take else NOTHING
    return bench.found(key(duty.id, period, part.id), person.id)


def _outcomes(bench: Bench, duty: Duty, part: Part, period: Period, person: Person) -> Counted:
    """What another duty came to over its periods in this one and a population: the sum or average of its figures, the share
    met, or how much is still owed or too much."""
    people = bench.those(part.population, duty, period, person, part.id) if part.population else [person.id]
    found = [
        outcome
        for one in people
        for outcome in bench.outcomes(part.duty or "", one, period)
        if outcome.state != "not_applicable"
    ]
    if part.take == "share_met":
        judged = [one.state for one in found if one.state in ("met", "outstanding", "exceeded")]
        return Counted(Fraction(judged.count("met"), len(judged))) if judged else NOTHING
    if part.take in ("outstanding", "over"):
        figures = [one.outstanding if part.take == "outstanding" else one.over for one in found]
    else:
        figures = [one.counted for one in found]
    whole = sum((Fraction(number) for number in figures), Fraction())
    return Counted(whole / len(found) if part.take == "average" and found else whole)


def _points(part: Part, found: Counted, bench: Bench, period: Period, person: Person) -> Number:
    terms = part.terms
    if part.duty and not part.take:
        states = bench.states(terms["duty"], person.id, period)
        points: Number = sum((exactly(terms.get(state) or 0) for state in states), 0)
    elif terms.get("table"):
        points = found.number  # the counter has weighed each record by the table
    elif terms.get("steps"):
        reached = [step["points"] for step in terms["steps"] if exactly(step["at"]) <= found.number]
        points = exactly(reached[-1]) if reached else 0
    else:
        points = _units(found.number, terms) * exactly(terms.get("points") or 0)
    return _within(exactly(terms.get("base") or 0) + points, terms)


def _units(number: Number, terms: Mapping[str, Any]) -> Number:
    """How many of what is counted give points: full ones of `each`, from the `from_nth` to the `to_nth`."""
    each, first, last = terms.get("each"), terms.get("from_nth"), terms.get("to_nth")
    units = number // exactly(each) if each else number
    units = units if last is None else min(units, last)
    return max(units - (first - 1), 0) if first else units


def _within(points: Number, terms: Mapping[str, Any]) -> Number:
    cap, floor = terms.get("cap"), terms.get("floor")
    points = points if cap is None else min(points, exactly(cap))
    return points if floor is None else max(points, exactly(floor))


def _groups(written: Iterable[Mapping[str, Any]], points: Mapping[str, Number]) -> Iterator[dict[str, Any]]:
    """Each of its lines, or of the groups written above it."""
    known = dict(points)
    for group in written:
        found = _group(group, known)
        known[found["id"]] = found["exact"]
        yield found


def _group(group: Mapping[str, Any], points: Mapping[str, Number]) -> dict[str, Any]:
    found = [points[line] for line in group["lines"] if line in points]
    taken: Number = max(found, default=0) if group.get("take") == "highest" else sum(found)
    whole = _within(exactly(group.get("base") or 0) + taken, group)
    return {
        "id": group["id"],
        "title": group.get("title", group["id"]),
        "lines": list(group["lines"]),
        "points": shown(whole),
        "exact": whole,
        **_UNJUDGED,
        "counted": shown(whole),
    }


_UNJUDGED: Mapping[str, Any] = {
    "clauses": [], "state": "counted", "counted": 0, "min": None, "max": None, "outstanding": 0, "over": 0, "records": [],
}  # fmt: skip


def _line(part: Part, found: Counted, points: Number) -> dict[str, Any]:
    return {
        **_UNJUDGED,
        "id": part.id,
        "title": part.title,
        "clauses": list(part.clauses),
        "counted": shown(found.number),
        "points": shown(points),
        "records": list(found.records),
    }


def _grade(
    bench: Bench, duty: Duty, period: Period, person: Person, points: Number
) -> tuple[str | None, list[str], list[Counted]]:
    """Of the grades from best to worst the one reached, why it is no better, and what a veto found.

    A veto leaves none better than the one it names; who is below it stays there.
    """
    grades = sorted(duty.terms.get("grades") or (), key=lambda one: -exactly(one["from"]))
    why, place = [], len(grades)
    for index, one in enumerate(grades):
        if exactly(one["from"]) > points:
            continue
        lacking = [name for name in one.get("requires", ()) if bench.met([name], person.id, period) is False]
        if not lacking:
            place = index
            break
        why.append(f"分数够“{one['title']}”，还欠着:{'、'.join(bench.titles.get(name, name) for name in lacking)}")
    names, vetoing = [one["id"] for one in grades], []
    for veto, found in _vetoes(bench, duty, period, person):
        vetoing.append(found)
        if veto["grade"] in names:
            lowest = names.index(veto["grade"])
            place = max(place, lowest)
            why.append(f"{_vetoed(bench, veto, found)}，等次不高于“{grades[lowest]['title']}”")
    return (str(names[place]) if place < len(names) else None), why, vetoing


def _vetoes(bench: Bench, duty: Duty, period: Period, person: Person) -> Iterator[tuple[Mapping[str, Any], Counted]]:
    """Those that fired, with what was counted."""
    for index, veto in enumerate(duty.terms.get("veto") or ()):
        if "where" in veto:
            found = bench.found(key(duty.id, period, f"{VETO}{index}"), person.id)
            if found.number:
                yield veto, found
        elif bench.met([veto["duty"]], person.id, period) is False:
            yield veto, NOTHING


def _vetoed(bench: Bench, veto: Mapping[str, Any], found: Counted) -> str:
    """What fired, in words: the author's note, else the other duty or the sort of records."""
    if "duty" in veto:
        return str(veto.get("note") or f"欠着“{bench.titles.get(veto['duty'], veto['duty'])}”")
    where = veto["where"]
    named = [
        title(bench.words, category, one)
        for category, some in (("kinds", where.kinds[:3]), ("tags", where.tags), ("roles", where.roles))
        for one in some
    ]
    return f"{veto.get('note') or '、'.join(named)} {shown(found.number):g} 件"
