"""What of a breakdown by an attribute of persons may be told, so that no subtraction finds fewer than a few people.

A breakdown splits the members by one attribute (sector, post) into cells. Committee totals are always told; a cell is told
by itself, or together with others as the *rest*, or the whole breakdown is held back. Three subtractions are met:

- **row and column**: of a cell the people, those who did, and those who did not are each none or at least `threshold`; what
  is left of the total after the told cells is the rest, and obeys the same;
- **figures among each other**: all figures of a release split the same people, so the cells of every figure are unions of the
  cells of the people; where those of one figure are among those of another (paired by one's own value and by the parent's, all
  duties done and one of them), the difference is a group of people too, and obeys the same;
- **releases**: the smallest groups told in two releases of a dimension (a correction, the half-year and its year) are equal in
  both, or differ by at least `threshold`. A cell that was not there before, or is no more, may be another one renamed: all
  such cells, with the one that gathers what has no name of its own, count as one group.

Levels need no more: a parent adds totals, never cells, so nothing above holds a number that is not in somebody's release.
Rounding was left out: a rounded figure cannot be recomputed by whoever checks the return. Source: ARCHITECTURE (returns),
statistical disclosure control by suppression. Pure functions, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

Cells = frozenset[str]

THRESHOLD = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a release: the cells it covers, how many people they are, and how many of them did."""

    cells: Cells
    persons: int
    did: int | None = None  # None: the line tells people alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What was told of one dimension at once. A figure missing from `figures`, like no `persons` at all, is held back."""

    persons: tuple[Told, ...] = ()
    figures: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """`{"persons": [line], "figures": {indicator: [line]}}`, a line `{"cells": [...], "persons": n, "did": n|null}`.

        Read back, a figure without lines is one held back.
        """
        return {
            "persons": [_line(one) for one in self.persons],
            "figures": {code: [_line(one) for one in lines] for code, lines in sorted(self.figures.items())},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            persons=tuple(map(_told, data["persons"])),
            figures={code: tuple(map(_told, lines)) for code, lines in data["figures"].items() if lines},
        )


def release(
    persons: Mapping[str, int],
    did: Mapping[str, Mapping[str, int]],
    *,
    earlier: Sequence[Release] = (),
    nested: Collection[tuple[str, str]] = (),
    loose: Cells = frozenset(),
    threshold: int = THRESHOLD,
) -> Release:
    """The finest release of a dimension that no subtraction opens.

    `persons`: people per cell. `did`: per indicator, how many of them per cell (at most as many). `earlier`: whatever was told
    of the dimension before, in any order. `nested`: pairs of indicators where those of one are among those of the other.
    `loose`: cells of changing content. With a threshold of 1 everything is told. Raises ValueError for a count beyond its cell.
    """
    _sane(persons, did)
    people = _split(
        [frozenset({cell}) for cell in sorted(persons)],
        amounts=lambda cells: (_sum(persons, cells),),
        earlier=[_amounts(one.persons) for one in earlier if one.persons],
        loose=loose,
        threshold=threshold,
    )
    figures: dict[str, tuple[Told, ...]] = {}
    for code, counts in sorted(did.items()):
        kin = [other for other in figures if (code, other) in nested or (other, code) in nested]
        lines = _split(
            people,
            amounts=partial(_both, persons, counts),
            earlier=[_amounts(one.figures[code]) for one in earlier if code in one.figures]
            + [_amounts(figures[other]) for other in kin],
            loose=loose,
            threshold=threshold,
        )
        if lines:
            figures[code] = tuple(Told(cells, _sum(persons, cells), _sum(counts, cells)) for cells in lines)
    return Release(persons=tuple(Told(cells, _sum(persons, cells)) for cells in people), figures=figures)


