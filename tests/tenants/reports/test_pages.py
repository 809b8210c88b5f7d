"""The pages of returns: who sees which button, what is said, what a refusal looks like."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import SYSTEM
from dispatch import work
from exchange import actions as exchange
from exchange.verifying import verify
from tenants.policy import actions as policy
from tenants.reports import queries, tasks
from tenants.reports.views import files
from tests.exchange.conftest import key_of_here
from tests.tenants.reports.conftest import AT, CANARY, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(place, account, browser_of):
    """`signed_in("anhua", "office")`: a browser on that committee's host."""

    def make(slug: str, role: str):
        with place(slug).inside():
            return browser_of(place(slug), account(role, username=f"{role}-{slug}"))

    return make


def _keep(name: str, response) -> str:
    """The page's text; with LX_KEEP_PAGES a copy is left there to look at."""
    if folder := os.environ.get("LX_KEEP_PAGES"):
        Path(folder, f"{name}.html").write_bytes(response.content)
    return response.content.decode()


def _buttons(text: str) -> list[str]:
    main = text.partition('<main id="content"')[2]
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<button[^>]*>(.*?)</button>", main, re.S)]


def test_the_office_closes_and_waits_the_leader_signs_the_office_submits(year, place, signed_in):
    office, leader = signed_in("anhua", "office"), signed_in("anhua", "leader")
    with place("anhua").inside():
        year.members(3, 5, 1)
    text = _keep("returns-empty", office.get("/returns/"))
    assert "2022 年 11 月" in text
    assert "结账 2022 年 11 月" in _buttons(text)
    assert "结账 2022 年 11 月" not in _buttons(leader.get("/returns/").content.decode())

    waiting = _keep("returns-waiting", office.post("/returns/close/", {"period": "2022-11"}, follow=True))
    assert "正在结账" in waiting
    (progress,) = re.findall(r'href="(/jobs/[0-9a-f-]{36}/)"', waiting)
    assert "结账 2022 年 11 月" in office.get(progress).content.decode()
    assert 'http-equiv="refresh"' in office.get("/returns/").content.decode()
    assert tasks.close_period  # a worker has imported it, and so has the test
    sent: list[dict] = []
    work.send_due(sent.append)
    assert [work.run(message) for message in sent] == ["done"]

    text = _keep("returns-draft", office.get("/returns/2022-11/"))
    assert "签署" not in _buttons(text)
    assert "66.7%" in text
    assert "2 / 3" in text
    assert "签署" in _buttons(_keep("returns-to-sign", leader.get("/returns/2022-11/")))
    assert "等办公室报送政协益阳市委员会" in leader.post("/returns/2022-11/sign/", follow=True).content.decode()

    text = _keep("returns-signed", office.get("/returns/2022-11/"))
    assert "报送政协益阳市委员会" in _buttons(text)
    text = _keep("returns-submitted", office.post("/returns/2022-11/submit/", follow=True))
    assert "已报送政协益阳市委员会，等待接收。" in text


def test_submitting_twice_from_two_windows_is_a_refusal_with_a_sentence(year, place, signed_in):
    office = signed_in("anhua", "office")
    with place("anhua").inside():
        year.report()
    here = f"http://{place('anhua').host}/returns/2022-11/"
    response = office.post("/returns/2022-11/submit/", HTTP_REFERER=here)
    assert response.status_code == 409
    assert "没有重复报送" in response.content.decode()
    assert '<a class="btn btn-primary" href="/returns/2022-11/">回到刚才那一页' in response.content.decode()
    gone = office.post("/returns/2022-13/submit/", HTTP_REFERER=here).content.decode()
    assert "什么也没有改动" in gone
    foreign = office.post("/returns/2022-11/submit/", HTTP_REFERER="https://elsewhere.example/returns/2022-11/")
    assert "回到刚才那一页" not in foreign.content.decode()


