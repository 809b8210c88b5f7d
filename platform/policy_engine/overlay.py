"""An overlay: a lower committee's decision as data, read and checked by itself; `resolve` lays it upon a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from policy_engine import schema
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.model import Source
from policy_engine.reader import Document, listed, read
from policy_engine.vocabulary import words_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One change, addressed by path: `duty.constituents.min` (set), `duty.constituents` (add, remove), `duty` (select)."""

    op: Literal["select", "set", "add", "remove"]
    path: str
    value: Any = None
    source: Source
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        """As an overlay's file writes it, nothing left unsaid."""
        source = self.source.to_json()
        said = {key: source.get(key) for key in ("reason", "decided_by", "meeting", "document")}
        value = {} if self.op == "remove" else {"value": self.value}
        told = {key: value for key, value in said.items() if value}
        return {"op": self.op, "path": self.path, **value, **told, "from": source["since"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A lower committee's decision about its parent's policy: id, base, and operations that each carry reason, body, meeting, document, from."""

    id: str
    base: str
    operations: tuple[Operation, ...]
    file: str = "overlay"
    base_line: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain data that `load_overlay` reads back."""
        return {"overlay": self.id, "base": self.base, "operations": [one.to_json() for one in self.operations]}

    def fault(self, operation: Operation, code: str, message: str, remedy: str) -> TemplateError:
        return TemplateError(self.file, operation.line, operation.path, code, message, remedy)


def load_overlay(source: Path | str | Mapping[str, Any]) -> Overlay:
    """From a YAML file or the same as plain data. Raises TemplateErrors."""
    document = Document("overlay", source) if isinstance(source, Mapping) else read(Path(source))
    refuse(schema.faults(document, schema.OVERLAY, words_with({})))
    refuse(_without_value(document))
    operations = [_operation(document, index, entry) for index, entry in enumerate(document.data["operations"])]
    overlay = Overlay(
        id=document.data["overlay"],
        base=document.data["base"],
        operations=tuple(operations),
        file=document.file,
        base_line=document.line(("base",)),
    )
    refuse(_without_reason(overlay))
    return overlay


def _operation(document: Document, index: int, entry: Mapping[str, Any]) -> Operation:
    """What an operation leaves unsaid, its overlay says once for all."""
    said = document.data | entry
    source = Source(
        document=str(said.get("document") or said["overlay"]),
        since=date.fromisoformat(said["from"]) if said.get("from") else None,
        reason=said.get("reason"),
        decided_by=said.get("decided_by"),
        meeting=said.get("meeting"),
    )
    return Operation(
        op=entry["op"],
        path=entry["path"],
        value=entry.get("value"),
        source=source,
        line=document.line(("operations", index)),
    )


def _without_value(document: Document) -> Iterator[TemplateError]:
    """No value is not the same as null: null says that the document fixes no number."""
    for index, entry in enumerate(document.data["operations"]):
        if needs_value(entry["op"], entry["path"]) and "value" not in entry:
            yield document.fault(("operations", index), "missing_key", "缺少“value”", "补上“value”")


def needs_value(op: str, path: str) -> bool:
    """A receiver of a report is a word: its address says all there is to say."""
    return op != "remove" and not (op == "add" and path.rpartition(".")[0].endswith(".receivers"))


def _without_reason(overlay: Overlay) -> Iterator[TemplateError]:
    for operation in overlay.operations:
        absent = [key for key in ("reason", "decided_by") if not getattr(operation.source, key)]
        if absent:
            yield overlay.fault(
                operation, "missing_key", f"没有写明{listed(absent)}", "写明理由(reason)和作出决定的机构(decided_by)"
            )
        if operation.op != "set" and needs_value(operation.op, operation.path) and operation.value is None:
            yield overlay.fault(operation, "missing_key", "缺少“value”", "补上“value”")


def refuse(faults: Iterable[TemplateError]) -> None:
    found = list(faults)
    if found:
        raise TemplateErrors(found)
