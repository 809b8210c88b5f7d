"""How far a lower committee may move a value: fixed, only strengthened, within a range, freely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from policy_engine.build import direction
from policy_engine.due import FORMS as DUE_FORMS
from policy_engine.due import stricter as earlier_or_same
from policy_engine.errors import TemplateError
from policy_engine.model import Direction, Element, Template, fraction_of
from policy_engine.overlay import Operation, Overlay
from policy_engine.reader import listed

TIGHTER_UP = {"min", "percent", "number", "k", "each", "size"}  # more is stricter
TIGHTER_DOWN = {"max", "per", "days"}  # less is: one for every five people asks more than one for every ten
FORCES = ("info", "may", "explore", "encouraged", "in_principle", "required")
PERIODS = (
    "once",
    "term",
    "year",
    "half_year",
    "quarter",
    "month",
    "week",
    "day",
)  # the same number in a shorter time is stricter
NAMES = {"title", "name_zh", "definition", "remark", "note"}  # what a thing is called asks nothing of anybody
ASKED_OF = {"all_of": (True, False), "any_of": (False, True), "at_least_k_of": (False, True)}
"""Per kind: may a part be added, may one be removed, where a duty may only be made stricter."""


def direction_of(template: Template, element: Element, key: str) -> Direction:
    """The parent's word on this key; where it says nothing of it, its word on the whole document."""
    if key in element.directions:
        return element.directions[key]
    default = direction(template.header.get("direction", "free"))
    if element.id == "header" or element.id.startswith("local."):
        return default if default.kind == "fixed" else Direction()
    own = next(iter(element.directions.values()), default) if not element.id.startswith("duty.") else default
    return Direction() if key in NAMES and own.kind != "fixed" else own


def direction_faults(
    overlay: Overlay, operation: Operation, allowed: Direction, key: str, replaced: list[Any]
) -> Iterator[TemplateError]:
    """`replaced` are the values that give way: the one of the overlay's day, and those the parent has announced for later."""
    new = operation.value
    if allowed.kind == "fixed" and any(new != old for old in replaced):
        yield overlay.fault(operation, "direction", "上级不许改这个值", "删去这一项")
    elif allowed.kind == "only_strengthen":
        weaker = [old for old in replaced if not stricter(key, old, new)]
        for old in weaker[:1]:
            yield overlay.fault(operation, "direction", *_weaker(key, old, new))
    elif allowed.kind == "in_range" and not _within(allowed, size_of(key, new)):
        yield overlay.fault(
            operation, "direction", f"{_said(new)} 不在 {allowed.low:g} 到 {allowed.high:g} 之间", "改到范围以内"
        )


def part_faults(overlay: Overlay, operation: Operation, template: Template, duty: Element) -> Iterator[TemplateError]:
    """Adding or removing a part of a duty: whether that makes it stricter depends on how its parts are joined."""
    allowed = direction_of(template, duty, "parts")
    stricter_ways = ASKED_OF.get(duty.traits["kind"], (False, False))
    if allowed.kind == "free" or (
        allowed.kind == "only_strengthen" and stricter_ways[0 if operation.op == "add" else 1]
    ):
        return
    word = "增加" if operation.op == "add" else "减少"
    yield overlay.fault(
        operation, "direction", f"上级不许{word}这项职责的部分", "只能在上级允许的方向上调整，或另立一项职责"
    )


def stricter(key: str, old: Any, new: Any) -> bool:
    """At least as strict: a higher minimum, a lower maximum, a stronger force, a shorter period, more people bound,
    a list that keeps every line; other values only unchanged."""
    if key in TIGHTER_UP:
        return old is None or (new is not None and size_of(key, new) >= size_of(key, old))
    if key in TIGHTER_DOWN:
        return old is None or (new is not None and new <= old)
    if key == "at_least":
        return old is None or (new is not None and all(new.get(unit, 0) >= size for unit, size in old.items()))
    if key == "force":
        return FORCES.index(new) >= FORCES.index(old)
    if key == "due":
        return earlier_or_same(old, new)
    if key == "within":
        return old is None or (new is not None and {*old} == {*new} and all(new[unit] <= old[unit] for unit in old))
    if key == "late":
        return old != "not_counted" or new == old
    if key in ("items", "steps", "receivers", "fields"):
        return all(line in new for line in old or ())
    if key == "period" and old in PERIODS and new in PERIODS:
        return PERIODS.index(new) >= PERIODS.index(old)
    if key in ("subject", "population"):
        return _wider(old, new)
    if key in ("required", "yearly", "optional"):  # of a line: a field to be filled in, a thing done anew, a step
        return bool(old) is bool(new) or bool(new) is (key != "optional")
    if key in ("pro_rata", "waivable", "at_venue"):
        return bool(new == old or new is (key == "at_venue"))
    return bool(new == old)


def _wider(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Does `new` bind everybody whom `old` bound?"""
    ways = {"posts", "kinds", "except_posts"}
    if any(old.get(key) != new.get(key) for key in {*old, *new} - ways):
        return False
    exempt = set(new.get("except_posts", ())) <= set(old.get("except_posts", ()))
    return exempt and all(
        not new.get(key) or (bool(old.get(key)) and set(old[key]) <= set(new[key])) for key in ("posts", "kinds")
    )


def size_of(key: str, number: Any) -> Any:
    """A number to compare: of a percentage written as a fraction, its hundredths."""
    share = fraction_of(number) if key == "percent" else None
    return number if share is None else share * 100


def _weaker(key: str, old: Any, new: Any) -> tuple[str, str]:
    """What is less strict; of two lists with the same names, the line that reads otherwise."""
    if _said(old) != _said(new):
        remedy = "改成不低于上级要求的值" if key in TIGHTER_UP | TIGHTER_DOWN else "照上级的写，或只往更严的方向改"
        return f"只许加严:上级是 {_said(old)}，这里是 {_said(new)}", remedy
    kept = new if isinstance(new, (list, tuple)) else ()
    changed = (
        [one.get("title", one["id"]) for one in old if one not in kept and isinstance(one, Mapping)] if kept else []
    )
    what = f"，“{listed(changed)}”写得不一样" if changed else "，写法不一样"
    return f"只许加严:名目和上级相同（{_said(old)}）{what}", "上级已有的各项照原样写，只能另加新的项"


def _said(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listed(one.get("id", one) if isinstance(one, Mapping) else one for one in value)
    if isinstance(value, Mapping):
        return "，".join(f"{key} {one}" for key, one in value.items())
    return "未规定" if value is None else str(value)


def _within(direction: Direction, value: Any) -> bool:
    if isinstance(value, Mapping):  # of a due day, its number of days
        value = next((value[form] for form in (*DUE_FORMS, "days", "months", "working_days") if form in value), None)
    return isinstance(value, (int, float, Fraction)) and (direction.low or 0) <= value <= (direction.high or 0)
