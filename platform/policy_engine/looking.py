"""Duties that look at other duties: a coverage by `meets`; a part that is a `duty`; a grade's `requires`, a veto's `duty`.

What is looked at is judged first, so nobody may look, by whatever way round, at itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from policy_engine.errors import TemplateError
from policy_engine.kinds import NUMBERS
from policy_engine.model import Duty, Element
from policy_engine.overlay import Operation, Overlay
from policy_engine.periods import Period
from policy_engine.reader import Document, Way, mapping
from policy_engine.sense import unjudged

Looks = Mapping[str, Iterable[str]]
Plan = Sequence[tuple[Duty, Period]]


def in_turn(plan: Plan) -> Plan:
    """The plan with everything that is looked at before those who look."""
    looks: dict[str, set[str]] = defaultdict(set)
    for duty, _ in plan:
        looks[duty.id].update(duty.looks_at)
    depth: dict[str, int] = {}

    def down(duty: str) -> int:
        if duty not in depth:
            depth[duty] = 0  # also ends a circle, which loader and overlay refuse
            depth[duty] = 1 + max(map(down, looks.get(duty, ())), default=-1)
        return depth[duty]

    return sorted(plan, key=lambda one: down(one[0].id)) if any(looks.values()) else plan


def references(duty: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    """Where a duty as written names others."""
    if duty.get("of"):
        yield ("of",), duty["of"]
    if mapping(duty.get("after")).get("duty"):
        yield ("after", "duty"), duty["after"]["duty"]
    for index, name in enumerate(duty.get("meets") or ()):
        yield ("meets", index), name
    for index, part in enumerate(duty.get("parts") or ()):
        if "duty" in part:
            yield ("parts", index, "duty"), part["duty"]
    for index, grade in enumerate(duty.get("grades") or ()):
        for place, name in enumerate(grade.get("requires", ())):
            yield ("grades", index, "requires", place), name
    for index, veto in enumerate(duty.get("veto") or ()):
        if "duty" in veto:
            yield ("veto", index, "duty"), veto["duty"]


def circle(looks: Looks, start: str, first: str) -> tuple[str, ...]:
    """The shortest way from `start` by `first` back to it; empty where there is none."""
    ways: list[tuple[str, ...]] = [(start, first)]
    seen = {first}
    for way in ways:
        if way[-1] == start:
            return way
        onward = [one for one in looks.get(way[-1], ()) if one not in seen]
        seen.update(onward)
        ways += [(*way, one) for one in onward]
    return ()


def looking_faults(documents: Iterable[Document]) -> Iterator[TemplateError]:
    """Of all duties of a folder together: circles, each once, and duties of somebody else."""
    duties = {document.data["id"]: document for document in documents}
    looks = {name: [one for _, one in references(document.data)] for name, document in duties.items()}
    told: set[frozenset[str]] = set()
    for name, document in duties.items():
        for way, other in references(document.data):
            found = circle(looks, name, other) if other != name else ()
            if found and frozenset(found) not in told:
                told.add(frozenset(found))
                yield document.fault(way, "circle", *circle_sentence(found))
            if other in duties and other != name:
                wanted, whose = _asked(document.data, way), _type(duties[other].data.get("subject", "member"))
                if wanted and wanted != whose:
                    yield document.fault(way, "bad_value", *unlike_sentence(other, wanted))
                why = unjudged(duties[other].data) if _wants_judging(document.data, way) else None
                if why:
                    yield document.fault(way, "unjudged", *unjudged_sentence(other, why))
        yield from _row_faults(document, duties)


def _row_faults(document: Document, duties: Mapping[str, Document]) -> Iterator[TemplateError]:
    """Of a duty about another one's periods running: that one exists, comes round, and has the grades that are named."""
    row, after = document.data.get("of"), mapping(document.data.get("after"))
    other, way = (after["duty"], ("after", "duty")) if "duty" in after else (row, ("of",))
    named = (
        (("after", "grades"), after) if "duty" in after else (("when", "grades"), mapping(document.data.get("when")))
    )
    if other is None or other not in duties or other == document.data["id"]:
        return  # told where the duty is read
    if duties[other].data["period"] in ("term", "once", "event", "continuous"):
        lacking = "没有连续几期" if row else "没有一期期的结果"
        yield document.fault(way, "bad_value", f"“{other}”不分期，{lacking}", "换成按年、季、月等评判的职责")
    grades = [one["id"] for one in duties[other].data.get("grades") or ()]
    for index, grade in enumerate(named[1].get("grades", ())):
        if grade not in grades:
            yield document.fault(
                (*named[0], index), "unknown_grade", f"“{other}”没有等次“{grade}”", "写它的 grades 里的 id"
            )


