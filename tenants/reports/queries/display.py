"""Figures as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policy_engine import Indicator
from tenants.reports.models import Basis
from tenants.reports.queries.figures import CARRIED, Figure, shared_indicators

NONE = "—"  # not applicable, or nobody answered; never zero


@dataclass(frozen=True, slots=True)
class Column:
    """An indicator by one basis. `short` heads a table column."""

    indicator: Indicator
    basis: Basis

    @property
    def key(self) -> tuple[str, str]:
        return self.indicator.id, self.basis

    @property
    def basis_label(self) -> str:
        """Said only where there are two."""
        return str(self.basis.label) if self.indicator.kind == "attainment" else ""

    @property
    def url(self) -> str:
        return f"/rollup/{self.indicator.id}/"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure to show; `figure` None: nothing received."""

    column: Column
    figure: Figure | None

    @property
    def shown(self) -> str:
        figure = self.figure
        if figure is None or not figure.applicable or not figure.denominator or figure.numerator is None:
            return NONE
        if self.column.indicator.kind == "attainment":
            return f"{figure.numerator * 100 / figure.denominator:.1f}%"
        return f"{figure.numerator * self.column.indicator.per / figure.denominator:.1f}"

    @property
    def parts(self) -> str:
        """Numerator over denominator, as they are summed."""
        figure = self.figure
        return f"{figure.numerator} / {figure.denominator}" if figure and figure.applicable else ""

    @property
    def is_na(self) -> bool:
        """The committee answered that it has no such rule."""
        return self.figure is not None and not self.figure.applicable

    @property
    def answered(self) -> str:
        """How many committees the figure comes from."""
        return f"{self.figure.answered} / {self.figure.asked}" if self.figure else ""


def columns_for(figures: Iterable[Figure], *, adapted: bool) -> tuple[Column, ...]:
    """Every carried indicator; attainment by the parent's value too where somebody has a value of its own and the rule exists."""
    applicable = {one.indicator for one in figures if one.applicable}
    known = shared_indicators()
    columns = []
    for code in CARRIED:
        columns.append(Column(known[code], Basis.OWN))
        if adapted and known[code].kind == "attainment" and code in applicable:
            columns.append(Column(known[code], Basis.PARENT))
    return tuple(columns)


def cells(columns: Iterable[Column], figures: Iterable[Figure]) -> tuple[Cell, ...]:
    by_key = {one.key: one for one in figures}
    return tuple(Cell(column, by_key.get(column.key)) for column in columns)
