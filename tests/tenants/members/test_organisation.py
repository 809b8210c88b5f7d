"""Sectors, special committees, offices and groups: the actions' rules, and the pages the way a browser asks."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from core.audit import SYSTEM
from tenants.members import actions, queries
from tenants.members.models import Member, Post, Seat, Sector
from tenants.proceedings import actions as proceedings
from tenants.proceedings.models import Process, Step

TERM = dt.date(2021, 12, 1)
TODAY = dt.date(2022, 11, 30)


@pytest.fixture
def sector(anhua: Any) -> Sector:
    return actions.add_sector(name="教育界", by=SYSTEM)


@pytest.fixture
def people(sector: Sector) -> list[Member]:
    committee = actions.add_special_committee(name="教科卫体委", by=SYSTEM)
    actions.link_sector(sector=sector, special_committee=committee, since=TERM, by=SYSTEM)
    return [
        actions.add_member(
            name=f"张{name}", number=f"A{name}", sector=sector, special_committees=[committee], joined_on=TERM, by=SYSTEM
        )
        for name in "甲乙丙丁戊"
    ]  # fmt: skip


@pytest.fixture
def office(anhua: Any, account: Any) -> Any:
    return account("office")


@pytest.fixture
def browser(anhua: Any, office: Any, browser_of: Any) -> Any:
    return browser_of(anhua, office)


def text(response: Any) -> str:
    return response.content.decode()


def propose(sector: Sector, people: list[Member], first: Member | None, by: Any) -> Any:
    first_id = first.pk if first else None
    return actions.nominate_conveners(
        sector_id=sector.pk, members=[one.pk for one in people], first=first_id, today=TODAY, by=by
    )


def test_a_sectors_proposal_keeps_to_the_document_and_takes_effect_when_the_council_confirms(
    sector: Sector, people: list[Member], office: Any
) -> None:
    """S19."""
    coordinator = people[4]
    actions.set_seat_role(id=coordinator.seats.get().pk, role="director", on=TERM, by=SYSTEM)
    with pytest.raises(actions.ConvenersTooMany):
        propose(sector, people[:4], people[0], office)
    with pytest.raises(actions.FirstConvenerMissing):
        propose(sector, people[:2], None, office)
    with pytest.raises(actions.FirstConvenerAmongOthers):
        propose(sector, people[:2], people[3], office)
    nomination = propose(sector, people[:2], people[1], office)
    assert nomination.state == "under_review"
    assert not queries.conveners_on(TODAY)
    with pytest.raises(actions.UnderReview):
        propose(sector, people[:2], people[1], office)
    step = Step.objects.get(state="open")
    assert step.by == "chairpersons_council"
    proceedings.sign_step(id=step.pk, meeting="第3次主席会议", decided_on=TODAY, today=TODAY, by=office)
    nomination.refresh_from_db()
    assert nomination.state == "confirmed"
    assert queries.conveners_on(TODAY)[sector.pk] == [people[1], people[0]]
    (line,) = queries.sector_lines(TODAY)
    assert list(line.coordinators) == [coordinator]
    assert coordinator not in line.conveners


def test_a_returned_proposal_changes_nothing_and_may_be_made_again(
    sector: Sector, people: list[Member], office: Any
) -> None:
    nomination = propose(sector, people[:1], people[0], office)
    proceedings.return_step(id=Step.objects.get(state="open").pk, reason="再议", today=TODAY, by=office)
    nomination.refresh_from_db()
    assert (nomination.state, queries.conveners_on(TODAY)) == ("returned", {})
    assert propose(sector, people[:2], people[0], office).state == "under_review"


def test_a_group_wants_both_sides_three_posts_and_says_which_is_missing(people: list[Member]) -> None:
    """S17."""
    group = actions.add_unit(kind="area_group", name="东坪小组", place="东坪镇", since=TERM, by=SYSTEM)
    for role, one in zip(("leader", "deputy", "liaison"), people, strict=False):
        actions.appoint(unit=group.pk, role=role, member=one.pk, since=TERM, by=SYSTEM)
    for role in ("leader", "liaison"):
        actions.appoint(unit=group.pk, role=role, side="subdistrict", holder="胡某", since=TERM, by=SYSTEM)
    line = queries.unit_line(group, TODAY)
    assert (line.filled, line.gaps) == (5, ["街道方副组长"])
    actions.appoint(unit=group.pk, role="leader", member=people[4].pk, since=TODAY, by=SYSTEM)
    leaders = Post.of_units.filter(role="leader", side="cppcc").order_by("since").values_list("member", "until")
    assert list(leaders) == [(people[0].pk, TODAY), (people[4].pk, None)], "one at a time; the past stays"
    with pytest.raises(actions.HolderMissing):
        actions.appoint(unit=group.pk, role="deputy", since=TODAY, by=SYSTEM)
    with pytest.raises(actions.EndsTooEarly):
        actions.end_appointment(id=Post.of_units.filter(until=None).first().pk, on=dt.date(2020, 1, 1), by=SYSTEM)


def test_a_second_group_takes_a_reason_where_the_document_says_one(
    people: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S17: under a document without such a rule it is allowed."""
    first, second, third = (
        actions.add_unit(kind="area_group", name=name, place=name, since=TERM, by=SYSTEM) for name in ("甲", "乙", "丙")
    )
    one = people[0].pk
    actions.join_unit(unit=first.pk, members=[one], since=TERM, by=SYSTEM)
    with pytest.raises(actions.AlreadyInGroup):
        actions.join_unit(unit=first.pk, members=[one], since=TODAY, by=SYSTEM)
    actions.join_unit(unit=second.pk, members=[one], since=TERM, by=SYSTEM)
    monkeypatch.setattr(queries, "most_groups", lambda day: 1)
    with pytest.raises(actions.InAnotherGroup):
        actions.join_unit(unit=third.pk, members=[one], since=TODAY, by=SYSTEM)
    (made,) = actions.join_unit(unit=third.pk, members=[one], since=TODAY, exception_reason="跨镇任职", by=SYSTEM)
    assert made.exception_reason == "跨镇任职"


