"""What a committee above sees at a glance: from received returns alone, whatever became of the schemas below."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from urllib.parse import urljoin

import psycopg2
import pytest
from django.db import connections
from openpyxl import load_workbook

from core.audit import SYSTEM
from core.errors import NotFound
from exchange import actions as exchange
from exchange.models import Delivery
from tenants.reports import queries
from tenants.reports.queries import overview
from tenants.reports.queries.display import Cell, Column
from tenants.reports.queries.figures import figure, shared_indicators
from tests.tenants.reports.conftest import AT, CANARY, TODAY

pytestmark = pytest.mark.django_db
PAGES = ("/rollup/", "/rollup/?under=430923", "/rollup/heat/", "/rollup/trend/", "/rollup/wall/", "/rollup/R05/")


@pytest.fixture
def reported(year, place) -> None:
    """Yiyang wants months within five days. Anhua's October came (late) and was accepted, its November waits; Nanxian sent nothing."""
    with place("yiyang").inside():
        year.policy_set("return_days_month", 5)
    with place("anhua").inside():
        year.members(3, 6, 4)
        october, _ = year.report("2022-10"), year.report("2022-11")
    with place("yiyang").inside():
        exchange.accept(delivery_id=october.pk, at=AT, by=SYSTEM)


@contextmanager
def schemas_away(*codes: str) -> Iterator[None]:
    """As the owner, committed, beside the test's transaction: nobody can read those committees' rows, whatever the role."""
    owner = psycopg2.connect(**connections["owner"].get_connection_params())
    owner.autocommit = True
    with closing(owner), owner.cursor() as cursor:
        for code in codes:
            cursor.execute(f"ALTER SCHEMA c_{code} RENAME TO away_{code}")
        try:
            yield
        finally:
            for code in codes:
                cursor.execute(f"ALTER SCHEMA away_{code} RENAME TO c_{code}")


def test_the_pages_above_open_with_every_schema_below_away(reported, place, account, browser_of):
    with place("yiyang").inside():
        office = browser_of(place("yiyang"), account("office"))
    with schemas_away("430921", "430923"):
        texts = [office.get(path) for path in PAGES]
    assert [one.status_code for one in texts] == [200] * len(PAGES)
    assert all("政协安化县委员会" in one.content.decode() for one in texts)
    assert not any(CANARY in one.content.decode() for one in texts)


def test_a_trend_shows_accepted_returns_and_their_sum_and_nothing_else(reported, place):
    with place("yiyang").inside():
        periods = overview.last_spans(TODAY, "month", number=3)
        assert [one.key for one in periods] == ["2022-09", "2022-10", "2022-11"]
        found = overview.trend(overview.picked("R05.own"), periods)
        assert [one.key for one in found.periods] == ["2022-10", "2022-11"]  # it begins with the first figure
        by_name = {one.name: [cell.shown for cell in one.cells] for one in (found.total, *found.children)}
        assert by_name["政协安化县委员会"] == ["66.7%", "—"]
        assert by_name["政协南县委员会"] == ["—", "—"]
        total = queries.rollup("2022-10").total
        assert by_name["合计"][0] in [cell.shown for cell in total if cell.column.key == found.column.key]


def test_the_wall_tells_late_from_in_time_and_missing(reported, place):
    with place("yiyang").inside():
        found = overview.wall(overview.last_spans(TODAY, "month", number=12))
    assert [one.key for one in found.periods] == ["2022-10", "2022-11"]  # before, nobody reported at all
    told = {line.name: [(one.state, one.is_late) for one in line.bricks] for line in found.lines if line.depth == 1}
    assert told["政协安化县委员会"] == [("accepted", True), ("submitted", False)]
    assert told["政协南县委员会"] == [("missing", False), ("missing", False)]
    assert (found.reported, found.timely, found.asked) == (2, 1, 2 * len(told))
    with place("yiyang").inside():
        sent = {f"/returns/inbox/{one.pk}/" for one in Delivery.objects.filter(sender="430923")}
    assert {one.url for line in found.lines for one in line.bricks} == sent | {""}  # what came can be opened from here


