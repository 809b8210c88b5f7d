"""The pages of activities, by host, as each role meets them."""

from __future__ import annotations

from tenants.activities.models import Activity, Participation
from tests.tenants.activities.test_activities import register
from tests.tenants.liaison.test_contacts import make_member, user

SENT = {
    "title": "到西关站接待群众",
    "kind": "station_visit",
    "organiser": "committee",
    "held_on": "2022-11-20",
    "key": "0184c0de-0000-7000-8000-000000000001",
}


def test_the_office_records_an_activity_with_a_pasted_list(anhua, browser_of):
    make_member(), make_member("周二", "002")
    browser = browser_of(anhua, user("office"))
    assert browser.get("/activities/new/").status_code == 200
    answer = browser.post("/activities/new/", {**SENT, "participants": "陈一\n周二、陈一"}, follow=True)
    assert "2 位委员计入履职" in answer.content.decode()
    assert Participation.objects.filter(state="confirmed").count() == 2


def test_pressing_twice_makes_one_activity(anhua, browser_of):
    browser = browser_of(anhua, user("office"))
    for _ in range(2):
        assert browser.post("/activities/new/", SENT).status_code == 302
    assert Activity.objects.count() == 1


def test_a_name_that_is_not_on_the_roster_is_named_and_nothing_is_written(anhua, browser_of):
    make_member()
    answer = browser_of(anhua, user("office")).post("/activities/new/", {**SENT, "participants": "陈一、无此人"})
    assert answer.status_code == 422
    assert "名册里没有“无此人”" in answer.content.decode()
    assert Activity.objects.count() == 0


def test_participants_are_found_by_sector_and_ticked(anhua, browser_of):
    member, held = make_member(), register()
    browser = browser_of(anhua, user("office"))
    shown = browser.get(f"/activities/{held.pk}/?sector={member.sector_id}").content.decode()
    assert str(member.pk) in shown
    browser.post(f"/activities/{held.pk}/participants/", {"members": [str(member.pk)], "role": "host"})
    assert Participation.objects.get().role == "host"
    again = browser.post(f"/activities/{held.pk}/participants/", {"members": [str(member.pk)]}, follow=True)
    assert "已经在参加人员里" in again.content.decode()
    none = browser.post(f"/activities/{held.pk}/participants/", {"members": ["nonsense"]}, follow=True)
    assert "没有勾选委员" in none.content.decode()


def test_a_member_says_i_took_part_and_waits(guangzhou, browser_of):
    mine = user("member")
    make_member(user=mine)
    held = register()
    browser = browser_of(guangzhou, mine)
    assert "我参加了" in browser.get(f"/activities/{held.pk}/").content.decode()
    answer = browser.post(f"/activities/{held.pk}/participants/", follow=True)
    assert "等待办公室确认后计入" in answer.content.decode()
    assert "我参加了</button>" not in answer.content.decode()


def test_a_member_records_a_deed_of_the_own(anhua, browser_of):
    mine = user("member")
    member = make_member(user=mine)
    browser = browser_of(anhua, mine)
    browser.post("/activities/new/", {**SENT, "kind": "practical_deed", "organiser": "member"})
    held = Activity.objects.get()
    assert (held.organiser_member, held.participations.get().member) == (member, member)
    assert browser.get("/activities/").status_code == 200


def test_a_colleagues_claim_is_404_for_a_member(guangzhou, browser_of):
    mine, theirs = user("member"), user("member", "other")
    make_member(user=mine)
    other = make_member("周二", "002", user=theirs)
    held = register(by=theirs, participants=[other.pk])
    assert browser_of(guangzhou, mine).get(f"/activities/{held.pk}/").status_code == 404


def test_withdrawing_an_activity_asks_why(anhua, browser_of):
    held = register()
    browser = browser_of(anhua, user("office"))
    assert browser.post(f"/activities/{held.pk}/withdraw/", {"reason": " "}).status_code == 422
    assert (
        "已撤回"
        in browser.post(f"/activities/{held.pk}/withdraw/", {"reason": "没有举行"}, follow=True).content.decode()
    )
    assert "还没有活动" in browser.get("/activities/").content.decode()
