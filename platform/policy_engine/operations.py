"""The four operations of an overlay, each a pure function from elements to elements, or its faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Any

from policy_engine import schema
from policy_engine.addresses import LOCAL, SINGULAR, element_at, local_of, series_at, settable, shapes_of, words_of
from policy_engine.build import DATED, duty_elements, listing_element, part_element, setting_element, subject
from policy_engine.counting import overlay_faults
from policy_engine.directions import direction_faults, direction_of, part_faults
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.indicators import indicator_faults
from policy_engine.kinds import KINDS
from policy_engine.load import duty_faults, local_faults, setting_fault
from policy_engine.model import CONDITIONS, Dated, Element, Series, Source, Template
from policy_engine.overlay import Operation, Overlay, refuse
from policy_engine.reader import Document, listed, mapping
from policy_engine.scoring import banned, banned_sentence, ranking_sentence, ranks, score_faults
from policy_engine.sense import due_sense, list_sense
from policy_engine.timing import step_faults, timing_faults

Elements = dict[str, Element]
PARTS = ".parts."
LINED = ("steps", "items", "fields", "groups", "grades")
"""Lists whose lines have an id, so that one value of one line has an address."""
SLOTTED = (*LINED, "receivers")
"""Lists of which one line may be added or removed: these, and those whose lines are words."""
BEFORE = "before"
"""Beside a new line's own keys: the line it goes in front of."""


