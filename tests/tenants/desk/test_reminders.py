"""Reminders before, on and after a due day: to whom, once, and quiet where nothing is owed."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

import pytest
from django.test import TestCase

from core import clock, tenancy, waiting
from core.audit import SYSTEM
from core.waiting import Item, Pile, Source
from dispatch.models import Job
from registry.queries import everyone
from tenants.assessment import queries as assessment
from tenants.desk import actions, queries, tasks
from tenants.desk.models import Notice, Reminder
from tenants.desk.queries.due import stage_of
from tenants.members import actions as members
from tenants.voices.actions import register_output

TERM = dt.date(2021, 11, 1)
YEAR_END = dt.date(2022, 12, 31)
DAY = dt.timedelta(days=1)


def text(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def member(guangzhou: Any) -> Any:
    """Guangzhou asks each member for a proposal and an opinion report a year."""
    sector = members.add_sector(name="教育界", by=SYSTEM)
    made = members.add_member(name="张丽华", number="A1", sector=sector, joined_on=TERM, by=SYSTEM)
    members.give_account(id=made.pk, username="zlh", password=None, by=SYSTEM)
    made.refresh_from_db()
    return made


def remind(day: dt.date) -> int:
    return actions.remind(today=day, at=clock.now(), by=SYSTEM)


def titles(member: Any) -> set[str]:
    return set(Reminder.objects.filter(member=member).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("left", "stage"), [(8, None), (7, 7), (5, 7), (4, 7), (3, None), (0, 0), (-1, 0), (-2, 0), (-3, -3), (-6, -3), (-7, None)]
)  # fmt: skip
def test_the_newest_stage_reached_counts_unless_it_is_long_past(left: int, stage: int | None) -> None:
    assert stage_of(YEAR_END, YEAR_END - DAY * left, (7, 0, -3)) == stage


def test_a_member_is_told_once_a_day_of_everything_that_falls_due(member: Any, browser_of: Any, guangzhou: Any) -> None:
    assert remind(YEAR_END - DAY * 8) == 0
    day = YEAR_END - DAY * 7
    assert remind(day) == 1
    (notice,) = Notice.objects.filter(user=member.user)
    assert notice.title.startswith("提醒：")
    assert "项快到期" in notice.title
    assert notice.due_on == YEAR_END
    assert "撰写提案（联名计入）" in titles(member)
    assert remind(day) == 0
    assert remind(day + DAY) == 0
    body = text(browser_of(guangzhou, member.user).get("/inbox/"))
    assert "撰写提案（联名计入）" in body
    assert "还差 1 件" in body
    assert 'href="/standing/me/#' in body
    assert "依据" in body


@pytest.mark.parametrize("state", ["met", "waived", "not_applicable", "counted", "exceeded"])
def test_what_is_not_owed_is_quiet(state: Any, member: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [replace(one, state=state) for one in assessment.verdicts(YEAR_END)]
    monkeypatch.setattr(assessment, "verdicts", lambda as_of: found)
    assert queries.matters(YEAR_END, queries.reminder_plan()) == []


def test_what_was_done_since_is_quiet(member: Any) -> None:
    def asked() -> set[str]:
        return {one.key.partition(":")[0] for one in queries.matters(YEAR_END, queries.reminder_plan()) if one.member}

    assert "proposal" in asked()
    register_output(
        type="proposal", title="建议", submitted_on=dt.date(2022, 11, 1), authorship="individual", lead=member.pk,
        today=dt.date(2022, 11, 1), by=SYSTEM,
    )  # fmt: skip
    assert "proposal" not in asked()


def test_it_is_told_again_on_the_day_and_once_it_is_over_also_in_the_new_year(member: Any) -> None:
    remind(YEAR_END)
    remind(YEAR_END + DAY * 3)
    assert set(Reminder.objects.filter(member=member).values_list("stage", flat=True)) == {0, -3}
    assert "已过期限" in Notice.objects.order_by("-due_on", "-pk").filter(key="remind:2023-01-03").get().title


def test_whoever_has_no_account_is_noted_as_not_reached(
    member: Any, account: Any, browser_of: Any, guangzhou: Any
) -> None:
    other = members.add_member(name="李四", number="A2", sector=member.sector, joined_on=TERM, by=SYSTEM)
    assert remind(YEAR_END) >= 2
    assert Reminder.objects.filter(member=other, user=None, notice=None).exists()
    browser = browser_of(guangzhou, account("office"))
    body = text(browser.get("/reminders/?state=unsent"))
    assert "李四" in body
    assert "张丽华" not in body
    assert "张丽华" in text(browser.get("/reminders/?q=zlh&sort=due"))
    assert "没有符合条件的提醒" in text(browser.get("/reminders/?q=无此人"))
    assert browser.get("/reminders/?format=xlsx")["Content-Type"].endswith("sheet")


def test_the_office_sets_the_days_and_a_wrong_number_is_refused_with_what_was_typed(
    guangzhou: Any, account: Any, browser_of: Any
) -> None:
    browser = browser_of(guangzhou, account("office"))
    assert "提前 7 天、当天、过期 3 天" in text(browser.get("/reminders/"))
    refused = browser.post("/reminders/plan/", {"is_on": "on", "before": "七天"})
    assert refused.status_code == 422
    assert 'value="七天"' in refused.content.decode()
    assert browser.post("/reminders/plan/", {"is_on": "on", "before": "99"}).status_code == 422
    assert browser.post("/reminders/plan/", {"is_on": "on"}).status_code == 422
    done = browser.post("/reminders/plan/", {"is_on": "on", "before": "14、3", "after": "5"}, follow=True)
    assert "提前 14 天、提前 3 天、过期 5 天" in text(done)
    assert queries.reminder_plan().leads == (14, 3, -5)


def test_switched_off_nobody_is_reminded(member: Any, account: Any) -> None:
    actions.set_reminders(leads=[7], is_on=False, by=SYSTEM)
    assert remind(YEAR_END) == 0
    with pytest.raises(actions.LeadsOutOfRange):
        actions.set_reminders(leads=[], is_on=True, by=SYSTEM)


def test_a_dated_matter_that_waits_reminds_those_it_waits_for(
    anhua: Any, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = account("leader")
    item = Item(key="signoff:1", what="召集人审批", url="/signoffs/1/", due=dt.date(2022, 6, 10))
    ask = lambda user, day, limit: Pile(count=1, items=[item]) if user == leader else None  # noqa: E731
    monkeypatch.setattr(waiting, "_sources", {})
    waiting.register(Source(name="signoffs", title="审批", url="/signoffs/", order=20, ask=ask))
    assert remind(dt.date(2022, 6, 10)) == 1
    assert Notice.objects.get(user=leader).url == "/signoffs/1/"


def test_reminding_takes_as_many_statements_for_many_members_as_for_one(
    member: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        members.add_member(name="李四", number=f"B{number}", sector=member.sector, joined_on=TERM, by=SYSTEM)
    with django_assert_max_num_queries(40):
        assert remind(YEAR_END) > 20


def test_without_a_carrier_a_line_of_the_log_is_all_that_leaves(member: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="core.carrying"), TestCase.captureOnCommitCallbacks(execute=True):
        remind(YEAR_END)
    assert any("stays in the inbox" in line.message for line in caplog.records)
    assert "张丽华" not in caplog.text


def test_every_morning_each_active_committee_gets_one_job(db: None) -> None:
    tasks.remind_all()
    with tenancy.as_operator():
        wanted = {entry.code for entry in everyone() if entry.state == "active"}
        assert {job.committee for job in Job.objects.filter(task=actions.REMIND)} == wanted


def test_the_job_says_how_many_were_reminded(guangzhou: Any) -> None:
    assert tasks.remind(by=SYSTEM) == "今天没有要提醒的。"
