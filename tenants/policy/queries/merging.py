"""Several adaptations of ours, one after another, as one: what of them holds in the end, each change with its own decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from policy_engine import Operation, Overlay
from policy_engine.operations import line_name, line_of

OF_A_DUTY = ("title", "period", "force", "subject", "due", "within", "late", "waivable", "pro_rata", "population")
IN_VALUES = ("min", "max", "percent", "k", "each", "per", "number")


def merged(overlays: Iterable[Overlay]) -> tuple[Operation, ...]:
    """The operations that say together what the overlays say one after another; no two of them touch the same thing."""
    found: dict[str, Operation] = {}
    for overlay in overlays:
        for operation in overlay.operations:
            _lay(found, operation)
    return tuple(found.values())


def _lay(found: dict[str, Operation], new: Operation) -> None:
    above = next((path for path in found if new.path.startswith(f"{path}.") and found[path].op in ("add", "set")), None)
    if above is not None:
        found[above] = _inside(found[above], new)
        return
    below = [path for path in found if path.startswith(f"{new.path}.")]
    earlier = found.pop(new.path, None)
    for path in below:
        del found[path]
    if new.op == "remove" and earlier is not None and earlier.op == "add":
        return  # ours came and went
    if new.op == "set" and earlier is not None and earlier.op == "add":
        new = replace(earlier, value=new.value, source=new.source)
    found[new.path] = new


def _inside(whole: Operation, new: Operation) -> Operation:
    """A change within what an earlier operation put there."""
    rest = new.path.removeprefix(f"{whole.path}.")
    if isinstance(whole.value, list):
        return replace(whole, value=_line(whole.value, new, rest), source=new.source)
    value = dict(whole.value) if isinstance(whole.value, Mapping) else {}
    listing, _, inner = rest.partition(".")
    if inner and isinstance(value.get(listing), list):
        value[listing] = _line(value[listing], new, inner)
    elif rest in IN_VALUES:
        last = (value.get("values") or [{}])[-1]
        value["values"] = [{**last, rest: new.value}]
    elif rest in OF_A_DUTY or "counts" not in value:
        value[rest] = new.value
    else:
        value["counts"] = {**value["counts"], rest: new.value}
    return replace(whole, value=value, source=new.source)


def _line(lines: list[Any], new: Operation, rest: str) -> list[Any]:
    name, _, key = rest.partition(".")
    if new.op == "remove":
        return [one for one in lines if line_name(one) != name]
    if new.op == "add":
        return [*lines, line_of(new)]
    return [{**one, key: new.value} if line_name(one) == name else one for one in lines]