def test_the_parent_looks_then_sends_back_with_a_reason_or_accepts(year, place, signed_in):
    office, county = signed_in("yiyang", "office"), signed_in("anhua", "office")
    with place("anhua").inside():
        year.members(3, 6)
        year.adapt(5, 8)
        first = year.report()
    assert "政协安化县委员会" in _keep("inbox", office.get("/returns/inbox/"))
    text = _keep("received", office.get(f"/returns/inbox/{first.pk}/"))
    assert "接收" in _buttons(text)
    assert "按其上级办法" in text

    response = office.post(f"/returns/inbox/{first.pk}/send-back/", {"reason": " "})
    assert response.status_code == 422
    assert "请填写退回理由" in _keep("received-refused", response)
    office.post(f"/returns/inbox/{first.pk}/send-back/", {"reason": "联系次数请核对"})
    assert "联系次数请核对" in _keep("returns-returned", county.get("/returns/2022-11/"))

    with place("anhua").inside():
        second = year.report()
    text = office.post(f"/returns/inbox/{second.pk}/accept/", follow=True).content.decode()
    assert "已接收政协安化县委员会2022 年 11 月月报" in text
    assert office.post(f"/returns/inbox/{second.pk}/accept/").status_code == 409


@pytest.mark.parametrize("slug", ["nanxian", "hunan", "guangdong"])
def test_anothers_return_is_not_found(year, place, signed_in, slug):
    with place("anhua").inside():
        delivery = year.report()
    browser = signed_in(slug, "office")
    assert browser.get(f"/returns/inbox/{delivery.pk}/").status_code == 404
    assert browser.post(f"/returns/inbox/{delivery.pk}/accept/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("member", 403), ("convener", 403), ("upper_liaison", 200), ("leader", 200)]
)
def test_returns_and_the_sum_open_to_those_who_may(place, signed_in, role, status):
    browser = signed_in("yiyang", role)
    for path in ("/returns/", "/returns/inbox/", "/rollup/"):
        assert browser.get(path).status_code == (403 if status == 403 else 200), path


@pytest.mark.parametrize("path", ["close/", "2022-11/submit/"])
def test_the_liaison_office_only_looks(place, signed_in, path):
    assert signed_in("yiyang", "upper_liaison").post(f"/returns/{path}", {"period": "2022-11"}).status_code == 403


@pytest.mark.parametrize("path", ["/returns/2022-13/", "/returns/abc/", "/rollup/?period=abc", "/rollup/R99/"])
def test_what_does_not_exist_is_not_found(place, signed_in, path):
    assert signed_in("yiyang", "office").get(path).status_code == 404


def test_the_province_reads_who_reported_and_every_number_leads_to_its_composition(year, place, signed_in):
    with place("anhua").inside():
        members = year.members(3, 5, 6, 8)
        year.adapt(5, 8)
        year.contact(*members)
        year.output(members[0], members[1])
        county = year.report()
    with place("yiyang").inside():
        exchange.accept(delivery_id=county.pk, at=AT, by=SYSTEM)
        year.members(3, 0)
        city = year.report()
    province = signed_in("hunan", "upper_liaison")
    text = _keep("rollup-waiting", province.get("/rollup/"))
    assert "待接收" in text
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
    text = _keep("rollup", province.get("/rollup/"))
    assert "政协安化县委员会" in text
    assert "政协南县委员会" in text
    assert "/rollup/R05/?period=2022-11" in text
    text = _keep("indicator", province.get("/rollup/R05/?period=2022-11"))
    assert "现有结对群众人数" in text
    for parts in ("4 / 6", "3 / 6", "3 / 4", "2 / 4"):
        assert parts in text
    assert "不适用" in province.get("/rollup/R09/?period=2022-11").content.decode()
    _keep("rollup-city", signed_in("yiyang", "office").get("/rollup/"))


def test_a_foreign_province_opens_its_page_and_finds_nothing_of_others(year, place, signed_in):
    with place("anhua").inside():
        year.report()
    text = _keep("rollup-foreign", signed_in("guangdong", "upper_liaison").get("/rollup/?period=2022-11"))
    assert "政协广州市委员会" in text
    assert "待报" in text
    for name in ("安化", "益阳", "湖南"):
        assert name not in text


