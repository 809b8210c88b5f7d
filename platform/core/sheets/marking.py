"""The clerk's own file given back with every wrong cell marked: colour, and what to do as a comment on the cell."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from core.sheets.reading import CellError, Damaged

_WRONG = PatternFill("solid", fgColor="FFE699")


def marked(data: bytes, errors: Sequence[CellError]) -> bytes:
    """The workbook as it was sent, its wrong cells filled and commented; everything else untouched. Raises Damaged."""
    try:
        book = load_workbook(io.BytesIO(data), keep_links=False)
    except Exception as error:  # openpyxl raises whatever the broken part makes it raise
        raise Damaged from error
    sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
    said: dict[str, list[str]] = defaultdict(list)
    for one in errors:
        column = one.column if one.column.isalpha() else "A"  # a column that is missing is told at the head
        said[f"{column}{one.row}"].append(f"{one.message}。{one.remedy}。")
    for place, sentences in said.items():
        cell = sheet[place]
        cell.fill = _WRONG
        cell.comment = Comment("\n".join(sentences), "连心桥", width=280, height=120)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
