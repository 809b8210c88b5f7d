"""Registering activities and who took part; what the deed view makes of them."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from core import clock
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from tenants.activities import actions
from tenants.activities.models import Activity, Participation
from tenants.liaison.actions import AlreadyWithdrawn, ReasonMissing, UnknownWord
from tenants.liaison.queries import MemberNotActive, NotYourRecord, UnknownMember
from tenants.members.models import SpecialCommittee
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, user


def register(**changes: object) -> Activity:
    values = {
        "title": "走访联络站", "kind": "station_visit", "organiser_type": "committee", "held_on": DAY, "today": TODAY,
        "by": SYSTEM,
    }  # fmt: skip
    return actions.register_activity(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": " "}, actions.TitleMissing),
        ({"kind": "banquet"}, actions.UnknownKind),
        ({"kind": "proposal"}, actions.UnknownKind),
        ({"organiser_type": "nobody"}, UnknownWord),
        ({"organiser_type": "sector"}, actions.OrganiserMissing),
        ({"organiser": uuid4()}, actions.OrganiserMissing),
        ({"organiser_type": "sector", "organiser": uuid4()}, NotFound),
        ({"organiser_type": "member", "organiser": uuid4()}, UnknownMember),
        ({"held_on": date(2022, 12, 1)}, actions.ActivityInFuture),
        ({"until": date(2022, 11, 1)}, actions.ActivityEndsBeforeBeginning),
        ({"participants": [uuid4()]}, UnknownMember),
        ({"destination": "moon"}, UnknownWord),
    ],
)
def test_a_refused_activity_leaves_nothing(anhua, changes, refusal):
    before = AuditEvent.objects.count()
    with pytest.raises(refusal):
        register(**changes)
    assert (Activity.objects.count(), Participation.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


def test_one_not_in_office_that_day_cannot_have_taken_part(anhua):
    with pytest.raises(MemberNotActive):
        register(participants=[make_member(left_on=DAY).pk])
    assert Activity.objects.count() == 0


def rows() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, subject_type, subject_id, role, organiser_type, organiser_id, confirmed FROM deed"
            " WHERE source = 'activities.activity' ORDER BY role, subject_id"
        )
        return cursor.fetchall()


def test_an_activity_is_one_row_per_participant_and_one_for_its_organiser(anhua):
    host, guest = make_member(), make_member("周二", "002")
    committee = SpecialCommittee.objects.create(name="教科卫体委员会")
    held = register(
        kind="research", organiser_type="special_committee", organiser=committee.pk,
        participants={host.pk: "host", guest.pk: "participant"},
    )  # fmt: skip
    by = ("special_committee", committee.pk, True)
    assert rows() == [
        (held.pk, "member", host.pk, "host", *by),
        (held.pk, "special_committee", committee.pk, "organiser", *by),
        (held.pk, "member", guest.pk, "participant", *by),
    ]
    actions.withdraw_activity(id=held.pk, reason="没有举行", by=SYSTEM, at=clock.now())
    assert rows() == []


def test_the_committee_itself_organises_without_an_id_and_other_bodies_are_nobody(anhua):
    held = register()
    other = register(organiser_type="other")
    assert rows() == [
        (held.pk, "committee", None, "organiser", "committee", None, True),
        (other.pk, None, None, None, "other", None, True),
    ]


def test_what_others_held_with_nobodys_name_is_still_one_row(anhua):
    """The committee as a whole counts it, as the plain counter does."""
    held = register(organiser_type="other", participants=[])
    assert rows() == [(held.pk, None, None, None, "other", None, True)]
    register(organiser_type="committee", participants=[])
    assert [row[3] for row in rows()] == ["organiser", None]
    member = make_member()
    register(organiser_type="other", participants=[member.pk])
    assert [row[3] for row in rows()] == ["organiser", "participant", None]


def test_a_members_own_entry_waits_where_the_office_enters_and_is_counted_once_confirmed(guangzhou):
    mine, office = user("member"), user("office")
    member = make_member(user=mine)
    register(by=mine, organiser_type="member", organiser=member.pk, participants=[member.pk], kind="practical_deed")
    assert [row[-1] for row in rows()] == [False, False]
    part = Participation.objects.get()
    actions.confirm_participation(id=part.pk, by=office, at=clock.now())
    actions.confirm_participation(id=part.pk, by=office, at=clock.now())
    assert [row[-1] for row in rows()] == [True, True]
    assert AuditEvent.objects.filter(action="activities.confirm_participation").count() == 1


def test_a_member_signs_in_oneself_and_nobody_else(guangzhou):
    mine = user("member")
    member, other = make_member(user=mine), make_member("周二", "002")
    with pytest.raises(NotYourRecord):
        register(by=mine, participants=[other.pk])
    held = register()
    with pytest.raises(NotYourRecord):
        actions.record_participation(activity=held.pk, members=[member.pk, other.pk], by=mine)
    made = actions.record_participation(activity=held.pk, members=[member.pk], by=mine)
    assert [one.state for one in made] == ["claimed"]


def test_somebody_already_there_is_refused_and_nobody_is_added(anhua):
    member, other = make_member(), make_member("周二", "002")
    held = register(participants=[member.pk])
    with pytest.raises(actions.AlreadyTakesPart):
        actions.record_participation(activity=held.pk, members=[other.pk, member.pk], by=SYSTEM)
    assert Participation.objects.count() == 1
    with pytest.raises(NotFound):
        actions.record_participation(activity=uuid4(), members=[other.pk], by=SYSTEM)


def test_a_returned_participation_can_be_entered_again(guangzhou):
    mine, office = user("member"), user("office")
    member = make_member(user=mine)
    held = register()
    (part,) = actions.record_participation(activity=held.pk, members=[member.pk], by=mine)
    with pytest.raises(ReasonMissing):
        actions.reject_participation(id=part.pk, reason="", by=office, at=clock.now())
    actions.reject_participation(id=part.pk, reason="签到表上没有", by=office, at=clock.now())
    actions.record_participation(activity=held.pk, members=[member.pk], by=office)
    assert Participation.objects.get().state == "confirmed"


def test_nobody_is_added_to_a_withdrawn_activity(anhua):
    member, held = make_member(), register()
    actions.withdraw_activity(id=held.pk, reason="重复", by=SYSTEM, at=clock.now())
    with pytest.raises(AlreadyWithdrawn):
        actions.record_participation(activity=held.pk, members=[member.pk], by=SYSTEM)


def test_a_hundred_participants_take_no_more_statements_than_one(anhua, django_assert_max_num_queries):
    ids = [make_member(f"委员{n}", f"{n:03}").pk for n in range(100)]
    register(participants=ids[:1])
    with django_assert_max_num_queries(8):
        register(participants=ids)
