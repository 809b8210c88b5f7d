"""The pages of contacts, claims and constituents, by host, as each role meets them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.audit import SYSTEM
from tenants.activities.actions import record_participation, register_activity
from tenants.activities.models import Participation
from tenants.liaison import actions
from tenants.liaison.models import ConstituentLink, ContactRecord
from tenants.voices.actions import register_output
from tenants.voices.models import Output
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, register, user


def test_a_member_opens_the_phone_page_and_saves_with_two_fields(anhua, browser_of):
    mine = user("member")
    member = make_member("欧阳·某", user=mine)
    browser = browser_of(anhua, mine)
    shown = browser.get("/contacts/new/").content.decode()
    assert 'value="2022-11-30"' in shown
    assert "结对群众" not in shown
    sent = {
        "key": uuid4(),
        "kind": "visit",
        "mode": "offline",
        "held_on": "2022-11-30",
        "summary": "看望",
        "headcount": "3",
    }
    answer = browser.post("/contacts/new/", sent, follow=True)
    record = ContactRecord.objects.get()
    assert answer.redirect_chain == [(f"/contacts/{record.pk}/", 302)]
    assert (record.member, record.kind, record.headcount, record.state) == (member, "visit", 3, "confirmed")
    assert "计入欧阳·某 2022 年履职" in answer.content.decode()
    browser.post("/contacts/new/", sent)
    assert ContactRecord.objects.count() == 1


def test_in_a_committee_whose_office_enters_the_page_says_that_it_waits(guangzhou, browser_of):
    mine = user("member")
    member = make_member(user=mine)
    link = actions.pair_constituent(member=member.pk, name="何秀英", since=DAY, today=TODAY, by=SYSTEM)
    browser = browser_of(guangzhou, mine)
    assert "何秀英" in browser.get("/contacts/new/").content.decode()
    sent = {
        "key": uuid4(), "kind": "contact", "mode": "phone", "held_on": "2022-11-30", "summary": "问候",
        "constituents": [str(link.constituent_id)],
    }  # fmt: skip
    answer = browser.post("/contacts/new/", sent, follow=True)
    assert "等待办公室确认后计入" in answer.content.decode()
    assert "何秀英" in answer.content.decode()
    record = ContactRecord.objects.get()
    assert record.state == "claimed"
    assert "何秀英" not in browser_of(guangzhou, user("office")).get(f"/contacts/{record.pk}/").content.decode()


def test_a_refused_form_comes_back_with_the_sentence_and_what_was_typed(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    sent = {"key": uuid4(), "kind": "visit", "mode": "offline", "held_on": "2022-12-24", "summary": "留下的话"}
    answer = browser_of(anhua, mine).post("/contacts/new/", sent)
    assert answer.status_code == 422
    assert "2022-12-24 还没有到" in answer.content.decode()
    assert "留下的话" in answer.content.decode()
    assert ContactRecord.objects.count() == 0


def test_an_account_without_a_member_is_told_what_to_do(anhua, browser_of):
    assert "还没有对应的委员" in browser_of(anhua, user("member")).get("/contacts/new/").content.decode()


@pytest.mark.parametrize("typed", ["周二（002）", "002", "周二", "zhouer", "ZE"])
def test_the_office_names_the_member_in_any_usual_way(anhua, browser_of, typed):
    make_member()
    member = make_member("周二", "002")
    type(member).objects.filter(pk=member.pk).update(name_pinyin="zhouer ze")
    sent = {
        "key": uuid4(),
        "member": typed,
        "kind": "visit",
        "mode": "offline",
        "held_on": "2022-11-30",
        "summary": "看望",
    }
    answer = browser_of(anhua, user("office")).post("/contacts/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert ContactRecord.objects.get().member == member


def test_two_of_one_name_are_asked_apart(anhua, browser_of):
    make_member("王伟", "001")
    make_member("王伟", "002")
    sent = {
        "key": uuid4(),
        "member": "王伟",
        "kind": "visit",
        "mode": "offline",
        "held_on": "2022-11-30",
        "summary": "看望",
    }
    answer = browser_of(anhua, user("office")).post("/contacts/new/", sent)
    assert "王伟（002，教育界）" in answer.content.decode()
    assert ContactRecord.objects.count() == 0


def test_a_member_sees_only_the_own_records_and_the_office_all(anhua, browser_of):
    mine = user("member")
    own = register(make_member(user=mine), summary="我的记录")
    other = register(make_member("周二", "002"), summary="别人的记录")
    member, office = browser_of(anhua, mine), browser_of(anhua, user("office"))
    assert "别人的记录" not in member.get("/contacts/").content.decode()
    assert member.get(f"/contacts/{own.pk}/").status_code == 200
    assert member.get(f"/contacts/{other.pk}/").status_code == 404
    assert "别人的记录" in office.get("/contacts/").content.decode()
    assert "我的记录" not in office.get(f"/contacts/?q=周二&member={other.member_id}").content.decode()
    assert office.get("/contacts/?format=xlsx")["Content-Type"].endswith("sheet")


def test_a_record_of_another_committee_is_404(place, browser_of):
    with place("guangzhou").inside():
        foreign = register(make_member())
    with place("anhua").inside():
        browser = browser_of(place("anhua"), user("office"))
        assert browser.get(f"/contacts/{foreign.pk}/").status_code == 404
        assert browser.post(f"/contacts/claims/contacts/{foreign.pk}/confirm/").status_code == 404
        assert browser.post(f"/contacts/{foreign.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_withdrawing_needs_a_reason_and_leaves_the_record_readable(anhua, browser_of):
    record = register(make_member())
    browser = browser_of(anhua, user("office"))
    assert browser.post(f"/contacts/{record.pk}/withdraw/", {"reason": ""}).status_code == 422
    answer = browser.post(f"/contacts/{record.pk}/withdraw/", {"reason": "重复登记"}, follow=True)
    assert "重复登记" in answer.content.decode()
    assert "还没有联系记录" in browser.get("/contacts/").content.decode()
    assert "已撤回" in browser.get("/contacts/?state=withdrawn").content.decode()


def claims() -> None:
    """One claim of each kind by one member."""
    mine = user("member")
    member = make_member(user=mine)
    register(member, by=mine)
    register_activity(
        title="到西关站接待", kind="station_visit", organiser_type="committee", held_on=DAY, today=TODAY, by=mine,
        participants=[member.pk],
    )  # fmt: skip
    register_output(
        type="proposal", title="关于校车的提案", submitted_on=DAY, authorship="individual", lead=member.pk, today=TODAY, by=mine
    )  # fmt: skip


def test_the_office_finds_all_kinds_of_claims_in_one_list_and_confirms_one_by_one(guangzhou, browser_of):
    claims()
    browser = browser_of(guangzhou, user("office"))
    shown = browser.get("/contacts/claims/").content.decode()
    assert all(text in shown for text in ("到西关站接待", "关于校车的提案", "听取对校车线路的意见"))
    assert shown.count("autofocus") == 1
    part = Participation.objects.get()
    answer = browser.post(f"/contacts/claims/participations/{part.pk}/confirm/", follow=True)
    assert "还有 2 条待确认" in answer.content.decode()
    part.refresh_from_db()
    assert part.state == "confirmed"
    assert part.activity.state == "confirmed"
    assert browser.post(f"/contacts/claims/unknown/{part.pk}/confirm/").status_code == 404


def test_several_are_previewed_before_they_are_confirmed(guangzhou, browser_of):
    claims()
    browser = browser_of(guangzhou, user("office"))
    chosen = [f"contacts:{ContactRecord.objects.get().pk}", f"outputs:{Output.objects.get().pk}"]
    preview = browser.post("/contacts/claims/confirm/", {"chosen": chosen}).content.decode()
    assert "将确认 <b>2</b> 条" in preview
    assert ContactRecord.objects.get().state == "claimed"
    browser.post("/contacts/claims/confirm/", {"chosen": chosen, "sure": "1"})
    assert (ContactRecord.objects.get().state, Output.objects.get().state) == ("confirmed", "confirmed")
    assert "没有选中" in browser.post("/contacts/claims/confirm/", {"chosen": chosen}, follow=True).content.decode()


def test_what_was_just_confirmed_can_be_undone_once_and_only_by_oneself(guangzhou, browser_of):
    claims()
    office, other = browser_of(guangzhou, user("office")), browser_of(guangzhou, user("office", "second"))
    part = Participation.objects.get()
    chosen = [f"contacts:{ContactRecord.objects.get().pk}", f"participations:{part.pk}"]
    office.post("/contacts/claims/confirm/", {"chosen": chosen, "sure": "1"})
    shown = office.get("/contacts/claims/").content.decode()
    assert "撤销刚才确认的 2 条" in shown
    assert "没有可以撤销的" in other.post("/contacts/claims/undo/", follow=True).content.decode()
    assert "2 条回到待确认" in office.post("/contacts/claims/undo/", follow=True).content.decode()
    part.refresh_from_db()
    assert (ContactRecord.objects.get().state, part.state, part.activity.state) == ("claimed", "claimed", "claimed")
    assert "没有可以撤销的" in office.post("/contacts/claims/undo/", follow=True).content.decode()


def test_the_list_of_claims_names_its_keys(guangzhou, browser_of):
    claims()
    shown = browser_of(guangzhou, user("office")).get("/contacts/claims/").content.decode()
    assert shown.count('data-key="Enter"') == shown.count('data-key="r"') == 3
    assert "data-keys" in shown


def test_a_tick_for_a_voice_without_words_is_refused_and_nothing_is_lost(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    sent = {
        "key": uuid4(),
        "kind": "visit",
        "mode": "offline",
        "held_on": "2022-11-30",
        "summary": "看望",
        "as_voice": "on",
    }
    answer = browser_of(anhua, mine).post("/contacts/new/", sent)
    assert answer.status_code == 422
    assert "请写下群众的意见" in answer.content.decode()
    assert "看望" in answer.content.decode()


def test_a_return_tells_the_member_why(guangzhou, browser_of):
    claims()
    output = Output.objects.get()
    browser = browser_of(guangzhou, user("office"))
    url = f"/contacts/claims/outputs/{output.pk}/return/"
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"reason": ""}).status_code == 422
    browser.post(url, {"reason": "未立案"})
    output.refresh_from_db()
    assert (output.state, output.rejected_reason) == ("rejected", "未立案")
    assert "已经处理过" in browser.get(url, follow=True).content.decode()


def test_the_list_of_claims_takes_the_same_statements_however_many_wait(
    guangzhou, browser_of, django_assert_max_num_queries
):
    claims()
    mine = Participation.objects.get().member
    browser = browser_of(guangzhou, user("office"))
    browser.get("/contacts/claims/")
    for number in range(8):
        register(mine, by=mine.user, summary=f"第{number}次")
        held = register_activity(
            title=f"第{number}次", kind="station_visit", organiser_type="committee", held_on=DAY, today=TODAY, by=SYSTEM
        )  # fmt: skip
        record_participation(activity=held.pk, members=[mine.pk], by=mine.user)
    with django_assert_max_num_queries(14):
        browser.get("/contacts/claims/")


@pytest.mark.parametrize("role", ["member", "leader", "convener", "upper_liaison"])
def test_only_offices_open_the_claims(guangzhou, browser_of, role):
    assert browser_of(guangzhou, user(role)).get("/contacts/claims/").status_code == 403


def test_a_member_pairs_and_ends_and_the_office_sees_only_numbers(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    browser, office = browser_of(anhua, mine), browser_of(anhua, user("office"))
    sent = {"name": "何秀英", "since": "2022-11-01", "choice_basis": "sector"}
    assert "现在共 1 人" in browser.post("/constituents/", sent, follow=True).content.decode()
    again = browser.post("/constituents/", sent)
    assert again.status_code == 422
    assert "不用再加" in again.content.decode()
    numbers = office.get("/constituents/").content.decode()
    assert "何秀英" not in numbers
    assert "陈一" in numbers
    link = ConstituentLink.objects.get()
    browser.post(f"/constituents/{link.pk}/end/", {"until": "2022-11-30"})
    link.refresh_from_db()
    assert link.until == TODAY
    assert browser.post(f"/constituents/{uuid4()}/end/", {"until": "2022-11-30"}).status_code == 404


@pytest.mark.parametrize("path", ["/contacts/", "/activities/", "/outputs/", "/voices/"])
def test_the_lists_are_sorted_by_their_columns_and_by_nothing_else(anhua, browser_of, path):
    member = make_member()
    for summary in ("甲", "乙"):
        register(member, summary=summary)
    browser = browser_of(anhua, user("office"))
    for key in ("day", "-state", "kind", "member__user__password", "-"):
        assert browser.get(f"{path}?sort={key}").status_code == 200
    assert "sort=-day" in browser.get("/contacts/?sort=day").content.decode()
