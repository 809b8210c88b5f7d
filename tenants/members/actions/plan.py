"""What an uploaded roster would change, worked out before anything is written; preview and import read the same plan."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from core import sheets
from core.sheets import CellError, Sheet, SheetRow
from tenants.members.actions import roster_file
from tenants.members.actions.holdings import Belonging, standing
from tenants.members.actions.names import normalised, too_far
from tenants.members.models import Member, Post, PostKind, Seat, Sector, SpecialCommittee

PLAIN = ("name", "work_unit", "unit_post", "phone", "district", "joined_on", "left_on")
_MOST_NOTES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs from the roster, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """A member the file makes or changes. `wanted` holds only the columns the file has."""

    row: int
    number: str
    name: str
    wanted: Mapping[str, Any]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The roster as it stands, by number."""

    members: dict[str, Member]
    posts: dict[UUID, list[Post]]
    seats: dict[UUID, list[Seat]]
    sectors: dict[str, Sector]
    committees: dict[str, SpecialCommittee]

    def values(self, member: Member) -> dict[str, Any]:
        was = Belonging(member.joined_on, member.left_on)
        names: dict[Any, str] = {one.pk: one.name for one in self.committees.values()}
        posts = {str(row.kind) for row in standing(self.posts[member.pk], was)}
        seats = {names[row.special_committee_id] for row in standing(self.seats[member.pk], was)}
        plain = {key: getattr(member, key) for key in PLAIN}
        return plain | {"sector": member.sector.name, "posts": posts, "special_committees": seats}


@dataclass(slots=True)
class Plan:
    """New, changed, unchanged; names of groups to be made; what to look at again. With `errors` the rest tells of the right rows only."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    unchanged: int = 0
    absent: int = 0
    new_sectors: list[str] = field(default_factory=list)
    new_committees: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    right_rows: int = 0  # rows without a wrong cell; 0 where the file as a whole cannot be read

    @property
    def wrong_rows(self) -> int:
        return len({error.row for error in self.errors})

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.new_sectors or self.new_committees)

    @property
    def digest(self) -> str:
        """Two plans that would do the same have the same digest."""
        told = [
            (line.number, line.changes, sorted((k, str(v)) for k, v in line.wanted.items()))
            for line in (*self.new, *self.changed)
        ]
        return hashlib.sha256(repr((told, self.new_sectors, self.new_committees)).encode()).hexdigest()[:32]


def roster_now() -> Standing:
    """Five statements."""
    members = {member.number: member for member in Member.objects.select_related("sector")}
    posts: dict[UUID, list[Post]] = defaultdict(list)
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    for post in Post.of_committee.all():
        posts[post.member_id].append(post)
    for seat in Seat.in_committees.all():
        seats[seat.member_id].append(seat)
    sectors = {one.name: one for one in Sector.objects.all()}
    return Standing(members, posts, seats, sectors, {one.name: one for one in SpecialCommittee.objects.all()})


def make_plan(content: bytes, *, makes_groups: bool, now: Standing, today: dt.date) -> Plan:
    """Read and compare; rows with a wrong cell are left out of the comparison. Raises core.sheets' NotAWorkbook, Protected, Damaged, TooLarge; wrong cells are in `errors`."""
    sheet = sheets.read(content, columns=roster_file.columns())
    plan = Plan()
    for row in sheet.rows:
        _tidy(row, plan)
    _check_repeats(sheet)
    for row in sheet.rows:
        _check_days(sheet, row, now, today)
        _check_groups(sheet, row, now, makes_groups, plan)
    if not sheet.rows and not sheet.errors:
        sheet.errors.append(CellError(row=2, column="A", header="委员编号", value="", message="表头下面没有委员",
                                      remedy="从第 2 行起，每行填写一名委员"))  # fmt: skip
    plan.errors = sheet.sorted_errors()
    wrong = {error.row for error in plan.errors}
    if wrong <= {row.number for row in sheet.rows}:  # else the head or the file itself is at fault
        absent = {row.values.get("number") for row in sheet.rows}
        sheet.rows = [row for row in sheet.rows if row.number not in wrong]
        plan.right_rows = len(sheet.rows)
        plan.new_sectors = [
            name for name in plan.new_sectors if any(row.values["sector"] == name for row in sheet.rows)
        ]
        plan.new_committees = [
            name
            for name in plan.new_committees
            if any(name in (row.values.get("special_committees") or ()) for row in sheet.rows)
        ]
        _compare(sheet, now, plan)
        plan.absent = len(now.members.keys() - absent)
    return plan


def _tidy(row: SheetRow, plan: Plan) -> None:
    """Names as the documents write them; the clerk is told."""
    name = row.values.get("name")
    if name and (tidy := normalised(name)) != name:
        row.values["name"] = tidy
        plan.notes.append(f"第 {row.number} 行：姓名“{name}”按“{tidy}”导入。")
    if district := row.values.get("district"):
        row.values["district"] = "".join(district.split())  # an office's recorder is found by it, letter by letter
    if row.values.get("posts") is None:
        row.values["posts"] = (PostKind.MEMBER.value,)