def test_further_up_only_what_was_accepted_is_known(reported, place):
    with place("hunan").inside():
        periods = overview.last_spans(TODAY, "month", number=2)
        found = overview.wall(periods)
        trend = overview.trend(overview.picked("R05.own"), periods)
    bricks = {line.name: [one.state for one in line.bricks] for line in found.lines}
    assert bricks["政协安化县委员会"] == ["accepted", "missing"]
    assert not any(one.url for line in found.lines for one in line.bricks), "it was sent to somebody else"
    assert bricks["政协益阳市委员会"] == ["missing", "missing"]
    assert "政协南县委员会" not in bricks
    assert found.timely is None
    assert [one.name for one in trend.children] == ["政协益阳市委员会"]


def test_another_branch_sees_nothing_of_it(reported, place):
    with place("guangdong").inside():
        periods = overview.last_spans(TODAY, "month", number=2)
        names = [line.name for line in overview.wall(periods).lines]
        assert "政协安化县委员会" not in names
        assert not any(
            cell.is_known
            for series in overview.trend(overview.picked("R05.own"), periods).children
            for cell in series.cells
        )


def test_pages_stay_at_a_few_statements_however_many_periods(reported, place, django_assert_max_num_queries):
    with place("yiyang").inside(), django_assert_max_num_queries(14):
        overview.trend(overview.picked("R05.own"), overview.last_spans(TODAY, "month", number=12))


def test_an_unknown_indicator_or_committee_is_refused(reported, place):
    with pytest.raises(NotFound, match="没有这项指标"):
        overview.picked("R05.nobody")
    with place("yiyang").inside(), pytest.raises(NotFound, match="没有找到这个委员会"):
        queries.opened_at(queries.rollup("2022-10"), "440100")


def test_each_page_leads_to_its_sheet(reported, place, account, browser_of):
    with place("yiyang").inside():
        office = browser_of(place("yiyang"), account("office"))
        for page in ("", "heat/", "trend/", "wall/?kind=year", "R05/"):
            said = office.get(f"/rollup/{page}").content.decode()
            link = html.unescape(re.search(r'href="([^"]*format=xlsx)"', said)[1])
            sheet = office.get(urljoin(f"/rollup/{page}", link))
            assert sheet["Content-Type"].endswith("sheet"), page


def test_a_sheet_holds_numbers_to_reckon_with(reported, place, account, browser_of):
    with place("yiyang").inside():
        office = browser_of(place("yiyang"), account("office"))
    sheet = load_workbook(BytesIO(office.get("/rollup/R05/?period=2022-10&format=xlsx").content)).active
    head, *_, county, total = sheet.iter_rows()
    assert [cell.value for cell in head[2:5]] == ["数值", "分子", "分母"]
    assert county[2].number_format == total[2].number_format == "0.0%"
    assert [cell.value for cell in total[2:5]] == [pytest.approx(2 / 3), 2, 3]


def test_tints_go_from_the_least_to_the_greatest_of_a_column():
    column = Column(shared_indicators()["R05"], "own")

    def cell(counts: tuple[int, int] | None) -> Cell:
        return Cell(column, figure("R05", "own", counts))

    rows = [
        [cell((1, 10)), cell((5, 5))],
        [cell((10, 10)), cell((5, 5))],
        [cell((5, 10)), cell(None)],
        [Cell(column, None), cell((0, 0))],
    ]
    assert overview.tints(rows) == [[1, 0], [5, 0], [3, 0], [0, 0]]


def test_of_nobody_no_share_is_shown_and_nothing_is_divided():
    for code, kind in (("R05", "attainment"), ("R02", "ratio")):
        assert shared_indicators()[code].kind == kind
        cell = Cell(Column(shared_indicators()[code], "own"), figure(code, "own", (0, 0)))
        assert (cell.number, cell.shown, cell.value, cell.parts) == (None, "—", "", "0 / 0")
