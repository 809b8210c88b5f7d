"""Excel files in and out: what is refused, how it is named, and what survives the way there and back."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from core import sheets
from core.sheets import Choice, Column, Day, Names, Text

COLUMNS = [
    Column(key="number", header="编号", cell=Text(20), required=True),
    Column(key="name", header="姓名", cell=Text(50), required=True),
    Column(key="born", header="日期", cell=Day(), help="写成 2022-03-01"),
    Column(
        key="post",
        header="职务",
        cell=Choice({"委员": "member", "常委": "standing_member"}, many=True),
        options=("委员", "常委"),
    ),
    Column(key="groups", header="分组", cell=Names(10)),
]


def book(*rows: list[object]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def read(*rows: list[object]) -> sheets.Sheet:
    return sheets.read(book(*rows), columns=COLUMNS)


HEAD = ["编号", "姓名", "日期", "职务", "分组"]


def test_cells_become_values() -> None:
    sheet = read(
        HEAD,
        [
            "001",
            " 张  三 ",
            dt.datetime(2022, 3, 1),  # noqa: DTZ001 — Excel knows no zones
            "委员、常委",
            "一组，二组",
        ],
    )
    assert sheet.errors == []
    assert sheet.rows[0].values == {
        "number": "001", "name": "张 三", "born": dt.date(2022, 3, 1), "post": ("member", "standing_member"), "groups": ("一组", "二组"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["2022-03-01", "2022/3/1", "2022.3.1", "2022年3月1日", "20220301", 20220301, " 2022年03月01日 "]
)
def test_a_day_may_be_written_as_clerks_write_it(text: object) -> None:
    assert read(HEAD, ["1", "甲", text]).rows[0]["born"] == dt.date(2022, 3, 1)


@pytest.mark.parametrize("text", ["2022-13-01", "2022年2月30日", "2022年3月", "去年", 44621, "0022-01-01", True])
def test_what_is_no_day_is_named_with_its_place(text: object) -> None:
    (error,) = read(HEAD, ["1", "甲", text]).errors
    assert (error.row, error.column, error.header, error.place) == (2, "C", "日期", "C2")
    assert error.remedy


def test_a_long_number_keeps_its_digits_or_is_refused() -> None:
    assert read(HEAD, [13800000000, "甲"]).rows[0]["number"] == "13800000000"
    (error,) = read(HEAD, [1234567890123456789, "甲"]).errors
    assert "15 位" in error.message


def test_all_wrong_cells_are_named_at_once_in_reading_order() -> None:
    sheet = read(HEAD, ["1", None, "昨天", "书记"], [], ["", "乙" * 51, None, None, "超过十个字的分组名称啊"])
    assert [error.place for error in sheet.sorted_errors()] == ["B2", "C2", "D2", "A4", "B4", "E4"]
    assert all(error.message and error.remedy for error in sheet.errors)


def test_headers_missing_unknown_and_double_are_named_with_their_letter() -> None:
    sheet = read(["编号", "编号", "名字"], ["1", "2", "甲"])
    assert [(error.column, error.header) for error in sheet.errors] == [("B", "编号"), ("C", "名字"), ("—", "姓名")]
    assert sheet.rows == []


def test_a_title_above_the_headers_is_skipped_and_rows_keep_their_numbers() -> None:
    sheet = read(["某委员会名册"], [], HEAD, ["1", "甲"])
    assert [(row.number, row["name"]) for row in sheet.rows] == [(4, "甲")]


def test_starred_and_padded_headers_are_known() -> None:
    assert read(["编 号*", " 姓名＊"], ["1", "甲"]).errors == []


def test_a_formula_is_refused() -> None:
    (error,) = read(HEAD, ["1", '=CONCATENATE("a","b")']).errors
    assert error.place == "B2"
    assert "公式" in error.message


def test_an_empty_file_says_what_is_missing() -> None:
    assert [error.header for error in read().errors] == ["编号", "姓名"]


def test_what_is_no_workbook_is_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    for data in (
        b"",
        b"a,b\n1,2",
        "编号,姓名".encode("gbk"),
        other.getvalue(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    ):
        with pytest.raises(sheets.NotAWorkbook):
            sheets.read(data, columns=COLUMNS)


def test_a_password_is_refused_with_its_remedy() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(sheets.Protected, match="取消密码"):
        sheets.read(data, columns=COLUMNS)


def test_a_broken_file_is_refused() -> None:
    good = book(HEAD, ["1", "甲"])
    with pytest.raises(sheets.Damaged):
        sheets.read(good[: len(good) // 2], columns=COLUMNS)
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(broken, "w") as target:
        for part in source.infolist():
            target.writestr(part.filename, b"<no" if "sheet1" in part.filename else source.read(part))
    with pytest.raises(sheets.Damaged):
        sheets.read(broken.getvalue(), columns=COLUMNS)


def test_a_package_that_would_fill_the_memory_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<a/>")
        package.writestr("xl/worksheets/sheet1.xml", b"\0" * (101 * 1024 * 1024))
    with pytest.raises(sheets.TooLarge):
        sheets.read(bomb.getvalue(), columns=COLUMNS)


def test_too_many_rows_are_refused() -> None:
    data = book(HEAD, *[[str(number), "甲"] for number in range(6)])
    with pytest.raises(sheets.TooLarge, match="5 行"):
        sheets.read(data, columns=COLUMNS, most_rows=5)


def test_a_hidden_first_sheet_is_not_read() -> None:
    workbook = load_workbook(io.BytesIO(book(HEAD, ["1", "甲"])))
    hidden = workbook.create_sheet("旧表", 0)
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    workbook.active = 1
    workbook.save(buffer)
    assert sheets.read(buffer.getvalue(), columns=COLUMNS).rows[0]["name"] == "甲"


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    risky = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1"]
    data = sheets.write(title="名册: 2022/11", columns=[sheets.Out("一")], rows=[[text] for text in risky])
    cells = [row[0] for row in load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert all(cell.quotePrefix for cell in cells)
    assert cells[0].value == risky[0]


def test_what_we_write_we_can_read() -> None:
    row = ("001", "买买提·艾力𠅤", dt.date(2022, 3, 1), "常委", None)
    data = sheets.write(title="名册", columns=[sheets.Out(name) for name in HEAD], rows=[row])
    sheet = sheets.read(data, columns=COLUMNS)
    assert sheet.errors == []
    assert tuple(sheet.rows[0].values.values()) == (
        "001",
        "买买提·艾力𠅤",
        dt.date(2022, 3, 1),
        ("standing_member",),
        None,
    )


def test_an_empty_template_reads_back_without_members_and_offers_its_choices() -> None:
    data = sheets.template(title="名册", columns=COLUMNS)
    sheet = sheets.read(data, columns=COLUMNS)
    assert (sheet.errors, sheet.rows) == ([], [])
    (rule,) = load_workbook(io.BytesIO(data)).worksheets[0].data_validations.dataValidation
    assert rule.formula1 == "选项!$A$1:$A$2"


def test_control_characters_do_not_break_a_written_file() -> None:
    data = sheets.write(title="x", columns=[sheets.Out("一")], rows=[["a\x0bb"]])
    assert load_workbook(io.BytesIO(data)).active["A2"].value == "ab"
