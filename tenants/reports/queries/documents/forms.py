"""A form of the committee's document as one prints it: blank, or with what stands in its fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from tenants.reports.queries.documents.shape import Block, Cell, Document, Grid, Paragraph
from tenants.reports.queries.forms import Field, PrintedForm

LABEL, VALUE = 18.0, 32.0  # shares of the width: two pairs in a row
SHORT = 5  # characters of a label that still lets two fields stand side by side
ROOM = 138  # mm the long fields of a form share, so that it fills its page
BLANK_ROWS = 6
BLANK_DAY = "　　　年　　月　　日"


def form_document(form: PrintedForm, answers: Mapping[str, str] | None = None, *, of: str = "") -> Document:
    """`answers` by field id; None prints it blank. `of` is whose it is, for the name of the file."""
    given = {} if answers is None else answers
    dates, fields = _leading_dates(form.fields)
    blocks: list[Block] = [
        Paragraph(f"{one.title}：{_day(given.get(one.id, ''))}", indent=False, align="right") for one in dates
    ]
    blocks += _grids(fields, given)
    if form.remark:
        blocks.append(Paragraph(f"备注：{form.remark}。", indent=False, is_small=True))
    name = "（空白）" if answers is None else f"（{of}）" if of else ""
    return Document(title=form.title, name=f"{form.title}{name}", blocks=tuple(blocks))


def rows_of(text: str) -> list[list[str]]:
    """The rows of a field of type rows: a line each, cells between bars or tabs."""
    lines = [line.replace("\t", "|") for line in text.splitlines() if line.strip(" |\t")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _leading_dates(fields: tuple[Field, ...]) -> tuple[list[Field], list[Field]]:
    """The day it is filled in stands above the table, where it is the first thing asked."""
    dates: list[Field] = []
    for field in fields:
        if field.type != "date":
            break
        dates.append(field)
    return dates, list(fields[len(dates) :])


def _grids(fields: list[Field], given: Mapping[str, str]) -> Iterator[Grid]:
    long_ones = sum(field.type == "long_text" for field in fields)
    rows: list[tuple[Cell, ...]] = []
    waiting: Field | None = None
    block = fields[0].block if fields else ""
    for field in fields:
        if field.block != block:
            if waiting:
                rows.append(_full(waiting, given))
                waiting = None
            block = field.block
            if sum(one.block == block for one in fields) > 1:
                rows.append((Cell(block, is_label=True, span=4),))
        if field.type == "rows":
            yield from _flush(rows)
            rows = []
            yield _listed(field, given)
        elif field.type == "long_text":
            if waiting:
                rows.append(_full(waiting, given))
                waiting = None
            height = ROOM // long_ones
            rows.append((Cell(field.title, is_label=True), Cell(given.get(field.id, ""), span=3, height=height)))
        elif len(field.title) > SHORT:
            if waiting:
                rows.append(_full(waiting, given))
                waiting = None
            rows.append(_full(field, given))
        elif waiting:
            rows.append((*_pair(waiting, given), *_pair(field, given)))
            waiting = None
        else:
            waiting = field
    if waiting:
        rows.append(_full(waiting, given))
    yield from _flush(rows)


def _flush(rows: list[tuple[Cell, ...]]) -> Iterator[Grid]:
    if rows:
        yield Grid((LABEL, VALUE, LABEL, VALUE), tuple(rows), is_form=True)


def _pair(field: Field, given: Mapping[str, str]) -> tuple[Cell, Cell]:
    return Cell(field.title, is_label=True), Cell(_said(field, given), align="center")


def _full(field: Field, given: Mapping[str, str]) -> tuple[Cell, Cell]:
    return Cell(field.title, is_label=True), Cell(
        _said(field, given), span=3, align="left" if field.type == "text" else "center"
    )


def _said(field: Field, given: Mapping[str, str]) -> str:
    text = given.get(field.id, "")
    return _day(text) if field.type == "date" else text


def _listed(field: Field, given: Mapping[str, str]) -> Grid:
    titles = tuple(title for _, title in field.columns) or (field.title,)
    rows = rows_of(given.get(field.id, ""))
    rows += [[] for _ in range(BLANK_ROWS - len(rows))]
    filled = [tuple(Cell(text) for text in (*row, *[""] * len(titles))[: len(titles)]) for row in rows]
    return Grid(tuple(100 / len(titles) for _ in titles), tuple(filled), head=titles, is_form=True)


def _day(text: str) -> str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text or BLANK_DAY
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
