"""Registering, confirming, returning and taking back a contact: what is refused, and that nothing changes then."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from accounts.actions import create_user
from core import clock
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from tenants.liaison import actions
from tenants.liaison.models import ContactRecord
from tenants.liaison.queries import MemberNotActive, NotYourRecord, UnknownMember
from tenants.members.models import Member, Sector

TODAY = date(2022, 11, 30)
DAY = date(2022, 11, 20)


def make_member(name: str = "陈一", number: str = "001", user: object | None = None, **more: object) -> Member:
    sector, _ = Sector.objects.get_or_create(name="教育界")
    values = {"joined_on": date(2021, 1, 1), **more}
    return Member.objects.create(name=name, name_pinyin=number, number=number, sector=sector, user=user, **values)


def user(role: str, username: str | None = None) -> object:
    return create_user(username=username or role, display_name=role, password=None, roles=[role], by=SYSTEM)


def register(member: Member, /, **changes: object) -> ContactRecord:
    values = {
        "member": member.pk, "kind": "contact", "held_on": DAY, "summary": "听取对校车线路的意见", "today": TODAY, "by": SYSTEM,
    }  # fmt: skip
    return actions.register_contact(**(values | changes))


def test_a_contact_in_the_future_is_refused_and_nothing_changes(anhua):
    member = make_member()
    before = AuditEvent.objects.count()
    with pytest.raises(actions.ContactInFuture) as refusal:
        register(member, held_on=date(2022, 12, 1))
    assert "2022-12-01" in refusal.value.message
    assert refusal.value.fields["held_on"]
    assert ContactRecord.objects.count() == 0
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"summary": "  "}, actions.SummaryMissing),
        ({"kind": "party"}, actions.UnknownWord),
        ({"mode": "telepathy"}, actions.UnknownWord),
        ({"member": uuid4()}, UnknownMember),
        ({"participants": [uuid4()]}, UnknownMember),
        ({"target": uuid4()}, UnknownMember),
        ({"constituents": [uuid4()]}, actions.NotPaired),
        ({"held_on": date(2020, 5, 1)}, MemberNotActive),
    ],
)
def test_a_refused_contact_leaves_nothing(anhua, changes, refusal):
    member = make_member()
    before = AuditEvent.objects.count()
    with pytest.raises(refusal):
        register(member, **changes)
    assert ContactRecord.objects.count() == 0
    assert AuditEvent.objects.count() == before


def test_one_who_left_is_refused_from_the_day_of_leaving(anhua):
    member = make_member(left_on=DAY)
    with pytest.raises(MemberNotActive):
        register(member)
    assert register(member, held_on=date(2022, 11, 19)).state == "confirmed"


def test_a_contact_with_oneself_is_refused(anhua):
    member = make_member()
    with pytest.raises(actions.ContactWithSelf):
        register(member, target=member.pk)


def test_a_member_cannot_record_for_another(anhua):
    other = make_member()
    mine = user("member")
    make_member("周二", "002", user=mine)
    with pytest.raises(NotYourRecord):
        register(other, by=mine)
    assert ContactRecord.objects.count() == 0


def test_where_members_enter_themselves_an_entry_counts_at_once(anhua):
    mine = user("member")
    member = make_member(user=mine)
    assert register(member, by=mine).state == "confirmed"


def test_where_the_office_enters_a_members_entry_is_a_claim_and_the_offices_own_counts(guangzhou):
    mine = user("member")
    member = make_member(user=mine)
    assert register(member, by=mine).state == "claimed"
    assert register(member, by=user("office")).state == "confirmed"


def test_a_second_press_of_the_same_button_finds_the_first_record(anhua):
    member, key = make_member(), uuid4()
    first, second = register(member, id=key), register(member, id=key)
    assert first.pk == second.pk
    assert ContactRecord.objects.count() == 1


def test_somebody_elses_record_is_not_found_by_its_key(anhua):
    mine = user("member")
    member, key = make_member(user=mine), uuid4()
    register(member, id=key)
    with pytest.raises(NotFound):
        register(member, id=key, by=mine)


def claim() -> tuple[ContactRecord, object]:
    mine = user("member")
    return register(make_member(user=mine), by=mine), user("office")


def test_confirming_twice_changes_nothing_the_second_time(guangzhou):
    record, office = claim()
    actions.confirm_contact(id=record.pk, by=office, at=clock.now())
    decided = AuditEvent.objects.filter(action="liaison.confirm_contact").count()
    actions.confirm_contact(id=record.pk, by=office, at=clock.now())
    assert AuditEvent.objects.filter(action="liaison.confirm_contact").count() == decided == 1
    record.refresh_from_db()
    assert (record.state, record.decided_by) == ("confirmed", office.pk)


def test_a_return_needs_a_reason(guangzhou):
    record, office = claim()
    with pytest.raises(actions.ReasonMissing):
        actions.reject_contact(id=record.pk, reason=" ", by=office, at=clock.now())
    record.refresh_from_db()
    assert record.state == "claimed"


def test_the_opposite_decision_is_refused_after_the_first(guangzhou):
    record, office = claim()
    actions.reject_contact(id=record.pk, reason="日期不符", by=office, at=clock.now())
    with pytest.raises(actions.AlreadyDecided):
        actions.confirm_contact(id=record.pk, by=office, at=clock.now())
    record.refresh_from_db()
    assert (record.state, record.rejected_reason) == ("rejected", "日期不符")


def test_confirming_many_is_all_or_none(guangzhou):
    record, office = claim()
    with pytest.raises(NotFound):
        actions.confirm_contacts(ids=[record.pk, uuid4()], by=office, at=clock.now())
    record.refresh_from_db()
    assert record.state == "claimed"


def test_a_member_takes_back_a_claim_but_not_what_the_office_confirmed(guangzhou):
    record, office = claim()
    mine = Member.objects.get().user
    actions.confirm_contact(id=record.pk, by=office, at=clock.now())
    with pytest.raises(actions.NotYoursToWithdraw):
        actions.withdraw_contact(id=record.pk, reason="记错了", by=mine, at=clock.now())
    with pytest.raises(actions.ReasonMissing):
        actions.withdraw_contact(id=record.pk, reason="", by=office, at=clock.now())
    actions.withdraw_contact(id=record.pk, reason="记错了", by=office, at=clock.now())
    record.refresh_from_db()
    assert record.is_withdrawn
    with pytest.raises(actions.AlreadyWithdrawn):
        actions.confirm_contact(id=record.pk, by=office, at=clock.now())


def test_another_committees_record_looks_like_one_that_never_existed(place):
    with place("guangzhou").inside():
        record, _ = claim()
    with place("anhua").inside(), pytest.raises(NotFound):
        actions.confirm_contact(id=record.pk, by=SYSTEM, at=clock.now())


def deeds(**where: object) -> list[tuple]:
    condition = " AND ".join(f"{name} = %s" for name in where) or "true"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, kind, subject_id, role, target_type, target_id, confirmed FROM deed"
            f" WHERE source = 'liaison.contactrecord' AND {condition} ORDER BY role, subject_id",
            list(where.values()),
        )
        return cursor.fetchall()


def test_a_contact_is_one_row_per_person_and_role_however_many_people_were_met(anhua):
    lead, joined, target = make_member(), make_member("周二", "002"), make_member("吴三", "003")
    met = [
        actions.pair_constituent(member=lead.pk, name=name, since=DAY, today=TODAY, by=SYSTEM).constituent_id
        for name in ("甲", "乙", "丙")
    ]
    record = register(lead, participants=[joined.pk, lead.pk, joined.pk], constituents=met)
    assert deeds() == [
        (record.pk, "contact", lead.pk, "lead", "constituent", None, True),
        (record.pk, "contact", joined.pk, "participant", "constituent", None, True),
    ]
    alone = register(lead, constituents=met[:1])
    assert deeds(record_id=alone.pk) == [(alone.pk, "contact", lead.pk, "lead", "constituent", met[0], True)]
    visit = register(lead, kind="visit", target=target.pk)
    assert deeds(record_id=visit.pk) == [(visit.pk, "visit", lead.pk, "lead", "member", target.pk, True)]


def test_a_claim_stands_unconfirmed_and_a_withdrawn_record_is_gone_from_the_deeds(guangzhou):
    record, office = claim()
    assert [row[-1] for row in deeds()] == [False]
    actions.confirm_contact(id=record.pk, by=office, at=clock.now())
    assert [row[-1] for row in deeds()] == [True]
    actions.withdraw_contact(id=record.pk, reason="重复", by=office, at=clock.now())
    assert deeds() == []


def test_registering_takes_a_handful_of_statements(anhua, django_assert_max_num_queries):
    member = make_member()
    register(member)
    with django_assert_max_num_queries(8):
        register(member)
