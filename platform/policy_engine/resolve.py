"""Base + overlays → the policy in force, each value with its provenance. Pure: same input, same digest.

An overlay states only the difference, by address: a value (`duty.constituents.min`), an element (`duty.constituents`) or a whole
collection (`duty`). It stands from its day on; before that day the base value holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from policy_engine import schema
from policy_engine.build import duty_elements, listing_element
from policy_engine.directions import direction_faults
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.kinds import KINDS
from policy_engine.load import duty_faults, setting_fault
from policy_engine.model import FILTERS, Dated, Element, Policy, Series, Template
from policy_engine.overlay import Operation, Overlay, refuse
from policy_engine.reader import Document, listed
from policy_engine.vocabulary import words_with

SINGULAR = {kind: name for name, kind in schema.SINGULAR.items()}


def resolve(template: Template, overlays: Iterable[Overlay] = (), on: date | None = None) -> Policy:
    """Apply overlays in order. Raises TemplateErrors: unknown id, two operations on one element, direction broken, min above max.

    Before an overlay's `from` the base value holds. `on` fixes the day that `Policy.elements_json()` shows (None: latest).
    """
    elements, layers = dict(template.elements), list(template.layers if isinstance(template, Policy) else ())
    below = [template.id, *layers]
    for overlay in overlays:
        refuse(_misaddressed(below, overlay))
        below.append(overlay.id)
        elements = _applied(template, elements, overlay)
        layers += [overlay.id] if overlay.operations else []
    return Policy(
        id=template.id,
        header=template.header,
        clauses=template.clauses,
        elements=elements,
        catalogue=template.catalogue,
        layers=tuple(layers),
        on=on,
    )


def _applied(template: Template, elements: dict[str, Element], overlay: Overlay) -> dict[str, Element]:
    """All operations of one overlay, or all their faults."""
    faults: list[TemplateError] = []
    for operation in overlay.operations:
        change = {"set": _set, "add": _add, "remove": _remove, "select": _select}[operation.op]
        try:
            elements = change(template, elements, overlay, operation)
        except TemplateErrors as errors:
            faults += errors.errors
    faults = faults or list(_crossed(elements, overlay))
    refuse(faults)
    return elements


def _set(
    template: Template, elements: dict[str, Element], overlay: Overlay, operation: Operation
) -> dict[str, Element]:
    """A new value from the overlay's day on, though never before the value it changes.

    An earlier layer's later values give way: the deviation stands until it is rebased.
    """
    name, _, key = operation.path.rpartition(".")
    element = elements.get(name)
    if element is None or key not in _settable(element):
        raise _error(overlay, operation, "unknown_id", f"没有“{operation.path}”", _addresses(elements, name))
    refuse(_misfits(template, elements, overlay, operation, element, key))
    series = element.values.get(key, ())
    first = max(filter(None, (operation.source.since, series[0].since if series else None)), default=None)
    kept = tuple(entry for entry in series if (entry.since or date.min) <= (first or date.min))
    replaced = [kept[-1].value if kept else None, *(entry.value for entry in series[len(kept) :])]
    refuse(direction_faults(overlay, operation, element, key, replaced))
    entry = Dated(first, operation.value, replace(operation.source, since=first))
    return elements | {name: replace(element, values={**element.values, key: (*kept, entry)})}


def _add(
    template: Template, elements: dict[str, Element], overlay: Overlay, operation: Operation
) -> dict[str, Element]:
    """A new duty, checklist, report, …; of a duty the parts come with it."""
    kind, _, name = operation.path.partition(".")
    if operation.path in elements:
        raise _error(overlay, operation, "duplicate_id", f"“{operation.path}”已经有了", "换一个 id，或用 set 修改")
    new = list(_new_elements(template, elements, overlay, operation, kind, name))
    return elements | {element.id: replace(element, begins=operation.source.since) for element in new}


def _remove(_: Template, elements: dict[str, Element], overlay: Overlay, operation: Operation) -> dict[str, Element]:
    """The element ends on the overlay's day; what was judged before stays judged."""
    element = elements.get(operation.path)
    if element is None:
        raise _error(overlay, operation, "unknown_id", f"没有“{operation.path}”", _addresses(elements, operation.path))
    if any(direction.kind != "free" for direction in element.directions.values()) and element.id.startswith("duty."):
        raise _error(overlay, operation, "direction", "上级不许取消这项职责", "只能在上级允许的方向上调整数值")
    return elements | {operation.path: replace(element, ends=operation.source.since or date.min)}


def _select(
    template: Template, elements: dict[str, Element], overlay: Overlay, operation: Operation
) -> dict[str, Element]:
    """Keep only these of a collection."""
    names = {name for name in elements if name.startswith(f"{operation.path}.") and name.count(".") == 1}
    wanted = (
        {f"{operation.path}.{one}" for one in operation.value or ()} if isinstance(operation.value, list) else set()
    )
    if not names or not wanted or wanted - names:
        unknown = listed(sorted(wanted - names)) or operation.path
        raise _error(
            overlay,
            operation,
            "unknown_id",
            f"没有“{unknown}”",
            f"可选:{listed(sorted(names)) or 'duty、checklist、report……'}",
        )
    for name in sorted(names - wanted):
        elements = _remove(template, elements, overlay, replace(operation, path=name))
    return elements


