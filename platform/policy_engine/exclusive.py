"""What one record may count for: within a group of duties each record counts for one only.

Every duty of the group first gets what it asks for, in the order of the group; then what its range has room for; then the rest.
A record that several duties could take is handed on along a chain (an augmenting path) wherever that lets an earlier duty have
one more without taking one from any duty. So the counts do not depend on the order of the records, and one more record
never lowers any of them (opposite sides of a matching complement each other).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil

from policy_engine.adjusted import adjusted
from policy_engine.bench import Bench, Person
from policy_engine.errors import TemplateError
from policy_engine.model import Duty, Filter, Part, Policy, Template
from policy_engine.periods import Period
from policy_engine.reader import Document, Way, listed
from policy_engine.tally import key

KINDS = ("count", "range", "qualitative", "any_of", "all_of", "at_least_k_of")
BY_PART = ("all_of", "at_least_k_of")
FORCES = ("required", "in_principle")
Kept = dict[tuple[str, str], frozenset[str]]
Plan = Iterable[tuple[Duty, Period]]


def groups(policy: Policy, duties: Iterable[Duty], on: date | None) -> list[tuple[str, ...]]:
    """The groups of a day, each in the order in which its duties are served; who meets no other's records is left out.

    `duties` are those of the day. Where the document lets no record count twice at all (`allow_multi_count: false`), all duties of one type of subject are a
    group: those named together first, then by force and place in the document.
    """
    able = {duty.id: duty for duty in duties if may_share(duty)}
    stated = [[one for one in group if one in able] for group in policy.exclusive_on(on)]
    if policy.setting("allow_multi_count", on, True) is not False:
        return [_meeting([able[one] for one in group]) for group in stated]
    named = [one for group in stated for one in group]
    places = {clause: place for place, clause in enumerate(policy.clauses)}
    found: dict[str, list[Duty]] = defaultdict(list)
    for duty in sorted(able.values(), key=lambda duty: _rank(duty, named, places)):
        found[duty.subject.type].append(duty)
    return [_meeting(group) for group in found.values()]


def _meeting(group: Sequence[Duty]) -> tuple[str, ...]:
    """Those of a group that could want a record another line wants too."""
    lines = [(duty.id, set(where.kinds)) for duty in group for where in _wheres(duty)]
    return tuple(
        duty.id
        for duty in group
        if any(
            one == duty.id and kinds & others
            for index, (one, kinds) in enumerate(lines)
            for place, (_, others) in enumerate(lines)
            if place != index
        )
    )


def _wheres(duty: Duty) -> list[Filter]:
    """One per line: an any-of is one line, whatever its parts."""
    wheres = [part.where for part in duty.parts] or [duty.where or Filter()]
    if duty.kind in BY_PART:
        return wheres
    return [replace(wheres[0], kinds=tuple(kind for where in wheres for kind in where.kinds))]


def may_share(duty: Duty) -> bool:
    """Only whole records can be handed out: no amounts, no shares, no distinct targets, nobody's deeds in particular."""
    lines: Sequence[Duty | Part] = duty.parts or (duty,)
    return duty.kind in KINDS and all(
        line.where is not None
        and not (isinstance(line, Part) and line.duty)
        and line.where.family == "record"
        and line.distinct == "record"
        and line.by == "subject"
        and not line.where.weighs
        for line in lines
    )


def exclusive_faults(header: Document, template: Template) -> Iterator[TemplateError]:
    """Of the groups of a policy.yaml: duties that exist, bind the same sort of subject, and count whole records."""
    seen: set[str] = set()
    for index, entry in enumerate(header.data.get("exclusive", ())):
        full = entry if isinstance(entry, Mapping) else {"duties": entry}
        for clause in full.get("clauses", ()):
            if clause not in template.clauses:
                yield header.fault(
                    ("exclusive", index, "clauses"), "dangling_clause", f"clauses.yaml 里没有条款“{clause}”", "改正编号"
                )
        duties: list[Duty] = []
        for place, name in enumerate(full["duties"]):
            way: Way = (
                ("exclusive", index, "duties", place) if isinstance(entry, Mapping) else ("exclusive", index, place)
            )
            if f"duty.{name}" not in template.elements:
                yield header.fault(way, "unknown_duty", f"没有职责“{name}”", "改成 duties 文件夹里的 id")
                continue
            duty = template.duty(name)
            if name in seen:
                yield header.fault(way, "duplicate_id", f"“{name}”已经在一组里了", "一项职责只写进一组")
            elif not may_share(duty):
                yield header.fault(
                    way,
                    "bad_value",
                    f"“{name}”不是按件数记录的，无从一件只算一项",
                    f"只写按件数记录的 {listed(KINDS)} 类职责",
                )
            elif duties and duties[0].subject.type != duty.subject.type:
                yield header.fault(way, "bad_value", f"“{name}”与“{duties[0].id}”管的不是同一类对象", "分成两组")
            seen.add(name)
            duties.append(duty)
        if len(duties) == 1 and duties[0].kind not in BY_PART and len(full["duties"]) == 1:
            yield header.fault(("exclusive", index), "bad_value", "一组里只有一项职责", "补上与它不重复计的职责")


