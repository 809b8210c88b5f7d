"""Where each committee stands below this one: the one walk over the tree, for every page that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core import tenancy
from core.tenancy import Committee
from exchange import queries as exchange


@dataclass(frozen=True, slots=True)
class Place:
    """A committee under a parent. `depth` 1: this committee's child, 2: a child's child…; `below`: how many stand right below it."""

    code: str
    name: str
    parent: str
    depth: int
    below: int


def depth_class(levels: int) -> str:
    """How far a name stands in, on a page: no style attribute is allowed there."""
    return f"lx-deep-{min(3, levels)}" if levels > 0 else ""


def places(tree: Iterable[Committee], sent: Iterable[tuple[str, str]]) -> list[Place]:
    """The tree below this committee in its printed order: by code, each followed by its own children.

    `tree`: of the last day of what is shown. `sent`: who reported to whom in it (sender, recipient): whoever reported somewhere
    while it belonged there stands there too, also where it moved away since or is no more.
    """
    me = tenancy.current().code
    names: dict[str, str] = {}
    by_parent: dict[str, set[str]] = {}
    for entry in tree:
        names[entry.code] = entry.name
        by_parent.setdefault(entry.parent or "", set()).add(entry.code)
    for sender, recipient in sent:
        by_parent.setdefault(recipient, set()).add(sender)
    found = list(_walk(me, by_parent, frozenset({me})))
    if gone := {code for code, *_ in found} - names.keys():
        names |= exchange.names_of(gone)
    return [
        Place(code, names.get(code, code), parent, depth, len(by_parent.get(code, ()))) for code, parent, depth in found
    ]


def _walk(parent: str, by_parent: Mapping[str, set[str]], above: frozenset[str]) -> Iterator[tuple[str, str, int]]:
    """Code, parent, depth; `above` ends a circle, should one ever stand in the tree."""
    for child in sorted(by_parent.get(parent, set()) - above):
        yield child, parent, len(above)
        yield from _walk(child, by_parent, above | {child})
