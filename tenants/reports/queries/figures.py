"""The figures of a return: numerator and denominator, summed upwards, never averaged (§10, common rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Self

from policy_engine import Indicator, Policy
from policy_engine.load import load_catalogue
from tenants.reports.models import Basis

# What today's records can feed. The catalogue names forty; the others wait for their records and keep their codes.
CARRIED = ("R02", "R05", "R09", "R10", "R11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of one committee, or of it and those below. `applicable` False leaves it out of both sides above."""

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
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{name: data[name] for name in cls.__slots__})


def figure(indicator: str, basis: str, counts: tuple[int, int] | None) -> Figure:
    """One committee's own figure; None means its policy has no such rule."""
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


def bases_of(indicator: Indicator) -> tuple[Basis, ...]:
    """Attainment is judged by one's own value and by the parent's (S29); a count of records is the same by both."""
    return (Basis.OWN, Basis.PARENT) if indicator.kind == "attainment" else (Basis.OWN,)


def summed(parts: Iterable[Iterable[Figure]], *, silent: int = 0) -> list[Figure]:
    """Figure by figure: numerators and denominators of those where it applies; nobody: not applicable.

    `silent` committees were asked and sent nothing. Order and set of figures are those of the catalogue carried.
    """
    given = [{one.key: one for one in part} for part in parts]
    asked = {key: sum(part[key].asked for part in given if key in part) + silent for key in _keys(given)}
    return [_sum(key, [part[key] for part in given if key in part], asked[key]) for key in asked]


def _keys(given: Iterable[Mapping[tuple[str, str], Figure]]) -> list[tuple[str, str]]:
    return sorted({key for part in given for key in part})


def _sum(key: tuple[str, str], figures: list[Figure], asked: int) -> Figure:
    valid = [one for one in figures if one.applicable]
    return Figure(
        indicator=key[0],
        basis=key[1],
        applicable=bool(valid),
        numerator=sum(one.numerator or 0 for one in valid) if valid else None,
        denominator=sum(one.denominator or 0 for one in valid) if valid else None,
        answered=sum(one.answered for one in valid),
        asked=asked,
    )


def figures_in(body: Mapping[str, Any], scope: str) -> list[Figure]:
    """The figures of a canonical return: `own` or `total`."""
    return [Figure.from_json(entry) for entry in body[scope]]


@lru_cache(maxsize=1)
def shared_indicators() -> Mapping[str, Indicator]:
    """The shared catalogue by code, bound to no policy: names and definitions for whoever reads figures."""
    return indicators_of(Policy(id="", header={}, clauses={}, elements={}, catalogue=load_catalogue()))


def indicators_of(policy: Policy) -> Mapping[str, Indicator]:
    """The carried indicators as a policy binds them, by code; a document's own are nobody else's and stay out of returns."""
    return {one.id: one for one in policy.indicators if one.id in CARRIED and not one.is_own}