def test_a_county_has_nobody_below_and_the_page_says_so(place, signed_in):
    assert "本会没有下级委员会" in _keep("rollup-county", signed_in("anhua", "office").get("/rollup/"))


def test_the_list_shows_what_is_next_for_every_month(year, place, signed_in):
    with place("anhua").inside():
        year.report("2022-09")
        year.close("2022-10")
        assert queries.latest("2022-10").state == "draft"
    text = _keep("returns-list", signed_in("anhua", "office").get("/returns/"))
    assert text.index("2022 年 10 月") < text.index("2022 年 9 月")
    assert "等领导签署" in text
    assert "等上级接收" in text


def test_a_figure_opens_down_to_who_is_out_and_why_and_says_what_moved_since(year, place, signed_in):
    with place("anhua").inside():
        members = year.members(3, 5, 1)
        year.contact(members[0], members[1])
        year.close()
    office, liaison = signed_in("anhua", "office"), signed_in("anhua", "upper_liaison")
    assert (
        'href="/returns/2022-11/figures/R05/?period=2022-11&amp;basis=own"'
        in office.get("/returns/2022-11/").content.decode()
    )
    text = _keep("figure-attainment", office.get("/returns/2022-11/figures/R05/?basis=own"))
    assert text.count("未计入") == 2  # one of three, and the filter
    assert "1 人，尚差 2" in text
    assert "结账以后记录有变动" not in text
    text = _keep("figure-records", office.get("/returns/2022-11/figures/R02/"))
    assert 'href="/contacts/' in text
    with place("anhua").inside():
        year.contact(members[2])
    assert "结账以后记录有变动" in office.get("/returns/2022-11/figures/R02/").content.decode()
    hidden = _keep("figure-unnamed", liaison.get("/returns/2022-11/figures/R05/"))
    assert "计入 2，未计入 1" in hidden
    assert CANARY[:4] not in hidden
    assert liaison.get("/returns/2022-11/figures/R05/?format=xlsx")["Content-Type"].startswith("text/html")
    for path in ("R09", "R29", "R30", "R39", "R40", "R17", "R21"):
        assert office.get(f"/returns/2022-11/figures/{path}/").status_code == 200, path
    for path in ("R22", "R99"):
        assert office.get(f"/returns/2022-11/figures/{path}/").status_code == 404, path


def test_the_parent_accepts_several_after_a_look_and_a_late_one_is_called_late(year, place, signed_in):
    with place("anhua").inside():
        first = year.report("2022-10")
    with place("nanxian").inside():
        second = year.report("2022-10")
    with place("yiyang").inside():
        year.policy_set("return_days_month", 5)
    office = signed_in("yiyang", "office")
    assert "接收选中的…" in _buttons(_keep("inbox-many", office.get("/returns/inbox/")))
    assert office.get("/returns/inbox/").content.decode().count("迟报 25 天（期限 11-05）") == 2
    assert "迟报 25 天（期限 11-05）" in office.get(f"/returns/inbox/{first.pk}/").content.decode()
    text = _keep("accept-many", office.get("/returns/inbox/accept/"))
    assert text.count("迟报 25 天（期限 11-05）") == 2
    assert "接收这 2 份" in _buttons(text)
    one = office.get(f"/returns/inbox/accept/?id={first.pk}").content.decode()
    assert "接收这 1 份" in _buttons(one)
    done = office.post("/returns/inbox/accept/", {"id": [first.pk, second.pk]}, follow=True).content.decode()
    assert "已接收 2 份" in done
    assert "没有选中待接收的报表" in office.get("/returns/inbox/accept/").content.decode()
    text = _keep("rollup-late", office.get("/rollup/?period=2022-10"))
    assert "迟报（2022-11-30）" in text
    assert "0 / 2" in text


