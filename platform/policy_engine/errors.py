"""What is wrong with a template, an overlay or a fact sheet: always a place, a sentence and a remedy, never a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class TemplateError:
    """One fault. `line` counts from 1, 0 where the whole file is meant; `key` is the dotted way to the value."""

    file: str
    line: int
    key: str
    code: str
    message: str
    remedy: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.key}: {self.message}({self.remedy})"


class TemplateErrors(Exception):
    """All faults found in one go, policy.yaml first, then by file and line."""

    def __init__(self, errors: Iterable[TemplateError]) -> None:
        # policy.yaml first: what is amiss there explains much of the rest
        self.errors: list[TemplateError] = sorted(set(errors), key=lambda one: (one.file != "policy.yaml", one))
        super().__init__("\n".join(map(str, self.errors)))

    def to_json(self) -> dict[str, Any]:
        return {"ok": False, "errors": [error.to_json() for error in self.errors]}