def test_a_special_committee_has_one_director(people: list[Member]) -> None:
    first, second = people[0].seats.get(), people[1].seats.get()
    actions.set_seat_role(id=first.pk, role="director", on=TODAY, by=SYSTEM)
    assert list(people[0].seats.order_by("since").values_list("role", "until")) == [
        ("member", TODAY),
        ("director", None),
    ]
    with pytest.raises(actions.DirectorElsewhere):
        actions.set_seat_role(id=second.pk, role="director", on=TODAY, by=SYSTEM)


def test_who_left_may_come_back_and_the_days_between_stay_empty(people: list[Member]) -> None:
    one = people[0]
    with pytest.raises(actions.StillInOffice):
        actions.rejoin(id=one.pk, on=TODAY, by=SYSTEM)
    actions.end_membership(id=one.pk, on=dt.date(2022, 3, 1), by=SYSTEM)
    with pytest.raises(actions.ReturnsTooEarly):
        actions.rejoin(id=one.pk, on=dt.date(2022, 2, 1), by=SYSTEM)
    actions.rejoin(id=one.pk, on=dt.date(2022, 9, 1), why="增补", by=SYSTEM)
    for day, serves in ((TERM, True), (dt.date(2022, 5, 1), False), (TODAY, True)):
        assert queries.serving(day).filter(pk=one.pk).exists() is serves, day
    (subject,) = [line for line in queries.engine_subjects(TODAY) if line["id"] == str(one.pk)]
    assert (subject["from"], subject["until"]) == (TERM.isoformat(), None)


def test_the_lists_answer_at_the_top_and_come_as_files(
    browser: Any, sector: Sector, people: list[Member], django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        actions.add_sector(name=f"界别{number}", by=SYSTEM)
    with django_assert_max_num_queries(18):
        page = text(browser.get("/organisation/sectors/"))
    assert "13 个界别，13 个还没有召集人" in page
    assert (
        re.findall(r'lx-row" href="[^"]+">([^<]+)<', text(browser.get("/organisation/sectors/?sort=-members")))[0]
        == "教育界"
    )
    assert "没有这个界别" in text(browser.get("/organisation/sectors/?q=无"))
    assert "1 个，1 个还没有登记主任" in text(browser.get("/organisation/committees/"))
    answer = browser.get("/organisation/sectors/?format=xlsx&q=教育")
    assert load_workbook(io.BytesIO(answer.content)).active["B2"].value == 5
    for tab in ("groups", "leading", "offices"):
        assert "这里还是空的" in text(browser.get(f"/organisation/{tab}/"))
    assert browser.get(f"/organisation/sectors/{uuid4()}/").status_code == 404


def test_the_office_proposes_on_the_page_and_signs_for_the_council(
    browser: Any, sector: Sector, people: list[Member]
) -> None:
    address = f"/organisation/sectors/{sector.pk}/nominate/"
    assert "1–3 人" in text(browser.get(address))
    many = browser.post(address, {"members": [one.pk for one in people], "first": people[0].pk})
    assert many.status_code == 422
    assert "最多 3 人" in text(many)
    done = browser.post(address, {"members": [people[0].pk], "first": people[0].pk, "note": "会议推选"}, follow=True)
    assert "等待“主席会议审定”" in text(done)
    assert "推选办理中" in text(browser.get("/organisation/sectors/"))
    process = Process.objects.get()
    assert f"/proceedings/{process.pk}/" in text(browser.get("/proceedings/"))
    assert "办理事项" in text(browser.get("/"))
    step = Step.objects.get(state="open")
    here = f"/proceedings/{process.pk}/"
    refused = browser.post(here, {"step": step.pk, "agree": "1", "opinion": "同意这三位"})
    assert refused.status_code == 422
    assert "请填写是哪次主席会议" in text(refused)
    assert "同意这三位" in text(refused), "nothing typed is lost"
    sent = {"step": step.pk, "agree": "1", "meeting": "第3次主席会议", "decided_on": "2022-11-29"}
    assert "已生效" in text(browser.post(here, sent, follow=True))
    assert queries.conveners_on(TODAY)[sector.pk] == [people[0]]


def test_a_seat_is_in_one_place_and_a_post_of_one_kind(people: list[Member]) -> None:
    """Seats in committees and groups share a table, so do posts of the committee and of units: the database keeps them apart."""
    one = people[0]
    unit = actions.add_unit(kind="area_group", name="东坪小组", since=TERM, by=SYSTEM)
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (Seat, {}), (Seat, {"unit": unit, "special_committee": one.special_committees.get()}), (Seat, {"unit": unit, "role": "director"}),
        (Seat, {"unit": unit, "until": dt.date(2020, 1, 1)}), (Post, {}), (Post, {"kind": "mayor"}), (Post, {"kind": "member", "role": "leader"}),
        (Post, {"unit": unit, "kind": "member", "side": "cppcc", "role": "leader"}), (Post, {"unit": unit, "side": "", "role": "leader"}),
        (Post, {"unit": unit, "side": "cppcc", "role": "king"}), (Post, {"unit": unit, "side": "cppcc", "role": "leader", "member": None}),
        (Post, {"kind": "member"}),  # held already since then
    ]  # fmt: skip
    for model, values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**({"member": one, "since": TERM} | values))
    actions.join_unit(unit=unit.pk, members=[one.pk], since=TERM, by=SYSTEM)
    actions.appoint(unit=unit.pk, role="leader", member=one.pk, since=TERM, by=SYSTEM)
    assert queries.held_now(one) == (["member"], [one.special_committees.get().pk])
    left = actions.end_membership(id=one.pk, on=TODAY, by=SYSTEM)
    assert {row.until for row in (*left.seats.all(), *left.posts.all())} == {TODAY}


