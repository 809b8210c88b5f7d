"""Calling members to an activity, their answers, who was there, guests, topics, the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from core import clock
from core.audit import SYSTEM
from tenants.activities import actions
from tenants.activities.models import Activity, Invitation, Participation
from tenants.activities.queries import engine_events, guest_levels_on
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, user

SOON = date(2022, 12, 9)


def called(**more) -> Activity:
    values = {"title": "冬季视察", "kind": "inspection", "organiser_type": "committee", "held_on": SOON, "by": SYSTEM}
    return actions.call_activity(**(values | more))


def deeds() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, subject_id, amounts->>'people' FROM deed WHERE source = 'activities.activity' ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_the_office_announces_calls_and_takes_attendance(anhua, browser_of):
    mine = user("member")
    coming, ill, silent = make_member(user=mine), make_member("周二", "002"), make_member("张三", "003")
    browser = browser_of(anhua, user("office"))
    sent = {
        "key": coming.pk, "title": "冬季视察", "kind": "inspection", "organiser": "committee", "held_on": "2022-12-09",
        "participants": "陈一、周二、张三",
    }  # fmt: skip
    assert "已邀请 3 位委员" in browser.post("/activities/new/", sent, follow=True).content.decode()
    held = Activity.objects.get()
    assert deeds() == []  # nothing counts before it was held
    own = browser_of(anhua, mine)
    assert "邀请您参加" in own.get(f"/activities/{held.pk}/").content.decode()
    assert "已报名" in own.post(f"/activities/{held.pk}/answer/", {"answer": "coming"}, follow=True).content.decode()
    assert "还没有到举办的那天" in browser.get(f"/activities/{held.pk}/attendance/", follow=True).content.decode()
    Activity.objects.update(held_on=TODAY)
    page = browser.get(f"/activities/{held.pk}/attendance/").content.decode()
    assert page.count("checked") == 1
    marks = {f"at-{coming.pk}": "participant", f"at-{ill.pk}": "on_leave", f"at-{silent.pk}": "late"}
    said = browser.post(f"/activities/{held.pk}/attendance/", marks, follow=True).content.decode()
    assert "到会 1，迟到 1，请假 1" in said
    assert "参加的委员 1 位" in said
    rows = deeds()
    assert [role for role, *_ in rows] == ["late", "on_leave", "organiser", "participant"]
    assert {people for *_, people in rows} == {"1"}  # those away are in no number


def test_attendance_sets_right_what_a_member_entered(guangzhou):
    mine = user("member")
    member = make_member(user=mine)
    held = actions.register_activity(
        title="调研", kind="research", organiser_type="committee", held_on=DAY, today=TODAY, by=SYSTEM
    )
    actions.record_participation(activity=held.pk, members=[member.pk], by=mine)
    taken = {"activity": held.pk, "today": TODAY, "by": SYSTEM, "at": clock.now()}
    assert actions.take_attendance(attendance={member.pk: "absent"}, **taken) == {"absent": 1}
    part = Participation.objects.get()
    assert (part.role, part.state) == ("absent", "confirmed")
    actions.withdraw_participation(id=part.pk, reason="记错人", by=SYSTEM, at=clock.now())
    assert [role for role, *_ in deeds()] == ["organiser"]


def test_answering_late_or_for_nobody_is_refused(anhua):
    mine = user("member")
    held = called()
    answer = {"activity": held.pk, "answer": "coming", "by": mine, "at": clock.now()}
    with pytest.raises(Exception, match="没有找到|不存在|没有这") as refusal:
        actions.answer_invitation(today=TODAY, **answer)
    assert refusal.value.status == 404
    make_member(user=mine)
    with pytest.raises(actions.AlreadyHeld):
        actions.answer_invitation(today=date(2022, 12, 10), **answer)
    with pytest.raises(actions.NotHeldYet):
        actions.take_attendance(activity=held.pk, attendance={}, today=TODAY, by=SYSTEM, at=clock.now())
    with pytest.raises(actions.NobodyCalled):
        actions.invite(activity=held.pk, members=[], by=SYSTEM, at=clock.now())
    with pytest.raises(actions.NotHeldYet):
        actions.record_participation(activity=held.pk, members=[make_member("周二", "002").pk], by=SYSTEM)
    assert not Invitation.objects.exists()


def test_a_whole_sector_is_called_at_once_and_once(anhua, browser_of):
    member = make_member()
    make_member("周二", "002")
    held = called()
    browser = browser_of(anhua, user("office"))
    sent = {"sector": str(member.sector_id)}
    assert "已邀请 2 位" in browser.post(f"/activities/{held.pk}/invite/", sent, follow=True).content.decode()
    assert "都已经邀请过" in browser.post(f"/activities/{held.pk}/invite/", sent, follow=True).content.decode()


def test_a_guest_of_another_level_is_listed_and_counts_nowhere(guangzhou, browser_of):
    held = actions.register_activity(
        title="到站", kind="station_visit", organiser_type="committee", held_on=DAY, today=TODAY, by=SYSTEM
    )
    before = deeds()
    browser = browser_of(guangzhou, user("office"))
    sent = {"name": "吴某某", "level": "national", "unit": "全国政协委员"}
    assert "吴某某" in browser.post(f"/activities/{held.pk}/guests/", sent, follow=True).content.decode()
    assert deeds() == before
    assert "county" not in guest_levels_on(DAY)  # GZ20-3.2-3 lists national, provincial and city
    with pytest.raises(actions.GuestLevelNotAllowed, match="全国政协"):
        actions.add_guest(activity=held.pk, name="某", level="county", by=SYSTEM)
    with pytest.raises(actions.GuestNameMissing):
        actions.add_guest(activity=held.pk, name=" ", level="city", by=SYSTEM)


def test_a_topic_is_done_when_something_came_of_it(anhua, browser_of):
    topic = actions.propose_topic(title="停车难", form="sector", year=2022, source="plan", by=SYSTEM)
    with pytest.raises(actions.ResultMissing):
        actions.move_topic(id=topic.pk, state="held", by=SYSTEM)
    browser = browser_of(anhua, user("office"))
    assert browser.post(f"/activities/topics/{topic.pk}/", {"state": "held"}).status_code == 422
    browser.post(f"/activities/topics/{topic.pk}/", {"state": "held", "result": "形成三条建议"})
    assert "1 个议题，已协商 1" in browser.get("/activities/topics/").content.decode()
    for change, refusal in (({"title": " "}, actions.TopicTitleMissing), ({"year": 22}, actions.YearOutOfRange)):
        with pytest.raises(refusal):
            actions.propose_topic(
                **{"title": "题", "form": "sector", "year": 2022, "source": "plan", "by": SYSTEM} | change
            )


def test_the_calendar_is_what_the_judge_counts_from(anhua, browser_of):
    browser = browser_of(anhua, user("office"))
    sent = {"kind": "plenary_session", "held_on": "2022-01-08", "title": "第二次会议"}
    assert "全体会议" in browser.post("/activities/calendar/", sent, follow=True).content.decode()
    assert [(one.kind, one.on) for one in engine_events()] == [("plenary_session", date(2022, 1, 8))]
    with pytest.raises(actions.UnknownOccasion):
        actions.set_occasion(kind="party", held_on=DAY, by=SYSTEM)
    assert browser_of(anhua, user("leader")).post("/activities/calendar/", sent).status_code == 200


def test_a_practical_deed_says_for_whom_and_what_came_of_it(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    browser = browser_of(anhua, mine)
    assert "办成了什么" in browser.get("/activities/new/?kind=practical_deed").content.decode()
    sent = {
        "key": "0184c0de-0000-7000-8000-000000000001", "title": "修水渠", "kind": "practical_deed", "organiser": "member",
        "held_on": "2022-11-20", "beneficiary": "云台村 30 户", "result": "通水 2 公里",
    }  # fmt: skip
    said = browser.post("/activities/new/", sent, follow=True).content.decode()
    assert "云台村 30 户" in said
    assert browser_of(anhua, user("office")).get("/activities/?format=xlsx").status_code == 200
