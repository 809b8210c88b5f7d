"""Breakdowns of a return as pages and files show them. What is held back is said so in words; it is never a zero or a blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_engine.load import load_attributes
from tenants.reports.models import Basis, Scope
from tenants.reports.queries.display import NONE, Column
from tenants.reports.queries.figures import CARRIED, figures_in, shared_indicators

HELD = "未公布（人数少）"
NAMED = 4  # cells a joined line names before it says how many there are

Cells = frozenset[str]
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One number to show: `persons` None: held back; `did` None: people alone."""

    persons: int | None
    did: int | None = None
    is_none: bool = False  # nothing to say here, neither told nor held back

    @property
    def is_held(self) -> bool:
        return self.persons is None and not self.is_none

    @property
    def text(self) -> str:
        if self.is_held:
            return HELD
        if self.did is not None and self.persons:
            return f"{self.did * 100 / self.persons:.1f}%"
        return NONE if self.is_none or self.did is not None else str(self.persons)

    @property
    def parts(self) -> str:
        return f"{self.did} / {self.persons}" if self.persons and self.did is not None else ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    persons: Shown
    cells: tuple[Shown, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One attribute. Without `rows` everything is held back."""

    title: str
    threshold: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Column, Shown]]]]:
        """Each row with its numbers beside their columns."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


def tables(body: Mapping[str, Any]) -> list[Table]:
    """One per attribute the return breaks its people down by; none for months and older returns."""
    return [_table(entry, body) for entry in body.get("breakdowns", ())]


def _table(entry: Mapping[str, Any], body: Mapping[str, Any]) -> Table:
    known = load_attributes().get(entry["attribute"], {})
    codes = sorted((code for code in entry["figures"] if code.partition(".")[0] in CARRIED), key=place_of)
    columns = tuple(columns_of(codes))
    figures = {code: {frozenset(line["cells"]): line for line in entry["figures"][code]} for code in codes}
    people = {frozenset(line["cells"]): line["persons"] for line in entry["persons"]}
    order = [*known.get("cells", {}), *entry["cells"]]
    rows = [
        Row(
            name_of(cells, known, order),
            Shown(persons),
            tuple(_told(figures[code].get(cells)) for code in codes),
        )
        for cells, persons in sorted(people.items(), key=lambda one: rank(one[0], order))
    ]
    if rows:
        rows += _rest(codes, figures, people)
        rows.append(_whole(codes, body, sum(people.values())))
    return Table(known.get("title", entry["attribute"]), entry["threshold"], columns, tuple(rows))


def place_of(code: str) -> tuple[int, str]:
    indicator, _, basis = code.partition(".")
    return CARRIED.index(indicator), basis


def columns_of(codes: Sequence[str]) -> Iterator[Column]:
    for code in codes:
        indicator, _, basis = code.partition(".")
        other = Basis.PARENT if basis == Basis.OWN else Basis.OWN
        yield Column(shared_indicators()[indicator], Basis(basis), f"{indicator}.{other}" in codes)


def rank(cells: Cells, order: Sequence[str]) -> tuple[bool, int]:
    return len(cells) > 1, min(order.index(cell) for cell in cells)


def name_of(cells: Cells, known: Mapping[str, Any], order: Sequence[str]) -> str:
    """A line's head; of many joined cells the first few."""
    names = names_of(cells, known, order)
    if len(names) == 1:
        return names[0]
    listed = "、".join(names) if len(names) <= NAMED else f"{'、'.join(names[: NAMED - 1])}等 {len(names)} 格"
    return f"{listed}（合并）"


def names_of(cells: Iterable[str], known: Mapping[str, Any], order: Sequence[str]) -> list[str]:
    """Each cell by the name everybody shares, in the list's order."""
    return [_title(cell, known) for cell in sorted(cells, key=order.index)]


def _title(cell: str, known: Mapping[str, Any]) -> str:
    said = known.get("other") if cell == "other" else known.get("cells", {}).get(cell)
    return str(said["title"]) if said else cell


def _told(line: Line | None) -> Shown:
    return Shown(line["persons"], line["did"]) if line else Shown(None)


def _rest(
    codes: Sequence[str], figures: Mapping[str, Mapping[Cells, Line]], people: Mapping[Cells, int]
) -> Iterable[Row]:
    """What the cells come to together that a figure does not tell by themselves, where some figure has such."""
    apart = {code: next((line for cells, line in figures[code].items() if cells not in people), None) for code in codes}
    if not any(apart.values()):
        return
    cells = tuple(
        _told(line) if line or not figures[code] else Shown(None, is_none=True) for code, line in apart.items()
    )
    yield Row("未单列各格合计", Shown(None, is_none=True), cells)


def _whole(codes: Sequence[str], body: Mapping[str, Any], persons: int) -> Row:
    own = {f"{one.indicator}.{one.basis}": one for one in figures_in(body, Scope.OWN)}
    cells = tuple(Shown(own[code].denominator, own[code].numerator) for code in codes)
    return Row("本级全体", Shown(persons), cells, is_total=True)
