"""Standing as tables: the members with a column per duty, the sectors with theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from core import sheets
from policy_engine import Duty, Policy
from tenants.assessment.queries.standing import Line, Standing, duties_of, said, standing, standings
from tenants.members.models import Seat
from tenants.members.queries import Filters, RosterRow, on_day, roster, rows_of, sectors, special_committees
from tenants.policy.queries import policy_on, words

Groups = Literal["sector", "special_committee"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to. `duty` shows who still owes that one, whatever `state` says."""

    q: str = ""
    sector: UUID | None = None
    special_committee: UUID | None = None
    state: Literal["", "met", "outstanding"] = ""
    duty: str = ""
    sort: str = "name"


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Column:
    """A duty as a column head: title, rule, where the rule is explained, and how many are still short of it."""

    id: str
    title: str
    rule: str
    url: str
    short: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One member: who, and a line per column (None where the duty was not judged)."""

    member: RosterRow
    standing: Standing
    cells: tuple[Line | None, ...]

    @property
    def url(self) -> str:
        return f"/standing/{self.member.id}/"


@dataclass(frozen=True)
class StandingTable:
    """The page of all members, after filters. `done` and `short` count before the filter by state and duty."""

    as_of: date
    policy: Policy
    columns: tuple[Column, ...]
    rows: list[Row]
    total: int
    done: int
    is_judged: bool

    @property
    def short(self) -> int:
        return self.total - self.done

    def sheet(self) -> bytes:
        """The rows as .xlsx: per duty its number and its state, so that either can be filtered in a spreadsheet."""
        heads = [sheets.Out("姓名"), sheets.Out("界别"), sheets.Out("专委会", 20)]
        for column in self.columns:
            heads += [sheets.Out(f"{column.title}（{column.rule}）", 18), sheets.Out(f"{column.title}·情况", 14)]
        rows = [
            [
                row.member.name,
                row.member.sector,
                row.member.special_committees,
                *(v for cell in row.cells for v in _plain(cell)),
            ]
            for row in self.rows
        ]
        return sheets.write(title=f"履职情况 {self.as_of:%Y-%m-%d}", columns=heads, rows=rows)


def standing_table(asked: Asked = EVERYTHING, *, as_of: date, within: Q) -> StandingTable:
    """Members in office on `as_of`, in the order asked for (name, sector, short; `-` before it turns it round); `within` limits to somebody's reach. Raises NoPolicy."""
    judged = standing(as_of)
    filters = Filters(q=asked.q, sector=asked.sector, special_committee=asked.special_committee)
    members = rows_of(roster(as_of, filters, within=within))
    rows = [_row(member, judged.by_subject[str(member.id)], judged.duties) for member in members]
    shown = _sorted([row for row in rows if _wanted(row.standing, asked)], asked.sort)
    done = sum(row.standing.is_done for row in rows)
    columns = _columns(judged.duties, [row.cells for row in rows])
    return StandingTable(as_of, judged.policy, columns, shown, total=len(rows), done=done, is_judged=judged.is_judged)


def member_duties(as_of: date) -> tuple[Duty, ...]:
    """What members owe or may do on that day, for the filter. Raises NoPolicy."""
    return duties_of(policy_on(as_of), "member", as_of)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A sector or a special committee: its members' totals and a line per duty of its own."""

    id: UUID
    name: str
    url: str
    members_url: str
    members: int
    done: int
    cells: tuple[Line | None, ...]

    @property
    def short(self) -> int:
        return self.members - self.done


