"""Base + overlays → the policy in force, each value with its provenance. Pure: same input, same digest.

An overlay states only the difference, by address: a value (`duty.constituents.min`), an element (`duty.constituents`) or a whole
collection (`duty`). It stands from its day on; before that day the base value holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from policy_engine.addresses import TOGETHER, header_of
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.looking import overlay_circles
from policy_engine.model import Element, Policy, Series, Template
from policy_engine.operations import PARTS, apply, mistimed
from policy_engine.overlay import Operation, Overlay, refuse


def resolve(template: Template, overlays: Iterable[Overlay] = (), on: date | None = None) -> Policy:
    """Apply overlays in order. Raises TemplateErrors: unknown id, two operations on one element, direction broken, min above max.

    Before an overlay's `from` the base value holds. `on` fixes the day that `Policy.elements_json()` shows (None: latest).
    """
    elements, layers = dict(template.elements), list(template.layers if isinstance(template, Policy) else ())
    below = [template.id, *template.header.get(TOGETHER, ()), *layers]
    for overlay in overlays:
        refuse(misaddressed(below, overlay))
        below.append(overlay.id)
        elements, faults = attempt(template, elements, overlay)
        refuse(fault for _, fault in faults)
        layers += [overlay.id] if overlay.operations else []
    return Policy(
        id=template.id,
        header=header_of(template, elements),
        clauses=template.clauses,
        elements=elements,
        catalogue=template.catalogue,
        layers=tuple(layers),
        on=on,
    )


def attempt(
    template: Template, elements: dict[str, Element], overlay: Overlay
) -> tuple[dict[str, Element], list[tuple[Operation, TemplateError]]]:
    """All operations of one overlay that can be carried out, and every fault with the operation it belongs to."""
    faults: list[tuple[Operation, TemplateError]] = []
    for operation in overlay.operations:
        try:
            elements = apply(template, elements, overlay, operation)
        except TemplateErrors as errors:
            faults += [(operation, fault) for fault in errors.errors]
    return elements, faults or [*_crossed(elements, overlay), *overlay_circles(elements, overlay)]


def _crossed(elements: Mapping[str, Element], overlay: Overlay) -> Iterator[tuple[Operation, TemplateError]]:
    """Min above max, or more parts wanted than there are, on any day on which either changes."""
    for operation in overlay.operations:
        name, _, key = operation.path.rpartition(".")
        element = elements.get(name)
        for low, high in LIMITS:
            if element and key in (low, high) and _crossing(element.values, low, high):
                yield (
                    operation,
                    overlay.fault(operation, "min_above_max", f"调整后 {low} 大于 {high}", f"同时调整 {low} 和 {high}"),
                )
        yield from ((operation, fault) for fault in mistimed(elements, overlay, operation))
        duty = elements.get(operation.path.partition(PARTS)[0].removesuffix(".parts").removesuffix(".k"))
        if duty and duty.traits.get("kind") == "at_least_k_of" and _too_few_parts(elements, duty):
            yield (
                operation,
                overlay.fault(operation, "bad_value", "调整后 k 比 parts 的项数还多", "同时调整 k，或少减几项"),
            )


def _too_few_parts(elements: Mapping[str, Element], duty: Element) -> bool:
    standing = sum(elements[part].stands(None) for part in duty.traits["parts"])
    return bool((duty.value("k") or 0) > standing)


LIMITS = (("min", "max"), ("floor", "cap"), ("from_nth", "to_nth"), ("base", "cap"), ("floor", "base"), ("min", "cap"))


def _crossing(values: Mapping[str, Series], low: str, high: str) -> bool:
    """Is the low one above the high one, on any day on which either changes?"""
    days = {entry.since for one in (low, high) for entry in values.get(one, ())}
    pairs = ([_value(values.get(key, ()), day or date.min) for key in (low, high)] for day in days)
    return any(least is not None and most is not None and least > most for least, most in pairs)


def _value(series: Series, on: date) -> Any:
    valid = [entry.value for entry in series if (entry.since or date.min) <= on]
    return valid[-1] if valid else None


def misaddressed(below: list[str], overlay: Overlay) -> Iterator[TemplateError]:
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
            if _touch(earlier, later) or _touch(later, earlier):
                yield overlay.fault(
                    later, "two_operations", f"“{later.path}”与“{earlier.path}”动的是同一处", "合并成一项"
                )


def _touch(one: Operation, other: Operation) -> bool:
    """Does `other` change something at or below what `one` changes? What a selection keeps may be changed besides."""
    if not f"{other.path}.".startswith(f"{one.path}."):
        return False
    name = other.path.removeprefix(f"{one.path}.").partition(".")[0]
    return not (one.op == "select" and one.path != other.path and isinstance(one.value, list) and name in one.value)