def test_the_days_the_parent_published_are_a_countys_own_are_not(year, place, signed_in):
    """A committee's own days are for those below it; what it sends itself is due when its parent says."""
    with place("anhua").inside():
        year.report("2022-10")
    with place("yiyang").inside():
        year.policy_set("return_days_month", 5)
        year.report("2022-10")
        city = signed_in("yiyang", "office")
        assert "报送期限" not in city.get("/returns/2022-10/").content.decode()
        assert "2022-11-05" not in city.get("/returns/").content.decode()
    county = signed_in("anhua", "office")
    assert "报送期限" not in county.get("/returns/2022-10/").content.decode()
    with place("yiyang").inside():
        policy.publish_policy(note="第一版", today=TODAY, at=AT, by=SYSTEM)
    assert "2022-11-05，过了期限报送" in county.get("/returns/2022-10/").content.decode()
    assert "报送期限 2022-12-05" in county.get("/returns/").content.decode()


def test_the_inbox_narrows_to_a_period_and_accepts_what_it_shows(year, place, signed_in):
    with place("anhua").inside():
        year.report("2022-09")
        year.report("2022-10")
    office = signed_in("yiyang", "office")
    text = office.get("/returns/inbox/?period=2022-09&q=安化").content.decode()
    assert "2 份等着接收" in text
    assert text.count('name="id"') == 1
    assert "这样的没有等着接收的" in office.get("/returns/inbox/?q=南县").content.decode()
    shown = office.get("/returns/inbox/accept/?period=2022-09&q=").content.decode()
    assert "接收这 1 份" in _buttons(shown)


def test_a_correction_below_is_carried_up_and_its_way_is_shown(year, place, signed_in):
    with place("anhua").inside():
        members = year.members(3, 5)
        county = year.report()
    with place("yiyang").inside():
        exchange.accept(delivery_id=county.pk, at=AT, by=SYSTEM)
        city = year.report()
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
        year.close()
        year.sign()
    with place("anhua").inside():
        year.contact(members[0])
        again = year.report()
    with place("yiyang").inside():
        exchange.accept(delivery_id=again.pk, at=AT, by=SYSTEM)
    office = signed_in("yiyang", "office")
    assert "第 2 稿代替第 1 稿" in _keep("newer-below", office.get("/returns/2022-11/"))
    assert "重新结账 2022 年 11 月月报" in office.get("/").content.decode()
    with place("yiyang").inside():
        city = year.report()
    text = _keep("changed", office.get("/returns/2022-11/"))
    assert "比上级已接收的第 1 稿改了什么" in text
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
        assert [(one.name, one.depth) for one in queries.newer_below(queries.latest("2022-11"))] == [
            ("政协益阳市委员会", 0)
        ]
    province = signed_in("hunan", "office")
    home = province.get("/").content.decode()
    assert "重新结账 2022 年 11 月月报" in home
    assert "可以报送" not in home  # nobody is above: signed is the last word, until something new comes from below
    assert "结账做更正稿" in _buttons(province.get("/returns/2022-11/").content.decode())
    with place("hunan").inside():
        year.close()
        new, old = queries.revisions("2022-11")
        found = queries.chain(new.row.body, old.row.body)
        assert [(one.name, one.before, one.now, one.depth) for one in found] == [
            ("政协益阳市委员会", 1, 2, 0), ("政协安化县委员会", 1, 2, 1)]  # fmt: skip
        changes = queries.changes(new.row.body, old.row.body)
        assert {one.column.indicator.id for one in changes.figures} == {"R02"}
        assert (changes.below, changes.notes, changes.said) == (1, (), "所依的办法没有变。")


def test_a_half_year_and_a_year_go_the_same_way(year, place, signed_in):
    office = signed_in("anhua", "office")
    with place("anhua").inside():
        year.members(3)
    assert '/returns/2021/">2021 年' in office.get("/returns/?kind=year").content.decode()
    queued = office.post("/returns/close/", {"period": "2021"}, follow=True).content.decode()
    assert queued.index("2021 年年报</h2>") < queued.index(
        "算好以后本页会自动更新"
    )  # over for long: shown while it is closed
    assert "2030" not in _keep("returns-to-come", office.get("/returns/?period=2030"))
    assert office.get("/returns/?period=nonsense").status_code == 404
    with place("anhua").inside():
        half = year.report("2022-H1")
        year.report("2021")
    assert (half.recipient, half.body["as_of"]) == ("430900", "2022-06-30")
    text = _keep("returns-kinds", office.get("/returns/"))
    assert "2022 年上半年" in text
    only = office.get("/returns/?kind=year").content.decode()
    assert "2021 年" in only
    assert "2022 年 10 月</a>" not in only
    assert "2022 年上半年报" in office.get("/returns/2022-H1/").content.decode()


