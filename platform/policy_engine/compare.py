"""Two policies side by side, parameter by parameter."""

from __future__ import annotations

from datetime import date
from typing import Any

from policy_engine.model import Template

SHOWN = ("duty.", "setting.", "checklist.", "report.", "workflow.", "form.", "venue.")


def compare(a: Template, b: Template, on: date | None = None) -> dict[str, Any]:
    """`{parameters:[{id,a,b,state}]}`; state is same, different, only_a or only_b; id is element id + key."""
    left, right = parameters(a, on), parameters(b, on)
    return {"a": a.id, "b": b.id, "parameters": [_line(name, left, right) for name in sorted({*left, *right})]}


def parameters(template: Template, on: date | None = None) -> dict[str, Any]:
    """Every value in force on a day (None: latest), by its address."""
    return {
        f"{element.id}.{key}": element.value(key, on)
        for element in template.elements.values()
        if element.id.startswith(SHOWN) and element.stands(on)
        for key in element.values
    }


def _line(name: str, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    a, b = left.get(name), right.get(name)
    alone = "only_a" if name not in right else "only_b" if name not in left else None
    return {"id": name, "a": a, "b": b, "state": alone or ("same" if a == b else "different")}
