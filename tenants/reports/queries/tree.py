"""What the levels below reported, from received returns alone: no other committee's schema is in reach."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core import clock, tenancy
from core.errors import NotFound
from exchange import overview as letters
from registry.queries import below, tree_under
from tenants.reports.models import ReturnState
from tenants.reports.queries import filed
from tenants.reports.queries.deadlines import due_on, is_late
from tenants.reports.queries.display import Cell, Column, cells, columns_for, differs, is_adapted
from tenants.reports.queries.figures import CARRIED, Figure, summed
from tenants.reports.queries.periods import span
from tenants.reports.queries.places import Place, depth_class, places

MISSING = "missing"
NOT_HERE = "未到本会"  # whether it has sent anything is between it and its parent
NOT_COUNTED = "已接收，但上级这一期结账时还没有计入"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One committee in the tree. `depth` 0: this committee's own part, 1: a child, 2: its child…

    Its cells are made each time they are looked at: a page that folds a large tree shows few of them.
    """

    code: str
    name: str
    depth: int
    state: str
    note: str
    word: str = ""  # instead of the state's own word
    columns: tuple[Column, ...]
    figures: Sequence[Figure]
    url: str = ""
    is_late: bool = False
    below: int = 0  # committees right below it

    @property
    def cells(self) -> tuple[Cell, ...]:
        return cells(self.columns, self.figures)

    @property
    def indent(self) -> str:
        """For a sheet, whose cells know no margin."""
        return "　" * max(0, self.depth - 1)

    @property
    def depth_class(self) -> str:
        return depth_class(self.depth - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """`reported` of `asked` direct children have sent something that stands, `in_time` of them by `due_on`; `accepted` are in the total."""

    period: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: tuple[Cell, ...]
    asked: int
    reported: int
    accepted: int
    due_on: dt.date | None  # None: no day is set, so nobody is late
    in_time: int
    lacking: tuple[Line, ...]


def rollup(period: str, *, including: str = "") -> Rollup:
    """The tree below this committee on a period's last day. At most eleven statements, however many committees there are.

    `including`: an indicator that has its column even where nobody has the figure.
    """
    tree = _Tree(period)
    columns = columns_for(tree.all_figures(), adapted=tree.adapted(), including=including)
    lines = tuple(tree.lines(columns))
    children = [line for line in lines if line.depth == 1]
    return Rollup(
        period=period,
        columns=columns,
        lines=lines,
        total=cells(columns, tree.total()),
        asked=len(children),
        reported=sum(line.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED) for line in children),
        due_on=tree.due,
        in_time=sum(line.state != MISSING and not line.is_late for line in children) if tree.due else 0,
        accepted=sum(code in tree.direct for code in (line.code for line in children)),
        lacking=tuple(line for line in children if line.code not in tree.direct),
    )


AT_ONCE = 40  # lines a page shows before it folds what lies below the children


def opened_at(found: Rollup, under: str) -> tuple[tuple[Line, ...], Line | None]:
    """The lines a page shows, and the committee they lie under: all of a small tree; of a large one this committee's children,
    each a door to its own; with `under`, that committee and everything below it. Raises NotFound for one not in the tree."""
    if not under:
        return (
            found.lines if len(found.lines) <= AT_ONCE else tuple(one for one in found.lines if one.depth <= 1)
        ), None
    place = next((place for place, one in enumerate(found.lines) if one.code == under and one.depth), None)
    if place is None:
        raise NotFound("没有找到这个委员会。它可能不在本会之下。")
    top = found.lines[place]
    below = itertools.takewhile(lambda one: one.depth > top.depth, found.lines[place + 1 :])
    return (top, *below), top


def column_pair(found: Rollup, indicator: str) -> tuple[int, ...]:
    """Places of an indicator's columns in a rollup. Raises NotFound."""
    if indicator not in CARRIED:
        raise NotFound("没有这项指标，或者还没有开始汇总。")
    return tuple(place for place, column in enumerate(found.columns) if column.indicator.id == indicator)


