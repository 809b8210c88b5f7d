"""Writing .xlsx: a list as a table one can print, and a template with drop-downs for what is read back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.sheets.columns import Column, Day

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FONT = "宋体"
_HEAD_FILL = PatternFill("solid", fgColor="F6F7F8")
_LINE = Border(bottom=Side(style="thin", color="D8DEE4"))
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may take a text beginning so for a formula
_TEMPLATE_ROWS = 3_000


@dataclass(frozen=True, slots=True)
class Out:
    """A column of a list we write: header and width in characters."""

    header: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class Number:
    """A number to reckon with, and how the sheet shows it: `0.0%`, `0.0`."""

    value: float
    format: str


def write(*, title: str, columns: Sequence[Out], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table with frozen head, filter and print set-up. Values: text, numbers, `Number`, dates, None."""
    book, sheet = _book(title)
    _head(sheet, [(column.header, column.width) for column in columns])
    count = 1
    for count, row in enumerate(rows, start=2):
        for index, value in enumerate(row, start=1):
            _put(sheet.cell(row=count, column=index), value)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    return _bytes(book)


def book(parts: Iterable[tuple[str, Sequence[Out], Iterable[Sequence[Any]]]]) -> bytes:
    """Several tables, a sheet each: (title, columns, rows), as in `write`."""
    made: Workbook | None = None
    for title, columns, rows in parts:
        if made is None:
            made, sheet = _book(title)
        else:
            sheet = made.create_sheet(_sheet_title(title))
            sheet.freeze_panes = "A2"
        _head(sheet, [(column.header, column.width) for column in columns])
        for count, row in enumerate(rows, start=2):
            for index, value in enumerate(row, start=1):
                _put(sheet.cell(row=count, column=index), value)
    return _bytes(made or Workbook())


def template(
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]] = (),
    examples: Iterable[Sequence[Any]] = (),
) -> bytes:
    """An empty file to fill in (or one with `rows`): required headers starred, help as notes, drop-downs where there are options.

    `examples` stand on a sheet of their own, which is never read back.
    """
    book, sheet = _book(title)
    _head(sheet, [(column.header + ("*" if column.required else ""), column.width) for column in columns])
    choices = book.create_sheet("选项")
    choices.sheet_state = "hidden"
    for index, column in enumerate(columns, start=1):
        letter = get_column_letter(index)
        if column.help:
            sheet.cell(row=1, column=index).comment = Comment(column.help, "连心桥", width=260, height=110)
        for row in range(2, 300):  # a long number typed into a general cell would lose digits
            sheet.cell(row=row, column=index).number_format = "yyyy-mm-dd" if isinstance(column.cell, Day) else "@"
        if column.options:
            _drop_down(sheet, choices, letter, column)
    for number, values in enumerate(rows, start=2):
        for index, value in enumerate(values, start=1):
            _put(sheet.cell(row=number, column=index), value)
    _examples(book, columns, list(examples))
    return _bytes(book)


def _examples(book: Workbook, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    sheet = book.create_sheet("填写示例")
    _head(sheet, [(column.header, column.width) for column in columns])
    for number, values in enumerate(rows, start=2):
        for index, value in enumerate(values, start=1):
            _put(sheet.cell(row=number, column=index), value)
    for index, column in enumerate(columns, start=1):
        cell = sheet.cell(row=len(rows) + 3, column=index, value=column.help)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def download(data: bytes, *, name: str) -> HttpResponse:
    """The file as an answer to save; `name` may be Chinese."""
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "no-store"}
    return HttpResponse(data, content_type=XLSX, headers=headers)


def _sheet_title(title: str) -> str:
    """A sheet's title as Excel takes it."""
    return title[:31].translate({ord(char): " " for char in "[]:*?/\\"})


def _book(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _sheet_title(title)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    return book, sheet


def _head(sheet: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    for index, (header, width) in enumerate(columns, start=1):
        cell = sheet.cell(row=1, column=index, value=header)
        cell.font, cell.fill, cell.border = Font(name=_FONT, bold=True), _HEAD_FILL, _LINE
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.row_dimensions[1].height = 24


def _put(cell: Cell, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Number):
        cell.value, cell.number_format = value.value, value.format
        return
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.value = text
        cell.data_type = "s"  # openpyxl takes "=…" for a formula
        if text.startswith(_RISKY):
            cell.quotePrefix = True  # stays a text even when the cell is edited
        if "\n" in text:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        return
    cell.value = value
    if isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"


def _drop_down(sheet: Worksheet, choices: Worksheet, letter: str, column: Column) -> None:
    at = choices.max_column + 1 if choices["A1"].value else 1
    for row, option in enumerate(column.options, start=1):
        _put(choices.cell(row=row, column=at), option)
    where = get_column_letter(at)
    rule = DataValidation(type="list", formula1=f"选项!${where}$1:${where}${len(column.options)}", allow_blank=True)
    rule.showErrorMessage = False  # the upload says what is wrong, and several may be joined by 、
    rule.add(f"{letter}2:{letter}{_TEMPLATE_ROWS}")
    sheet.add_data_validation(rule)


def _bytes(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
