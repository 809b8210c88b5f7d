"""A county that came under another parent in the middle of a year stands in the same place on every page of those above."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from core.audit import SYSTEM
from exchange import actions as exchange
from exchange.canonical import digest_of
from exchange.figures import figure, recomputed
from registry.queries import everyone
from tenants.reports import queries
from tenants.reports.queries import overview, places
from tests.exchange.conftest import as_owner, sent, under
from tests.tenants.reports.conftest import AT

pytestmark = pytest.mark.django_db
HALVES = ("2022-06", "2022-07")
COUNTY, CITY, PROVINCE = "430923", "430900", "430000"


@pytest.fixture
def moved() -> Iterator[Callable[[], None]]:
    """Called: Anhua belongs to the province itself since July. Put back afterwards."""
    former = f"""INSERT INTO registry_formerparent (id, created_at, until, committee_id, parent_id)
        SELECT gen_random_uuid(), now(), '2022-07-01', id, parent_id FROM registry_committee WHERE code = '{COUNTY}'"""
    yield lambda: as_owner(former, under(COUNTY, PROVINCE))
    as_owner("DELETE FROM registry_formerparent", under(COUNTY, CITY))


def _report(place, slug: str, period: str, *, met: tuple[int, int], to: str, below: list[dict] | None = None) -> dict:
    """A made-up return, sent and accepted by whoever it was addressed to; its body."""
    code, below = place(slug).code, below or []
    body = {
        "committee": {"code": code, "name": slug, "level": "county"}, "period": period, "revision": 1,
        "policies": {"own": None, "parent": None}, "own": [figure("R10", "own", met).to_json()],
        "children": [
            {"code": one["committee"]["code"], "name": "", "state": "accepted", "revision": 1, "digest": digest_of(one), "size": 1}
            for one in below
        ],
    }  # fmt: skip
    body["total"] = [one.to_json() for one in recomputed(body, below)]
    with place(slug).inside():
        delivery = sent(body)
    with place(to).inside():
        exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
    return body

    return digest_of(body)


@pytest.fixture
def reported(place, moved) -> None:
    """June: Anhua to Yiyang, Yiyang to the province. July: each to the province."""
    county = _report(place, "anhua", "2022-06", met=(3, 4), to="yiyang")
    _report(place, "yiyang", "2022-06", met=(1, 2), to="hunan", below=[county])
    moved()
    _report(place, "anhua", "2022-07", met=(4, 4), to="hunan")
    _report(place, "yiyang", "2022-07", met=(2, 2), to="hunan")


def _spans():
    return [queries.span(key) for key in HALVES]


def _stand(lines) -> list[tuple[str, int]]:
    return [(line.code, line.depth) for line in lines if line.code in (CITY, COUNTY)]


def test_the_tree_of_each_period_and_the_wall_of_both_have_it_where_it_belonged(reported, place):
    with place("hunan").inside():
        june, july = (queries.rollup(key) for key in HALVES)
        wall = overview.wall(_spans())
    assert _stand(june.lines) == [(CITY, 1), (COUNTY, 2)]
    assert _stand(july.lines) == [(CITY, 1), (COUNTY, 1)]
    assert [line.note for line in june.lines if line.code == COUNTY] == [""], "it is counted in the city's return"
    told = {(line.code, line.depth): [one.state for one in line.bricks] for line in wall.lines}
    assert told[COUNTY, 2] == ["accepted", "elsewhere"]
    assert told[COUNTY, 1] == ["elsewhere", "accepted"]
    assert (wall.asked, wall.reported) == (3, 3), "in June the city alone was asked"


def test_its_figures_count_once_in_a_trend(reported, place):
    with place("hunan").inside():
        found = overview.trend(overview.picked("R10.own"), _spans())
        totals = [queries.rollup(key).total[0].parts for key in HALVES]
    assert [cell.parts for cell in found.total.cells] == totals == ["4 / 6", "6 / 6"]
    assert [[cell.parts for cell in one.cells] for one in found.children if one.code == COUNTY] == [["", "4 / 4"]]


def test_the_parent_it_left_keeps_what_it_reported_there_and_misses_nothing_after(reported, place):
    with place("yiyang").inside():
        wall = overview.wall(_spans())
        june, july = (queries.rollup(key) for key in HALVES)
    assert [[one.state for one in line.bricks] for line in wall.lines if line.code == COUNTY] == [
        ["accepted", "elsewhere"]
    ]
    assert (_stand(june.lines), _stand(july.lines)) == ([(COUNTY, 1)], [])


def test_a_circle_ends_the_walk_of_every_page_and_who_is_no_more_keeps_the_name_it_signed_with(reported, place):
    with place("hunan").inside():
        tree = [replace(one, parent=COUNTY) if one.code == PROVINCE else one for one in everyone()]
        found = places.places(tree, set())
        assert len({one.code for one in found}) == len(found) == 3
        assert PROVINCE not in {one.code for one in found}
        gone = places.places([one for one in tree if one.code != COUNTY], {(COUNTY, CITY)})
        assert [one.name for one in gone if one.code == COUNTY] == ["anhua"]
