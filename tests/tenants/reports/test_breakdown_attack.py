"""Whoever has every return of a committee solves for its people: nobody is found among fewer than three, whatever moved between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.audit import SYSTEM
from exchange import actions as exchange
from tenants.liaison.models import ConstituentLink
from tenants.members.models import Member, Sector
from tenants.reports.queries import span
from tenants.reports.queries.breakdowns import beside, split
from tests.tenants.reports.conftest import AT
from tests.tenants.reports.test_breakdowns import settle, year_end
from tests.tenants.reports.test_disclosure import echelon, spanned

CELLS = ("commerce", "education", "health", "science", "other")
IN_RANGE, NOTHING_OWED, OUTPUT = "R05.own", "R17.own", "R09.own"  # whoever is in range owes nothing here
NESTED = {(IN_RANGE, NOTHING_OWED), (IN_RANGE, "R05.parent")}
PERIODS = ("2022-H1", "2022-H1", "2022-H2", "2022")  # the second one corrects the first
THRESHOLD = 3


@dataclass(frozen=True)
class Moment:
    """One closing: where each person is, what each sector's cell is called by then, who did what."""

    home: Mapping[str, int]  # person → sector
    cell: tuple[str, ...]  # sector → cell
    did: Mapping[str, frozenset[str]]

    def place(self) -> dict[str, str]:
        return {person: self.cell[sector] for person, sector in self.home.items()}


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """Few people in few sectors, up to four returns; between two of them somebody moves, leaves, joins or does something."""
    sectors = draw(st.integers(1, 4))
    cell = list(draw(st.permutations(CELLS)))[:sectors]
    home = {f"p{number}": draw(st.integers(0, sectors - 1)) for number in range(draw(st.integers(0, 18)))}
    grade = {
        person: draw(st.integers(0, 3)) for person in home
    }  # 0 owes, 1 in range, 2 above it, 3 in the parent's range alone
    wrote = {person for person in home if draw(st.booleans())}
    moments = []
    for number in range(draw(st.integers(1, 4))):
        if number:
            for _ in range(draw(st.integers(0, 3))):
                _move(draw, home, grade, wrote, cell, sectors)
        moments.append(Moment(dict(home), tuple(cell), _did(home, grade, wrote)))
    return moments


def _move(
    draw: st.DrawFn, home: dict[str, int], grade: dict[str, int], wrote: set[str], cell: list[str], sectors: int
) -> None:
    what = draw(st.sampled_from(["moves", "leaves", "joins", "pairs", "writes", "renamed"]))
    who = draw(st.sampled_from(sorted(home))) if home else ""
    if what == "joins":
        name = f"n{len(home)}-{len(grade)}"
        home[name], grade[name] = draw(st.integers(0, sectors - 1)), draw(st.integers(0, 3))
    elif what == "renamed":
        free = [one for one in CELLS if one not in cell] + ["other"]
        cell[draw(st.integers(0, sectors - 1))] = draw(st.sampled_from(free))
    elif not who:
        return
    elif what == "moves":
        home[who] = draw(st.integers(0, sectors - 1))
    elif what == "leaves":
        del home[who]
    elif what == "pairs":
        grade[who] = draw(st.integers(0, 3))
    else:
        wrote ^= {who}


def _did(home: Mapping[str, int], grade: Mapping[str, int], wrote: set[str]) -> dict[str, frozenset[str]]:
    def graded(*grades: int) -> frozenset[str]:
        return frozenset(person for person in home if grade[person] in grades)

    return {
        IN_RANGE: graded(1),
        "R05.parent": graded(1, 3),
        NOTHING_OWED: graded(1, 2),
        OUTPUT: frozenset(wrote & set(home)),
    }


def bodies_of(moments: list[Moment]) -> list[dict[str, Any]]:
    """What the committee sends, each told beside all that were sent before."""
    bodies: list[dict[str, Any]] = []
    for moment, key in zip(moments, PERIODS, strict=False):
        period = span(key)
        found = split("sector", set(moment.cell), moment.place(), moment.did, THRESHOLD)
        bodies.append({"as_of": period.last_day.isoformat(), "breakdowns": beside([found], period, bodies)})
    return bodies


@settings(deadline=None, max_examples=15)
@given(stories())
@example([Moment({}, ("education",), dict.fromkeys((IN_RANGE, "R05.parent", NOTHING_OWED, OUTPUT), frozenset()))])
def test_no_return_nor_any_two_of_them_find_fewer_than_three_people(moments: list[Moment]) -> None:
    bodies = bodies_of(moments)
    for code in (IN_RANGE, "R05.parent", NOTHING_OWED, OUTPUT):
        seen = [Attacker(*pair, (code,)) for pair in zip(moments, bodies, strict=True)]
        assert [found for one in seen for found in one.few()] == []
        assert [found for now, then in combinations(seen, 2) for found in now.moved(then)] == []
    for pair in NESTED:
        for moment, body in zip(moments, bodies, strict=True):
            assert Attacker(moment, body, pair).few() == []


