"""The figures of a return: numerator and denominator, summed upwards, never averaged (§10, common rules). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, Self

OWN, TOTAL = "own", "total"


class Figure(NamedTuple):
    """One figure of one committee, or of it and those below. `applicable` False leaves it out of both sides above.

    A tuple: a province's page makes some seven thousand of them.
    """

    indicator: str
    basis: str
    applicable: bool
    numerator: int | None
    denominator: int | None
    answered: int
    asked: int

    @property
    def key(self) -> tuple[str, str]:
        return self.indicator, self.basis

    def to_json(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls._make(_FIELDS(data))


_FIELDS = itemgetter(*Figure._fields)


def figure(indicator: str, basis: str, counts: tuple[int, int | None] | None) -> Figure:
    """One committee's own figure; None means its policy has no such rule. A count has no denominator."""
    numerator, denominator = counts if counts else (None, None)
    return Figure(
        indicator=indicator,
        basis=str(basis),
        applicable=counts is not None,
        numerator=numerator,
        denominator=denominator,
        answered=int(counts is not None),
        asked=1,
    )


def summed(parts: Iterable[Iterable[Figure]], *, silent: int = 0) -> list[Figure]:
    """Figure by figure: numerators and denominators of those where it applies; nobody: not applicable.

    `silent` committees were asked and sent nothing. Sorted by indicator and basis; nothing hangs on the order of the parts.
    """
    sums: dict[tuple[str, str], _Sum] = {}
    for part in parts:
        for key, one in {one[:2]: one for one in part}.items():
            (sums.get(key) or sums.setdefault(key, _Sum())).add(one)
    return [sums[key].figure(key, silent) for key in sorted(sums)]


class _Sum:
    """One figure so far. `numerator` None: it applies to nobody yet; `denominator` None: a count, which has none."""

    __slots__ = ("answered", "asked", "denominator", "numerator")

    def __init__(self) -> None:
        self.numerator: int | None = None
        self.denominator: int | None = None
        self.answered = self.asked = 0

    def add(self, one: Figure) -> None:
        _, _, applicable, numerator, denominator, answered, asked = one
        self.asked += asked
        if applicable:
            self.numerator = (self.numerator or 0) + (numerator or 0)
            self.answered += answered
            if denominator is not None:
                self.denominator = (self.denominator or 0) + denominator

    def figure(self, key: tuple[str, str], silent: int) -> Figure:
        applies = self.numerator is not None
        return Figure(*key, applies, self.numerator, self.denominator, self.answered, self.asked + silent)


def figures_in(body: Mapping[str, Any], scope: str) -> list[Figure]:
    """The figures of a canonical return: `own` or `total`."""
    return [Figure.from_json(entry) for entry in body[scope]]


def recomputed(body: Mapping[str, Any], below: Iterable[Mapping[str, Any]]) -> list[Figure]:
    """The total a return must state: its own figures and the totals of the accepted children's bodies.

    Children it lacks count as asked, with all below them, and give nothing.
    """
    silent = sum(child["size"] for child in body["children"] if child["state"] != "accepted")
    return summed([figures_in(body, OWN), *(figures_in(one, TOTAL) for one in below)], silent=silent)
