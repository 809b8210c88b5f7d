"""Members, posts, seats, conveners and accounts, through the actions, on real PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import uuid4

import pytest

from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from tenants.members import actions, queries
from tenants.members.models import Convener, Member, Post, Sector
from tenants.members.queries import Filters

TERM = dt.date(2021, 11, 1)
TODAY = dt.date(2022, 11, 30)


@pytest.fixture
def sector(anhua: object) -> Sector:
    return actions.add_sector(name="教育界", by=SYSTEM)


@pytest.fixture
def add(sector: Sector) -> Callable[..., Member]:
    def make(number: str, name: str = "张丽华", **more: object) -> Member:
        return actions.add_member(**({"sector": sector, "joined_on": TERM} | more), number=number, name=name, by=SYSTEM)

    return make


def found(q: str) -> set[str]:
    return {member.number for member in queries.roster(TODAY, Filters(q=q))}


def test_a_new_member_holds_posts_and_seats_from_the_first_day_and_leaves_a_trail(add: Callable[..., Member]) -> None:
    committee = actions.add_special_committee(name="教科卫体委", by=SYSTEM)
    member = add("A1", posts=["standing_member"], special_committees=[committee])
    assert [(post.kind, post.since, post.until) for post in member.posts.all()] == [("standing_member", TERM, None)]
    assert [seat.special_committee for seat in member.seats.all()] == [committee]
    event = AuditEvent.objects.get(action="members.add_member")
    assert event.subject_id == member.pk
    assert event.new["special_committees"] == ["教科卫体委"]


def test_names_keep_their_separator_and_rare_characters(add: Callable[..., Member]) -> None:
    assert add("A1", "买买提 • 艾力").name == "买买提·艾力"
    assert add("A2", "张　 三").name == "张三"
    assert add("A3", "𠅤明").name == "𠅤明"
    assert add("A4", "J. Smith").name == "J. Smith"
    long = "阿" * 25 + "·" + "勒" * 24
    assert add("A5", long).name == long


def test_a_member_is_found_by_name_pinyin_initials_and_number(add: Callable[..., Member]) -> None:
    add("A1", "张丽华")
    add("A2", "曾国强")
    add("A3", "𠅤明")
    assert found("丽华") == found("zhangli") == found("ZLH") == found("zhang li hua") == {"A1"}
    assert found("zeng") == {"A2"}
    assert found("𠅤") == {"A3"}
    assert found("a2") == {"A2"}
    assert found("无此人") == set()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"number": " A1 "}, actions.NumberTaken),
        ({"number": " "}, actions.NumberMissing),
        ({"name": " "}, actions.NameMissing),
        ({"left_on": TERM}, actions.LeavesBeforeJoining),
    ],
)
def test_a_wrong_member_is_refused_and_nothing_is_written(
    add: Callable[..., Member], change: dict[str, object], refusal: type[Exception]
) -> None:
    add("A1")
    with pytest.raises(refusal):
        add(**({"number": "A2"} | change))
    assert Member.objects.count() == 1
    assert AuditEvent.objects.filter(action="members.add_member").count() == 1


def change(member: Member, **values: object) -> Member:
    now = {
        "name": member.name, "number": member.number, "sector": member.sector, "joined_on": member.joined_on,
        "left_on": member.left_on, "posts": ["member"], "special_committees": [], "effective_on": TODAY,
    }  # fmt: skip
    return actions.update_member(id=member.pk, **(now | values), by=SYSTEM)


def test_a_change_of_post_keeps_the_past(add: Callable[..., Member]) -> None:
    member = change(add("A1"), posts=["vice_chairperson"])
    held = member.posts.order_by("since").values_list("kind", "since", "until")
    assert list(held) == [("member", TERM, TODAY), ("vice_chairperson", TODAY, None)]
    event = AuditEvent.objects.get(action="members.update_member")
    assert (event.old, event.new) == (
        {"posts": ["member"]},
        {"posts": ["vice_chairperson"], "effective_on": TODAY.isoformat()},
    )


def test_saving_without_a_change_writes_no_trail(add: Callable[..., Member]) -> None:
    change(add("A1"))
    assert not AuditEvent.objects.filter(action="members.update_member").exists()


def test_a_corrected_first_day_moves_what_began_with_it(add: Callable[..., Member]) -> None:
    member = change(add("A1"), joined_on=dt.date(2022, 1, 1))
    assert member.posts.get().since == dt.date(2022, 1, 1)


def test_updating_to_another_members_number_is_refused(add: Callable[..., Member]) -> None:
    add("A1")
    other = add("A2")
    with pytest.raises(actions.NumberTaken):
        change(other, number="A1")
    assert Member.objects.get(pk=other.pk).number == "A2"


def test_who_leaves_holds_nothing_any_more_and_may_come_back(add: Callable[..., Member], sector: Sector) -> None:
    member = add("A1")
    actions.set_conveners(sector_id=sector.pk, member_ids=[member.pk], since=TERM, by=SYSTEM)
    actions.end_membership(id=member.pk, on=TODAY, by=SYSTEM, why="调离")
    assert Post.objects.get().until == Convener.objects.get().until == TODAY
    assert list(queries.roster(TODAY)) == []
    assert [one.number for one in queries.roster(TODAY, Filters(status="left"))] == ["A1"]
    change(Member.objects.get(), left_on=None)
    assert Post.objects.get().until is None


def test_leaving_before_joining_is_refused(add: Callable[..., Member]) -> None:
    member = add("A1")
    with pytest.raises(actions.LeavesBeforeJoining):
        actions.end_membership(id=member.pk, on=TERM, by=SYSTEM)
    assert Member.objects.get().left_on is None


def test_a_second_post_stands_beside_the_first_and_the_same_one_is_refused(add: Callable[..., Member]) -> None:
    member = add("A1", posts=["standing_member"])
    actions.assign_post(id=member.pk, kind="vice_chairperson", since=TODAY, by=SYSTEM)
    (row,) = queries.rows_of(queries.roster(TODAY))
    assert row.posts == "副主席、常委"
    with pytest.raises(actions.people.PostHeld):
        actions.assign_post(id=member.pk, kind="vice_chairperson", since=TODAY, by=SYSTEM)
    actions.end_post(id=member.pk, kind="standing_member", on=TODAY, by=SYSTEM)
    with pytest.raises(actions.people.PostNotHeld):
        actions.end_post(id=member.pk, kind="standing_member", on=TODAY, by=SYSTEM)


def test_conveners_have_one_first_and_the_past_stays(add: Callable[..., Member], sector: Sector) -> None:
    first, second, third = (add(f"A{number}").pk for number in range(3))
    actions.set_conveners(sector_id=sector.pk, member_ids=[first, second], since=TERM, by=SYSTEM)
    actions.set_conveners(sector_id=sector.pk, member_ids=[second, third], since=TODAY, by=SYSTEM)
    assert [one.pk for one in queries.conveners_on(TODAY)[sector.pk]] == [second, third]
    assert [one.pk for one in queries.conveners_on(TERM)[sector.pk]] == [first, second]
    assert Convener.objects.filter(until=None, is_first=True).count() == 1


def test_a_convener_comes_from_the_sector(add: Callable[..., Member], sector: Sector) -> None:
    other = add("A2", "李外人", sector=actions.add_sector(name="科技界", by=SYSTEM))
    with pytest.raises(actions.NotInSector, match="李外人"):
        actions.set_conveners(sector_id=sector.pk, member_ids=[other.pk], since=TODAY, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.set_conveners(sector_id=sector.pk, member_ids=[uuid4()], since=TODAY, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.set_conveners(sector_id=uuid4(), member_ids=[], since=TODAY, by=SYSTEM)
    assert not Convener.objects.exists()


def test_a_sector_or_special_committee_has_one_name(sector: Sector) -> None:
    actions.add_special_committee(name="提案委", by=SYSTEM)
    with pytest.raises(actions.NameTaken):
        actions.add_sector(name=" 教育界 ", by=SYSTEM)
    with pytest.raises(actions.NameTaken):
        actions.add_special_committee(name="提案委", by=SYSTEM)


def test_linking_a_sector_twice_is_one_link(sector: Sector) -> None:
    committee = actions.add_special_committee(name="提案委", by=SYSTEM)
    link = actions.link_sector(sector=sector, special_committee=committee, since=TERM, by=SYSTEM)
    assert actions.link_sector(sector=sector, special_committee=committee, since=TODAY, by=SYSTEM) == link


def test_a_member_gets_one_account(add: Callable[..., Member]) -> None:
    member = add("A1")
    user = actions.give_account(id=member.pk, username="zlh", password=None, by=SYSTEM)
    assert queries.member_of(user) == member
    assert user.role_names == {"member"}
    with pytest.raises(actions.AlreadyHasAccount):
        actions.give_account(id=member.pk, username="zlh2", password=None, by=SYSTEM)


def test_an_unknown_member_is_not_found(anhua: object) -> None:
    with pytest.raises(NotFound):
        queries.member_by_id(uuid4())


def test_the_roster_takes_three_statements_and_the_engines_subjects_eight(
    add: Callable[..., Member], django_assert_num_queries: Callable[..., object]
) -> None:
    committee = actions.add_special_committee(name="提案委", by=SYSTEM)
    for number in range(20):
        add(f"A{number:02}", special_committees=[committee])
    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        rows = queries.rows_of(
            queries.roster(TODAY, Filters(special_committee=committee.pk, post="member"), sort="-number")
        )
    assert [row.number for row in rows][:2] == ["A19", "A18"]
    with django_assert_num_queries(8):  # type: ignore[attr-defined]
        subjects = queries.engine_subjects(TODAY)
    assert len(subjects) == 20 + 1 + 1 + 1


def test_the_engine_gets_the_shape_of_the_contract(add: Callable[..., Member], sector: Sector) -> None:
    committee = actions.add_special_committee(name="提案委", by=SYSTEM)
    member = add("A1", posts=["standing_member"], special_committees=[committee], left_on=dt.date(2022, 6, 1))
    add("A2", left_on=dt.date(2022, 1, 1))  # left before the year began
    subjects = queries.engine_subjects(TODAY)
    assert subjects[0] == {
        "type": "member", "id": str(member.pk), "sector": str(sector.pk), "special_committee": None, "groups": [],
        "posts": [{"kind": "standing_member", "from": "2021-11-01", "until": "2022-06-01"}],
        "from": "2021-11-01", "until": "2022-06-01",
    }  # fmt: skip
    assert subjects[1:] == [
        {"type": "sector", "id": str(sector.pk)},
        {"type": "special_committee", "id": str(committee.pk)},
        {"type": "committee", "id": "self"},
    ]