def circle_sentence(found: Sequence[str]) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"几项职责互相看，分不出先后:{' → '.join(found)}", "删去其中一处，让被看的先有结果"


def unlike_sentence(other: str, wanted: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"“{other}”不是{wanted}的职责", "换成同一类对象的职责，或改 subject、population"


def unjudged_sentence(other: str, why: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"“{other}”{why}，看不出做到没有", "换成有数可评判的职责，或给它写上数"


FIGURES = ("sum", "average")
"""What a line may take of another duty though nobody judges it."""


def _wants_judging(duty: Mapping[str, Any], way: Way) -> bool:
    """A figure will do for a line that takes one, a grade for a duty about another one's periods running, or what follows it."""
    if way[0] == "after" and "grades" in duty["after"]:
        return False
    return way[0] != "of" and not (way[0] == "parts" and duty["parts"][way[1]].get("take") in FIGURES)


def _asked(duty: Mapping[str, Any], way: Way) -> str:
    """Whose duties this one looks at in that place: those of a line's population, of its own, or its own subject's."""
    line = duty["parts"][way[1]] if way[0] == "parts" else {}
    if "population" in line:
        return _type(line["population"])
    return _type(duty.get("population", "")) if "meets" in duty else _type(duty.get("subject", "member"))


def _type(whom: Any) -> str:
    return str(mapping(whom).get("type", "")) if isinstance(whom, Mapping) else str(whom)


def looked_at(elements: Mapping[str, Element], duty: Element) -> set[str]:
    """What a duty has looked at on any day."""
    parts = [elements[one] for one in duty.traits.get("parts", ()) if one in elements]
    stated = [{key: entry.value} for key in ("meets", "grades", "veto") for entry in duty.values.get(key, ())]
    lines = [one.traits for one in parts]
    return {name for one in (duty.traits, *stated) for _, name in references({**one, "parts": ()})} | {
        line["duty"] for line in lines if "duty" in line
    }


def looked_on(elements: Mapping[str, Element], duty: Element, on: date | None) -> set[str]:
    """What a duty looks at on a day (None: as last decided)."""
    stated = {key: duty.read(key, on) for key in ("meets", "grades", "veto")}
    parts = [elements[one] for one in duty.traits.get("parts", ()) if one in elements]
    lines = {one.traits["duty"] for one in parts if "duty" in one.traits and one.stands(on)}
    return {name for _, name in references(stated)} | lines


def overlay_circles(elements: Mapping[str, Element], overlay: Overlay) -> Iterator[tuple[Operation, TemplateError]]:
    """Circles that an overlay closes, duties of somebody else that it names, and duties that others look at which it takes
    away or changes so that nothing is to be seen any more; by the operation that does."""
    touched = [one for one in overlay.operations if one.path == "duty" or one.path.startswith("duty.")]
    if not touched:
        return
    duties = _duties(elements)
    looks = {name: looked_at(elements, one) for name, one in duties.items()}
    now = {name: looked_on(elements, one, None) for name, one in duties.items() if one.stands(None)}
    told: set[tuple[str, str]] = set()
    for operation in touched:
        name = (*operation.path.split("."), "")[1]
        for other in sorted(looks.get(name, ())):
            found = circle(looks, name, other)
            if found:
                yield operation, overlay.fault(operation, "circle", *circle_sentence(found))
                break
        else:
            for looker, other in ((one, two) for one in sorted(now) for two in sorted(now[one])):
                if (looker, other) not in told and other in duties and (not name or name in (looker, other)):
                    fault = _mismatch(elements, looker, duties[looker], other, duties[other])
                    told |= {(looker, other)} if fault else set()
                    yield from [(operation, overlay.fault(operation, *fault))] if fault else []


def together_faults(elements: Mapping[str, Element]) -> Iterator[tuple[str, str, str, str]]:
    """(duty, code, message, remedy): of several documents, a duty that on some day looks at what has become somebody else's.

    No circle can arise: a document's duties look at its own or, where a later document took the name over, at the later's.
    """
    duties, told = _duties(elements), set[tuple[str, str]]()
    looks = {name: seen for name, one in duties.items() if (seen := looked_at(elements, one))}
    concerned = [duties[name] for name in {*looks, *(one for seen in looks.values() for one in seen)} & duties.keys()]
    days = {entry.since for one in concerned for key in ("subject", "population") for entry in one.values.get(key, ())}
    days |= {day for one in concerned for day in (one.begins, one.ends)}
    for day in sorted(filter(None, days)):
        for name in sorted(one for one in looks if duties[one].stands(day)):
            for other in sorted(looked_on(elements, duties[name], day) - {two for one, two in told if one == name}):
                one, wanted = duties.get(other), _wanted(elements, duties[name], other, day)
                if one and one.stands(day) and wanted and wanted != _type(one.read("subject", day)):
                    told.add((name, other))
                    yield name, "bad_value", *unlike_sentence(other, wanted)


def _duties(elements: Mapping[str, Element]) -> dict[str, Element]:
    return {
        name.removeprefix("duty."): one
        for name, one in elements.items()
        if "kind" in one.traits and name.startswith("duty.")
    }


def _mismatch(
    elements: Mapping[str, Element], looker: str, duty: Element, other: str, seen: Element
) -> tuple[str, str, str] | None:
    """Code, message and remedy where one duty has nothing to see in another."""
    if not seen.stands(None):
        return "unknown_duty", f"“{other}”取消了，“{looker}”还在看它", f"一并改掉 {looker} 里看它的那一处，或不取消"
    wanted = _wanted(elements, duty, other)
    if wanted and wanted != _type(seen.read("subject")):
        return "bad_value", *unlike_sentence(other, wanted)
    numbers = {key: series[-1].value for key, series in seen.values.items() if key in NUMBERS and series}
    stated = {
        "kind": seen.traits["kind"],
        "period": seen.read("period"),
        "force": seen.read("force"),
        "values": [numbers],
    }
    why = unjudged(stated) if _judged_for(elements, duty, other) else None
    return ("unjudged", *unjudged_sentence(other, why)) if why else None


def _judged_for(elements: Mapping[str, Element], duty: Element, other: str) -> bool:
    """As `_wants_judging`, of a duty as it is kept: some way of looking at the other needs more than its figure."""
    stated = {key: duty.read(key) for key in ("meets", "grades", "veto")}
    lines = (elements[part].traits for part in duty.traits.get("parts", ()) if part in elements)
    return any(name == other for _, name in references(stated)) or any(
        line.get("duty") == other and line.get("take") not in FIGURES for line in lines
    )


def _wanted(elements: Mapping[str, Element], duty: Element, other: str, on: date | None = None) -> str:
    """As `_asked`, of a duty as it is kept."""
    for part in duty.traits.get("parts", ()):
        line = elements[part].traits if part in elements else {}
        if line.get("duty") == other and "population" in line:
            return _type(line["population"])
    return _type(duty.read("population" if "meets" in duty.traits else "subject", on))