def _check_repeats(sheet: Sheet) -> None:
    first: dict[str, SheetRow] = {}
    for row in sheet.rows:
        number = row.values.get("number")
        if number is None:
            continue
        if number in first:
            other = first[number]
            sheet.fault(
                row,
                "number",
                f"与第 {other.number} 行（{other.raw.get('name', '')}）的编号相同",
                "改成各自的编号，或删去重复的一行",
            )
        first.setdefault(number, row)


def _check_days(sheet: Sheet, row: SheetRow, now: Standing, today: dt.date) -> None:
    joined, left = row.values.get("joined_on"), row.values.get("left_on")
    for key, day in (("joined_on", joined), ("left_on", left)):
        if day and too_far(day, today):
            sheet.fault(row, key, f"{day} 在一年以后", "核对年份；最远填一年以内的日期")
    if "left_on" not in sheet.letters and (member := now.members.get(row.values.get("number") or "")):
        if joined and member.left_on and member.left_on <= joined:
            sheet.fault(row, "joined_on", f"名册里的离任日期是 {member.left_on}，不早于它", "加上“离任日期”一列并填对")
    elif joined and left and left <= joined:
        sheet.fault(row, "left_on", f"不晚于任职日期 {joined}", "核对两个日期；在任的空着")


def _check_groups(sheet: Sheet, row: SheetRow, now: Standing, makes: bool, plan: Plan) -> None:
    sector = row.values.get("sector")
    if sector and sector not in now.sectors:
        if makes:
            plan.new_sectors += [sector] if sector not in plan.new_sectors else []
        else:
            sheet.fault(row, "sector", f"本会没有“{sector}”", _group_remedy(sector, now.sectors))
    for name in row.values.get("special_committees") or ():
        if name in now.committees:
            continue
        if makes:
            plan.new_committees += [name] if name not in plan.new_committees else []
        else:
            sheet.fault(row, "special_committees", f"本会没有“{name}”", _group_remedy(name, now.committees))


def _group_remedy(written: str, known: Iterable[str]) -> str:
    """The likeliest first: most wrong ones are a name of ours with 界 or 委 more or less. Else what there is."""
    names = list(known)
    near = get_close_matches(written, names, n=2, cutoff=0.6)
    if near:
        return f"可能是“{'”或“'.join(near)}”，改成一样的写法；确是新的，上传时勾选“同时新建”"
    have = f"改为已有的：{'、'.join(names[:12])}{'等' if len(names) > 12 else ''}；" if names else ""
    return f"{have}确是新的，上传时勾选“同时新建”"


def _compare(sheet: Sheet, now: Standing, plan: Plan) -> None:
    present = {key for key in sheet.letters if key != "number"}
    for row in sheet.rows:
        wanted = {key: _plain(key, row.values[key]) for key in present}
        number = row["number"]
        member = now.members.get(number)
        if member is None:
            plan.new.append(Line(row.number, number, row["name"], wanted))
            continue
        changes = _changes(sheet, now.values(member), wanted)
        if changes:
            plan.changed.append(Line(row.number, number, row["name"], wanted, changes))
        else:
            plan.unchanged += 1
    plan.notes += _same_names(sheet.rows, now)
    if len(plan.notes) > _MOST_NOTES:
        plan.notes[_MOST_NOTES:] = [f"另有 {len(plan.notes) - _MOST_NOTES} 条类似提示。"]


def _plain(key: str, value: Any) -> Any:
    if key in ("posts", "special_committees"):
        return set(value or ())
    return value if value is not None or key == "left_on" else ""


def _changes(sheet: Sheet, old: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    order = [key for key in sheet.columns if key in wanted]
    return tuple(
        Change(sheet.columns[key].header, _word(key, old[key]), _word(key, wanted[key]))
        for key in order
        if old[key] != wanted[key]
    )


def _word(key: str, value: Any) -> str:
    if key == "posts":
        return "、".join(str(kind.label) for kind in PostKind if kind.value in value) or "空"
    if isinstance(value, set):
        return "、".join(sorted(value)) or "空"
    return value.isoformat() if isinstance(value, dt.date) else str(value or "空")


def _same_names(rows: Sequence[SheetRow], now: Standing) -> list[str]:
    """Two numbers for one name are two people, or one person twice: only the office knows."""
    here = Counter(row["name"] for row in rows)
    known: dict[str, list[str]] = defaultdict(list)
    for member in now.members.values():
        known[member.name].append(member.number)
    notes = [f"文件里有 {count} 位“{name}”，按编号分别导入。" for name, count in here.items() if count > 1]
    for row in rows:
        others = [number for number in known.get(row["name"], ()) if number != row["number"]]
        if others and row["number"] not in now.members:
            notes.append(
                f"第 {row.number} 行“{row['name']}”是新编号 {row['number']}，名册里已有同名的 {'、'.join(others)}，请确认不是同一人。"
            )
    return notes