def test_units_are_made_filled_and_emptied_on_their_pages(browser: Any, people: list[Member]) -> None:
    new = browser.post(
        "/organisation/groups/new/", {"name": "东坪小组", "place": "东坪镇", "since": "2022-01-01", "note": "办小实事"}
    )
    here = new["Location"]
    assert "缺政协方组长" in text(browser.get(here))
    empty = browser.post(f"{here}appoint/", {"role": "leader", "side": "cppcc", "since": "2022-01-01"})
    assert empty.status_code == 422
    assert "二者填一个" in text(empty)
    sent = {"role": "leader", "side": "cppcc", "member": "A甲", "since": "2022-01-01"}
    assert "张甲从 2022-01-01 起任东坪小组组长" in text(browser.post(f"{here}appoint/", sent, follow=True))
    joined = browser.post(f"{here}join/", {"members": "张乙、张丙", "since": "2022-01-01"}, follow=True)
    assert "2 人已编入东坪小组" in text(joined)
    post = Post.of_units.get()
    ended = browser.post(f"/organisation/appointments/{post.pk}/end/", {"on": "2022-11-30"}, follow=True)
    assert "任职已结束" in text(ended)
    assert "还没有编入小组的委员 3 人" in text(browser.get("/organisation/groups/"))
    aliases = {
        "name": "委员联络室",
        "aliases": "联络室、工作五室",
        "body": "member_liaison_office",
        "since": "2022-01-01",
    }
    made = browser.post("/organisation/offices/new/", aliases, follow=True)
    assert "联络室、工作五室" in text(made)


def test_the_members_page_tells_everything_and_leads_to_every_change(
    browser: Any, people: list[Member], django_assert_max_num_queries: Any
) -> None:
    one = people[0]
    here = f"/members/{one.pk}/"
    sent = {
        "effective_on": "2022-10-01",
        "sector": str(one.sector_id),
        "posts": ["standing_member"],
        "why": "常委会决定",
    }
    assert "从 2022-10-01 起生效" in text(browser.post(f"{here}change/", sent, follow=True))
    with django_assert_max_num_queries(40):
        page = text(browser.get(here))
    assert "教育界 · 常委" in page
    assert "2021-12-01 至 2022-10-01" in page, "what was held before stays"
    assert "常委会决定" in page, "the trail"
    assert "还没有账号" in page
    assert browser.post(f"{here}leave/", {"on": "2022-11-01"}).status_code == 422, "a reason is asked for"
    assert "一并结束" in text(browser.post(f"{here}leave/", {"on": "2022-11-01", "why": "调离"}, follow=True))
    assert "2022-11-01 起不再担任委员" in text(browser.get(here))
    early = browser.post(f"{here}rejoin/", {"on": "2022-10-01", "why": "增补"})
    assert early.status_code == 422
    assert "2022-11-01 或以后" in text(early)
    assert "重新任职" in text(browser.post(f"{here}rejoin/", {"on": "2022-11-20", "why": "增补"}, follow=True))
    assert "2021-12-01 至 2022-11-01" in text(browser.get(here))