@dataclass(frozen=True, slots=True)
class GroupTable:
    """`is_judged`: the document asks members for a number, so that somebody can be done."""

    as_of: date
    kind: Groups
    columns: tuple[Column, ...]
    rows: list[GroupRow]
    is_judged: bool

    def sheet(self) -> bytes:
        """The rows as .xlsx, in the shape of the members' file."""
        judged = [sheets.Out("全部完成"), sheets.Out("尚差")] if self.is_judged else []
        heads = [sheets.Out(NAMES[self.kind], 22), sheets.Out("委员"), *judged]
        for column in self.columns:
            heads += [sheets.Out(f"{column.title}（{column.rule}）", 18), sheets.Out(f"{column.title}·情况", 14)]
        rows = [
            [
                row.name,
                row.members,
                *((row.done, row.short) if self.is_judged else ()),
                *(value for cell in row.cells for value in _plain(cell)),
            ]
            for row in self.rows
        ]
        return sheets.write(title=f"{NAMES[self.kind]} {self.as_of:%Y-%m-%d}", columns=heads, rows=rows)


NAMES = {"sector": "界别", "special_committee": "专委会"}
PLACES = {"sector": "/standing/sectors/", "special_committee": "/standing/special-committees/"}


def group_table(kind: Groups, *, as_of: date, within: frozenset[UUID] | None) -> GroupTable:
    """Sectors, or special committees, in their order, with their members' totals and their own duties. Raises NoPolicy."""
    of_members, of_groups = standings(as_of, "member", kind)
    rows = []
    belonging = _belonging(kind, as_of)
    for group in sectors() if kind == "sector" else special_committees():
        if within is not None and group.pk not in within:
            continue
        mine = [of_members.by_subject[str(key)] for key in belonging.get(group.pk, ())]
        own = of_groups.by_subject[str(group.pk)]
        rows.append(
            GroupRow(
                group.pk,
                group.name,
                url=f"{PLACES[kind]}{group.pk}/",
                members_url=f"/standing/?{kind}={group.pk}",
                members=len(mine),
                done=sum(one.is_done for one in mine),
                cells=tuple(own.line(duty.id) for duty in of_groups.duties),
            )
        )
    return GroupTable(as_of, kind, _columns(of_groups.duties, [row.cells for row in rows]), rows, of_members.is_judged)


def _belonging(kind: Groups, as_of: date) -> dict[UUID, list[UUID]]:
    """Members in office by group; a seat in each of several special committees counts in each. One statement."""
    found: dict[UUID, list[UUID]] = {}
    members = roster(as_of)
    if kind == "sector":
        pairs: Iterable[tuple[UUID, UUID]] = members.values_list("sector_id", "pk")
    else:
        serving = members.order_by().values("pk")
        seats = Seat.in_committees.filter(on_day(as_of), member__in=serving)
        pairs = seats.values_list("special_committee_id", "member_id").distinct()
    for group, member in pairs:
        found.setdefault(group, []).append(member)
    return found


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    key = SORTS.get(sort.removeprefix("-"))
    return sorted(rows, key=key, reverse=sort.startswith("-")) if key else rows[::-1] if sort == "-name" else rows


SORTS: dict[str, Callable[[Row], Any]] = {
    "sector": lambda row: row.member.sector,
    "short": lambda row: len(row.standing.owed),
}


def _wanted(standing: Standing, asked: Asked) -> bool:
    if asked.duty:
        line = standing.line(asked.duty)
        return line is not None and line.is_open
    return not asked.state or standing.is_done == (asked.state == "met")


def _row(member: RosterRow, standing: Standing, duties: Sequence[Duty]) -> Row:
    return Row(member, standing, tuple(standing.line(duty.id) for duty in duties))


def _columns(duties: Sequence[Duty], rows: Sequence[Sequence[Line | None]]) -> tuple[Column, ...]:
    short = [sum(cell is not None and cell.is_open for cell in column) for column in zip(*rows, strict=True)]
    short = short or [0] * len(duties)
    return tuple(
        Column(duty.id, duty.title, words.rule(duty), f"/policy/duties/{duty.id}/", owing)
        for duty, owing in zip(duties, short, strict=True)
    )


def _plain(line: Line | None) -> tuple[Any, str]:
    if line is None or line.state == "not_applicable":
        return None, said(line)
    return line.verdicts[-1].counted, said(line)