def test_in_january_the_list_still_has_the_year_that_is_over():
    keys = [one.key for one in queries.spans_until(dt.date(2023, 1, 5))]
    assert keys == ["2023", "2023-H1", "2023-01", "2022", "2022-H2", "2022-12"]


def test_a_month_passed_over_stays_on_the_list_and_is_owed_for_a_while():
    closed = ["2022-10", "2022-12", "2022-H1"]
    listed = [one.key for one in queries.spans_until(dt.date(2023, 1, 5), closed=closed)]
    assert listed == ["2023", "2023-H1", "2023-01", "2022", "2022-H2", "2022-12", "2022-11", "2022-10", "2022-H1"]
    owed = [one.key for one in queries.due_spans(dt.date(2023, 1, 5), within=90, closed=closed)]
    assert owed == ["2022-12", "2022-11", "2022-H2", "2022"]
    later = [one.key for one in queries.due_spans(dt.date(2023, 3, 5), within=90, closed=closed)]
    assert "2022-11" not in later
    assert "2023-01" in later


def test_a_signed_return_leaves_as_a_file_that_can_be_checked(year, place, signed_in):
    office = signed_in("anhua", "office")
    with place("anhua").inside():
        year.close()
        assert office.get("/returns/2022-11/file/").status_code == 404
        year.sign()
        delivery = year.submit()
    own = office.get("/returns/2022-11/file/")
    received = signed_in("yiyang", "office").get(f"/returns/inbox/{delivery.pk}/file/")
    keys = json.loads(signed_in("hunan", "upper_liaison").get("/returns/keys/?format=json").content)["keys"]
    assert "政协安化县委员会" in signed_in("anhua", "leader").get("/returns/keys/").content.decode()
    assert own.content == received.content
    assert verify({"f": own.content.decode()}, trusted=keys).ok
    assert signed_in("nanxian", "office").get(f"/returns/inbox/{delivery.pk}/file/").status_code == 404


def test_keys_are_found_by_name_page_by_page_nearest_first_and_leave_whole(place, signed_in, monkeypatch):
    for slug in ("guangdong", "anhua", "nanxian", "hunan", "yiyang"):
        with place(slug).inside():
            key_of_here()
    monkeypatch.setattr(files, "PER_PAGE", 3)
    office = signed_in("yiyang", "office")
    text = _keep("keys", office.get("/returns/keys/"))
    places = [text.index(name) for name in ("政协益阳市委员会（本会）", "政协南县委员会", "政协安化县委员会")]
    assert places == sorted(places)
    assert "第 1–3 条，共 5 条" in text
    assert "政协湖南省委员会" in office.get("/returns/keys/?page=2").content.decode()
    found = _keep("keys-found", office.get("/returns/keys/?q=安化"))
    assert found.count('scope="row"') == 1
    assert "政协安化县委员会" in found
    assert office.get("/returns/keys/?q=4309").content.decode().count('scope="row"') == 3
    assert "没有这样的委员会" in office.get("/returns/keys/?q=没有").content.decode()
    assert len(json.loads(office.get("/returns/keys/?q=安化&format=json").content)["keys"]) == 5


def test_the_page_of_keys_asks_for_no_more_than_it_shows(place, signed_in):
    office = signed_in("anhua", "office")
    with place("anhua").inside():
        key_of_here()
    office.get("/returns/keys/")
    with CaptureQueriesContext(connection) as asked:
        office.get("/returns/keys/")
    told = [one["sql"] for one in asked if "exchange_signingkey" in one["sql"]]
    assert len(told) == 2, "how many, and this page"
    assert "LIMIT" in told[1]
    assert not [one for one in asked if 'FROM "registry_committee" ORDER BY' in one["sql"]], (
        "everybody's names are not read"
    )