class _Tree:
    """One reading of everything a rollup needs."""

    def __init__(self, period: str) -> None:
        self.period = period
        self.me = tenancy.current()
        self.mine = filed.latest(period)
        self.newest = {one.sender: one for one in letters.received(period)}
        self.tree = tree_under(self.me.code, span(period).last_day)
        above = {one.parent for one in self.tree if one.parent}
        self.accepted = {(one.sender, one.recipient): one for one in letters.accepted_below(period, listed_by=above)}
        self.direct = {one.sender: one for one in self.accepted.values() if one.recipient == self.me.code}
        self.listed = {one.sender: {child["code"]: child for child in one.children} for one in self.accepted.values()}
        self.due = due_on(span(period))
        sent = {(sender, self.me.code) for sender in self.newest} | self.accepted.keys()
        self.places = places(self.tree, sent)

    def all_figures(self) -> Iterator[Figure]:
        yield from self.mine.total if self.mine else ()
        for one in self.accepted.values():
            yield from one.total

    def adapted(self) -> bool:
        """Has anybody in the tree a value of its own?"""
        here = self.mine is not None and is_adapted(self.mine.row.body)
        return here or any(differs(one.total) for one in self.accepted.values()) or letters.is_any_adapted(self.period)

    def total(self) -> list[Figure]:
        """Accepted children as they stand now, with this committee's own part once its month is closed."""
        own = [self.mine.own] if self.mine else []
        lacking = [one.code for one in self.places if one.depth == 1 and one.code not in self.direct]
        silent = sum(1 + len(below(self.tree, code)) for code in lacking)
        return summed([*own, *(one.total for one in self.direct.values())], silent=silent)

    def lines(self, columns: tuple[Column, ...]) -> Iterator[Line]:
        if self.mine:
            yield Line(
                code=self.me.code,
                name=f"{self.me.name}（本级）",
                depth=0,
                state=self.mine.state,
                note="",
                columns=columns,
                figures=self.mine.own,
                url=f"/returns/{self.period}/",
            )
        for place in self.places:
            yield self._child(place, columns) if place.depth == 1 else self._further(place, columns)

    def _child(self, place: Place, columns: tuple[Column, ...]) -> Line:
        newest, standing = self.newest.get(place.code), self.direct.get(place.code)
        late = newest is not None and is_late(newest.first_at, self.due)
        on_time = f"迟报（{newest.first_at.astimezone(clock.ZONE):%Y-%m-%d}）" if newest and late else ""
        return Line(
            code=place.code,
            name=place.name,
            depth=1,
            state=str(newest.state) if newest else MISSING,
            note="；".join(filter(None, [on_time, _child_note(newest, standing)])),
            is_late=late,
            below=place.below,
            columns=columns,
            figures=standing.total if standing else (),
            url=f"/returns/inbox/{newest.id}/" if newest else "",
        )

    def _further(self, place: Place, columns: tuple[Column, ...]) -> Line:
        delivery = self.accepted.get((place.code, place.parent))
        said = self.listed.get(place.parent, {}).get(place.code, {})
        counted = delivery is not None and said.get("digest") == delivery.digest
        return Line(
            code=place.code,
            name=place.name,
            depth=place.depth,
            state=str(ReturnState.ACCEPTED) if delivery else said.get("state", MISSING),
            note=NOT_COUNTED if delivery and not counted else "",
            word="" if delivery or said else NOT_HERE,
            below=place.below,
            columns=columns,
            figures=delivery.total if delivery else (),
        )


def _child_note(newest: letters.Received | None, standing: letters.Accepted | None) -> str:
    if newest is None:
        return ""
    if newest.state == ReturnState.RETURNED:
        return f"退回理由：{newest.reason}"
    if standing and standing.digest != newest.digest:
        return f"第 {newest.revision} 稿待接收，合计里是第 {standing.revision} 稿"
    return ""