def apart_faults(header: Document, template: Template) -> Iterator[TemplateError]:
    """Of groups in which a record counts once: duties that no record could serve beside another of the group."""
    for index, entry in enumerate(header.data.get("exclusive", ())):
        names = entry["duties"] if isinstance(entry, Mapping) else entry
        group = [template.duty(name) for name in names]
        if len(group) < 2 or not all(map(may_share, group)):
            continue
        meeting = _meeting(group)
        for name in names:
            if name not in meeting and template.duty(name).kind not in BY_PART:
                yield header.fault(
                    ("exclusive", index),
                    "counts_nothing",
                    f"“{name}”与同组的没有共同的记录种类，本来就不会重复计",
                    "改正职责的 kinds，或从这一组里删去",
                )


def contested(policy: Policy, on: date) -> frozenset[str]:
    """The duties whose records must be known one by one, that they may be handed out."""
    return frozenset(name for group in groups(policy, policy.duties_on(on), on) for name in group)


def kept(policy: Policy, bench: Bench, plan: Plan) -> Kept:
    """(tally key, subject) → the records left to it; what is missing keeps all."""
    by_duty: dict[str, list[tuple[Duty, Period]]] = defaultdict(list)
    for duty, period in plan:
        by_duty[duty.id].append((duty, period))
    found: Kept = {}
    for group in groups(policy, (pieces[-1][0] for pieces in by_duty.values()), bench.as_of):
        pieces = [piece for name in group for piece in by_duty[name]]
        for person in bench.subjects:
            lines = list(_lines(bench, pieces, person))
            if _contested(lines):
                found |= _handed_out(lines, person)
    return found


@dataclass(slots=True, eq=False)
class _Line:
    """One number to be reached: a duty's, or that of one of its parts. `keys` are the tallies behind it."""

    keys: Mapping[str, frozenset[str]]
    rooms: tuple[int, int, int]  # what it asks for, what its range has room for, everything
    records: tuple[str, ...]
    held: set[str] = field(default_factory=set)


def _lines(bench: Bench, pieces: Iterable[tuple[Duty, Period]], person: Person) -> Iterator[_Line]:
    for latest, period in pieces:
        if person.type != latest.subject.type or not latest.in_force or not bench.binds(person, latest, period):
            continue
        duty = adjusted(bench, latest, period, person)
        if duty.kind in BY_PART:
            for part in duty.parts:
                yield _line(bench, [key(duty.id, period, part.id)], part.min, part.max, person)
        else:
            names = [key(duty.id, period, part.id) for part in duty.parts] or [key(duty.id, period)]
            yield _line(bench, names, duty.min, duty.max, person)


def _line(bench: Bench, names: Sequence[str], least: float | None, most: float | None, person: Person) -> _Line:
    keys = {name: frozenset(bench.found(name, person.id).records) for name in names}
    records = tuple(sorted(frozenset[str]().union(*keys.values())))
    asked = ceil(least or 0)
    return _Line(keys, (asked, max(asked, int(most or 0)), len(records)), records)


def _contested(lines: Sequence[_Line]) -> bool:
    return sum(len(line.records) for line in lines) > len({record for line in lines for record in line.records})


def _handed_out(lines: Sequence[_Line], person: Person) -> Kept:
    holder: dict[str, _Line] = {}
    for stage in range(3):
        for line in lines:
            while len(line.held) < line.rooms[stage] and _one_more(line, holder):
                pass
    return {(name, person.id): found & line.held for line in lines for name, found in line.keys.items()}


def _one_more(line: _Line, holder: dict[str, _Line]) -> bool:
    """Give the line one record more: a free one, or another's who gets a free one, directly or along a chain."""
    came_from: dict[str, str | None] = {}
    waiting: list[tuple[_Line, str | None]] = [(line, None)]
    for taker, given_up in waiting:  # grows while it is walked
        for record in taker.records:
            if record in came_from or holder.get(record) is taker:
                continue
            came_from[record] = given_up
            if record not in holder:
                _move(record, came_from, holder, line)
                return True
            waiting.append((holder[record], record))
    return False


def _move(record: str | None, came_from: Mapping[str, str | None], holder: dict[str, _Line], line: _Line) -> None:
    """Along the chain each line takes the record it found and gives up the one it is asked for."""
    while record is not None:
        given_up = came_from[record]
        taker = line if given_up is None else holder[given_up]
        taker.held.add(record)
        if given_up is not None:
            taker.held.discard(given_up)
        holder[record] = taker
        record = given_up


def _rank(duty: Duty, named: Sequence[str], places: Mapping[str, int]) -> tuple[int, int, int, str]:
    return (
        named.index(duty.id) if duty.id in named else len(named),
        FORCES.index(duty.force) if duty.force in FORCES else len(FORCES),
        min((places.get(clause, len(places)) for clause in duty.clauses), default=len(places)),
        duty.id,
    )
