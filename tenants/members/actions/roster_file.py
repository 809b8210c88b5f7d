"""The roster as an Excel file: its columns, the same for template, import and export, so that an export can be edited and read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from core import sheets
from core.sheets import Choice, Column, Day, Names, Phone, Text
from tenants.members.models import PostKind
from tenants.members.queries import RosterRow

POST_WORDS = {str(kind.label): kind.value for kind in PostKind}
_ALSO = {"常务委员": PostKind.STANDING_MEMBER.value, "政协委员": PostKind.MEMBER.value}


def columns(*, sectors: Sequence[str] = (), special_committees: Sequence[str] = ()) -> list[Column]:
    """The file's columns in order; the names given become drop-downs of the template."""
    return [
        Column(key="number", header="委员编号", cell=Text(20), required=True, width=12,
               help="本会自己的编号，每人一个，以后不变。再次导入时按编号认人。"),
        Column(key="name", header="姓名", cell=Text(60), required=True, width=16,
               help="与身份证件一致。少数民族姓名的间隔号用“·”。"),
        Column(key="sector", header="界别", cell=Text(60), required=True, width=20, options=tuple(sectors),
               help="本会已有的界别；新的在上传时勾选“同时新建”。"),
        Column(key="special_committees", header="专委会", cell=Names(60), width=26, options=tuple(special_committees),
               help="可以不填。不止一个时用“、”隔开。"),
        Column(key="posts", header="职务", cell=Choice(POST_WORDS, also=_ALSO, many=True), width=14, options=tuple(POST_WORDS),
               help="委员、常委、副主席、主席、秘书长；不止一个时用“、”隔开。空着就是委员。"),
        Column(key="work_unit", header="工作单位", cell=Text(120), width=30, help="可以不填。"),
        Column(key="unit_post", header="单位职务", cell=Text(80), width=18, help="可以不填。"),
        Column(key="phone", header="联系电话", cell=Phone(), width=16, help="可以不填。手机号，或带区号的座机。只在本会内可见。"),
        Column(key="district", header="所在区", cell=Text(60), width=14, help="居住或工作所在的区（县、市），可以不填。各区的录入员按它看到本区的委员。"),
        Column(key="joined_on", header="任职日期", cell=Day(), required=True, width=14, help="担任本届委员的第一天，写成 2022-01-06。"),
        Column(key="left_on", header="离任日期", cell=Day(), width=14, help="不再担任委员的第一天；在任的空着。"),
    ]  # fmt: skip


def template(*, sectors: Sequence[str], special_committees: Sequence[str]) -> bytes:
    """An empty file to fill in, with this committee's own sectors and special committees to pick from."""
    first, second = [*sectors, "教育界"][0], [*sectors, "科技界"][1 if len(sectors) > 1 else -1]
    seat = special_committees[0] if special_committees else "提案委员会"
    examples = (
        ("A001", "张某某", first, seat, "委员", "某某中学", "校长", "13800000000", "", dt.date(2022, 1, 6), None),
        (
            "A002",
            "阿卜杜拉·某某",
            second,
            seat,
            "常委、副主席",
            "某某公司",
            "总经理",
            "0737-7222345",
            "",
            dt.date(2022, 1, 6),
            None,
        ),
        ("A003", "李某", first, "", "委员", "", "", "", "", dt.date(2022, 1, 6), dt.date(2022, 9, 1)),
    )
    listed = columns(sectors=sectors, special_committees=special_committees)
    return sheets.template(title="委员名册", columns=listed, examples=examples)


def export(rows: Iterable[RosterRow], *, day: dt.date) -> bytes:
    """The roster of `day` with the columns of the import."""
    heads = [sheets.Out(column.header, column.width) for column in columns()]
    lines = (
        (row.number, row.name, row.sector, row.special_committees, row.posts, row.work_unit, row.unit_post, row.phone,
         row.district, row.joined_on, row.left_on)
        for row in rows
    )  # fmt: skip
    return sheets.write(title=f"委员名册 {day:%Y-%m-%d}", columns=heads, rows=lines)