@pytest.mark.parametrize(
    ("then", "now", "people"),
    [
        (("education", "health"), ("science", "health"), (5, 9)),
        (("other", "other", "health"), ("education", "other", "health"), (5, 4, 9)),
        (("education", "other", "health"), ("other", "other", "health"), (5, 4, 9)),
    ],
    ids=["called otherwise", "out of those without a cell", "among those without a cell"],
)
def test_who_left_a_sector_is_not_known_by_its_new_name(
    then: tuple[str, ...], now: tuple[str, ...], people: tuple[int, ...]
) -> None:
    home = {f"{sector}-{number}": sector for sector, size in enumerate(people) for number in range(size)}
    did = dict.fromkeys((IN_RANGE, "R05.parent", NOTHING_OWED, OUTPUT), frozenset(home))
    left = {person: sector for person, sector in home.items() if person != "0-0"}
    moments = [Moment(home, then, did), Moment(left, now, {code: ids - {"0-0"} for code, ids in did.items()})]
    first, second = (Attacker(*pair, (IN_RANGE,)) for pair in zip(moments, bodies_of(moments), strict=True))
    assert (first.few(), second.few(), second.moved(first)) == ([], [], [])


class Attacker:
    """Has one return: lines of people and of some figures, and the committee's totals. Knows which figure is among which. An unknown
    per cell and kind of person (`atoms`: those of the first figure, of the second alone, of neither)."""

    def __init__(self, moment: Moment, body: Mapping[str, Any], codes: tuple[str, ...]) -> None:
        entry = body["breakdowns"][0]
        self.moment, self.cells = moment, entry["cells"]
        self.atoms = len(codes) + 1
        place = moment.place()
        self.truth = [
            sum(self._atom(one, codes) == atom and place[one] == cell for one in place)
            for cell in self.cells
            for atom in range(self.atoms)
        ]
        knows = [self._row(set(self.cells), self.atoms)] + [
            self._row(set(line["cells"]), self.atoms) for line in entry["persons"]
        ]
        zero: set[int] = set()
        for number, code in enumerate(codes, 1):
            knows.append(self._row(set(self.cells), number))
            for line in entry["figures"][code]:
                knows += [self._row(set(line["cells"]), number), self._row(set(line["cells"]), self.atoms)]
                assert line["did"] == self._value(knows[-2])
        self.sums = self.basis = echelon(knows)
        for row in self._rows_of_some():  # people are never fewer than none: a sum of zero is zero in every part
            if self._value(row) == 0 and spanned(self.basis, row):
                zero |= {place for place, number in enumerate(row) if number}
        unit = [[int(place == one) for place in range(len(self.truth))] for one in sorted(zero)]
        self.basis = echelon([*knows, *unit])

    def _atom(self, person: str, codes: tuple[str, ...]) -> int:
        return next((number for number, code in enumerate(codes) if person in self.moment.did[code]), len(codes))

    def _row(self, cells: set[str], atoms: int, since: int = 0) -> list[int]:
        return [int(cell in cells and since <= atom < atoms) for cell in self.cells for atom in range(self.atoms)]

    def _value(self, row: list[int]) -> int:
        return sum(a * b for a, b in zip(row, self.truth, strict=True))

    def _rows_of_some(self) -> Iterator[list[int]]:
        for cells in some(self.cells):
            for since, until in combinations(range(self.atoms + 1), 2):
                yield self._row(set(cells), until, since)

    def known(self, cells: set[str], *, by_sums: bool = False) -> dict[tuple[int, int], int]:
        """How many of each kind are in these cells together, as far as it can be solved for (`by_sums`: from what was told alone,
        not from what cannot be less than none)."""
        rows = {pair: self._row(cells, pair[1], pair[0]) for pair in combinations(range(self.atoms + 1), 2)}
        return {
            pair: self._value(row) for pair, row in rows.items() if spanned(self.sums if by_sums else self.basis, row)
        }

    def is_everybody(self, cells: set[str]) -> bool:
        """The committee's own totals are told anyway."""
        return set(self.moment.place().values()) <= cells

    def few(self) -> list[tuple[Any, ...]]:
        """Groups short of everybody in which fewer than three people of a kind are known to be."""
        return [
            (cells, number)
            for cells in some(self.cells)
            if not self.is_everybody(set(cells))
            for number in self.known(set(cells)).values()
            if 0 < number < THRESHOLD
        ]

    def moved(self, then: Attacker) -> list[tuple[Any, ...]]:
        """What the smallest groups known at both times changed by, where that is few; who guesses names guesses right."""
        kin = families(zip(self.moment.cell, then.moment.cell, strict=True))
        both: dict[frozenset[int], list[int]] = {}
        for group in some(range(len(kin))):
            cells = {cell for one in group for cell in kin[one]}
            mine, theirs = (one.known(cells, by_sums=True) for one in (self, then))
            if not (self.is_everybody(cells) and then.is_everybody(cells)):
                for pair in mine.keys() & theirs.keys():
                    both.setdefault(frozenset([*group, -1 - 10 * pair[0] - pair[1]]), []).append(
                        mine[pair] - theirs[pair]
                    )
        return [
            (sorted(group), change)
            for group, changes in both.items()
            for change in changes
            if 0 < abs(change) < THRESHOLD and not any(other < group for other in both)
        ]


