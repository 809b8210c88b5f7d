"""The one sign-off runtime: the order of the document, who may sign, what a return means."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import workdays
from core.audit import SYSTEM
from tenants.desk.models import Notice
from tenants.members import actions as members
from tenants.members.models import Nomination, Sector
from tenants.proceedings import actions, queries
from tenants.proceedings.models import Process, Step

TERM = dt.date(2021, 12, 1)
TODAY = dt.date(2022, 11, 30)
STEPS = [  # as S13: office → secretary-general → council; an opinion beside them that may be left out
    {"id": "office", "title": "联络室审核", "by": "member_liaison_office", "days": 5},
    {"id": "secretary", "title": "秘书长意见", "by": "secretary_general"},
    {"id": "opinion", "title": "征求意见", "by": "research_office", "after": ["office"], "optional": True},
    {"id": "council", "title": "主席会议批准", "by": "chairpersons_council", "after": ["secretary"]},
]


@pytest.fixture
def sector(anhua: Any) -> Sector:
    return members.add_sector(name="教育界", by=SYSTEM)


@pytest.fixture
def process(sector: Sector) -> Process:
    one = members.add_member(name="张甲", number="1", sector=sector, joined_on=TERM, by=SYSTEM)
    nomination = Nomination.objects.create(sector=sector, nominated_on=TODAY, state="under_review")
    nomination.nominees.create(member=one, is_first=True)
    return actions.start_process(
        workflow="w", steps=STEPS, title="教育界某事", subject=nomination, today=TODAY, by=SYSTEM
    )


def step(key: str) -> Step:
    return Step.objects.get(key=key)


def test_steps_open_in_the_documents_order_with_their_days(process: Process, account: Any) -> None:
    office = account("office")
    assert [one.key for one in Step.objects.filter(state="open")] == ["office"]
    assert step("office").due_on == TODAY + dt.timedelta(days=5)
    with pytest.raises(actions.StepNotOpen, match="联络室审核"):
        actions.sign_step(id=step("secretary").pk, on_paper="陈某", today=TODAY, by=office)
    actions.sign_step(id=step("office").pk, on_paper="周某", today=TODAY, by=office)
    assert {one.key for one in Step.objects.filter(state="open")} == {"secretary", "opinion"}, "side by side"
    actions.sign_step(id=step("secretary").pk, on_paper="陈某", today=TODAY, by=office)
    with pytest.raises(actions.MeetingMissing):
        actions.sign_step(id=step("council").pk, today=TODAY, by=office)
    done = actions.sign_step(id=step("council").pk, meeting="第3次主席会议", today=TODAY, by=office)
    assert done.state == "done"
    assert step("opinion").state == "skipped", "what may be left out holds nobody up"
    assert step("council").decision.meeting == "第3次主席会议"
    with pytest.raises(actions.StepNotOpen):
        actions.sign_step(id=step("council").pk, meeting="又一次", today=TODAY, by=office)


@pytest.mark.parametrize(("today", "due", "says"), [(TODAY, "2022-12-05", "放假和调休"), (dt.date(2099, 1, 2), "2099-01-07", "2099 年的放假安排还没有录入")])  # fmt: skip
def test_working_days_of_the_policy_leave_out_weekends_and_holidays(
    process: Process, anhua: Any, account: Any, browser_of: Any, today: dt.date, due: str, says: str
) -> None:
    subject = Nomination.objects.get(pk=process.subject_id)
    Process.objects.update(state="done")
    steps = [{"id": "office", "title": "审核", "by": "", "days": 3, "working_days": True}]
    made = actions.start_process(workflow="w", steps=steps, title="再办", subject=subject, today=today, by=SYSTEM)
    assert made.steps.get().due_on == dt.date.fromisoformat(due)
    shown = browser_of(anhua, account("office")).get(f"/proceedings/{made.pk}/").content.decode()
    assert "3 个工作日内办" in shown
    assert says in shown


def test_only_who_holds_the_post_signs_and_the_office_enters_paper(
    process: Process, sector: Sector, account: Any
) -> None:
    unit = members.add_unit(kind="office", name="联络室", body="member_liaison_office", since=TERM, by=SYSTEM)
    head = members.add_member(name="周某", number="2", sector=sector, joined_on=TERM, by=SYSTEM)
    members.appoint(unit=unit.pk, role="leader", member=head.pk, since=TERM, by=SYSTEM)
    own = members.give_account(id=head.pk, username="zhou", password=None, roles=["leader"], by=SYSTEM)
    stranger, office = account("leader"), account("office")
    with pytest.raises(actions.NotYourStep):
        actions.sign_step(id=step("office").pk, today=TODAY, by=stranger)
    with pytest.raises(actions.NotYourStep):
        actions.sign_step(id=step("office").pk, on_paper="周某", today=TODAY, by=stranger)
    assert [one.step for one in queries.waiting_for(own)] == ["联络室审核"]
    assert queries.waiting_for(office) == [], "the office enters it, but it is not the office's own"
    actions.sign_step(id=step("office").pk, opinion="同意", today=TODAY, by=own)
    assert (step("office").signed_by, step("office").on_paper) == (own, "")


def test_a_return_needs_a_reason_and_ends_the_run(process: Process, account: Any) -> None:
    office = account("office")
    with pytest.raises(actions.ReasonMissing):
        actions.return_step(id=step("office").pk, reason=" ", on_paper="周某", today=TODAY, by=office)
    back = actions.return_step(id=step("office").pk, reason="材料不全", on_paper="周某", today=TODAY, by=office)
    assert back.state == "returned"
    with pytest.raises(actions.StepNotOpen):
        actions.sign_step(id=step("office").pk, on_paper="周某", today=TODAY, by=office)


def test_no_steps_is_no_process(sector: Sector) -> None:
    with pytest.raises(actions.NoWorkflow):
        actions.start_process(workflow="w", steps=[], title="x", subject=sector, today=TODAY, by=SYSTEM)


def test_the_page_shows_each_step_and_takes_paper_signatures(
    process: Process, anhua: Any, account: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(anhua, account("office"))
    here = f"/proceedings/{process.pk}/"
    with django_assert_max_num_queries(24):
        page = browser.get(here).content.decode()
    assert "由委员联络室办理" in page
    assert "2022-12-05前办" in page
    missing = browser.post(here, {"step": step("office").pk, "agree": "1"})
    assert missing.status_code == 422
    told = browser.post(here, {"step": step("office").pk, "agree": "1", "on_paper": "周某"}, follow=True)
    assert "按纸质件补录" in told.content.decode()
    assert "转到“秘书长意见”、“征求意见”" in told.content.decode()
    leader = browser_of(anhua, account("leader"))
    assert leader.get("/proceedings/?state=running&q=教育").status_code == 200
    assert browser.get("/proceedings/?format=xlsx")["Content-Type"].endswith("sheet")
    other = leader.post(here, {"step": step("secretary").pk, "agree": "1"})
    assert other.status_code == 403


def test_whose_turn_it_is_is_told_and_who_began_it_hears_the_end(sector: Sector, account: Any) -> None:
    unit = members.add_unit(kind="office", name="联络室", body="member_liaison_office", since=TERM, by=SYSTEM)
    head = members.add_member(name="周某", number="2", sector=sector, joined_on=TERM, by=SYSTEM)
    members.appoint(unit=unit.pk, role="leader", member=head.pk, since=TERM, by=SYSTEM)
    own = members.give_account(id=head.pk, username="zhou", password=None, roles=["leader"], by=SYSTEM)
    office = account("office")
    account("leader")
    nomination = Nomination.objects.create(sector=sector, nominated_on=TODAY, state="under_review")
    nomination.nominees.create(member=head, is_first=True)
    actions.start_process(workflow="w", steps=STEPS, title="教育界某事", subject=nomination, today=TODAY, by=office)
    (asked,) = Notice.objects.all()
    assert (asked.user_id, asked.title, asked.due_on) == (own.pk, "等您办理：教育界某事", TODAY + dt.timedelta(days=5))
    actions.return_step(id=step("office").pk, reason="请补材料", today=TODAY, by=own)
    asked.refresh_from_db()
    assert asked.settled_at is not None
    back = Notice.objects.get(user=office)
    assert (back.title, "请补材料" in back.text) == ("已退回：教育界某事", True)


def test_working_days_are_counted_anew_once_a_years_holidays_are_announced(monkeypatch):
    """A step opened before them was given the last day as weekends alone tell it."""
    step = Step(state="open", in_working_days=True, days=5, opened_on=dt.date(2022, 9, 28), due_on=dt.date(2022, 10, 5))
    assert step.due == dt.date(2022, 10, 10), "the holidays of October are known now"
    monkeypatch.setattr(workdays, "is_known", lambda day: False)
    assert step.due == dt.date(2022, 10, 5)
    step.state = "signed"
    assert step.due == dt.date(2022, 10, 5), "what is over keeps the day it was given"
