"""Registering outputs with all their authors; what the deed view makes of them."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from core import clock
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from tenants.liaison.actions import AlreadyDecided, ReasonMissing, UnknownWord
from tenants.liaison.queries import MemberNotActive, NotYourRecord, UnknownMember
from tenants.members.models import Post
from tenants.voices import actions
from tenants.voices.models import Output, OutputAuthor
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, user


def register(**changes: object) -> Output:
    values = {
        "type": "proposal", "title": "关于增开校车的提案", "submitted_on": DAY, "authorship": "individual", "today": TODAY,
        "by": SYSTEM,
    }  # fmt: skip
    return actions.register_output(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": ""}, actions.TitleMissing),
        ({"type": "poem"}, UnknownWord),
        ({"authorship": "anonymous"}, UnknownWord),
        ({"submitted_on": date(2022, 12, 1)}, actions.SubmittedInFuture),
        ({"submitted_on": date(2020, 1, 1)}, MemberNotActive),
        ({"lead": None}, actions.LeadMissing),
        ({"lead": uuid4()}, UnknownMember),
        ({"authorship": "joint"}, actions.CoSignersMissing),
        ({"authorship": "group"}, actions.CoSignersMissing),
        ({"others": [uuid4()]}, actions.TooManyAuthors),
        ({"sector": uuid4()}, actions.SectorMismatch),
        ({"authorship": "sector"}, actions.SectorMismatch),
        ({"authorship": "sector", "sector": uuid4()}, NotFound),
        ({"based_on": f"activity:{uuid4()}"}, NotFound),
        ({"based_on": "nonsense"}, NotFound),
    ],
)
def test_a_refused_output_leaves_nothing(anhua, changes, refusal):
    member = make_member()
    before = AuditEvent.objects.count()
    with pytest.raises(refusal):
        register(**({"lead": member.pk} | changes))
    assert (Output.objects.count(), OutputAuthor.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


def test_a_joint_output_signed_only_by_its_lead_is_refused(anhua):
    member = make_member()
    with pytest.raises(actions.CoSignersMissing):
        register(authorship="joint", lead=member.pk, others=[member.pk])


def rows() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, subject_type, subject_id, role, authorship, confirmed FROM deed"
            " WHERE source = 'voices.output' ORDER BY role, subject_id"
        )
        return cursor.fetchall()


def test_a_joint_output_is_one_record_with_a_row_per_signer(anhua):
    lead, second, third = make_member(), make_member("周二", "002"), make_member("吴三", "003")
    made = register(authorship="joint", lead=lead.pk, others=[second.pk, third.pk, second.pk])
    assert rows() == [
        (made.pk, "member", second.pk, "co_signer", "joint", True),
        (made.pk, "member", third.pk, "co_signer", "joint", True),
        (made.pk, "member", lead.pk, "lead", "joint", True),
    ]


def test_each_signer_stands_at_a_place_among_all_who_signed(anhua):
    second, lead = make_member("周二", "002"), make_member("吴三", "003")
    Post.objects.create(member=second, kind="standing_member", since=date(2022, 1, 1))
    register(authorship="joint", lead=lead.pk, others=[second.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, posts, sector_id, crew FROM deed WHERE source = 'voices.output' ORDER BY place")
        found = cursor.fetchall()
    crew = {"lead": 1, "co_signer": 1}
    assert [(place, posts, sector) for place, posts, sector, _ in found] == [
        (1, ["member"], lead.sector_id),
        (2, ["member", "standing_member"], second.sector_id),
    ]
    assert [json.loads(row[-1]) if isinstance(row[-1], str) else row[-1] for row in found] == [crew, crew]


def test_a_sectors_output_is_the_sectors_and_needs_no_author(anhua):
    sector = make_member().sector
    made = register(authorship="sector", sector=sector.pk)
    assert rows() == [(made.pk, "sector", sector.pk, "lead", "sector", True)]


def test_the_same_output_is_not_registered_twice_by_its_signers(anhua):
    lead, second = make_member(), make_member("周二", "002")
    register(authorship="joint", lead=lead.pk, others=[second.pk])
    with pytest.raises(actions.AlreadyRegistered):
        register(lead=second.pk)
    assert Output.objects.count() == 1


def test_a_member_registers_only_what_carries_the_own_name(guangzhou):
    mine = user("member")
    make_member(user=mine)
    with pytest.raises(NotYourRecord):
        register(lead=make_member("周二", "002").pk, by=mine)
    assert Output.objects.count() == 0


def test_a_claimed_output_counts_once_confirmed_and_never_when_returned_or_withdrawn(guangzhou):
    mine, office = user("member"), user("office")
    member = make_member(user=mine)
    made = register(lead=member.pk, by=mine)
    assert [row[-1] for row in rows()] == [False]
    actions.confirm_output(id=made.pk, by=office, at=clock.now())
    assert [row[-1] for row in rows()] == [True]
    with pytest.raises(AlreadyDecided):
        actions.reject_output(id=made.pk, reason="重复", by=office, at=clock.now())
    with pytest.raises(ReasonMissing):
        actions.withdraw_output(id=made.pk, reason="", by=office, at=clock.now())
    actions.withdraw_output(id=made.pk, reason="重复", by=office, at=clock.now())
    assert rows() == []
    returned = register(lead=member.pk, by=mine, title="关于另一件事的提案")
    actions.reject_output(id=returned.pk, reason="未立案", by=office, at=clock.now())
    assert [row[-1] for row in rows()] == [None]


def test_registering_takes_a_handful_of_statements(anhua, django_assert_max_num_queries):
    ids = [make_member(f"委员{n}", f"{n:03}").pk for n in range(30)]
    register(lead=ids[0], title="甲")
    with django_assert_max_num_queries(9):
        register(authorship="joint", lead=ids[0], others=ids[1:])
