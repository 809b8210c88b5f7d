"""Home, navigation and the trail, asked for the way a browser asks."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from core import clock
from core.audit import SYSTEM
from tenants.activities.actions import call_activity, invite
from tenants.desk import queries
from tenants.liaison import actions as liaison
from tenants.liaison.queries import claims
from tenants.members import actions as members
from tenants.members.models import Member

TERM = dt.date(2021, 11, 1)
TODAY = dt.date(2022, 11, 30)


def text(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def member_with_account() -> Member:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    made = members.add_member(name="张丽华", number="A1", sector=sector, joined_on=TERM, by=SYSTEM)
    members.give_account(id=made.pk, username="zlh", password=None, by=SYSTEM)
    return Member.objects.select_related("user").get()


def test_a_member_sees_what_is_owed_with_its_clause(anhua: Any, browser_of: Any) -> None:
    page = text(browser_of(anhua, member_with_account().user).get("/"))
    assert "2022 年还差" in page
    assert "尚差" in page
    assert "依据" in page
    assert "/contacts/new/" in page


def test_the_office_sees_what_waits_and_a_quiet_leader_that_nothing_does(
    anhua: Any, account: Any, browser_of: Any
) -> None:
    office = text(browser_of(anhua, account("office")).get("/"))
    assert "今天等您的" in office
    assert "2022 年 11 月" in office
    assert "今天没有等您办的事" in text(browser_of(anhua, account("leader")).get("/"))


@pytest.mark.parametrize(
    "role", ["special_committee_office", "convener", "district_recorder", "upper_liaison", "member"]
)
def test_every_role_has_a_home(role: str, anhua: Any, account: Any, browser_of: Any) -> None:
    text(browser_of(anhua, account(role)).get("/"))


def test_the_level_above_sees_who_has_not_reported(yiyang: Any, account: Any, browser_of: Any) -> None:
    page = text(browser_of(yiyang, account("upper_liaison")).get("/"))
    assert "下级报送" in page
    assert "政协安化县委员会" in page
    assert "未报" in page


@pytest.mark.parametrize(
    "role", ["office", "special_committee_office", "convener", "leader", "member", "upper_liaison"]
)
def test_navigation_leads_nowhere_that_is_closed(role: str, anhua: Any, account: Any, browser_of: Any) -> None:
    user = account(role)
    browser = browser_of(anhua, user)
    places = queries.navigation(user=user, path="/members/import/")
    assert [place["label"] for place in places if place["current"]] in (["委员"], [])
    assert sum(place["bar"] for place in places) <= 5
    for place in places:
        if place["url"] not in (
            "/standing/me/",
            "/contacts/new/",
            "/members/me/data/",
        ):  # these need a member behind the account
            assert browser.get(place["url"]).status_code == 200, place["url"]


def test_a_member_reaches_the_own_pages(anhua: Any, browser_of: Any) -> None:
    user = member_with_account().user
    browser = browser_of(anhua, user)
    for place in queries.navigation(user=user, path="/"):
        assert browser.get(place["url"]).status_code == 200, place["url"]


def test_home_takes_as_many_statements_for_many_members_as_for_one(
    anhua: Any, account: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    for number in range(30):
        members.add_member(name="张丽华", number=f"A{number}", sector=sector, joined_on=TERM, by=SYSTEM)
    browser = browser_of(anhua, account("office"))
    with django_assert_max_num_queries(50):
        text(browser.get("/"))


def test_a_claim_is_confirmed_on_the_home_page_itself(guangzhou: Any, account: Any, browser_of: Any) -> None:
    user = member_with_account().user
    liaison.register_contact(
        member=user.member.pk, kind="visit", held_on=TODAY, summary="走访社区，听取对停车难的意见", today=TODAY, by=user
    )
    browser = browser_of(guangzhou, account("office"))
    page = text(browser.get("/"))
    button = re.search(r'action="(/contacts/claims/[^"]+)"', page)
    assert button
    assert "张丽华" in page
    after = browser.post(button.group(1), follow=True)
    assert after.request["PATH_INFO"] == "/"
    assert "张丽华" not in text(after)
    assert "待确认" in text(browser_of(guangzhou, user).get("/"))


def test_the_office_sees_on_home_how_many_owe_each_duty(anhua: Any, account: Any, browser_of: Any) -> None:
    member_with_account()
    page = text(browser_of(anhua, account("office")).get("/"))
    assert 'href="/standing/?duty=constituents"' in page
    assert "尚差 1 人" in page
    assert "/standing/?duty=contacts" not in page, "what is only counted is owed by nobody"
    assert "张丽华" not in page, "a duty is listed, never a wall of names"


def test_the_office_sees_on_home_the_months_return(anhua: Any, account: Any, browser_of: Any) -> None:
    page = text(browser_of(anhua, account("office")).get("/"))
    assert "本会报送" in page
    assert 'href="/returns/2022-11/"' in page
    assert "还没有结账" in page


def test_home_of_the_level_above_is_titled_with_who_is_silent(yiyang: Any, account: Any, browser_of: Any) -> None:
    user = account("upper_liaison")
    assert re.search(r"<h1>2022 年 11 月还有 \d+ 个下级没有报来</h1>", text(browser_of(yiyang, user).get("/")))
    assert "/rollup/" in [place["url"] for place in queries.navigation(user=user, path="/") if place["bar"]]


def test_the_desk_counts_all_claims_and_reads_the_oldest_alone(guangzhou: Any, account: Any) -> None:
    user = member_with_account().user
    for ago in (1, 3, 2):
        liaison.register_contact(
            member=user.member.pk, kind="visit", held_on=TODAY - dt.timedelta(days=ago), summary="走访", today=TODAY, by=user
        )  # fmt: skip
    pile = claims.WAITING.ask(account("office"), TODAY, 2)
    assert pile is not None
    assert pile.count == 3
    assert [(TODAY - one.since).days for one in pile.items if one.since] == [3, 2]


def test_a_claim_is_returned_from_home_and_home_is_where_one_goes_on(
    guangzhou: Any, account: Any, browser_of: Any
) -> None:
    user = member_with_account().user
    liaison.register_contact(
        member=user.member.pk, kind="visit", held_on=TODAY, summary="走访社区，听取对停车难的意见", today=TODAY, by=user
    )
    browser = browser_of(guangzhou, account("office"))
    link = re.search(r'href="(/contacts/claims/[^"]+/return/\?next=/)"', text(browser.get("/")))
    assert link
    assert "autofocus" in text(browser.get(link.group(1)))
    after = browser.post(link.group(1), {"reason": "请补写到场人数"}, follow=True)
    assert after.request["PATH_INFO"] == "/"
    refused = text(browser_of(guangzhou, user).get("/contacts/?state=rejected"))
    record = re.search(r'href="(/contacts/[0-9a-f-]{36}/)"', refused)
    assert record
    assert "改好再提交" in text(browser_of(guangzhou, user).get(record.group(1)))


def test_a_member_sees_an_invitation_until_it_is_answered(anhua: Any, account: Any, browser_of: Any) -> None:
    member = member_with_account()
    held = call_activity(
        title="冬季视察", kind="inspection", organiser_type="committee", held_on=dt.date(2022, 12, 9), by=SYSTEM
    )
    invite(activity=held.pk, members=[member.pk], by=SYSTEM, at=clock.now())
    browser = browser_of(anhua, member.user)
    page = text(browser.get("/"))
    assert "等您答复的邀请" in page
    assert f'href="/activities/{held.pk}/?next=/"' in page
    assert "还有 9 天" in page
    assert "收件里有 1 条未读" in page
    browser.post(f"/activities/{held.pk}/answer/", {"answer": "coming"})
    after = text(browser.get("/"))
    assert "等您答复的邀请" not in after
    assert "条未读" not in after


def test_the_office_is_asked_for_the_attendance_of_what_was_held(anhua: Any, account: Any, browser_of: Any) -> None:
    held = call_activity(title="秋季视察", kind="inspection", organiser_type="committee", held_on=TODAY, by=SYSTEM)
    page = text(browser_of(anhua, account("office")).get("/"))
    assert f'href="/activities/{held.pk}/attendance/?next=/"' in page


def test_a_members_home_folds_away_what_is_only_counted_and_says_by_when(guangzhou: Any, browser_of: Any) -> None:
    page = text(browser_of(guangzhou, member_with_account().user).get("/"))
    assert "最近的期限 12月31日" in page
    assert "12月31日前" in page
    assert re.search(r"另有 \d+ 项只计数", page)


def test_the_office_of_a_special_committee_sees_its_own_members_and_what_it_owes_itself(
    anhua: Any, account: Any, browser_of: Any
) -> None:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    mine, other = (members.add_special_committee(name=name, by=SYSTEM) for name in ("提案委", "经科委"))
    for number, one in enumerate((mine, mine, other)):
        members.add_member(
            name=f"委员{number}", number=f"A{number}", sector=sector, joined_on=TERM, special_committees=[one], by=SYSTEM
        )  # fmt: skip
    user = account("special_committee_office", scope=str(mine.pk))
    home = browser_of(anhua, user).get("/").context["home"]
    assert (home.of_whom, len(home.standing.by_subject)) == ("提案委", 2)
    assert {(one.of, one.line.duty.id) for one in home.own} >= {("提案委", "committee_base")}
    assert "提案委自己还差的" in text(browser_of(anhua, user).get("/"))
