"""Breakdowns of a return as sheets of a workbook, one per attribute: the same words as on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.sheets import Out
from tenants.reports import queries

Part = tuple[str, Sequence[Out], list[list[Any]]]


def breakdown_sheets(body: Mapping[str, Any]) -> Iterator[Part]:
    """Title, columns and rows per attribute; a last row says what is held back and why."""
    for table in queries.tables(body):
        columns = [Out(table.title, 24), Out("人数", 8)]
        for column in table.columns:
            name = f"{column.indicator.title}{f'（{column.basis_label}）' if column.basis_label else ''}"
            columns += [Out(name, 18), Out("做到/人数", 12)]
        rows: list[list[Any]] = [
            [row.name, row.persons.text, *(text for one in row.cells for text in (one.text, one.parts))]
            for row in table.rows
        ]
        rows.append([f"{queries.HELD}：不足 {table.threshold} 人，或一减就能看出几个人的，不单列；不是零。"])
        yield f"按{table.title}分列", columns, rows
