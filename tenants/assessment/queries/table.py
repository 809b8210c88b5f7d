"""Standing as tables: the members with a column per duty, the sectors with theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from core import sheets
from policy_engine import Duty, Policy
from tenants.assessment.queries.standing import Line, Standing, duties_of, said, standing, standings
from tenants.members.queries import Filters, RosterRow, roster, rows_of, sectors
from tenants.policy.queries import policy_on, words


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to. `duty` shows who still owes that one, whatever `state` says."""

    q: str = ""
    sector: UUID | None = None
    special_committee: UUID | None = None
    state: Literal["", "met", "outstanding"] = ""
    duty: str = ""


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Column:
    """A duty as a column head: title, rule, and where the rule is explained."""

    id: str
    title: str
    rule: str
    url: str


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
    """Members in office on `as_of`, in name order; `within` limits to somebody's reach. Raises NoPolicy."""
    judged = standing(as_of)
    filters = Filters(q=asked.q, sector=asked.sector, special_committee=asked.special_committee)
    members = rows_of(roster(as_of, filters, within=within))
    rows = [_row(member, judged.by_subject[str(member.id)], judged.duties) for member in members]
    shown = [row for row in rows if _wanted(row.standing, asked)]
    done = sum(row.standing.is_done for row in rows)
    columns = _columns(judged.duties)
    return StandingTable(as_of, judged.policy, columns, shown, total=len(rows), done=done, is_judged=judged.is_judged)


def member_duties(as_of: date) -> tuple[Duty, ...]:
    """What members owe or may do on that day, for the filter. Raises NoPolicy."""
    return duties_of(policy_on(as_of), "member", as_of)


@dataclass(frozen=True, slots=True)
class SectorRow:
    id: UUID
    name: str
    members: int
    done: int
    cells: tuple[Line | None, ...]

    @property
    def url(self) -> str:
        return f"/standing/sectors/{self.id}/"

    @property
    def members_url(self) -> str:
        return f"/standing/?sector={self.id}"

    @property
    def short(self) -> int:
        return self.members - self.done


@dataclass(frozen=True, slots=True)
class SectorTable:
    as_of: date
    columns: tuple[Column, ...]
    rows: list[SectorRow]


def sector_table(*, as_of: date, within: frozenset[UUID] | None) -> SectorTable:
    """Sectors in their order, with their members' totals and their own duties. Raises NoPolicy."""
    of_members, of_sectors = standings(as_of, "member", "sector")
    mine: dict[UUID, list[Standing]] = {}
    for key, sector_id in roster(as_of).values_list("pk", "sector_id"):
        mine.setdefault(sector_id, []).append(of_members.by_subject[str(key)])
    rows = [
        SectorRow(
            sector.pk,
            sector.name,
            members=len(mine.get(sector.pk, [])),
            done=sum(one.is_done for one in mine.get(sector.pk, [])),
            cells=tuple(of_sectors.by_subject[str(sector.pk)].line(duty.id) for duty in of_sectors.duties),
        )
        for sector in sectors()
        if within is None or sector.pk in within
    ]
    return SectorTable(as_of, _columns(of_sectors.duties), rows)


def _wanted(standing: Standing, asked: Asked) -> bool:
    if asked.duty:
        line = standing.line(asked.duty)
        return line is not None and line.is_open
    return not asked.state or standing.is_done == (asked.state == "met")


def _row(member: RosterRow, standing: Standing, duties: Sequence[Duty]) -> Row:
    return Row(member, standing, tuple(standing.line(duty.id) for duty in duties))


def _columns(duties: Sequence[Duty]) -> tuple[Column, ...]:
    return tuple(Column(duty.id, duty.title, words.rule(duty), f"/policy/duties/{duty.id}/") for duty in duties)


def _plain(line: Line | None) -> tuple[Any, str]:
    if line is None or line.state == "not_applicable":
        return None, said(line)
    return line.verdicts[-1].counted, said(line)
