"""Breakdowns of a return as sheets of a workbook, one per attribute, and what a revision changed: the same words as on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.sheets import Number, Out
from tenants.reports import queries
from tenants.reports.models import Basis

Named = Callable[[queries.Column], str]  # by whose value attainment was judged, as the reader calls it
Part = tuple[str, Sequence[Out], list[list[Any]]]


def ours(column: queries.Column) -> str:
    return column.basis_label


def theirs(column: queries.Column) -> str:
    """Of a return that was sent here; empty where there is only one basis."""
    return ("按对方办法" if column.basis == Basis.OWN else "按其上级办法") if column.is_paired else ""


def numbers(*cells: queries.Cell) -> list[Any]:
    """Of each figure what the page shows, numerator and denominator: numbers Excel reckons with; words where there is none."""
    return [value for cell in cells for value in (shown(cell), *_sides(cell))]


def shown(cell: queries.Cell) -> Any:
    """A figure as a number in the form the page writes it."""
    if cell.number is None or not cell.is_share:
        return cell.shown if cell.number is None else cell.number
    return Number(cell.number / 100, "0.0%") if cell.column.is_percent else Number(cell.number, "0.0")


def _sides(cell: queries.Cell) -> tuple[int | None, int | None]:
    one = cell.figure
    return (one.numerator, one.denominator) if one and one.applicable else (None, None)


def three(title: str, *, width: int = 12) -> list[Out]:
    """The heads of `numbers`."""
    return [Out(title, width), Out("分子", 9), Out("分母", 9)]


def breakdown_sheets(body: Mapping[str, Any], *, basis: Named = ours) -> Iterator[Part]:
    """Title, columns and rows per attribute; a last row says what is held back and why. `basis`: in whose words."""
    for table in queries.tables(body):
        columns = [Out(table.title, 24), Out("人数", 8)]
        for column in table.columns:
            columns += [Out(_named(column, basis), 18), Out("做到/人数", 12)]
        rows: list[list[Any]] = [
            [row.name, row.persons.text, *(text for one in row.cells for text in (one.text, one.parts))]
            for row in table.rows
        ]
        rows.append([f"{queries.HELD}：不足 {table.threshold} 人，或一减就能看出几个人的，不单列；不是零。"])
        yield f"按{table.title}分列", columns, rows


def changes_sheet(changes: queries.Changes, chain: Iterable[queries.Below], *, basis: Named = ours) -> Part:
    """One row for everything that reads otherwise than in the revision before."""
    columns = [Out("哪一部分", 16), Out("什么", 30), Out("格", 30)]
    columns += [Out(f"第 {changes.before} 稿", 30), Out(f"第 {changes.now} 稿", 30), Out("怎么变", 40)]
    rows: list[list[Any]] = [
        [one.scope.label, _named(one.column, basis), "", _text(one.before), _text(one.now), _answered(one)]
        for one in changes.figures
    ]
    for part in changes.parts:
        name = f"按{part.title}分列"
        rows += [[name, "", "", "", "", said] for said in part.said]
        rows += [
            [name, _named(one.column, basis), one.cells, one.before.text, one.now.text, one.how] for one in part.rows
        ]
    rows += [["下级", one.name, "", "", "", one.said] for one in chain]
    rows += [["其他", one.name, "", "", "", one.said] for one in changes.notes]
    if changes.said:
        rows.append([changes.said])
    return f"比第 {changes.before} 稿改了什么", columns, rows


def _named(column: queries.Column | None, basis: Named) -> str:
    """A figure, and by whose value where there are two; None: people alone."""
    if column is None:
        return "人数"
    return f"{column.indicator.title}（{basis(column)}）" if column.is_paired else column.indicator.title


def _text(cell: queries.Cell) -> Any:
    """A count as a number, a share with both its sides in words."""
    return f"{cell.shown} {cell.parts}".rstrip() if cell.is_share else shown(cell)


def _answered(one: queries.Changed) -> str:
    return f"答复的委员会原来 {one.answers[0]}，现在 {one.answers[1]}" if one.answers else ""
