"""What of a breakdown by an attribute of persons may be told, so that no subtraction finds fewer than a few people.

A breakdown splits the members by one attribute (sector, post) into cells. Committee totals are always told; a cell is told
by itself, or together with others as the *rest*, or the whole breakdown is held back. Three subtractions are met:

- **row and column**: of a cell the people, those who did, and those who did not are each none or at least `threshold`; what
  is left of the total after the told cells is the rest, and obeys the same;
- **figures among each other**: all figures of a release split the same people, so the cells of every figure are unions of the
  cells of the people; where those of one figure are among those of another (paired by one's own value and by the parent's, all
  duties done and one of them), the difference is a group of people too, and obeys the same;
- **releases**: the smallest groups told in two releases of a dimension (a correction, the half-year and its year) are equal in
  both, or differ by at least `threshold`. A cell that was not there before may be one that is no more, renamed, or have come
  out of the one that gathers what has no name of its own: these are compared in every combination.

Levels need no more: a parent adds totals, never cells, so nothing above holds a number that is not in somebody's release.
Rounding was left out: a rounded figure cannot be recomputed by whoever checks the return. Source: ARCHITECTURE (returns),
statistical disclosure control by suppression. Pure functions, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
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
        kin = [other for other in did if (code, other) in nested or (other, code) in nested]
        everybody, mine = sum(persons.values()), sum(counts.values())
        totals = [
            one
            for other in kin
            for theirs in (sum(did[other].values()),)
            for one in (theirs, everybody - theirs, abs(theirs - mine))
        ]
        lines = _split(
            people,
            amounts=partial(_both, persons, counts),
            earlier=[_amounts(one.figures[code]) for one in earlier if code in one.figures]
            + [_amounts(figures[other]) for other in kin if other in figures],
            loose=loose,
            threshold=threshold,
            is_zero_telling=any(0 < number < threshold for number in totals),
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
    is_zero_telling: bool = False,
) -> list[Cells]:
    """The units told by themselves and one rest; empty: nothing can be told beside the total.

    What cannot stand joins the rest; a rest that cannot stand takes the smallest unit with people in it. Each round the
    rest grows, so the rounds are at most as many as the units. `is_zero_telling`: by the committee's
    totals a few people did what those of this figure did too, or did not, or make the difference; they are not where everybody
    or nobody did, so such cells say where they are.
    """
    rest: set[Cells] = set()
    while len(rest) < len(units):
        parts = [one for one in units if one not in rest] + ([_union(rest)] if rest else [])
        bad = _unsafe(parts, amounts, earlier, loose, threshold)
        if is_zero_telling:
            bad |= {one for one in parts if any(amounts(one)) and 0 in amounts(one)}
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
        for now, then in _compared(parts, before, loose):
            if not now or whole <= _union(now):
                continue  # the totals are told anyway
            new = [sum(column) for column in zip(*map(amounts, now), strict=True)]
            old = (
                [sum(column) for column in zip(*(before[one] for one in then), strict=True)] if then else [0] * len(new)
            )
            if any(few(a - b) for a, b in zip(new, old, strict=True)):
                bad |= set(now)
    return bad


Pair = tuple[list[Cells], list[Cells]]
MOST = 8  # groups that are tried in every combination


def _compared(parts: Iterable[Cells], before: Iterable[Cells], loose: Cells) -> Iterator[Pair]:
    """What both releases tell: the smallest groups of parts of one and of the other that overlap. A cell that is new may be one
    that is gone, or have come out of a loose one; so groups that hold such cells are also taken together, in every combination
    (where there are too many: each two, and all)."""
    groups = overlapping(parts, before)
    yield from groups
    strange = _union(parts) ^ _union(before)
    if not strange:
        return
    odd = [group for group in groups if any(one & (strange | loose) for one in (*group[0], *group[1]))]
    for size in range(2, len(odd) + 1) if len(odd) <= MOST else (2, len(odd)):
        for taken in combinations(odd, size):
            yield [one for now, _ in taken for one in now], [one for _, then in taken for one in then]


def overlapping(parts: Iterable[Cells], before: Iterable[Cells]) -> list[Pair]:
    """The smallest groups of parts of one release and of another that cover the same cells; either side may be empty."""
    groups: list[Pair] = []
    for side, found in enumerate((parts, before)):
        for part in found:
            met = [group for group in groups if any(part & one for one in (*group[0], *group[1]))]
            joined: Pair = ([], [])
            for group in met:
                joined[0].extend(group[0])
                joined[1].extend(group[1])
                groups.remove(group)
            joined[side].append(part)
            groups.append(joined)
    return groups


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