def _new_elements(
    template: Template, elements: Mapping[str, Element], overlay: Overlay, operation: Operation, kind: str, name: str
) -> Iterator[Element]:
    words = words_with(template.header.get("local"))
    value = (
        {"id": name, **operation.value} if kind == "duty" and isinstance(operation.value, Mapping) else operation.value
    )
    shape = schema.DUTY if kind == "duty" else schema.SECTIONS.get(SINGULAR.get(kind, ""))
    if shape is None or not name or "." in name:
        raise _error(
            overlay,
            operation,
            "unknown_id",
            f"不能增加“{operation.path}”",
            f"写成 duty.<id>、{'、'.join(f'{one}.<id>' for one in SINGULAR)}",
        )
    document = Document(overlay.file, value, {(): operation.line})
    refuse(_at(operation, schema.faults(document, shape, words)))
    if kind == "duty" and value["id"] != name:
        raise _error(overlay, operation, "wrong_id", f"id“{value['id']}”与 path 不同", "不写 id，或写得与 path 一致")
    refuse(_at(operation, duty_faults(document, template.clauses, elements) if kind == "duty" else []))
    if kind == "duty":
        yield from duty_elements(value, template.header, source=operation.source)
    else:
        yield listing_element(kind, name, value, template.header, source=operation.source)


def _settable(element: Element) -> set[str]:
    """The keys an overlay may set: those that are there, and for what is counted every filter and the judging numbers."""
    keys = set(element.values)
    if "counts" not in element.traits:
        return keys
    family = {"record": "kinds", "link": "links"}[element.traits["counts"]]
    filters = set(FILTERS) - {"kinds", "links"} | {family}
    kind = KINDS[element.traits.get("kind", "count")]
    return keys | filters | (set(kind.numbers) if kind.judged else set())


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
    if key == "duties" and isinstance(operation.value, list):
        unknown = [one for one in operation.value if f"duty.{one}" not in elements]
        return [overlay.fault(operation, "unknown_duty", f"没有职责“{one}”", "改成现有职责的 id") for one in unknown]
    document = Document(overlay.file, operation.value, {(): operation.line})
    return _at(operation, schema.faults(document, _shape(element, key), words_with(template.header.get("local"))))


def _shape(element: Element, key: str) -> schema.Schema:
    """What a value of this key looks like: the same shape as in the template's own files."""
    kind = element.id.partition(".")[0]
    if kind == "setting":
        current = element.value("value")
        return {"type": "array"} if isinstance(current, list) else {"type": ["string", "number", "boolean", "null"]}
    properties = schema.DUTY["properties"] | schema.VALUES["items"]["properties"] | schema.COUNTS["properties"]
    shape: schema.Schema = (properties if kind == "duty" else schema.SECTIONS[SINGULAR[kind]]["properties"]).get(
        key, {}
    )
    return shape


def _crossed(elements: Mapping[str, Element], overlay: Overlay) -> Iterator[TemplateError]:
    """Min above max on any day on which either changes."""
    for operation in overlay.operations:
        name, _, key = operation.path.rpartition(".")
        element = elements.get(name)
        if element and key in ("min", "max"):
            days = {entry.since for one in ("min", "max") for entry in element.values.get(one, ())}
            if any(_above(element.values, day) for day in days):
                yield overlay.fault(operation, "min_above_max", "调整后 min 大于 max", "同时调整 min 和 max")


def _above(values: Mapping[str, Series], day: date | None) -> bool:
    on = day or date.min
    least, most = (_value(values.get(key, ()), on) for key in ("min", "max"))
    return least is not None and most is not None and least > most


def _value(series: Series, on: date) -> Any:
    valid = [entry.value for entry in series if (entry.since or date.min) <= on]
    return valid[-1] if valid else None


def _misaddressed(below: list[str], overlay: Overlay) -> Iterator[TemplateError]:
    """The wrong base (the template, or an overlay it already carries, is right), or two operations that touch the same thing."""
    if overlay.base not in below:
        yield TemplateError(
            overlay.file,
            overlay.base_line,
            "base",
            "wrong_base",
            f"这份调整针对“{overlay.base}”，不是“{'、'.join(below)}”",
            "写模板的 id，或前一份调整的 id；几份调整按从上级到下级的次序给出",
        )
    for index, later in enumerate(overlay.operations):
        for earlier in overlay.operations[:index]:
            if _touch(earlier.path, later.path):
                yield overlay.fault(
                    later, "two_operations", f"“{later.path}”与“{earlier.path}”动的是同一处", "合并成一项"
                )


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _addresses(elements: Mapping[str, Element], near: str) -> str:
    kind = near.partition(".")[0]
    siblings = [name for name in sorted(elements) if name.startswith(f"{kind}.")]
    keys = sorted(_settable(elements[near])) if near in elements else []
    return (
        f"可改的键:{listed(keys)}"
        if keys
        else f"可用的 id:{listed(siblings or sorted({name.partition('.')[0] for name in elements}))}"
    )


def _at(operation: Operation, faults: Iterable[TemplateError]) -> list[TemplateError]:
    """Faults inside an operation's value, told with its address."""
    return [
        replace(fault, line=operation.line, key=".".join(filter(None, (operation.path, fault.key)))) for fault in faults
    ]


def _error(overlay: Overlay, operation: Operation, code: str, message: str, remedy: str) -> TemplateErrors:
    return TemplateErrors([overlay.fault(operation, code, message, remedy)])
