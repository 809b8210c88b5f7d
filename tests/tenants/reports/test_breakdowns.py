"""Half-years and years tell their people by sector and by post, and nobody is found by subtraction, whatever else was told."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from core.audit import SYSTEM
from exchange import actions as exchange
from exchange.breakdowns import faults
from exchange.files import written
from exchange.verifying import verify
from policy_engine.load import load_attributes
from tenants.liaison.models import Constituent, ConstituentLink
from tenants.members.models import Member, Post, Sector
from tenants.reports import actions, queries
from tenants.reports.models import Return
from tenants.reports.queries import breakdowns
from tenants.reports.queries.breakdowns import sector_cell
from tests.tenants.reports.conftest import AT

FIRST = "2022-H1"


def settle(people: dict[str, list[int]], *, post: str = "", name: str = "委员") -> list[Member]:
    """Members by sector, each paired with so many people since long; quickly."""
    made, links = [], []
    for sector, paired in people.items():
        home, _ = Sector.objects.get_or_create(name=sector)
        for place, number in enumerate(paired):
            one = Member(
                name=f"{name}{sector}{place}", name_pinyin="a", number=f"{sector}{place}{post}", sector=home,
                joined_on=dt.date(2020, 1, 1), is_invented=True,
            )  # fmt: skip
            made.append(one)
            links += [(one, Constituent(name=f"群众{number}")) for _ in range(number)]
    Member.objects.bulk_create(made)
    Constituent.objects.bulk_create([person for _, person in links])
    ConstituentLink.objects.bulk_create(
        [
            ConstituentLink(member=one, constituent=person, choice_basis="sector", since=dt.date(2020, 1, 2))
            for one, person in links
        ]
    )
    if post:
        Post.objects.bulk_create([Post(member=one, kind=post, since=dt.date(2020, 1, 1)) for one in made])
    return made


def year_end() -> Return:
    """The year closed on its last day."""
    return actions.close_period(period="2022", today=dt.date(2022, 12, 31), at=AT, by=SYSTEM)


def part(body: dict[str, Any], attribute: str = "sector") -> dict[str, Any]:
    return next(one for one in body["breakdowns"] if one["attribute"] == attribute)


def lines(body: dict[str, Any], code: str = "", attribute: str = "sector") -> dict[str, tuple[int, ...]]:
    """Cells joined by + → people, or people and how many of them did."""
    entry = part(body, attribute)
    found = entry["figures"][code] if code else entry["persons"]
    return {
        "+".join(one["cells"]): (one["persons"],) if one["did"] is None else (one["persons"], one["did"])
        for one in found
    }


WORKED = {"教育界": [3, 3, 3, 0, 0, 0], "医药卫生界": [4, 4, 4, 0, 0, 0, 0], "工商联": [5, 5, 5], "宗教界": [0, 3]}
"""By hand: 18 members. Religion has two, so it takes the smallest other along (commerce, three): five together. Paired within
3 to 5: education 3 of 6, health 3 of 7, commerce 3 of 3, religion 1 of 2 – with commerce 4 of 5, whose rest is one person. So that
line takes education along: 7 of 11, four of whom did not."""


@pytest.mark.django_db
def test_a_case_to_check_by_hand(year, anhua, django_assert_num_queries):
    settle(WORKED)
    half = queries.span(FIRST)
    own = queries.own_figures(half)
    with django_assert_num_queries(3):
        breakdowns.told(breakdowns.splits(own.on, own.met), half, instead_of=None)
    body = year.close(FIRST).body
    assert body["format"] == "lianxin.return/3"
    assert lines(body) == {"education": (6,), "health": (7,), "commerce+religion": (5,)}
    assert lines(body, "R05.own") == {"commerce+education+religion": (11, 7), "health": (7, 3)}
    assert "R05.parent" not in part(body)["figures"], "one's own value is the parent's"
    assert list(faults(body)) == []


@pytest.mark.django_db
def test_months_are_not_broken_down_and_keep_their_format(year, anhua):
    settle(WORKED)
    body = year.close("2022-10").body
    assert ("breakdowns" in body, body["format"]) == (False, "lianxin.return/2")


@pytest.mark.django_db
def test_by_post_a_member_is_in_the_highest_one_held_on_the_last_day(year, anhua):
    settle({"教育界": [3] * 4 + [0] * 4})
    chair, *standing = settle({"工商联": [3] * 3 + [0] * 4}, post="standing_member")
    Post.objects.create(member=chair, kind="vice_chairperson", since=dt.date(2020, 1, 1))
    Post.objects.filter(member=standing[0]).update(until=dt.date(2022, 6, 30))
    body = year.close(FIRST).body
    assert lines(body, attribute="post") == {
        "chairperson": (0,), "secretary_general": (0,), "member": (9,), "standing_member+vice_chairperson": (6,)
    }  # fmt: skip


@pytest.mark.django_db
def test_nobody_in_office_is_zero_of_zero_everywhere_and_no_division(year, anhua):
    Sector.objects.create(name="教育界")
    body = year.close(FIRST).body
    assert lines(body, "R05.own") == {"education": (0, 0)}
    (table, _) = queries.tables(body)
    assert [[one.text for one in row.cells] for row in table.rows] == [["—"] * len(table.columns)] * 2


@pytest.mark.django_db
def test_two_small_sectors_and_nobody_to_hide_among_are_held_back_whole(year, anhua):
    settle({"教育界": [3, 3], "宗教界": [0, 3]})
    body = year.close(FIRST).body
    assert (part(body)["persons"], part(body)["figures"]["R05.own"]) == ([], [])
    assert queries.tables(body)[0].rows == ()


@pytest.mark.django_db
def test_a_threshold_of_ones_own_is_kept_and_none_below_three_is_taken(year, anhua):
    settle({"教育界": [3] * 4, "工商联": [0] * 4, "科技界": [3] * 9})
    year.policy_set("breakdown_threshold", 5)
    body = year.close("2022-H1").body
    assert (part(body)["threshold"], lines(body)) == (5, {"commerce+education": (8,), "science": (9,)})


@pytest.mark.django_db
def test_a_threshold_below_three_is_three(year, anhua):
    settle({"教育界": [3] * 4, "工商联": [0] * 2, "科技界": [3] * 9})
    year.policy_set("breakdown_threshold", 1)
    assert part(year.close("2022-H1").body)["threshold"] == 3


@pytest.mark.django_db
def test_a_correction_of_one_member_tells_no_cell_anew_and_the_same_again_is_told_again(year, place):
    with place("anhua").inside():
        people = settle(WORKED)
        first = year.report(FIRST)
    with place("yiyang").inside():
        exchange.send_back(delivery_id=first.pk, reason="请核对", at=AT, by=SYSTEM)
    with place("anhua").inside():
        again = year.close(FIRST).body
        assert again["breakdowns"] == first.body["breakdowns"]
        Member.objects.filter(pk=people[0].pk).update(sector=Sector.objects.get(name="医药卫生界"))
        moved = year.close(FIRST).body
        assert "education" not in lines(moved), "6 became 5: the one who left would be known"
        assert lines(moved, "R05.own") == {} or "education" not in lines(moved, "R05.own")
        Member.objects.filter(pk=people[0].pk).update(sector=people[0].sector)
        ConstituentLink.objects.filter(member=people[0]).delete()
        changed = year.close(FIRST).body
        assert lines(changed) == lines(first.body)
        assert lines(changed, "R05.own") == {}, "all but one stayed: the committee's own total tells which one moved"


@pytest.mark.django_db
def test_a_sector_renamed_between_two_returns_is_not_two_sectors(year, anhua):
    settle(WORKED)
    year.close(FIRST)
    Sector.objects.filter(name="教育界").update(name="山里娃读书界")
    body = year_end().body
    assert "读书" not in str(body)
    assert lines(body)["other"] == (6,)
    Member.objects.filter(pk=Member.objects.filter(sector__name="山里娃读书界").first().pk).update(
        left_on=dt.date(2022, 9, 1)
    )
    assert part(year_end().body)["persons"] == [], "6 and 5 under two names would still be the one who left"


def test_what_a_committee_calls_its_sectors_stays_at_home():
    said = {
        "教育界": "education",
        " 教 育 ": "education",
        "工商业联合会": "commerce",
        "医卫界别": "health",
        "王二麻子界": "other",
        "": "other",
    }
    assert {name: sector_cell(name) for name in said} == said


def test_no_two_shared_cells_have_a_name_in_common():
    for attribute in load_attributes().values():
        names = [name for cell in attribute["cells"].values() for name in (cell["title"], *cell.get("also", ()))]
        assert len(set(names)) == len(names)


@pytest.mark.django_db
def test_files_with_breakdowns_pass_offline_beside_old_ones_and_the_parent_sums_no_cell(year, place):
    with place("anhua").inside():
        settle(WORKED)
        county = year.report(FIRST)
        month = year.report("2022-06")
    with place("yiyang").inside():
        exchange.accept(delivery_id=county.pk, at=AT, by=SYSTEM)
        settle({"教育界": [3] * 5 + [0] * 4})
        city = year.report(FIRST)
    assert lines(city.body) == {"education": (9,)}, "the city's own people alone"
    texts = {
        one.sender + one.period: written(one.body, signature=one.signature, public_key=one.public_key)
        for one in (county, month, city)
    }
    report = verify(texts)
    assert (report.faults, len(report.files)) == ([], 3)


@pytest.mark.django_db
def test_both_sides_read_the_same_cells_and_why_some_are_not_told(year, place, account, browser_of):
    with place("anhua").inside():
        settle(WORKED)
        delivery = year.report(FIRST)
        own = browser_of(place("anhua"), account("office"))
    with place("yiyang").inside():
        above = browser_of(place("yiyang"), account("office"))
    for browser, address in ((own, f"/returns/{FIRST}/"), (above, f"/returns/inbox/{delivery.pk}/")):
        text = browser.get(address).content.decode()
        assert "按界别分列" in text
        assert "按职务分列" in text
        assert "工商联、宗教（合并）" in text
        assert text.count("未公布（人数少）</span>") == 4, "education, and commerce with religion, of two figures"
        assert "不是零" in text
        assert "7 / 11" in text
        book = load_workbook(BytesIO(browser.get(f"{address}?format=xlsx").content))
        sheet = {row[0].value: [cell.value for cell in row] for row in book["按界别分列"].iter_rows()}
        assert sheet["教育"][1:4] == ["6", "未公布（人数少）", None]
        assert sheet["医药卫生"][1:4] == ["7", "42.9%", "3 / 7"]
        assert sheet["未单列各格合计"][2:4] == ["63.6%", "7 / 11"]
        assert sheet["本级全体"][1:4] == ["18", "55.6%", "10 / 18"]
