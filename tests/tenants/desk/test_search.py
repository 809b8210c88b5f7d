"""搜索: by name, sound, title, number and clause; within reach; a bounded number of statements."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from core.audit import SYSTEM
from tenants.activities.actions import propose_topic, register_activity
from tenants.desk import queries
from tenants.liaison.actions import register_contact
from tenants.members import actions as members
from tenants.voices.actions import register_output

TODAY = dt.date(2022, 11, 30)
TERM = dt.date(2021, 11, 1)


def text(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def town(anhua: Any) -> Any:
    """One of everything that 张丽华 of the education sector has to do with."""
    sector = members.add_sector(name="教育界", by=SYSTEM)
    member = members.add_member(name="张丽华", number="A017", sector=sector, joined_on=TERM, by=SYSTEM)
    register_contact(
        member=member.pk, kind="visit", held_on=TODAY, summary="谈校门口的停车难，希望错时开放", place="东坪镇", today=TODAY, by=SYSTEM
    )  # fmt: skip
    register_activity(
        title="停车难专题调研", kind="research", organiser_type="committee", held_on=TODAY, today=TODAY, by=SYSTEM
    )
    propose_topic(year=2022, title="缓解停车难", form="sector", source="voice", by=SYSTEM)
    register_output(
        type="proposal", title="关于缓解停车难的建议", submitted_on=TODAY, authorship="individual", lead=member.pk, today=TODAY, by=SYSTEM
    )  # fmt: skip
    return member


def kinds(user: Any, asked: str) -> dict[str, list[str]]:
    return {
        one.name: ["".join(piece for piece, _ in hit.title) for hit in one.hits]
        for one in queries.search(user, asked, day=TODAY)
    }


@pytest.mark.parametrize("asked", ["张丽华", "zhanglihua", "zhang li hua", "ZLH", "zlh", "A017", "丽华"])
def test_a_member_is_found_by_name_sound_initials_and_number(asked: str, town: Any, account: Any) -> None:
    assert kinds(account("office"), asked)["members"] == ["张丽华"]


def test_a_name_also_finds_what_its_member_did(town: Any, account: Any) -> None:
    found = kinds(account("office"), "zlh")
    assert found["contacts"] == ["张丽华 走访"]
    assert found["outputs"] == ["关于缓解停车难的建议"]


def test_words_find_records_activities_outputs_and_are_marked(
    town: Any, account: Any, browser_of: Any, anhua: Any
) -> None:
    body = text(browser_of(anhua, account("office")).get("/search/?q=停车难"))
    assert "找到 4 条" in body
    for link in ("/contacts/", "/activities/", "/activities/topics/", "/outputs/"):
        assert re.search(rf'class="lx-hit" href="{link}[0-9a-f-]+/"', body), link
    assert body.count("<mark>停车难</mark>") == 4


def test_clauses_documents_sectors_and_pages_are_found(town: Any, account: Any) -> None:
    office = account("office")
    assert kinds(office, "界别群众")["clauses"]
    assert kinds(office, "jyj")["sectors"] == ["教育界"]
    assert kinds(office, "教育")["sectors"] == ["教育界"]
    assert kinds(office, "操作记录")["places"] == ["操作记录"]
    assert "places" not in kinds(account("leader"), "操作记录")
    assert kinds(office, "办法")["documents"]


def test_a_member_finds_the_policy_and_the_own_records_and_nobody_else(town: Any, account: Any) -> None:
    user = members.give_account(
        id=members.add_member(name="李四", number="A2", sector=town.sector, joined_on=TERM, by=SYSTEM).pk,
        username="lisi", password=None, by=SYSTEM,
    )  # fmt: skip
    assert kinds(user, "张丽华") == {}
    assert kinds(user, "zlh") == {}
    assert set(kinds(user, "停车难")) <= {"activities", "topics"}
    own = members.give_account(id=town.pk, username="zlh", password=None, by=SYSTEM)
    assert set(kinds(own, "停车难")) == {"contacts", "activities", "topics", "outputs"}


def test_an_empty_or_fruitless_search_says_what_to_do(anhua: Any, account: Any, browser_of: Any) -> None:
    browser = browser_of(anhua, account("office"))
    assert "姓名、拼音或首字母" in text(browser.get("/search/"))
    assert "没有找到" in text(browser.get("/search/?q=%3Cb%3E无此"))
    assert "<b>无此" not in text(browser.get("/search/?q=%3Cb%3E无此"))


def test_a_search_takes_as_many_statements_for_many_as_for_one(
    town: Any, account: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        members.add_member(name=f"张丽{number}", number=f"B{number}", sector=town.sector, joined_on=TERM, by=SYSTEM)
    user = account("office")
    with django_assert_max_num_queries(20):
        found = queries.search(user, "张", day=TODAY)
    assert [len(one.hits) for one in found if one.name == "members"] == [6]
    assert next(one.more_url for one in found if one.name == "members") == "/members/?q=%E5%BC%A0"


@pytest.mark.parametrize(
    ("said", "asked", "expected"),
    [
        ("到站履职", "履职", (("到站", False), ("履职", True))),
        ("ABab", "ab", (("AB", True), ("ab", True))),
        ("没有", "停车", (("没有", False),)),
        ("", "停车", ()),
    ],
)
def test_what_was_typed_is_cut_out(said: str, asked: str, expected: Any) -> None:
    from tenants.desk.queries.search import pieces

    assert pieces(said, asked) == expected
