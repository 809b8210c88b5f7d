"""What is told to whom, once, in the action's transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from accounts.permissions import Permission
from core import clock, notices, tenancy
from core.audit import SYSTEM
from core.personal.erase import erase
from tenants.desk.models import Notice
from tenants.members import actions as members

TERM = dt.date(2021, 11, 1)


def tell(**more: Any) -> int:
    return notices.tell(**{"title": "走访记录被退回", "url": "/contacts/", "at": clock.now()} | more)


def test_a_notice_goes_to_the_accounts_named_and_open(anhua: Any, account: Any) -> None:
    one, other = account("member", "a"), account("member", "b")
    other.is_active = False
    other.save()
    assert tell(to=[one.pk, other.pk, None], text="请补写人数") == 1
    assert [(row.user_id, row.text, row.read_at) for row in Notice.objects.all()] == [(one.pk, "请补写人数", None)]


def test_the_same_key_is_told_once_to_the_same_person(anhua: Any, account: Any) -> None:
    one = account("member", "a")
    assert (tell(to=[one.pk], key="x"), tell(to=[one.pk], key="x"), tell(to=[account("member", "b").pk], key="x")) == (
        1,
        0,
        1,
    )
    assert (tell(to=[one.pk]), tell(to=[one.pk])) == (1, 1)


def test_holders_of_a_permission_are_told_within_their_reach(guangzhou: Any, account: Any) -> None:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    far = members.add_member(name="远某", number="1", sector=sector, joined_on=TERM, district="越秀区", by=SYSTEM)
    near = members.add_member(name="近某", number="2", sector=sector, joined_on=TERM, district="天河区", by=SYSTEM)
    office, district = account("office"), account("district_recorder", scope="天河区")
    account("leader")
    assert tell(may=Permission.RECORDS_CONFIRM, member=far.pk) == 1
    assert tell(may=Permission.RECORDS_CONFIRM, member=near.pk) == 2
    assert set(Notice.objects.filter(member=far).values_list("user_id", flat=True)) == {office.pk}
    assert set(Notice.objects.filter(member=near).values_list("user_id", flat=True)) == {office.pk, district.pk}


def test_what_is_dealt_with_asks_for_nothing_more(anhua: Any, account: Any) -> None:
    about = uuid7()
    tell(to=[account("member", "a").pk, account("office").pk], about=about)
    tell(to=[account("member", "b").pk])
    assert notices.settle(about=[about], at=clock.now()) == 2
    assert notices.settle(about=[about], at=clock.now()) == 0
    assert Notice.objects.filter(settled_at=None).count() == 1


def test_one_of_many_settles_the_own_notice_alone(anhua: Any, account: Any) -> None:
    about, one, other = uuid7(), account("member", "a"), account("member", "b")
    tell(to=[one.pk, other.pk], about=about)
    assert notices.settle(about=[about], at=clock.now(), of=one.pk) == 1
    assert [row.user_id for row in Notice.objects.filter(settled_at=None)] == [other.pk]


def test_a_notice_outside_a_transaction_is_refused(committed: None) -> None:
    with tenancy.inside("430923"), pytest.raises(RuntimeError, match="transaction"):
        tell(to=[uuid7()])


def test_a_member_made_nameless_is_named_in_no_notice_and_keeps_none(anhua: Any, account: Any) -> None:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    gone = members.add_member(name="张丽华", number="1", sector=sector, joined_on=TERM, by=SYSTEM)
    user = members.give_account(id=gone.pk, username="zlh", password=None, by=SYSTEM)
    gone.refresh_from_db()
    tell(to=[account("office").pk], title="请确认张丽华的走访", text="张丽华 11 月 3 日", member=gone.pk)
    tell(to=[user.pk], text="您的走访被退回")
    erase(gone)
    (kept,) = Notice.objects.all()
    assert "张丽华" not in f"{kept.title}{kept.text}"
