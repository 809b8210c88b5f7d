"""What changed above since we adopted: the template as it is shipped now against the one we hold, our deviations beside it.

Told, never carried out: settling belongs to a decision of its own. A later publication of the parent's takes the same seat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import NotFound
from policy_engine import Overlay, Rebase, Template, TemplateErrors, rebase
from policy_engine.model import plain
from tenants.policy.queries import shipped, words
from tenants.policy.queries.stack import layers_on
from tenants.policy.queries.telling import SORTS

OUTCOMES = {
    "kept": "照旧有效",
    "conflict": "上级也改了，要重新决定",
    "redundant": "上级已经一样，不用再调整",
    "orphaned": "上级取消了这一项，调整落空",
    "needs_approval": "要重新报批",
}
STATES = {"added": "新增", "removed": "取消", "changed": "改动"}
TECHNICAL = ("indicator.", "header.", "reading.", "text.")


@dataclass(frozen=True, slots=True)
class Side:
    """One of our deviations: before, now above, ours."""

    title: str
    old: str
    new: str
    ours: str
    outcome: str
    why: str

    @property
    def word(self) -> str:
        return OUTCOMES[self.outcome]

    @property
    def is_open(self) -> bool:
        return self.outcome not in ("kept", "redundant")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something above that we have not touched."""

    title: str
    state: str
    old: str
    new: str

    @property
    def word(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class News:
    document: str
    sides: tuple[Side, ...]
    pieces: tuple[Piece, ...]

    @property
    def open(self) -> int:
        return sum(one.is_open for one in self.sides)


def news_on(day: date) -> News | None:
    """None while what we hold is what is published now. Raises NoPolicy."""
    layers = layers_on(day)
    held = layers.template
    try:
        now = shipped.template(held.id)
    except NotFound:
        return None  # a document of our own, or one made of several
    return between(held, now, layers.overlays)


def between(held: Template, now: Template, overlays: Iterable[Overlay]) -> News | None:
    """The same of any two versions."""
    if _content(held) == _content(now):
        return None
    sides: list[Side] = []
    ours = list(overlays)
    pieces: dict[str, Piece] = {}
    for overlay in ours:
        try:
            found = rebase(overlay, held, now)
        except TemplateErrors:
            continue  # laid upon an earlier deviation; it is told with the one below it
        sides += _sides(found)
        pieces |= {one.title: one for one in _pieces(found)}
    if not ours:
        pieces = {one.title: one for one in _pieces_without(held, now)}
    if not pieces and not any(one.is_open for one in sides):
        return None  # written anew, saying the same
    return News(str(now.header.get("title") or now.id), tuple(sides), tuple(pieces.values()))


def _content(template: Template) -> Any:
    return plain(template.to_json())


def _sides(found: Rebase) -> Iterator[Side]:
    for line in found.lines:
        yield Side(
            title=_title(found, line.operation.path),
            old=_said(line.old), new=_said(line.new), ours=_said(line.local), outcome=line.outcome, why=line.why,
        )  # fmt: skip


def _pieces(found: Rebase) -> Iterator[Piece]:
    for one in found.news:
        if not one.path.startswith(TECHNICAL):
            yield Piece(_title(found, one.path), one.state, _said(one.old), _said(one.new))


def _pieces_without(held: Template, now: Template) -> Iterator[Piece]:
    yield from _pieces(rebase(Overlay(id="none", base=held.id, operations=()), held, now))


def _title(found: Rebase, path: str) -> str:
    for template in (found.new, found.old):
        if path.startswith("clause."):
            clause = template.clauses.get(path.partition(".")[2])
            if clause is not None:
                return f"条款 {words.reference(clause.ref)}"
        for name, key in ((path, ""), path.rpartition(".")[::2]):
            element = template.elements.get(name)
            if element is not None:
                word = SORTS.get(name.partition(".")[0], "")
                return f"{word} {element.title}" + (f"：{words.key(key)}" if key and key != "value" else "")
    return path


def _said(value: Any) -> str:
    if value in ("standing", None):
        return "—"
    return "已取消" if value == "ended" else words.value(value)
