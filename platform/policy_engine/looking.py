"""Duties that look at other duties: a coverage by `meets`; a part that is a `duty`; a grade's `requires`, a veto's `duty`.

What is looked at is judged first, so nobody may look, by whatever way round, at itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policy_engine.errors import TemplateError
from policy_engine.model import Duty, Element
from policy_engine.overlay import Operation, Overlay
from policy_engine.periods import Period
from policy_engine.reader import Document, Way, mapping

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
        yield from _row_faults(document, duties)


def _row_faults(document: Document, duties: Mapping[str, Document]) -> Iterator[TemplateError]:
    """Of a duty about another one's periods running: that one exists, comes round, and has the grades that are named."""
    other, when = document.data.get("of"), mapping(document.data.get("when"))
    if other is None:
        return
    if other not in duties or other == document.data["id"]:
        yield document.fault(("of",), "unknown_duty", f"没有别的职责“{other}”可看", "改成别的职责的 id")
        return
    if duties[other].data["period"] in ("term", "once", "event", "continuous"):
        yield document.fault(("of",), "bad_value", f"“{other}”不分期，没有连续几期", "换成按年、季、月等评判的职责")
    grades = [one["id"] for one in duties[other].data.get("grades") or ()]
    for index, grade in enumerate(when.get("grades", ())):
        if grade not in grades:
            yield document.fault(
                ("when", "grades", index), "unknown_grade", f"“{other}”没有等次“{grade}”", "写它的 grades 里的 id"
            )


def circle_sentence(found: Sequence[str]) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"几项职责互相看，分不出先后:{' → '.join(found)}", "删去其中一处，让被看的先有结果"


def unlike_sentence(other: str, wanted: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return f"“{other}”不是{wanted}的职责", "换成同一类对象的职责，或改 subject、population"


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


def overlay_circles(elements: Mapping[str, Element], overlay: Overlay) -> Iterator[tuple[Operation, TemplateError]]:
    """Circles that an overlay closes, and duties of somebody else that it names; by the operation that does."""
    touched = [one for one in overlay.operations if one.path.startswith("duty.")]
    if not touched:
        return
    duties = {
        name.removeprefix("duty."): one
        for name, one in elements.items()
        if "kind" in one.traits and name.startswith("duty.")
    }
    looks = {name: looked_at(elements, one) for name, one in duties.items()}
    for operation in touched:
        name = operation.path.split(".")[1]
        for other in sorted(looks.get(name, ())):
            found = circle(looks, name, other)
            if found:
                yield operation, overlay.fault(operation, "circle", *circle_sentence(found))
                break
            if other in duties:
                wanted = _wanted(elements, duties[name], other)
                if wanted and wanted != _type(duties[other].read("subject")):
                    yield operation, overlay.fault(operation, "bad_value", *unlike_sentence(other, wanted))


def _wanted(elements: Mapping[str, Element], duty: Element, other: str) -> str:
    """As `_asked`, of a duty as it is kept."""
    for part in duty.traits.get("parts", ()):
        line = elements[part].traits if part in elements else {}
        if line.get("duty") == other and "population" in line:
            return _type(line["population"])
    return _type(duty.read("population" if "meets" in duty.traits else "subject"))
