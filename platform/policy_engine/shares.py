"""How much of a record is one author's: the `share` of a counts block, and the amounts that a sum adds up. Exact numbers.

A share is written `equal`, or as portions by role (`{lead: "3/5", co_signer: "2/5"}`: each portion is divided among those who
hold the role, and a portion nobody takes goes to the others, so that a record signed by one is that one's alone), or as
`{each: {lead: 1, co_signer: "1/2"}}` (everybody who holds the role gets that much), or as `{order: [1, "1/2", "1/4"]}`
(by place in the list of authors; further ones get what the last got).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

Number = int | Fraction
WHOLE = Fraction(1)
NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Share:
    """`roles` for portions and each, `places` for order."""

    by: Literal["equal", "portions", "each", "order"]
    roles: tuple[tuple[str, Fraction], ...] = ()
    places: tuple[Fraction, ...] = ()


def share_of(written: Any) -> Share | None:
    """The `share` key of a counts block; None where each author has the whole record."""
    if written is None:
        return None
    if written == "equal":
        return Share("equal")
    if "order" in written:
        return Share("order", places=tuple(map(exact, written["order"])))
    by: Literal["each", "portions"] = "each" if "each" in written else "portions"
    return Share(by, roles=tuple((role, exact(part)) for role, part in written.get("each", written).items()))


@lru_cache(maxsize=4096)
def _exact(text: str) -> Fraction:
    return Fraction(text)


def exact(number: Any) -> Fraction:
    """A number as its author wrote it: `0.1` is a tenth, `"3/5"` three fifths."""
    return _exact(str(number))


def portion(share: Share | None, role: str | None, place: int | None, crew: Mapping[str, int] | None) -> Fraction:
    """The part of a record that falls to one of its authors. `crew`: how many hold each role; None: nobody else is known."""
    if share is None:
        return WHOLE
    if share.by == "equal":
        return Fraction(1, sum(crew.values())) if crew else WHOLE
    if share.by == "order":
        return share.places[min(place or 1, len(share.places)) - 1]
    roles = dict(share.roles)
    mine = roles.get(role or "", NONE)
    if share.by == "each" or not mine or not crew or not role:
        return mine
    taken = sum((part for one, part in roles.items() if crew.get(one)), NONE)
    return mine / taken / crew[role] if crew.get(role) else mine


def weight(
    share: Share | None, amount: Any, role: str | None, place: int | None, crew: Mapping[str, int] | None
) -> Fraction:
    """What a record adds for one author: the amount (1 where records are counted), or the author's part of it."""
    return exact(amount) * portion(share, role, place, crew) if amount else NONE


def exactly(number: float) -> Number:
    """A number of a document, as exact as the counts it is held against."""
    return number if isinstance(number, int) else exact(number)


def shown(number: Any) -> Any:
    """A number as pages and JSON show it: whole where it is whole, else with at most four decimals."""
    if isinstance(number, int):
        return number
    value = Fraction(str(number)) if isinstance(number, float) else number
    return int(value) if value.denominator == 1 else round(float(value), 4)


def total(parts: Iterable[Fraction]) -> Number:
    found = sum(parts, NONE)
    return int(found) if found.denominator == 1 else found
