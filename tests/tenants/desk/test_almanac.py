"""工作日历: the days of the policy, how far each is, and the same as files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.audit import SYSTEM
from tenants.desk import queries
from tenants.desk.queries import almanac
from tenants.members import actions as members
from tenants.voices.actions import register_output

TERM = dt.date(2021, 11, 1)
TODAY = dt.date(2022, 11, 30)


def text(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def people(guangzhou: Any) -> list[Any]:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    made = [
        members.add_member(name=name, number=name, sector=sector, joined_on=TERM, by=SYSTEM)
        for name in ("甲某", "乙某")
    ]
    register_output(
        type="proposal", title="建议", submitted_on=dt.date(2022, 11, 1), authorship="individual", lead=made[0].pk, today=TODAY, by=SYSTEM
    )  # fmt: skip
    return made


def test_the_office_sees_the_nearest_day_and_how_far_each_requirement_is(
    people: Any, account: Any, browser_of: Any, guangzhou: Any
) -> None:
    browser = browser_of(guangzhou, account("office"))
    body = text(browser.get("/calendar/"))
    assert "最近的期限 12 月 31 日" in body
    assert "撰写提案（联名计入）" in body
    assert "1 / 2" in body
    assert "没有固定日子或只计数" in body
    assert "甲某" not in body
    only = text(browser.get("/calendar/?who=sector&open=on"))
    assert "界别集体提案" in only
    assert "撰写提案（联名计入）" not in only


def test_a_member_sees_their_own_state_and_nobody_elses(people: Any, browser_of: Any, guangzhou: Any) -> None:
    user = members.give_account(id=people[0].pk, username="jia", password=None, by=SYSTEM)
    body = text(browser_of(guangzhou, user).get("/calendar/"))
    assert "撰写提案（联名计入）" in body
    assert "1 / 2" not in body
    assert "界别集体提案" not in body
    year = queries.work_year(user, 2022, today=TODAY)
    assert year
    assert {one.title: one.state for one in year.entries}["撰写提案（联名计入）"] == "已完成"


def test_a_year_to_come_has_not_begun_and_a_year_gone_by_is_late(people: Any, account: Any) -> None:
    office = account("office")
    after, before = (queries.work_year(office, number, today=dt.date(2023, 3, 1)) for number in (2024, 2022))
    assert after
    assert before
    assert {one.state for one in after.entries} == {"未到"}
    assert before.late
    assert "过期没完成" in before.title


def test_the_calendar_leaves_as_a_sheet_and_as_a_calendar_file(
    people: Any, account: Any, browser_of: Any, guangzhou: Any
) -> None:
    browser = browser_of(guangzhou, account("office"))
    assert browser.get("/calendar/?format=xlsx")["Content-Type"].endswith("sheet")
    answer = browser.get("/calendar/?format=ics")
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20221231" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") > 5
    assert "甲某" not in answer.content.decode()


def test_commas_and_line_ends_in_a_calendar_file_are_escaped_and_long_lines_folded() -> None:
    assert almanac._text("甲,乙;丙\\丁\n戊") == "甲\\,乙\\;丙\\\\丁\\n戊"
    folded = almanac._folded("SUMMARY:" + "工作" * 40)
    assert folded.replace("\r\n ", "") == "SUMMARY:" + "工作" * 40
    assert max(len(line.encode()) for line in folded.split("\r\n")) <= 75


def test_without_a_policy_the_calendar_says_so(place: Any, account: Any, browser_of: Any) -> None:
    with place("hunan").inside():
        assert "没有施行中的办法" in text(browser_of(place("hunan"), account("office")).get("/calendar/"))


def test_what_is_typed_wrong_shows_this_year(guangzhou: Any, account: Any, browser_of: Any) -> None:
    assert "2022 年工作日历" in text(browser_of(guangzhou, account("office")).get("/calendar/?y=abc&who=nobody"))


def test_the_calendar_takes_as_many_statements_for_many_members_as_for_one(
    people: Any, account: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        members.add_member(name="丙某", number=f"C{number}", sector=people[0].sector, joined_on=TERM, by=SYSTEM)
    office = account("office")
    with django_assert_max_num_queries(20):
        assert queries.work_year(office, 2022, today=TODAY)
