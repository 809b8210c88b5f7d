"""What two revisions of a return tell otherwise of people by sector and by post, cell by cell.

Pure, and from the two bodies alone: every number here stands in one of them. Nothing is worked out that neither tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policy_engine.load import load_attributes
from tenants.reports.queries.breakdown_tables import (
    HELD,
    Cells,
    Line,
    Shown,
    columns_of,
    names_of,
    place_of,
    rank,
)
from tenants.reports.queries.disclosure import overlapping
from tenants.reports.queries.display import Column
from tenants.reports.queries.figures import CARRIED

Body = Mapping[str, Any]
NO_CELL, NO_FIGURE = "没有这一格", "没有这项分列"


@dataclass(frozen=True, slots=True)
class Part:
    """One line a revision tells. `name` empty: it covers just what the row covers."""

    name: str
    shown: Shown

    @property
    def number(self) -> str:
        if self.shown.did is None:
            return f"{self.shown.text} 人"
        return f"{self.shown.text} {self.shown.parts}".rstrip()

    @property
    def text(self) -> str:
        return f"{self.name} {self.number}".lstrip()


@dataclass(frozen=True, slots=True)
class Side:
    """What one revision tells of a row: lines, or in words why there are none."""

    parts: tuple[Part, ...]
    said: str = ""

    @property
    def text(self) -> str:
        return "；".join(part.text for part in self.parts) or self.said


@dataclass(frozen=True, slots=True)
class Moved:
    """Cells that read otherwise. `column` None: of people alone."""

    column: Column | None
    cells: str
    before: Side
    now: Side
    how: str


@dataclass(frozen=True, slots=True)
class Recut:
    """One attribute whose breakdown reads otherwise: sentences on the whole, then the cells."""

    title: str
    said: tuple[str, ...] = ()
    rows: tuple[Moved, ...] = ()


def recuts(body: Body, before: Body) -> list[Recut]:
    """The attributes that are broken down otherwise; none where all cells read the same."""
    now, old = _by_attribute(body), _by_attribute(before)
    found = [_recut(attribute, now.get(attribute), old.get(attribute)) for attribute in {**now, **old}]
    return [one for one in found if one.said or one.rows]


def titles(body: Body) -> list[str]:
    """By what a return breaks its people down."""
    return [_title(attribute) for attribute in _by_attribute(body)]


def _title(attribute: str) -> str:
    return str(load_attributes().get(attribute, {}).get("title", attribute))


def _by_attribute(body: Body) -> dict[str, Line]:
    return {entry["attribute"]: entry for entry in body.get("breakdowns", ())}


def _recut(attribute: str, now: Line | None, old: Line | None) -> Recut:
    known = load_attributes().get(attribute, {})
    title = _title(attribute)
    if now is None or old is None:
        return Recut(title, (f"原来没有按{title}分列，这一稿有。" if now else f"这一稿不再按{title}分列。",))
    words = _Words(known, [*dict.fromkeys([*known.get("cells", {}), *old["cells"], *now["cells"]])])
    return Recut(title, tuple(_said(now, old, words)), tuple(_rows(now, old, words)))


@dataclass(frozen=True, slots=True)
class _Words:
    known: Mapping[str, Any]
    order: Sequence[str] = field(default_factory=list)

    def listed(self, cells: Iterable[str]) -> str:
        return "、".join(names_of(cells, self.known, self.order))

    def side(self, lines: Iterable[Line], whole: Cells) -> Side:
        """Lines of one revision, a name each where they are not the row itself. None: no such cell."""
        found = sorted(lines, key=lambda line: rank(frozenset(line["cells"]), self.order))
        parts = tuple(Part(self._name(line, whole), Shown(line["persons"], line["did"])) for line in found)
        return Side(parts, "" if parts else NO_CELL)

    def _name(self, line: Line, whole: Cells) -> str:
        cells = frozenset(line["cells"])
        if cells == whole:
            return "" if len(cells) == 1 else "合并"
        return self.listed(cells) if len(cells) == 1 else f"{self.listed(cells)}（合并）"


def _said(now: Line, old: Line, words: _Words) -> Iterator[str]:
    if now["threshold"] != old["threshold"]:
        yield f"原来满 {old['threshold']} 人才单列，现在满 {now['threshold']} 人。"
    if new := set(now["cells"]) - set(old["cells"]):
        yield f"新列的格：{words.listed(new)}。"
    if gone := set(old["cells"]) - set(now["cells"]):
        yield f"不再列的格：{words.listed(gone)}。"


def _rows(now: Line, old: Line, words: _Words) -> Iterator[Moved]:
    yield from _dimension(None, now, old, now["persons"], old["persons"], words)
    codes = {code for code in (*now["figures"], *old["figures"]) if code.partition(".")[0] in CARRIED}
    for column in columns_of(sorted(codes, key=place_of)):
        yield from _dimension(column, now, old, now["figures"].get(column.name), old["figures"].get(column.name), words)


def _dimension(
    column: Column | None,
    now: Line,
    old: Line,
    new: Sequence[Line] | None,
    was: Sequence[Line] | None,
    words: _Words,
) -> Iterator[Moved]:
    """One number of every cell. None: the revision has no such number; no lines: it is held back."""
    if new and was:
        yield from _regrouped(column, new, was, words)
    elif bool(new) != bool(was) or (new is None) != (was is None):
        count = len((now if new or not was else old)["cells"])  # of the revision that tells them
        yield Moved(column, f"全部 {count} 格", _whole(was, words), _whole(new, words), _turned(new, was))


def _whole(lines: Sequence[Line] | None, words: _Words) -> Side:
    if lines is None:
        return Side((), NO_FIGURE)
    return words.side(lines, frozenset()) if lines else Side((), HELD)


def _turned(new: Sequence[Line] | None, was: Sequence[Line] | None) -> str:
    if was is None:
        return "这一稿起分列" if new else "这一稿起有，但不公布"
    if new is None:
        return "不再分列"
    return "原来不公布，现在公布" if new else "原来公布，现在不公布"


def _regrouped(column: Column | None, new: Sequence[Line], was: Sequence[Line], words: _Words) -> Iterator[Moved]:
    """The smallest groups of cells that both revisions tell, as far as they read otherwise."""
    news, olds = _by_cells(new), _by_cells(was)
    groups = [(now, then, frozenset().union(*now, *then)) for now, then in overlapping(news, olds)]
    for now, then, whole in sorted(groups, key=lambda group: rank(group[2], words.order)):
        mine, theirs = [news[one] for one in now], [olds[one] for one in then]
        if now == then and _numbers(mine) == _numbers(theirs):
            continue
        how = _how(now, then, words, is_same=_numbers(mine) == _numbers(theirs))
        yield Moved(column, words.listed(whole), words.side(theirs, whole), words.side(mine, whole), how)


def _by_cells(lines: Iterable[Line]) -> dict[Cells, Line]:
    return {frozenset(line["cells"]): line for line in lines}


def _numbers(lines: Iterable[Line]) -> tuple[int, int]:
    found = list(lines)
    return sum(line["persons"] for line in found), sum(line["did"] or 0 for line in found)


def _how(now: list[Cells], then: list[Cells], words: _Words, *, is_same: bool) -> str:
    if now == then:
        return "数变了"
    if not now or not then:
        return "新列的一格" if now else "不再列这一格"
    return f"{_joined(now, then, words)}，合计{'没变' if is_same else '也变了'}"


def _joined(now: list[Cells], then: list[Cells], words: _Words) -> str:
    if len(now) > 1:
        return "分开了" if len(then) == 1 else "合并的格不同"
    if len(then) > 1:
        return "合并了"
    more, less = now[0] - then[0], then[0] - now[0]
    said = (f"加进{words.listed(more)}" if more else "", f"少了{words.listed(less)}" if less else "")
    return "，".join(one for one in said if one)