def some(things: Any) -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(combinations(things, size) for size in range(1, len(things) + 1))


def families(pairs: Any) -> list[set[str]]:
    """Cells that are one and the same sector's now and then, taken together."""
    found: list[set[str]] = []
    for pair in pairs:
        joined = set(pair)
        for one in [one for one in found if one & joined]:
            joined |= one
            found.remove(one)
        found.append(joined)
    return found


PEOPLE = {
    "教育界": [3, 4, 5, 6, 7, 0, 0, 3], "工商联": [5, 5, 6, 2, 1, 0], "医药卫生界": [3, 3, 9, 9, 5, 0, 8], "宗教界": [5], "山歌界": [0, 6],
}  # fmt: skip
OWN, PARENT = range(5, 9), range(3, 6)


def _moment(day: dt.date) -> Moment:
    """The truth, counted by hand from the rows: nothing of what the returns are made with."""
    home, paired = {}, {}
    sectors = {one.pk: number for number, one in enumerate(Sector.objects.all())}
    cells = tuple(
        {"教育界": "education", "工商联": "commerce", "医药卫生界": "health", "宗教界": "religion"}.get(
            one.name, "other"
        )
        for one in Sector.objects.all()
    )
    for one in Member.objects.all():
        if one.left_on is None or one.left_on > day:
            home[str(one.pk)] = sectors[one.sector_id]
            paired[str(one.pk)] = one.constituent_links.filter(since__lte=day).exclude(until__lte=day).count()
    did = {
        "R05.own": {one for one, number in paired.items() if number in OWN},
        "R05.parent": {one for one, number in paired.items() if number in PARENT},
        "R17.own": {one for one, number in paired.items() if number >= OWN[0]},
    }
    return Moment(home, cells, {code: frozenset(ids) for code, ids in did.items()})


@pytest.mark.django_db
def test_who_has_every_return_of_a_county_and_its_city_finds_nobody(year, place):
    """From records to bodies: the half-year, sent back, corrected; a member moves, one leaves, a sector is renamed; the year."""
    with place("anhua").inside():
        people = settle(PEOPLE)
        year.adapt(OWN[0], OWN[-1])
        seen = [(_moment(dt.date(2022, 6, 30)), year.report("2022-H1"))]
    with place("yiyang").inside():
        exchange.send_back(delivery_id=seen[0][1].pk, reason="请核对", at=AT, by=SYSTEM)
    with place("anhua").inside():
        ConstituentLink.objects.filter(member=people[0]).delete()
        Member.objects.filter(pk=people[1].pk).update(sector=Sector.objects.get(name="宗教界"))
        seen.append((_moment(dt.date(2022, 6, 30)), year.report("2022-H1")))
        Member.objects.filter(pk=people[8].pk).update(left_on=dt.date(2022, 8, 1))
        Sector.objects.filter(name="教育界").update(name="读书人界")
        seen.append((_moment(dt.date(2022, 12, 31)), year_end()))
    with place("yiyang").inside():
        exchange.accept(delivery_id=seen[1][1].pk, at=AT, by=SYSTEM)
        settle({"教育界": [3] * 4 + [0] * 5, "工商联": [4] * 3}, name="市委员")
        city = year.report("2022-H1")
    assert sum(one["persons"] for one in city.body["breakdowns"][0]["persons"]) == 12, (
        "its own people; no cell of below"
    )
    codes = seen[0][1].body["breakdowns"][0]["figures"].keys() & {"R05.own", "R05.parent", "R17.own"}
    assert codes == {"R05.own", "R05.parent", "R17.own"}
    for code in sorted(codes):
        known = [Attacker(moment, sent.body, (code,)) for moment, sent in seen]
        assert [one.few() for one in known] == [[]] * 3
        assert [now.moved(then) for now, then in combinations(known, 2)] == [[]] * 3
    told = [len(sent.body["breakdowns"][0]["persons"]) for _, sent in seen]
    assert told[0] > 1, "and the first one does tell something"
