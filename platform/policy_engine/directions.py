"""How far a lower committee may move a value: fixed, only strengthened, within a range, freely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy_engine.errors import TemplateError
from policy_engine.model import Direction, Element
from policy_engine.overlay import Operation, Overlay
from policy_engine.reader import listed

TIGHTER_UP = {"min", "percent", "k", "size"}  # more is stricter; for max, less is
FORCES = ("info", "may", "explore", "encouraged", "in_principle", "required")


def direction_faults(
    overlay: Overlay, operation: Operation, element: Element, key: str, replaced: list[Any]
) -> Iterator[TemplateError]:
    """`replaced` are the values that give way: the one of the overlay's day, and those the parent has announced for later."""
    direction = element.directions.get(key, Direction())
    new = operation.value
    if direction.kind == "fixed" and any(new != old for old in replaced):
        yield overlay.fault(operation, "direction", "上级不许改这个值", "删去这一项")
    elif direction.kind == "only_strengthen":
        weaker = [old for old in replaced if not stricter(key, old, new)]
        for old in weaker[:1]:
            sentence = f"只许加严:上级是 {_said(old)}，这里是 {_said(new)}"
            yield overlay.fault(operation, "direction", sentence, "改成不低于上级要求的值")
    elif direction.kind == "in_range" and not _within(direction, new):
        yield overlay.fault(
            operation, "direction", f"{_said(new)} 不在 {direction.low:g} 到 {direction.high:g} 之间", "改到范围以内"
        )


def stricter(key: str, old: Any, new: Any) -> bool:
    """At least as strict: a higher minimum, a lower maximum, a stronger force, a list that keeps every line; other values only unchanged."""
    if key in TIGHTER_UP:
        return old is None or (new is not None and new >= old)
    if key == "max":
        return old is None or (new is not None and new <= old)
    if key == "force":
        return FORCES.index(new) >= FORCES.index(old)
    if key in ("items", "steps", "receivers", "fields"):
        return all(line in new for line in old or ())
    return bool(new == old)


def _said(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listed(one.get("id", one) if isinstance(one, Mapping) else one for one in value)
    return "未规定" if value is None else str(value)


def _within(direction: Direction, value: Any) -> bool:
    return isinstance(value, (int, float)) and (direction.low or 0) <= value <= (direction.high or 0)
