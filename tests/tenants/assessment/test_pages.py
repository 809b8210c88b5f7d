"""The pages of standing: who sees whom, filters, files, and what is shown when there is nothing."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(anhua, account, browser_of):
    return browser_of(anhua, account("office"))


def shown(answer):
    return [row.member.name for row in answer.context["page"]]


def test_the_totals_stand_on_top_and_lead_to_the_people(office, town):
    town.member("完成", paired=3)
    town.member("差两个", paired=1)
    text = office.get("/standing/").content.decode()
    assert "2022 年 · 截至 11 月 30 日" in text
    assert "尚差 2 人" in text
    assert 'href="?state=outstanding"' in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["乙", "丙", "甲"]),
        ("state=met", ["甲"]),
        ("state=outstanding", ["乙", "丙"]),
        ("duty=constituents", ["乙", "丙"]),
        ("q=乙", ["乙"]),
        ("q=li0", ["乙", "丙", "甲"]),
        ("state=nonsense&sector=nonsense&duty=nonsense", ["乙", "丙", "甲"]),
        ("as_of=2022-01-01", ["甲", "乙", "丙"]),
        ("as_of=2022-01-01&state=met", []),
        ("as_of=not-a-day&state=met", ["甲"]),
        ("as_of=2099-01-01&state=met", ["甲"]),
    ],
)
def test_filters_narrow_the_list(office, town, query, names):
    town.member("甲", paired=3)
    town.member("乙", paired=1)
    town.member("丙")
    answer = office.get(f"/standing/?{query}")
    assert answer.status_code == 200
    assert shown(answer) == names


def test_the_sector_filter_leads_from_the_sectors_page(office, town):
    town.member("教师")
    medic = town.member("医生", sector="医药卫生界")
    text = office.get("/standing/sectors/").content.decode()
    assert f"/standing/?sector={medic.sector_id}" in text
    assert shown(office.get(f"/standing/?sector={medic.sector_id}")) == ["医生"]
    assert office.get(f"/standing/sectors/{medic.sector_id}/").status_code == 200
    assert office.get("/standing/committee/").status_code == 200


def test_every_figure_is_a_door_and_keeps_the_day_and_the_filters(office, town):
    member = town.member("甲", paired=1)
    text = office.get(f"/standing/?as_of=2022-06-30&sector={member.sector_id}").content.decode()
    assert f'href="?as_of=2022-06-30&amp;sector={member.sector_id}&amp;state=outstanding"' in text
    assert f'href="?as_of=2022-06-30&amp;sector={member.sector_id}&amp;duty=constituents"' in text
    assert f"/standing/{member.pk}/?as_of=2022-06-30#constituents" in text
    assert "上月底" in text


def test_the_list_is_sorted_by_how_much_is_owed(office, town):
    town.member("做完", paired=3)
    town.member("没做")
    assert shown(office.get("/standing/")) == ["没做", "做完"]
    assert "差得多的排在前面" in office.get("/standing/").content.decode()
    assert "差得多的排在前面" not in office.get("/standing/?sort=name").content.decode()
    assert shown(office.get("/standing/?sort=-short")) == ["没做", "做完"]
    assert shown(office.get("/standing/?sort=short")) == ["做完", "没做"]
    assert shown(office.get("/standing/?sort=-name")) == ["没做", "做完"]


def test_special_committees_have_pages_of_their_own(office, town):
    from tenants.members.models import Seat

    group, member = town.special_committee(), town.member(paired=1)
    Seat.objects.create(member=member, special_committee=group, since=date(2022, 1, 1))
    text = office.get("/standing/special-committees/").content.decode()
    assert f"/standing/?special_committee={group.pk}" in text
    assert office.get(f"/standing/special-committees/{group.pk}/").status_code == 200
    rows = list(
        load_workbook(io.BytesIO(office.get("/standing/special-committees/?format=xlsx").content)).active.values
    )
    assert rows[1][:4] == (group.name, 1, 0, 1)


def test_a_special_committees_office_sees_its_own_and_names_nobody_beyond(anhua, town, account, browser_of):
    from tenants.members.models import Seat

    group, other = town.special_committee(), town.special_committee("文史委")
    near, far = town.member("近某"), town.member("远某")
    for member, seat in ((near, group), (far, other)):
        Seat.objects.create(member=member, special_committee=seat, since=date(2022, 1, 1))
    client = browser_of(anhua, account("special_committee_office", scope=group.pk))
    assert "文史委" not in client.get("/standing/special-committees/").content.decode()
    assert client.get(f"/standing/special-committees/{other.pk}/").status_code == 404
    text = client.get("/standing/committee/").content.decode()
    assert "近某" in text
    assert "另有 1 人" in text
    assert "远某" not in text


def test_a_coverage_says_how_many_of_how_many_and_names_the_gaps(office, town):
    """S12, S22: numerator and denominator, and who is missing."""
    town.member("没有入驻")
    text = office.get("/standing/committee/").content.decode()
    assert "没有入驻" in text
    assert "party_group" not in text


def test_a_coverage_of_nobody_is_not_called_met(office):
    from tenants.assessment.queries import standing_of_subject

    standing, _ = standing_of_subject("committee", "self", date(2022, 11, 30))
    line = standing.line("residency")
    assert (line.state, line.reason) == ("not_applicable", "没有要做到的人")
    assert "没有要做到的人" in office.get("/standing/committee/").content.decode()


def test_the_file_shows_every_year_of_service(office, town, anhua, account, browser_of):
    user = account("member")
    member = town.member(paired=3, user=user)
    client = browser_of(anhua, user)
    for one in (office, client):
        text = one.get(f"/standing/{member.pk}/file/").content.decode()
        assert "2022 年" in text
        assert "2021 年" in text
        assert f"/documents/members/{member.pk}/?as_of=2021-12-31" in text
    assert client.get(f"/standing/{town.member('别人').pk}/file/").status_code == 404


def test_the_list_comes_as_a_spreadsheet_with_the_same_filters(office, town):
    town.member("=甲", paired=3)
    town.member("乙", paired=1)
    answer = office.get("/standing/?state=outstanding&format=xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[0] for row in rows] == ["姓名", "乙"]
    column = next(index for index, head in enumerate(rows[0]) if head.startswith("重点联系界别群众"))
    assert rows[1][column : column + 2] == (1, "尚差 2")


def test_one_member_shows_rule_clause_provenance_and_records(office, town):
    member = town.member(paired=3)
    text = office.get(f"/standing/{member.pk}/").content.decode()
    assert "保持 3–5 人" in text
    assert "第15条第2款" in text
    assert "计入的记录 3 条" in text
    assert "虚构" in text


def test_a_member_sees_only_the_own_standing(anhua, town, account, browser_of):
    user = account("member")
    own, other = town.member("自己", user=user, paired=1), town.member("别人")
    client = browser_of(anhua, user)
    shown = client.get("/standing/me/").content.decode()
    assert "还差" in shown
    assert '<a href="/constituents/">去结对</a>' in shown, "what is owed leads to where it is done"
    assert client.get(f"/standing/{own.pk}/").status_code == 200
    assert client.get(f"/standing/{other.pk}/").status_code == 404
    assert client.get("/standing/")["location"] == "/standing/me/"
    assert client.get("/standing/sectors/").status_code == 403


def test_a_convener_sees_the_own_sector_only(anhua, town, account, browser_of):
    user = account("convener")
    town.member("召集人", user=user)
    colleague, stranger = town.member("同界别"), town.member("外界别", sector="农业界")
    client = browser_of(anhua, user)
    assert sorted(shown(client.get("/standing/"))) == ["召集人", "同界别"]
    assert client.get(f"/standing/{colleague.pk}/").status_code == 200
    assert client.get(f"/standing/{stranger.pk}/").status_code == 404
    assert client.get(f"/standing/sectors/{stranger.sector_id}/").status_code == 404
    assert "农业界" not in client.get("/standing/sectors/").content.decode()


def test_an_account_without_a_member_has_no_own_standing(anhua, account, browser_of):
    assert browser_of(anhua, account("member")).get("/standing/me/").status_code == 404


def test_another_committees_member_does_not_exist_here(place, town, account, browser_of):
    with place("nanxian").inside():
        foreign = town.member("外县")
    with place("anhua").inside():
        client = browser_of(place("anhua"), account("office"))
    assert client.get(f"/standing/{foreign.pk}/").status_code == 404


def test_without_a_policy_every_page_says_so(place, town, account, browser_of):
    hunan = place("hunan")
    with hunan.inside():
        member = town.member()
        client = browser_of(hunan, account("office"))
    for url in ("/standing/", "/standing/sectors/", "/standing/committee/", f"/standing/{member.pk}/"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "还没有施行中的办法" in answer.content.decode(), url


def test_an_empty_roster_says_what_to_do(office):
    assert "没有符合条件的委员" in office.get("/standing/").content.decode()
    assert "还没有界别" in office.get("/standing/sectors/").content.decode()


def test_the_pages_statements_do_not_grow_with_the_members(office, town):
    def statements(url):
        office.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert office.get(url).status_code == 200
        return sum("registry_" not in one["sql"] for one in asked)  # the route is kept for a while, not for ever

    first = town.member(paired=1)
    urls = ("/standing/", "/standing/sectors/", f"/standing/{first.pk}/")
    before = [statements(url) for url in urls]
    for _ in range(12):
        town.member(paired=1)
    town.pair(first, since=date(2022, 2, 2))
    assert [statements(url) for url in urls] == before


def test_where_the_document_fixes_no_number_nobody_is_called_done(place, account, browser_of):
    """S24: what is counted is shown, what is not asked is not judged."""
    from core.audit import SYSTEM
    from tenants.members.actions import add_member, add_sector

    ordos = place("ordos")
    with ordos.inside():
        sector = add_sector(name="教育", order=1, by=SYSTEM)
        add_member(name="乌兰", number="1", sector=sector, joined_on=date(2021, 12, 1), by=SYSTEM)
        for address in ("/standing/", "/"):
            text = browser_of(ordos, account("office", f"office{len(address)}")).get(address).content.decode()
            assert "全部完成" not in text.replace('value="met">全部完成', ""), address
        assert "只计数，不判断完成与否" in browser_of(ordos, account("leader")).get("/standing/").content.decode()
