"""Base + overlays → the policy in force, each value with its provenance. Pure: same input, same digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from policy_engine.model import Policy, Source, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One change, addressed by path: `duty.constituents.min` (set), `duty.constituents` (add, remove), `duty` (select)."""

    op: Literal["select", "set", "add", "remove"]
    path: str
    value: Any = None
    source: Source
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A lower committee's decision about its parent's policy: id, base, and operations that each carry reason, body, meeting, document, from."""

    id: str
    base: str
    operations: tuple[Operation, ...]
    file: str = "overlay"


def load_overlay(source: Path | str | Mapping[str, Any]) -> Overlay:
    """From a YAML file or the same as plain data. Raises TemplateErrors."""
    raise NotImplementedError


def resolve(template: Template, overlays: Iterable[Overlay] = (), on: date | None = None) -> Policy:
    """Apply overlays in order. Raises TemplateErrors: unknown id, two operations on one element, direction broken, min above max.

    Before an overlay's `from` the base value holds. `on` fixes the day that `Policy.elements_json()` shows (None: latest).
    """
    raise NotImplementedError
