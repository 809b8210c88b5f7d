"""The attack on breakdowns: whatever sums and differences of told numbers give, it is nobody or at least a few people."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.reports.queries.disclosure import Release, Told, release

CELLS = "abcde"


def told(release_lines: tuple[Told, ...]) -> dict[str, tuple[int, int | None]]:
    return {"".join(sorted(one.cells)): (one.persons, one.did) for one in release_lines}


def test_cells_of_enough_people_are_told_by_themselves() -> None:
    found = release({"a": 5, "b": 9, "c": 3}, {})
    assert told(found.persons) == {"a": (5, None), "b": (9, None), "c": (3, None)}


def test_one_small_cell_takes_the_smallest_other_along_or_the_total_would_tell_it() -> None:
    found = release({"a": 2, "b": 9, "c": 4}, {})
    assert told(found.persons) == {"ac": (6, None), "b": (9, None)}


def test_two_small_cells_that_are_enough_together_hide_each_other() -> None:
    found = release({"a": 2, "b": 9, "c": 1, "d": 4}, {})
    assert told(found.persons) == {"ac": (3, None), "b": (9, None), "d": (4, None)}


def test_an_empty_cell_hides_nobody() -> None:
    found = release({"a": 2, "b": 0, "c": 9}, {})
    assert told(found.persons) == {"ac": (11, None), "b": (0, None)}


def test_with_nobody_to_hide_among_the_breakdown_is_held_back() -> None:
    assert release({"a": 2, "b": 9}, {"R05": {"a": 2, "b": 9}}) == Release()


def test_those_who_did_not_are_people_too() -> None:
    found = release({"a": 9, "b": 9, "c": 9}, {"R05": {"a": 8, "b": 4, "c": 5}})
    assert told(found.figures["R05"]) == {"ab": (18, 12), "c": (9, 5)}
    assert len(found.persons) == 3


def test_the_cells_of_a_figure_are_unions_of_the_cells_of_people() -> None:
    found = release({"a": 2, "b": 9, "c": 4, "d": 8}, {"R05": {"a": 2, "b": 4, "c": 4, "d": 0}})
    assert told(found.persons) == {"ac": (6, None), "b": (9, None), "d": (8, None)}
    assert told(found.figures["R05"]) == {"ac": (6, 6), "b": (9, 4), "d": (8, 0)}


def test_a_correction_by_one_person_does_not_tell_which_cell_it_was_in() -> None:
    first = release({"a": 5, "b": 9, "c": 6}, {"R05": {"a": 0, "b": 9, "c": 6}})
    second = release({"a": 5, "b": 9, "c": 6}, {"R05": {"a": 0, "b": 8, "c": 6}}, earlier=[first])
    assert "R05" not in second.figures
    assert len(second.persons) == 3


def test_what_did_not_change_may_be_told_again() -> None:
    people, did = {"a": 5, "b": 9, "c": 6}, {"R05": {"a": 0, "b": 5, "c": 6}}
    first = release(people, did)
    assert release(people, did, earlier=[first, first]) == first


def test_a_count_beyond_its_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="R05: 6 of 5 in a"):
        release({"a": 5}, {"R05": {"a": 6}})


def test_a_release_survives_the_way_through_a_return() -> None:
    found = release({"a": 2, "b": 9, "c": 4, "d": 8}, {"R05": {"a": 2, "b": 4, "c": 4, "d": 0}})
    assert Release.from_json(found.to_json()) == found


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[tuple[dict[str, int], dict[str, dict[str, int]]]]]:
    """A threshold and up to three moments of one dimension, changing by little as real ones do."""
    cells = CELLS[: draw(st.integers(1, 5))]
    people = {cell: draw(st.integers(0, 9)) for cell in cells}
    moments = []
    for _ in range(draw(st.integers(1, 3))):
        people = {cell: max(0, number + draw(st.sampled_from([0, 0, 0, 1, -1, 4]))) for cell, number in people.items()}
        did = {code: {cell: draw(st.integers(0, number)) for cell, number in people.items()} for code in ("R05", "R10")}
        moments.append((people, did))
    return draw(st.integers(2, 4)), moments


@settings(deadline=None, max_examples=50)
@given(histories())
def test_no_subtraction_finds_a_few_people(
    story: tuple[int, list[tuple[dict[str, int], dict[str, dict[str, int]]]]],
) -> None:
    threshold, moments = story
    releases: list[Release] = []
    for people, did in moments:
        releases.append(release(people, did, earlier=releases, threshold=threshold))
    for code in ("R05", "R10"):
        seen = [Attacker(people, did[code], one, code) for (people, did), one in zip(moments, releases, strict=True)]
        for now in seen:
            assert not [found for found in now.open() if 0 < found[1] < threshold]
        for now, then in combinations(seen, 2):
            assert not [found for found in now.changes(then) if 0 < abs(found) < threshold]


class Attacker:
    """Knows what was told and the totals, and solves for every group of cells: its people, who did, who did not."""

    def __init__(self, people: dict[str, int], did: dict[str, int], told: Release, code: str) -> None:
        self.cells = sorted(people)
        self.truth = [did[cell] for cell in self.cells] + [people[cell] - did[cell] for cell in self.cells]
        lines = told.figures.get(code, ())
        everybody = set(self.cells)
        knows = [self._row(everybody, 1, 1), self._row(everybody, 1, 0)]
        knows += [self._row(set(one.cells), 1, 1) for one in (*told.persons, *lines)]
        knows += [self._row(set(one.cells), 1, 0) for one in lines]
        self.basis = echelon(knows)
        for one in (*told.persons, *lines):
            assert one.persons == sum(people[cell] for cell in one.cells)
            assert one.did is None or one.did == sum(did[cell] for cell in one.cells)

    def _row(self, cells: set[str], did: int, did_not: int) -> list[int]:
        return [did * (cell in cells) for cell in self.cells] + [did_not * (cell in cells) for cell in self.cells]

    def groups(self, did: int, did_not: int) -> dict[frozenset[str], int]:
        """Number by group of cells, of every group short of everybody that the attacker can solve for."""
        rows = {
            frozenset(group): self._row(set(group), did, did_not)
            for size in range(1, len(self.cells))
            for group in combinations(self.cells, size)
        }
        return {
            group: sum(a * b for a, b in zip(row, self.truth, strict=True))
            for group, row in rows.items()
            if spanned(self.basis, row)
        }

    def open(self) -> list[tuple[frozenset[str], int]]:
        return [found for kind in ((1, 1), (1, 0), (0, 1)) for found in self.groups(*kind).items()]

    def changes(self, then: Attacker) -> list[int]:
        """What the smallest groups known at both times changed by."""
        found = []
        for kind in ((1, 1), (1, 0), (0, 1)):
            now, before = self.groups(*kind), then.groups(*kind)
            both = now.keys() & before.keys()
            found += [now[group] - before[group] for group in both if not any(other < group for other in both)]
        return found


PRIME = 2_147_483_647  # small 0/1 systems have the same solutions modulo a large prime as in fractions


def echelon(rows: list[list[int]]) -> list[tuple[int, list[int]]]:
    basis: list[tuple[int, list[int]]] = []
    for row in rows:
        left = reduced(basis, row)
        pivot = next((place for place, value in enumerate(left) if value), None)
        if pivot is not None:
            scale = pow(left[pivot], -1, PRIME)
            basis.append((pivot, [value * scale % PRIME for value in left]))
    return basis


def reduced(basis: list[tuple[int, list[int]]], row: list[int]) -> list[int]:
    left = row
    for pivot, one in basis:
        if left[pivot]:
            factor = left[pivot]
            left = [(a - factor * b) % PRIME for a, b in zip(left, one, strict=True)]
    return left


def spanned(basis: list[tuple[int, list[int]]], row: list[int]) -> bool:
    return not any(reduced(basis, row))
