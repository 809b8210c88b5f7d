"""Two policies side by side, parameter by parameter."""

from __future__ import annotations

from datetime import date
from typing import Any

from policy_engine.model import Template


def compare(a: Template, b: Template, on: date | None = None) -> dict[str, Any]:
    """`{parameters:[{id,a,b,state}]}`; state is same, different, only_a or only_b; id is element id + key."""
    raise NotImplementedError