def _split(
    units: Sequence[Cells],
    *,
    amounts: Callable[[Cells], tuple[int, ...]],
    earlier: Sequence[Mapping[Cells, tuple[int, ...]]],
    loose: Cells,
    threshold: int,
) -> list[Cells]:
    """The units told by themselves and one rest; empty: nothing can be told beside the total.

    What cannot stand joins the rest; a rest that cannot stand takes the smallest unit with people in it. Each round the
    rest grows, so the rounds are at most as many as the units.
    """
    rest: set[Cells] = set()
    while len(rest) < len(units):
        parts = [one for one in units if one not in rest] + ([_union(rest)] if rest else [])
        bad = _unsafe(parts, amounts, earlier, loose, threshold)
        if not bad:
            return sorted(parts, key=sorted)
        joining = {one for one in units if one in bad} - rest
        if not joining:
            mates = [one for one in units if one not in rest and any(amounts(one))]
            if not mates:
                return []
            joining = {min(mates, key=lambda one: (sum(amounts(one)), sorted(one)))}
        rest |= joining
    return []


def _unsafe(
    parts: Sequence[Cells],
    amounts: Callable[[Cells], tuple[int, ...]],
    earlier: Iterable[Mapping[Cells, tuple[int, ...]]],
    loose: Cells,
    threshold: int,
) -> set[Cells]:
    """The parts that would tell of a few people: by themselves, or against what was told before."""

    def few(number: int) -> bool:
        return 0 < abs(number) < threshold

    bad = {part for part in parts if any(map(few, amounts(part)))}
    whole = _union(parts)
    for before in earlier:
        for now, then in _shared(parts, before, loose):
            if whole <= _union(now):
                continue  # the totals are told anyway
            new = [sum(column) for column in zip(*map(amounts, now), strict=True)]
            old = (
                [sum(column) for column in zip(*(before[one] for one in then), strict=True)] if then else [0] * len(new)
            )
            if any(few(a - b) for a, b in zip(new, old, strict=True)):
                bad |= set(now)
    return bad


def _shared(parts: Iterable[Cells], before: Iterable[Cells], loose: Cells) -> list[tuple[list[Cells], list[Cells]]]:
    """The smallest groups both releases tell: parts of one and of the other that overlap, taken together."""
    known, then = _union(parts), _union(before)
    renamed = known ^ then
    groups: list[tuple[Cells, list[Cells], list[Cells]]] = [(renamed | loose, [], [])] if renamed else []
    for side, found in enumerate((parts, before)):
        for part in found:
            met = [group for group in groups if part & group[0]]
            joined: tuple[list[Cells], list[Cells]] = ([], [])
            cells = part
            for group in met:
                cells |= group[0]
                joined[0].extend(group[1])
                joined[1].extend(group[2])
                groups.remove(group)
            joined[side].append(part)
            groups.append((cells, *joined))
    return [(now, old) for _, now, old in groups if now]


def _amounts(lines: Iterable[Told]) -> dict[Cells, tuple[int, ...]]:
    return {one.cells: (one.persons,) if one.did is None else (one.did, one.persons - one.did) for one in lines}


def _both(persons: Mapping[str, int], counts: Mapping[str, int], cells: Cells) -> tuple[int, int]:
    done = _sum(counts, cells)
    return done, _sum(persons, cells) - done


def _sum(numbers: Mapping[str, int], cells: Cells) -> int:
    return sum(numbers.get(cell, 0) for cell in cells)


def _union(parts: Iterable[Cells]) -> Cells:
    return frozenset().union(*parts)


def _sane(persons: Mapping[str, int], did: Mapping[str, Mapping[str, int]]) -> None:
    for code, counts in did.items():
        for cell, number in counts.items():
            if not 0 <= number <= persons.get(cell, 0):
                raise ValueError(f"{code}: {number} of {persons.get(cell, 0)} in {cell}")


def _line(one: Told) -> dict[str, Any]:
    return {"cells": sorted(one.cells), "persons": one.persons, "did": one.did}


def _told(data: Mapping[str, Any]) -> Told:
    return Told(frozenset(data["cells"]), data["persons"], data["did"])
