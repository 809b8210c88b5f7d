"""Figures as pages and files show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.tuples import made
from policy_engine import Indicator
from tenants.reports.models import Basis, Scope
from tenants.reports.queries.figures import CARRIED, Figure, entry_of, figures_in, shared_indicators

NONE = "—"  # not applicable, or nobody answered; never zero


@dataclass(frozen=True, slots=True)
class Column:
    """An indicator by one basis. `short` heads a table column."""

    indicator: Indicator
    basis: Basis
    is_paired: bool = False  # both bases are shown side by side
    key: tuple[str, str] = field(init=False)
    is_percent: bool = field(init=False)

    def __post_init__(self) -> None:
        is_percent = self.indicator.kind == "attainment" or bool(entry_of(self.indicator.id).get("percent"))
        object.__setattr__(self, "key", (self.indicator.id, self.basis))
        object.__setattr__(self, "is_percent", is_percent)

    @property
    def name(self) -> str:
        """For an address: R05.own."""
        return f"{self.indicator.id}.{self.basis}"

    @property
    def basis_label(self) -> str:
        """Said only where there are two."""
        return str(self.basis.label) if self.is_paired else ""

    @property
    def basis_above(self) -> str:
        """The same, in the words of a committee that looks at those below."""
        return ("按各会办法" if self.basis == Basis.OWN else "按上级办法") if self.is_paired else ""

    @property
    def url(self) -> str:
        return f"/rollup/{self.indicator.id}/"


class Cell(NamedTuple):
    """One figure to show; `figure` None: nothing received."""

    column: Column
    figure: Figure | None

    @property
    def shown(self) -> str:
        number = self.number
        if number is None:
            return NONE
        if not self.is_share:
            return str(number)
        return f"{number:.1f}{'%' if self.column.is_percent else ''}"

    @property
    def number(self) -> float | int | None:
        """What `shown` writes, before rounding; None where nothing is shown."""
        figure = self.figure
        if figure is None or not figure.applicable or figure.numerator is None:
            return None
        if not self.is_share:
            return figure.numerator
        if not figure.denominator:
            return None
        per = 100 if self.column.is_percent else self.column.indicator.per
        return figure.numerator * per / figure.denominator

    @property
    def value(self) -> str:
        """For a chart: a plain number with a point, in the unit shown."""
        number = self.number
        return "" if number is None else f"{number:.4g}" if abs(number) < 1000 else f"{number:.0f}"

    @property
    def parts(self) -> str:
        """Numerator over denominator, as they are summed; a plain count has none."""
        figure = self.figure
        return f"{figure.numerator} / {figure.denominator}" if self.is_known and figure and self.is_share else ""

    @property
    def is_share(self) -> bool:
        return self.column.indicator.kind != "count"

    @property
    def is_known(self) -> bool:
        return self.figure is not None and self.figure.applicable

    @property
    def is_na(self) -> bool:
        """The committee answered that it has no such rule."""
        return self.figure is not None and not self.figure.applicable

    @property
    def answered(self) -> str:
        """How many committees the figure comes from."""
        return f"{self.figure.answered} / {self.figure.asked}" if self.figure else ""


def columns_for(figures: Iterable[Figure], *, adapted: bool, including: str = "") -> tuple[Column, ...]:
    """Every carried indicator somebody has; attainment by the parent's value too where somebody has a value of its own.

    Where nobody has any figure yet, all of them; `including` one always.
    """
    applicable = {one.indicator for one in figures if one.applicable}
    known = shared_indicators()
    columns = []
    for code in [code for code in CARRIED if code in applicable or code == including] or CARRIED:
        paired = adapted and known[code].kind == "attainment" and code in applicable
        columns += [Column(known[code], basis, paired) for basis in (Basis if paired else (Basis.OWN,))]
    return tuple(columns)


def is_adapted(body: Mapping[str, Any]) -> bool:
    """Has the sender, or somebody in its total, values of its own? Then attainment is worth showing by both."""
    return body["policies"]["own"] != body["policies"]["parent"] or differs(figures_in(body, Scope.TOTAL))


def differs(total: Iterable[Figure]) -> bool:
    """Is an attainment another by one's own value than by the parent's?"""
    by_basis: dict[str, dict[str, Figure]] = {}
    for one in total:
        by_basis.setdefault(one.basis, {})[one.indicator] = one
    own = by_basis.get(Basis.OWN, {})
    return any(
        code in own and own[code][NUMBERS] != one[NUMBERS] for code, one in by_basis.get(Basis.PARENT, {}).items()
    )


NUMBERS = slice(Figure._fields.index("numerator"), Figure._fields.index("denominator") + 1)


def cells(columns: Collection[Column], figures: Iterable[Figure]) -> tuple[Cell, ...]:
    by_key = {one[:2]: one for one in figures}
    return tuple(made(Cell, ((column, by_key.get(column.key)) for column in columns)))
