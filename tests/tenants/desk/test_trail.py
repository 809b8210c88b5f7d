"""操作记录: asked by who, what, whom and when; told in words; taken out as a file."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from openpyxl import load_workbook

from accounts.permissions import Permission
from core import audit, clock, words
from core.audit import SYSTEM
from core.models import AuditEvent, AuditWords
from tenants.desk import queries
from tenants.members import actions as members
from tenants.members.models import Member

TERM = dt.date(2021, 11, 1)
ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def office(anhua: Any, account: Any) -> Any:
    return account("office", display_name="王主任")


@pytest.fixture
def person(office: Any) -> Member:
    sector = members.add_sector(name="教育界", by=office)
    made = members.add_member(
        name="张丽华",
        number="A1",
        sector=sector,
        joined_on=TERM,
        by=office,
        phone="13800000001",
        posts=["standing_member"],
    )
    return members.update_member(
        id=made.pk, name="张丽华", number="A1", sector=sector, joined_on=TERM, left_on=None, posts=["standing_member"],
        special_committees=[], effective_on=TERM, phone="13800000002", by=office,
    )  # fmt: skip


def text(response: Any) -> str:
    body = response.content.decode()
    return body.split("<tbody>")[1] if "<tbody>" in body else body


def told_of(**filters: Any) -> list[str]:
    return [one.what for one in queries.events(queries.trail(queries.TrailFilters(**filters)))]


def test_a_difference_is_read_field_by_field_in_words(person: Member, office: Any, anhua: Any, browser_of: Any) -> None:
    page = text(browser_of(anhua, office).get("/audit/?what=members.update_member"))
    assert "王主任" in page
    assert re.search(r"联系电话</span>\s*<del>13800000001</del>.*<ins>13800000002</ins>", page)
    assert "添加委员" not in page
    (made,) = queries.events(queries.trail(queries.TrailFilters(what="members.add_member")))
    assert ("职务", "", "常委") in [(one.field, one.old, one.new) for one in made.changes]


def test_the_trail_is_asked_by_who_what_whom_and_when(person: Member, office: Any) -> None:
    members.add_sector(name="医卫界", by=SYSTEM)
    assert told_of(who="王主任") == ["修改委员信息", "添加委员", "新建界别"]
    assert told_of(who="系统", what="members.") == ["新建界别"]
    assert told_of(who="无此人") == []
    assert told_of(subject="张丽") == ["修改委员信息", "添加委员"]
    assert told_of(id=person.pk) == ["修改委员信息", "添加委员"]
    assert told_of(since=dt.date(2022, 12, 1)) == told_of(until=dt.date(2022, 11, 29)) == []
    assert len(told_of(since=dt.date(2022, 11, 30), until=dt.date(2022, 11, 30), what="members.")) == 4


def test_a_question_nobody_understands_asks_nothing(person: Member, office: Any, anhua: Any, browser_of: Any) -> None:
    browser = browser_of(anhua, office)
    assert browser.get("/audit/?since=昨天&what=nonsense&id=1").status_code == 200
    assert "没有符合条件的记录" in browser.get("/audit/?subject=无此人").content.decode()


def test_only_the_office_reads_the_trail(anhua: Any, account: Any, browser_of: Any) -> None:
    assert browser_of(anhua, account("leader")).get("/audit/").status_code == 403


def test_the_file_holds_what_the_page_shows_and_leaves_a_row(
    person: Member, office: Any, anhua: Any, browser_of: Any
) -> None:
    answer = browser_of(anhua, office).get("/audit/?subject=张丽华&format=xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0] == ("时间", "操作人", "做了什么", "类别", "对象", "项目", "原来", "现在", "理由")
    assert ("王主任", "修改委员信息", "委员", "张丽华", "联系电话", "13800000001", "13800000002") in [
        row[1:8] for row in rows
    ]
    assert told_of(what="desk.export_trail") == ["导出操作记录"]


def test_many_rows_take_as_many_statements_as_one(
    person: Member, office: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        members.add_sector(name=f"界别{number}", by=office)
    with django_assert_max_num_queries(8):
        assert len(queries.events(queries.trail())) > 30


def test_persons_in_a_list_are_told_by_their_names_now(person: Member, office: Any) -> None:
    members.set_conveners(sector_id=person.sector_id, member_ids=[person.pk], since=TERM, by=office)
    event = AuditEvent.objects.get(action="members.set_conveners")
    assert event.new == {"conveners": [str(person.pk)], "since": "2021-11-01"}
    (shown,) = queries.events([event])
    assert [(one.field, one.new) for one in shown.changes] == [("召集人", "张丽华"), ("起始", "2021-11-01")]


def test_the_row_itself_names_nobody(person: Member) -> None:
    event = AuditEvent.objects.get(action="members.update_member")
    assert (event.actor_name, event.subject_label, event.old, event.new, event.why) == ("", "", None, None, "")
    said = AuditWords.objects.get(event=event)
    assert (said.label, said.old, said.new) == ("张丽华", {"phone": "13800000001"}, {"phone": "13800000002"})


def test_every_action_the_code_records_has_words() -> None:
    code = [path for part in ("tenants", "platform/accounts", "platform/exchange", "platform/dispatch") for path in (ROOT / part).rglob("*.py")]  # fmt: skip
    written = {name for path in code for name in re.findall(r'(?:action=|= )"([a-z_]+\.[a-z_]+)"', path.read_text())}
    written = {name for name in written if name.partition(".")[0] in words.APPS and "/" not in name}
    actions = {name for name in written if not name.endswith(("_html", ".html"))}
    assert len(actions) > 30
    assert sorted(actions - set(words.ACTIONS) - set(Permission) - {"dispatch.tick"}) == []


def test_a_demonstration_is_called_one(anhua: Any) -> None:
    with transaction.atomic():
        event = audit.record(by=SYSTEM, action="demo.year", subject=None)
    (shown,) = queries.events([event])
    assert (shown.what, shown.who) == ("写入演示数据", "系统")


def test_kinds_periods_committees_and_narrowed_roles_are_read_as_words(anhua: Any, office: Any) -> None:
    """Stored as codes, for the row outlives its words; read as a clerk says them."""
    unit = members.add_special_committee(name="提案委", by=office)
    row = AuditEvent(
        action="activities.set_occasion", subject_type="activities.occasion", subject_label="430923 2022-10 第 1 稿", created_at=clock.now(),
        new={"kind": "standing_committee_meeting", "period": "2022-10", "roles": [f"special_committee_office:{unit.pk}", "district_recorder:梅城镇"]},
    )  # fmt: skip
    (event,) = queries.events([row])
    assert event.subject == "政协安化县委员会 2022 年 10 月 第 1 稿"
    assert {one.field: one.new for one in event.changes} == {
        "类别": "常委会会议", "期间": "2022 年 10 月", "角色": "专委会工作室（提案委）、区政协录入员（梅城镇）",
    }  # fmt: skip
