"""Pairing a member with a person, ending it, and the links of the chain."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from tenants.liaison import actions, queries
from tenants.liaison.models import Constituent, ConstituentLink, LinkAssignment
from tenants.liaison.queries import MemberNotActive, NotYourRecord, UnknownMember
from tenants.members.queries import EVERYBODY
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, register, user


def pair(member, /, **changes):
    values = {"member": member.pk, "name": "何秀英", "since": DAY, "today": TODAY, "by": SYSTEM}
    return actions.pair_constituent(**(values | changes))


def test_a_pairing_is_a_link_of_the_deed_view(anhua):
    member = make_member()
    link = pair(member, phone="13900000000")
    actions.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT family, kind, subject_id, target_id, on_date, until_date, confirmed FROM deed")
        assert cursor.fetchall() == [("link", "constituent", member.pk, link.constituent_id, DAY, TODAY, True)]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " "}, actions.NameMissing),
        ({"since": date(2022, 12, 1)}, actions.PairingInFuture),
        ({"since": date(2020, 1, 1)}, MemberNotActive),
        ({"member": uuid4()}, UnknownMember),
        ({"choice_basis": "lottery"}, actions.UnknownWord),
        ({"sector": uuid4()}, NotFound),
    ],
)
def test_a_refused_pairing_leaves_nothing(anhua, changes, refusal):
    member = make_member()
    before = AuditEvent.objects.count()
    with pytest.raises(refusal):
        pair(member, **changes)
    assert (Constituent.objects.count(), ConstituentLink.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


def test_a_person_already_paired_is_refused_until_that_pairing_ended(anhua):
    member = make_member()
    link = pair(member)
    with pytest.raises(actions.AlreadyPaired):
        pair(member, phone="13900000000")
    actions.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=SYSTEM)
    pair(member)
    assert ConstituentLink.objects.filter(until=None).count() == 1


def test_grid_workers_stand_beside_constituents_and_are_never_taken_for_them(anhua):
    """One table, two kinds: neither a member's people, their counts, nor their pages hold the other's."""
    member = make_member()
    grid = actions.pair_grid(member=member.pk, name="何秀英", place="东坪社区", since=DAY, today=TODAY, by=SYSTEM)
    own = pair(member)  # of the same name
    assert list(queries.pairings_of(member, TODAY)) == [own]
    assert queries.totals(TODAY, within=Q()) == {"members": 1, "pairs": 1, "paired": 1}
    assert [one.pairs for one in queries.paired_members(TODAY, EVERYBODY, within=Q())] == [1]
    with pytest.raises(NotFound):
        actions.end_pairing(link=grid.pk, until=TODAY, today=TODAY, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.end_grid(id=own.pk, on=TODAY, by=SYSTEM)
    with pytest.raises(actions.NotPaired):
        register(member, constituents=[grid.constituent_id])
    for row, wrong in ((own, {"choice_basis": ""}), (grid, {"choice_basis": "area"}), (grid, {"kind": "neighbour"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConstituentLink.objects.filter(pk=row.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Constituent.objects.filter(pk=grid.constituent_id).update(area="")


def test_two_people_of_one_name_are_told_apart_by_phone(anhua):
    member = make_member()
    pair(member, phone="13900000001")
    pair(member, phone="13900000002")
    assert ConstituentLink.objects.count() == 2


def test_only_ones_own_people_can_be_paired_by_a_member(anhua):
    other = make_member()
    mine = user("member")
    make_member("周二", "002", user=mine)
    with pytest.raises(NotYourRecord):
        pair(other, by=mine)
    link = pair(other)
    with pytest.raises(NotFound):
        actions.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=mine)


def test_an_end_before_the_beginning_or_in_the_future_or_twice_is_refused(anhua):
    link = pair(make_member())
    with pytest.raises(actions.EndsBeforeBeginning):
        actions.end_pairing(link=link.pk, until=date(2022, 11, 1), today=TODAY, by=SYSTEM)
    with pytest.raises(actions.PairingInFuture):
        actions.end_pairing(link=link.pk, until=date(2022, 12, 2), today=TODAY, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.end_pairing(link=uuid4(), until=TODAY, today=TODAY, by=SYSTEM)
    actions.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=SYSTEM)
    actions.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=SYSTEM)
    with pytest.raises(actions.AlreadyEnded):
        actions.end_pairing(link=link.pk, until=DAY, today=TODAY, by=SYSTEM)
    assert AuditEvent.objects.filter(action="liaison.end_pairing").count() == 1


def test_a_link_leads_where_its_level_says(anhua):
    council, standing = make_member(), make_member("周二", "002")
    values = {"from_member": council.pk, "since": DAY, "by": SYSTEM}
    with pytest.raises(actions.WrongTarget):
        actions.assign_link(level="council_to_standing", to_sector=council.sector_id, **values)
    with pytest.raises(actions.WrongTarget):
        actions.assign_link(level="council_to_standing", to_member=council.pk, **values)
    link = actions.assign_link(level="council_to_standing", to_member=standing.pk, **values)
    assert actions.assign_link(level="council_to_standing", to_member=standing.pk, **values).pk == link.pk
    sector = actions.assign_link(level="council_to_sector", to_sector=council.sector_id, **values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, subject_id, target_type, target_id FROM deed ORDER BY kind")
        assert cursor.fetchall() == [
            ("council_to_sector", council.pk, "sector", sector.to_sector_id),
            ("council_to_standing", council.pk, "member", standing.pk),
        ]


def test_the_database_itself_refuses_a_link_without_its_target(anhua):
    council = make_member()
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkAssignment.objects.create(level="council_to_sector", from_member=council, since=DAY)
