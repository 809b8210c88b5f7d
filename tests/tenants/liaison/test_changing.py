"""Setting a record right: with a reason, old and new in the trail, until the figures it stands in are signed."""

from __future__ import annotations

from datetime import date

import pytest

from core import clock
from core.audit import SYSTEM
from core.models import AuditEvent, AuditWords
from tenants.activities.actions import change_activity, register_activity
from tenants.liaison import actions
from tenants.liaison.models import ContactRecord
from tenants.reports.models import Return
from tenants.voices.actions import change_output, register_output
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, register, user

SENT = {"kind": "visit", "mode": "offline", "held_on": "2022-11-20", "summary": "改过的话", "reason": "写错了"}


def change(record, by, /, **changes):
    values = {
        "member": record.member_id, "kind": record.kind, "held_on": record.held_on, "summary": record.summary,
        "today": TODAY, "reason": "写错了", "by": by, "at": clock.now(),
    }  # fmt: skip
    return actions.change_contact(id=record.pk, **(values | changes))


def sign(day: date) -> None:
    row = Return.objects.create(
        period=f"{day:%Y-%m}",
        revision=1,
        as_of=day,
        policies={},
        body={"children": []},
        digest="",
        closed_at=clock.now(),
    )
    row.state, row.signed_by, row.signed_at = "signed", user("leader"), clock.now()
    row.save()


def test_the_office_sets_a_record_right_and_the_trail_keeps_old_and_new(anhua, browser_of):
    record = register(make_member())
    browser = browser_of(anhua, user("office"))
    assert "听取对校车线路的意见" in browser.get(f"/contacts/{record.pk}/edit/").content.decode()
    answer = browser.post(f"/contacts/{record.pk}/edit/", SENT | {"member": "001"}, follow=True)
    assert "已改好" in answer.content.decode()
    event = AuditEvent.objects.get(action="liaison.change_contact")
    words = AuditWords.objects.get(event=event)
    assert (event.old, event.new) == ({"kind": "contact"}, {"kind": "visit"})
    assert (words.old, words.new) == ({"summary": "听取对校车线路的意见"}, {"summary": "改过的话"})
    assert words.why == "写错了"


def test_without_a_reason_nothing_changes_and_what_was_typed_stays(anhua, browser_of):
    record = register(make_member())
    answer = browser_of(anhua, user("office")).post(
        f"/contacts/{record.pk}/edit/", SENT | {"member": "001", "reason": ""}
    )
    assert answer.status_code == 422
    assert "改过的话" in answer.content.decode()
    with pytest.raises(actions.ReasonMissing):
        change(record, SYSTEM, reason=" ")
    record.refresh_from_db()
    assert record.summary == "听取对校车线路的意见"


def test_changing_nothing_writes_nothing(anhua):
    record = register(make_member())
    before = AuditEvent.objects.count()
    assert not change(record, SYSTEM)
    assert AuditEvent.objects.count() == before


def test_a_member_changes_the_own_entry_until_the_office_confirms(guangzhou):
    mine = user("member")
    record = register(make_member(user=mine), by=mine)
    assert change(record, mine, summary="补一句")
    actions.confirm_contact(id=record.pk, by=user("office"), at=clock.now())
    with pytest.raises(actions.NotYoursToWithdraw, match="修改请联系办公室"):
        change(record, mine, summary="再补一句")


def test_a_returned_claim_is_set_right_and_waits_again(guangzhou, browser_of):
    mine = user("member")
    record = register(make_member(user=mine), by=mine)
    actions.reject_contact(id=record.pk, reason="缺地点", by=user("office"), at=clock.now())
    browser = browser_of(guangzhou, mine)
    assert "改好再提交" in browser.get(f"/contacts/{record.pk}/").content.decode()
    answer = browser.post(f"/contacts/{record.pk}/edit/", SENT | {"place": "东坪社区"}, follow=True)
    assert "重新提交，等待确认" in answer.content.decode()
    record = ContactRecord.objects.get()
    assert (record.state, record.place, record.rejected_reason, record.decided_by) == ("claimed", "东坪社区", "", None)


def test_what_stands_in_signed_figures_is_neither_changed_nor_taken_back(anhua, browser_of):
    record = register(make_member())
    later = register(record.member, held_on=TODAY)
    sign(DAY)
    for act in (
        lambda: change(record, SYSTEM, summary="改"),
        lambda: actions.withdraw_contact(id=record.pk, reason="错", by=SYSTEM, at=clock.now()),
    ):
        with pytest.raises(actions.PeriodSigned, match="2022 年 11 月报表已经签署"):
            act()
    assert change(later, SYSTEM, summary="后来的可以改")
    browser = browser_of(anhua, user("office"))
    shown = browser.get(f"/contacts/{record.pk}/").content.decode()
    assert "已定稿，不能再改" in shown
    assert "/edit/" not in shown
    assert browser.get(f"/contacts/{record.pk}/edit/").status_code == 302
    Return.objects.update(state="draft")
    assert change(record, SYSTEM, summary="撤回签署以后可以改")


def test_an_activity_and_an_output_are_set_right_the_same_way(anhua, browser_of):
    member, other = make_member(), make_member("周二", "002")
    held = register_activity(
        title="调研", kind="research", organiser_type="committee", held_on=DAY, today=TODAY, by=SYSTEM, participants=[member.pk]
    )  # fmt: skip
    output = register_output(
        type="proposal", title="建议", submitted_on=DAY, authorship="individual", lead=member.pk, today=TODAY, by=SYSTEM
    )
    common = {"today": TODAY, "reason": "写错了", "by": SYSTEM, "at": clock.now()}
    assert change_activity(
        id=held.pk, title="视察", kind="inspection", organiser_type="committee", held_on=DAY, **common
    )
    assert change_output(
        id=output.pk, type="proposal", title="建议", submitted_on=DAY, authorship="joint", lead=other.pk, others=[member.pk], **common
    )  # fmt: skip
    assert dict(output.authors.values_list("member__name", "role")) == {"周二": "lead", "陈一": "co_signer"}
    browser = browser_of(anhua, user("office"))
    assert "视察" in browser.get(f"/activities/{held.pk}/edit/").content.decode()
    assert "周二（002）" in browser.get(f"/outputs/{output.pk}/edit/").content.decode()
    sent = {
        "key": held.pk,
        "title": "视察改",
        "kind": "inspection",
        "organiser": "committee",
        "held_on": "2022-11-20",
        "reason": "改",
    }
    assert "已改好" in browser.post(f"/activities/{held.pk}/edit/", sent, follow=True).content.decode()