def apply(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """One operation. Raises TemplateErrors."""
    change = {"set": _set, "add": _add, "remove": _remove, "select": _select}[operation.op]
    return change(template, elements, overlay, operation)


def addressed(
    template: Template, elements: Mapping[str, Element], operation: Operation
) -> tuple[Element, str, Series] | None:
    """The element, the key and the present series that a `set` means; None where there is no such address."""
    name, _, key = operation.path.rpartition(".")
    element = element_at(template, elements, name)
    if element is None or key not in settable(element):
        return _of_line(elements, operation.path)
    return element, key, series_at(template, element, key)


def line_at(elements: Mapping[str, Element], path: str) -> tuple[Element, str, str, str] | None:
    """The element, its list, the line and the key that `workflow.approval.steps.site.days` means."""
    for listing in LINED:
        name, mark, rest = path.partition(f".{listing}.")
        line, _, key = rest.partition(".")
        element = elements.get(name)
        if mark and key and element and any(one.get("id") == line for one in _lines(element.value(listing))):
            return element, listing, line, key
    return None


def slot_at(elements: Mapping[str, Element], path: str) -> tuple[Element, str, str] | None:
    """The element, its list and the line that `checklist.five_haves.items.plan` means, be the line there or not."""
    name, _, line = path.rpartition(".")
    name, _, listing = name.rpartition(".")
    element = elements.get(name)
    return (element, listing, line) if element and line and listing in SLOTTED and listing in element.values else None


def in_slot(elements: Mapping[str, Element], path: str) -> Any:
    """The line at such an address as last decided: its keys, or the word itself; None where there is none."""
    found = slot_at(elements, path)
    if found is None:
        return None
    element, listing, line = found
    return next((one for one in element.value(listing) or () if line_name(one) == line), None)


def line_name(line: Any) -> str | None:
    """The id of a line, or the word it is."""
    named = line.get("id") if isinstance(line, Mapping) else line
    return named if isinstance(named, str) else None


def line_of(operation: Operation) -> Any:
    """The line an `add` puts there."""
    name = operation.path.rpartition(".")[2]
    if operation.path.rpartition(".")[0].endswith(".receivers"):
        return name
    if not isinstance(operation.value, Mapping):
        return operation.value
    return {"id": name, **{key: value for key, value in operation.value.items() if key != BEFORE}}


def _put(overlay: Overlay, operation: Operation, now: list[Any]) -> list[Any]:
    """The list with the new line at its end, or before the one it names."""
    ahead = mapping(operation.value).get(BEFORE)
    if ahead is None:
        return [*now, line_of(operation)]
    names = [line_name(one) for one in now]
    if ahead not in names:
        raise _error(
            overlay, operation, "unknown_id", f"没有“{ahead}”，不能加在它前面", f"可用的:{listed(map(str, names))}"
        )
    place = names.index(ahead)
    return [*now[:place], line_of(operation), *now[place:]]


def _change_lines(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """One line more, at the end of its list, or one less; the others as they stand."""
    found = slot_at(elements, operation.path)
    assert found is not None
    element, listing, line = found
    there = in_slot(elements, operation.path) is not None
    if operation.op == "add" and there:
        raise _error(overlay, operation, "duplicate_id", f"“{operation.path}”已经有了", "换一个 id，或用 set 修改")
    if operation.op == "remove" and not there:
        names = listed(str(line_name(one)) for one in element.value(listing) or ())
        raise _error(
            overlay, operation, "unknown_id", f"没有可以取消的“{operation.path}”", f"可用的:{names or '一项也没有'}"
        )
    if operation.op == "add" and isinstance(operation.value, Mapping) and "id" in operation.value:
        _must_be_named(overlay, operation, operation.value["id"], line)
    first, kept, replaced = gives_way(element.values[listing], operation.source)
    now = list(kept[-1].value or ())
    changed = _put(overlay, operation, now) if operation.op == "add" else [one for one in now if line_name(one) != line]
    whole = replace(operation, value=changed)
    allowed = direction_of(template, element, listing)
    refuse(direction_faults(overlay, whole, allowed, listing, [entry.value for entry in replaced]))
    refuse(_misfits(template, elements, overlay, whole, element, listing))
    refuse(_list_faults(overlay, operation, element, listing, changed))
    entry = Dated(first, changed, replace(operation.source, since=first))
    return elements | {element.id: replace(element, values={**element.values, listing: (*kept, entry)})}


def _list_faults(
    overlay: Overlay, operation: Operation, element: Element, listing: str, changed: list[Any]
) -> Iterator[TemplateError]:
    """Of a list as it stands after a change: steps that wait for nobody, a list without lines."""
    nowhere, stated = Document("", None), {**element.traits, **_numbers(element), listing: changed}
    odd = [*step_faults(nowhere, (), changed)] if listing == "steps" else []
    odd += list_sense(nowhere, SINGULAR.get(element.id.partition(".")[0], ""), (), stated)
    yield from (overlay.fault(operation, fault.code, fault.message, fault.remedy) for fault in odd)


def _numbers(element: Element) -> dict[str, Any]:
    return {"size": element.value("size")} if element.value("size") else {}


def _lines(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value or () if isinstance(one, Mapping)] if isinstance(value, (list, tuple)) else []


def _of_line(elements: Mapping[str, Element], path: str) -> tuple[Element, str, Series] | None:
    """One value of one line of a list, as a series of its own."""
    found = line_at(elements, path)
    if found is None:
        return None
    element, listing, line, key = found
    said = (
        replace(entry, value=next((one.get(key) for one in _lines(entry.value) if one.get("id") == line), None))
        for entry in element.values[listing]
    )
    return element, key, tuple(said)


def _set_line(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """One value of one line, the rest of the list as it stands; null takes the value away."""
    found = line_at(elements, operation.path)
    assert found is not None
    element, listing, line, key = found
    first, kept, replaced = gives_way(element.values[listing], operation.source)
    allowed = direction_of(template, element, listing)
    own = [next((one.get(key) for one in _lines(entry.value) if one.get("id") == line), None) for entry in replaced]
    refuse(direction_faults(overlay, operation, allowed, key, own or [None]))
    changed = [
        {name: value for name, value in {**one, key: operation.value}.items() if value is not None}
        if one.get("id") == line
        else one
        for one in _lines(kept[-1].value)
    ]
    whole = replace(operation, value=changed)
    if key == "id":
        raise _error(overlay, operation, "unknown_id", "id 不能改", "改别的键，或整段改")
    refuse(_misfits(template, elements, overlay, whole, element, listing))
    if listing == "steps":
        refuse(_list_faults(overlay, operation, element, listing, changed))
    entry = Dated(first, changed, replace(operation.source, since=first))
    return elements | {element.id: replace(element, values={**element.values, listing: (*kept, entry)})}


def gives_way(series: Series, source: Source) -> tuple[date | None, Series, Series]:
    """From which day a new value of that source holds, what of the series stays before it, and what gives way to it.

    Never before the value it changes. An earlier layer's later values give way too: the deviation stands until it is rebased.
    """
    first = max(filter(None, (source.since, series[0].since if series else None)), default=None)
    kept = tuple(entry for entry in series if (entry.since or date.min) <= (first or date.min))
    return first, kept, (*kept[-1:], *series[len(kept) :])


def _set(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """A new value from the overlay's day on."""
    found = addressed(template, elements, operation)
    if found is None:
        name = operation.path.rpartition(".")[0]
        raise _error(
            overlay,
            operation,
            "unknown_id",
            f"没有“{operation.path}”",
            _addresses(template, elements, name, operation.path),
        )
    if line_at(elements, operation.path):
        return _set_line(template, elements, overlay, operation)
    element, key, series = found
    refuse(_misfits(template, elements, overlay, operation, element, key))
    if key in ("subject", "population"):
        operation = replace(operation, value=subject(operation.value))
    first, kept, replaced = gives_way(series, operation.source)
    allowed = direction_of(template, element, key)
    refuse(direction_faults(overlay, operation, allowed, key, [entry.value for entry in replaced] or [None]))
    entry = Dated(first, operation.value, replace(operation.source, since=first))
    return elements | {element.id: replace(element, values={**element.values, key: (*kept, entry)})}


def _add(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """A new duty with its parts, a part of a duty, a checklist, report, …, a setting or a local word."""
    present = element_at(template, elements, operation.path)
    if present and not (present.ends and operation.source.since and present.ends <= operation.source.since):
        raise _error(overlay, operation, "duplicate_id", f"“{operation.path}”已经有了", "换一个 id，或用 set 修改")
    if slot_at(elements, operation.path):
        return _change_lines(template, elements, overlay, operation)
    if PARTS in operation.path:
        return _add_part(template, elements, overlay, operation)
    kind, _, name = operation.path.partition(".")
    new = list(_new_elements(template, elements, overlay, operation, kind, name))
    return elements | {one.id: _taken_up(elements.get(one.id), one, operation.source.since) for one in new}


def _taken_up(earlier: Element | None, new: Element, day: date | None) -> Element:
    """A new element, from its day on; one that ended on that very day and is alike goes on as though it never had."""
    if earlier and earlier.ends == day and earlier.traits == new.traits and earlier.values.keys() == new.values.keys():
        values = {key: (*series, *new.values[key]) for key, series in earlier.values.items()}
        return replace(new, values=values, begins=earlier.begins)
    return replace(new, begins=day)


def _add_part(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    base, _, name = operation.path.partition(PARTS)
    duty = elements.get(base)
    if duty is None or "parts" not in duty.traits:
        raise _error(
            overlay, operation, "unknown_id", f"没有由几部分合成的“{base}”", _addresses(template, elements, base)
        )
    refuse(part_faults(overlay, operation, template, duty))
    value = {"id": name, **operation.value} if isinstance(operation.value, Mapping) else operation.value
    document = Document(overlay.file, value, {(): operation.line})
    refuse(_at(operation, schema.faults(document, schema.PART, words_of(template, elements))))
    _must_be_named(overlay, operation, value["id"], name)
    kind = duty.traits["kind"]
    own_id = base.removeprefix("duty.")
    head = {"id": own_id, "title": "d", "clauses": [], "kind": kind, "period": "year"}
    head |= {"values": [{KINDS[kind].numbers[0]: 1}]} if "values" in KINDS[kind].needs else {}
    whole = Document(overlay.file, {**head, "parts": [value]}, {(): operation.line})
    refuse(_at(operation, duty_faults(whole, template.clauses, elements)))
    refuse(_at(operation, _score_faults(whole, template, elements)))
    own = {"kind": duty.traits["kind"], "clauses": duty.clauses}
    part = part_element(value, base, own, template.header, operation.source)
    traits = {**duty.traits, "parts": [*duty.traits["parts"], part.id]}
    begun = replace(part, begins=operation.source.since, directions=duty.directions)
    return elements | {base: replace(duty, traits=traits), part.id: begun}


def _remove(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """The element ends on the overlay's day; what was judged before stays judged."""
    if slot_at(elements, operation.path):
        return _change_lines(template, elements, overlay, operation)
    element = elements.get(operation.path)
    if element is None or element.id == "header" or element.id.startswith(LOCAL):
        remedy = _addresses(template, elements, operation.path)
        raise _error(overlay, operation, "unknown_id", f"没有可以取消的“{operation.path}”", remedy)
    if PARTS in element.id:
        refuse(part_faults(overlay, operation, template, elements[element.id.partition(PARTS)[0]]))
    elif element.id.startswith("duty.") and any(one.kind != "free" for one in element.directions.values()):
        raise _error(overlay, operation, "direction", "上级不许取消这项职责", "只能在上级允许的方向上调整数值")
    return elements | {operation.path: replace(element, ends=operation.source.since or date.min)}


def _select(template: Template, elements: Elements, overlay: Overlay, operation: Operation) -> Elements:
    """Keep only these of a collection: of the duties, the reports, the parts of one duty."""
    names = collection(elements, operation.path)
    wanted = (
        {f"{operation.path}.{one}" for one in operation.value or ()} if isinstance(operation.value, list) else set()
    )
    if not names or not wanted or wanted - names:
        unknown = listed(sorted(wanted - names)) or operation.path
        remedy = f"可选:{listed(sorted(names)) or 'duty、checklist、report……'}"
        raise _error(overlay, operation, "unknown_id", f"没有“{unknown}”", remedy)
    for name in sorted(names - wanted):
        elements = _remove(template, elements, overlay, replace(operation, op="remove", path=name))
    return elements


def collection(elements: Mapping[str, Element], path: str) -> set[str]:
    """What stands directly under a path, what has ended left out."""
    depth = path.count(".") + 1
    return {
        name
        for name, element in elements.items()
        if name.startswith(f"{path}.") and name.count(".") == depth and element.stands(None)
    }


def _new_elements(
    template: Template, elements: Mapping[str, Element], overlay: Overlay, operation: Operation, kind: str, name: str
) -> Iterator[Element]:
    if kind == "local":
        yield _new_word(template, elements, overlay, operation)
        return
    value = (
        {"id": name, **operation.value} if kind == "duty" and isinstance(operation.value, Mapping) else operation.value
    )
    shapes = {"duty": schema.DUTY, "setting": schema.SETTING}
    shape = shapes.get(kind) or schema.SECTIONS.get(SINGULAR.get(kind, ""))
    if shape is None or not name or "." in name:
        ways = f"duty.<id>、duty.<id>.parts.<part>、setting.<名>、local.<类>.<词>、{'、'.join(f'{one}.<id>' for one in SINGULAR)}"
        raise _error(overlay, operation, "unknown_id", f"不能增加“{operation.path}”", f"写成 {ways}")
    document = Document(overlay.file, value, {(): operation.line})
    refuse(_at(operation, schema.faults(document, shape, words_of(template, elements))))
    if kind == "duty":
        _must_be_named(overlay, operation, value["id"], name)
        refuse(_at(operation, duty_faults(document, template.clauses, elements)))
        refuse(_at(operation, _score_faults(document, template, elements)))
        yield from duty_elements(value, template.header, source=operation.source)
    elif kind == "setting":
        odd = setting_fault(name, mapping(value).get("value", value))
        refuse([overlay.fault(operation, *odd)] if odd else [])
        yield setting_element(name, value, template.header, source=operation.source)
    else:
        if kind == "indicator":
            refuse(_at(operation, _indicator_faults(document, template, elements, name)))
            refuse(_unknown_duties(overlay, operation, elements, value.get("duties", ())))
        yield listing_element(kind, name, value, template.header, source=operation.source)


def _new_word(template: Template, elements: Mapping[str, Element], overlay: Overlay, operation: Operation) -> Element:
    """A local word: `local.kinds.doorstep`, with a title and the shared word it is one of."""
    category, _, word = operation.path.removeprefix(LOCAL).partition(".")
    if direction_of(template, Element(id=operation.path), "title").kind == "fixed":
        raise _error(overlay, operation, "direction", "上级不许增加本地用语", "用上级已有的词")
    local = local_of(template, elements)
    own = {**local, category: {**local.get(category, {}), word: operation.value}}
    document = Document(overlay.file, {"id": "x", "title": "x", "local": own}, {(): operation.line})
    faults = schema.faults(document, schema.HEADER, words_of(template, elements)) or list(local_faults(document))
    refuse([replace(fault, line=operation.line, key=operation.path) for fault in faults])
    entry = {"title": operation.value} if isinstance(operation.value, str) else operation.value
    values = {key: (Dated(operation.source.since, said, operation.source),) for key, said in entry.items()}
    return Element(id=operation.path, title=entry["title"], values=values)


def _indicator_faults(
    document: Document, template: Template, elements: Mapping[str, Element], code: str
) -> Iterator[TemplateError]:
    shared = {entry["code"] for entry in template.catalogue}
    yield from indicator_faults(document, (), code, document.data, shared, local_of(template, elements))


def _unknown_duties(
    overlay: Overlay, operation: Operation, elements: Mapping[str, Element], named: Iterable[str]
) -> list[TemplateError]:
    unknown = [one for one in named if f"duty.{one}" not in elements]
    return [overlay.fault(operation, "unknown_duty", f"没有职责“{one}”", "改成现有职责的 id") for one in unknown]


def _must_be_named(overlay: Overlay, operation: Operation, written: str, name: str) -> None:
    if written != name:
        raise _error(overlay, operation, "wrong_id", f"id“{written}”与 path 不同", "不写 id，或写得与 path 一致")


def _score_faults(document: Document, template: Template, elements: Mapping[str, Element]) -> Iterator[TemplateError]:
    if document.data["kind"] == "score":
        duties = {name.removeprefix("duty.") for name in elements if name.startswith("duty.")}
        yield from score_faults(document, duties, local_of(template, elements))


def _table_faults(
    document: Document, template: Template, elements: Mapping[str, Element], element: Element, key: str
) -> Iterator[TemplateError]:
    """Of the groups, grades or vetoes that an overlay gives a scoring table, held against the rest of it."""
    lines = [{"id": part.rpartition(".")[2], "counts": {}, "points": 0} for part in element.traits["parts"]]
    rest = {one: element.value(one) for one in ("groups", "grades", "veto") if element.value(one)}
    whole = {"id": element.id.removeprefix("duty."), "kind": "score", "parts": lines, **rest, key: document.data}
    for fault in _score_faults(replace(document, data=whole), template, elements):
        if fault.key.partition(".")[0] == key:
            yield replace(fault, key=fault.key.partition(".")[2])


def _redefined(
    document: Document, template: Template, elements: Mapping[str, Element], element: Element, key: str
) -> Iterator[TemplateError]:
    """Of an indicator with a new value at `key`."""
    kind = {"kind": element.traits["kind"]} if "kind" in element.traits else {}
    whole = {**kind, **{one: element.value(one) for one in element.values}, key: document.data}
    code = element.id.removeprefix("indicator.")
    for fault in _indicator_faults(replace(document, data=whole), template, elements, code):
        if fault.key.partition(".")[0] == key:
            yield replace(fault, key=fault.key.partition(".")[2])


def _misfits(
    template: Template,
    elements: Mapping[str, Element],
    overlay: Overlay,
    operation: Operation,
    element: Element,
    key: str,
) -> list[TemplateError]:
    """Is the value of the right shape, with known words?"""
    options = element.traits.get("options")
    if options and operation.value not in options:
        return [
            overlay.fault(operation, "not_an_option", f"“{operation.value}”不在可选之列", f"可选:{listed(options)}")
        ]
    odd = (
        setting_fault(element.id.removeprefix("setting."), operation.value)
        if element.id.startswith("setting.")
        else None
    )
    if odd:
        return [overlay.fault(operation, *odd)]
    if key in ("duties", "meets") and isinstance(operation.value, list):
        return _unknown_duties(overlay, operation, elements, operation.value)
    if operation.value is None and key in CONDITIONS and key not in ("kinds", "links", "confirmed"):
        return []  # asks for it no longer
    if element.traits.get("line") and (key, operation.value) in (("each", 0), ("points", None)):
        return [
            overlay.fault(
                operation,
                "bad_value",
                f"“{key}”不能是 {operation.value}",
                "写大于 0 的数" if key == "each" else "写分数；不给分写 0",
            )
        ]
    document = Document(overlay.file, operation.value, {(): operation.line})
    found = _at(operation, schema.faults(document, _shape(element, key), words_of(template, elements)))
    if not found and element.id.startswith("indicator."):
        found = _at(operation, _redefined(document, template, elements, element, key))
    if not found and key in ("groups", "grades", "veto"):
        found = _at(operation, _table_faults(document, template, elements, element, key))
    if not found and key == "title" and (element.traits.get("line") or element.traits.get("kind") == "score"):
        found += [overlay.fault(operation, "ranking", *ranking_sentence(operation.value))] * ranks(operation.value)
    if not found and element.traits.get("line") and isinstance(operation.value, list):
        local = local_of(template, elements)
        for word in filter(lambda one: isinstance(one, str) and banned(one, local), operation.value):
            found += [overlay.fault(operation, "banned_source", *banned_sentence(word))]
    return found or _at(operation, overlay_faults(document, element, elements, key))


def mistimed(elements: Mapping[str, Element], overlay: Overlay, operation: Operation) -> list[TemplateError]:
    """After all operations: a period must be one, and a due day must mean something in it."""
    name, _, key = operation.path.rpartition(".")
    element = elements.get(name)
    if element is not None and key == "steps" and element.id.startswith("workflow."):
        found = step_faults(Document("", None), (), operation.value)
        return [overlay.fault(operation, fault.code, fault.message, fault.remedy) for fault in found]
    if element is None or key not in ("period", *DATED) or "kind" not in element.traits or not name.startswith("duty."):
        return []
    day = operation.source.since
    duty = {"kind": element.traits["kind"], "period": element.read("period", day), "due": element.value("due", day)}
    duty["within"] = element.value("within", day)
    stated = {one: value for one, value in duty.items() if value is not None}
    asked = {"late": operation.value} if key == "late" else {}
    outside = due_sense(duty["due"], duty["period"]) if key in ("due", "period") else ()
    return [overlay.fault(operation, "outside_period", message, "改正日子，或改 period") for _, message in outside] + [
        overlay.fault(operation, fault.code, fault.message, fault.remedy)
        for fault in timing_faults(Document("", None), stated | asked)
    ]


def _shape(element: Element, key: str) -> schema.Schema:
    """What a value of this key looks like: the same shape as in the template's own files."""
    kind = element.id.partition(".")[0]
    if kind == "setting":
        current = element.value("value")
        return {"type": "array"} if isinstance(current, list) else {"type": ["string", "number", "boolean", "null"]}
    return shapes_of(kind).get(key, {})


def _addresses(template: Template, elements: Mapping[str, Element], near: str, path: str = "") -> str:
    """What one could have meant: the key that is missing, a like address, the keys of the nearest element, its neighbours."""
    whole = element_at(template, elements, path) if path else None
    if whole is not None:
        keys = sorted(settable(whole))
        meant = "value" if "value" in keys else keys[0] if keys else "title"
        more = f"；可改的键:{listed(keys)}" if keys[1:] else ""
        return f"后面还要写改它的哪一个值，如 {path}.{meant}{more}"
    kind = near.partition(".")[0]
    siblings = [name for name in sorted(elements) if name.startswith(f"{kind}.")]
    parent = near
    while parent and not element_at(template, elements, parent):
        parent = parent.rpartition(".")[0]
    element = element_at(template, elements, parent) if parent else None
    if element is not None:
        inner = "" if parent == near else f"{parent} 的 {near.removeprefix(parent + '.').partition('.')[0]} 要整段改；"
        return f"{inner}可改的键:{listed(sorted(settable(element)))}"
    close = get_close_matches(near, siblings, n=1, cutoff=0.75)
    meant = f"要写“{close[0]}{path.removeprefix(near)}”吗？" if close else ""
    return f"{meant}可用的 id:{listed(siblings or sorted({name.partition('.')[0] for name in elements}))}"


def _at(operation: Operation, faults: Iterable[TemplateError]) -> list[TemplateError]:
    """Faults inside an operation's value, told with its address."""
    return [
        replace(fault, line=operation.line, key=".".join(filter(None, (operation.path, fault.key)))) for fault in faults
    ]


def _error(overlay: Overlay, operation: Operation, code: str, message: str, remedy: str) -> TemplateErrors:
    return TemplateErrors([overlay.fault(operation, code, message, remedy)])
