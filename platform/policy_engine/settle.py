"""Out of a rebase and the committee's choices, the overlay for the new version; down a chain, level by level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from policy_engine import schema
from policy_engine.errors import TemplateError
from policy_engine.model import Policy, Template
from policy_engine.overlay import Operation, Overlay, refuse
from policy_engine.reader import Document, listed
from policy_engine.rebase import Line, Rebase, rebase
from policy_engine.resolve import attempt, misaddressed, resolve
from policy_engine.vocabulary import words_with

Choice = Any
"""`ours`, `theirs`, or `{take: ours|value|move, value, path}` with the new decision: `document`, `decided_by`, `meeting`, `from`, `reason`."""
DECISION = ("document", "decided_by", "meeting", "reason")


def settle(settled: Rebase, choices: Mapping[str, Choice] | None = None) -> Overlay:
    """The overlay for the new version. `choices` are keyed by the operation's path.

    Kept operations stay, redundant ones are dropped; every other line needs a choice it allows. Raises TemplateErrors.
    """
    chosen = choices or {}
    document = Document(f"choices({settled.overlay.id})", dict(chosen))
    refuse(schema.faults(document, schema.CHOICES, words_with({})))
    refuse(_misfits(document, settled.lines, chosen))
    operations = [one for line in settled.lines if (one := _operation(line, chosen.get(line.operation.path)))]
    base = settled.new.id if settled.overlay.base == settled.old.id else settled.overlay.base
    overlay = replace(settled.overlay, base=base, operations=tuple(operations))
    refuse(misaddressed([settled.new.id, *getattr(settled.new, "layers", ())], overlay))
    refuse(fault for _, fault in attempt(settled.new, dict(settled.new.elements), overlay)[1])
    return overlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """A chain of overlays upon a new version: a rebase per level as far down as everything is decided."""

    rebases: tuple[Rebase, ...]
    settled: tuple[Overlay, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rebases": [one.to_json() for one in self.rebases],
            "settled": [one.to_json() for one in self.settled],
        }


def cascade(
    overlays: Iterable[Overlay], old: Template, new: Template, choices: Mapping[str, Mapping[str, Choice]] | None = None
) -> Cascade:
    """Rebase overlay after overlay, each upon what its level above was settled to; stops where a choice is missing.

    `choices` are keyed by overlay id, then by path. Raises TemplateErrors as `rebase` and `settle` do.
    """
    steps: list[Rebase] = []
    done: list[Overlay] = []
    for overlay in overlays:
        step = rebase(overlay, old, new)
        steps.append(step)
        chosen = (choices or {}).get(overlay.id, {})
        if any(line.operation.path not in chosen for line in step.open):
            break
        done.append(settle(step, chosen))
        old, new = _upon(old, overlay), _upon(new, done[-1])
    return Cascade(rebases=tuple(steps), settled=tuple(done))


def _upon(template: Template, overlay: Overlay) -> Policy:
    """With the overlay named among the layers even where nothing of it is left, so that the next level still finds its base."""
    policy = resolve(template, [overlay])
    return policy if overlay.id in policy.layers else replace(policy, layers=(*policy.layers, overlay.id))


def _misfits(document: Document, lines: Iterable[Line], choices: Mapping[str, Choice]) -> Iterator[TemplateError]:
    paths = {line.operation.path: line for line in lines}
    for path in choices:
        if path not in paths:
            yield document.fault((path,), "unknown_id", f"没有“{path}”这一项调整", f"可选:{listed(paths)}")
    for path, line in paths.items():
        if path in choices:
            yield from _unfit(document, line, choices[path])
        elif line.outcome not in ("kept", "redundant"):
            yield document.fault((path,), "unsettled", f"“{path}”还没有决定:{line.why}", f"选{listed(line.takes)}之一")


def _unfit(document: Document, line: Line, choice: Choice) -> Iterator[TemplateError]:
    way, take = (line.operation.path,), _take(choice)
    allowed = line.takes or ("ours", "theirs", "value")
    if take not in allowed:
        yield document.fault(way, "not_an_option", f"这里不能选“{take}”:{line.why}", f"可选:{listed(allowed)}")
        return
    detail = choice if isinstance(choice, Mapping) else {}
    for key, needed in (("value", take == "value"), ("path", take == "move")):
        if needed and key not in detail:
            yield document.fault(way, "missing_key", f"缺少“{key}”", f"补上“{key}”")
    if line.outcome == "needs_approval" and take == "ours" and "decided_by" not in detail:
        yield document.fault(
            way, "missing_key", f"照旧要有新的决定:{line.why}", "写明 decided_by，最好连同 document、meeting、from"
        )


def _take(choice: Choice) -> str:
    return str(choice["take"] if isinstance(choice, Mapping) else choice)


def _operation(line: Line, choice: Choice) -> Operation | None:
    if choice is None:
        return None if line.outcome == "redundant" else line.operation
    take, detail = _take(choice), choice if isinstance(choice, Mapping) else {}
    if take == "theirs":
        return None
    source = replace(line.operation.source, **{key: detail[key] for key in DECISION if key in detail})
    if detail.get("from"):
        source = replace(source, since=date.fromisoformat(detail["from"]))
    changed = {"value": detail["value"]} if "value" in detail else {}
    return replace(line.operation, source=source, path=detail.get("path", line.operation.path), **changed)
