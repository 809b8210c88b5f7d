"""A voice from the day it is heard until the person knows what became of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache

from core import clock
from core.audit import SYSTEM
from core.models import AuditEvent, AuditWords
from dispatch.models import Job
from tenants.liaison.models import ContactRecord
from tenants.voices import actions, queries, tasks
from tenants.voices.models import Conversion, Output, Speaker, Voice
from tenants.voices.views import speaking
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, register, user

PHONE = "13522223333"


def heard(**more) -> Voice:
    values = {"content": "河西路灯三个月不亮", "channel": "phone", "received_on": DAY, "today": TODAY, "by": SYSTEM}
    return actions.receive_voice(**(values | more))


def test_a_voice_goes_its_whole_way_and_each_step_says_what_is_next(guangzhou, browser_of):
    voice = heard(member=make_member().pk)
    browser, address = browser_of(guangzhou, user("office")), f"/voices/{voice.pk}/"
    assert "先定类别" in browser.get(address).content.decode()
    said = browser.post(f"{address}triage/", {"kind": "specific"}, follow=True).content.decode()
    assert "有关部门办理" in said  # GZ20-4.3-2, from the policy
    sent = {"handler": "城管局", "handed_on": "2022-11-21", "due_on": "2022-11-25"}
    assert "已转城管局办理，11月25日前办结" in browser.post(f"{address}hand-over/", sent, follow=True).content.decode()
    assert "超 5 天" in browser.get("/voices/?state=overdue").content.decode()
    handling = voice.handlings.get()
    answer = browser.post(
        f"{address}answer/{handling.pk}/", {"result": "换了灯泡", "done_on": "2022-11-29"}, follow=True
    )
    assert "接下来答复反映人" in answer.content.decode()
    told = {"told": "已换灯泡", "solved": "yes", "told_on": "2022-11-30"}
    assert "已解决" in browser.post(f"{address}feedback/", told, follow=True).content.decode()
    voice.refresh_from_db()
    assert (voice.state, voice.solved, voice.told_on) == ("closed", "yes", TODAY)
    with pytest.raises(actions.AlreadyClosed):
        actions.hand_over(id=voice.pk, handler="再办", handed_on=TODAY, today=TODAY, by=SYSTEM)


def test_the_route_table_is_the_committees_own(place):
    with place("guangzhou").inside():
        found = queries.routes_on(TODAY)
        assert (found.usual("specific"), found.usual("general")) == ("有关部门办理", "协商议题")
        assert "special_report" not in found.outputs("general")
    with place("ordos").inside():
        assert list(queries.routes_on(TODAY).outputs("specific"))[:2] == ["opinion_report", "proposal"]
    with place("hunan").inside():
        assert queries.routes_on(TODAY).to_topic("general")  # no document: the usual way


def test_a_voice_becomes_an_output_only_as_the_document_allows(guangzhou, browser_of):
    mine = user("member")
    member = make_member(user=mine)
    voice = heard(member=member.pk, by=mine)
    said = {
        "title": "路灯不亮", "submitted_on": TODAY, "authorship": "individual", "lead": member.pk, "today": TODAY, "by": mine,
        "at": clock.now(),
    }  # fmt: skip
    with pytest.raises(actions.WrongRoute, match="提案"):
        actions.convert_to_output(id=voice.pk, type="micro_suggestion", **said)
    assert not Output.objects.exists()
    browser = browser_of(guangzhou, mine)
    page = browser.get(f"/outputs/new/?voice={voice.pk}").content.decode()
    assert "河西路灯三个月不亮" in page
    assert "微建议" not in page
    sent = {
        "key": voice.pk, "type": "opinion_report", "title": "路灯不亮", "submitted_on": "2022-11-30", "authorship": "individual",
    }  # fmt: skip
    for _ in range(2):
        browser.post(f"/outputs/new/?voice={voice.pk}", sent)
    made = Conversion.objects.get()
    assert (made.output.title, made.voice.state) == ("路灯不亮", "converted")
    assert "来自民意" in browser.get(f"/outputs/{made.output_id}/").content.decode()


def test_a_general_voice_becomes_a_topic(anhua, browser_of):
    voice = heard()
    with pytest.raises(actions.NotTriaged):
        actions.convert_to_topic(id=voice.pk, title="亮化", form="sector", year=2022, by=SYSTEM, at=clock.now())
    browser = browser_of(anhua, user("office"))
    browser.post(f"/voices/{voice.pk}/triage/", {"kind": "general"})
    sent = {"title": "村道亮化", "form": "sector", "year": "2022"}
    assert (
        "已转成协商议题《村道亮化》" in browser.post(f"/voices/{voice.pk}/topic/", sent, follow=True).content.decode()
    )
    assert "群众意见" in browser.get("/activities/topics/").content.decode()


def test_a_member_sees_what_became_of_theirs_and_nobody_elses(anhua, browser_of):
    mine = user("member")
    own = heard(member=make_member(user=mine).pk)
    other = heard(member=make_member("周二", "002").pk, content="别人反映的事")
    actions.triage(id=own.pk, kind="specific", by=SYSTEM)
    actions.hand_over(id=own.pk, handler="城管局", handed_on=TODAY, today=TODAY, by=SYSTEM)
    browser = browser_of(anhua, mine)
    shown = browser.get("/voices/").content.decode()
    assert "我的反映" in shown
    assert "办理中" in shown
    assert "别人反映的事" not in shown
    assert "城管局" in browser.get(f"/voices/{own.pk}/").content.decode()
    assert browser.get(f"/voices/{other.pk}/").status_code == 404
    assert browser.post(f"/voices/{own.pk}/triage/", {"kind": "general"}).status_code == 403


def test_what_was_heard_at_a_contact_becomes_a_voice_in_one_step(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    sent = {
        "key": "0184c0de-0000-7000-8000-000000000009", "kind": "visit", "mode": "offline", "held_on": "2022-11-30",
        "summary": "走访", "opinions": "希望修路灯", "as_voice": "on",
    }  # fmt: skip
    browser = browser_of(anhua, mine)
    for _ in range(2):
        browser.post("/contacts/new/", sent)
    voice = Voice.objects.get()
    assert (voice.content, voice.contact) == ("希望修路灯", ContactRecord.objects.get())


def test_the_citizens_name_is_known_to_who_deals_with_it_and_can_be_taken_out(anhua, browser_of):
    voice = heard(name="邓某某", phone=PHONE)
    office, leader = browser_of(anhua, user("office")), browser_of(anhua, user("leader"))
    assert PHONE in office.get(f"/voices/{voice.pk}/").content.decode()
    for browser, path in ((leader, f"/voices/{voice.pk}/"), (office, "/voices/"), (office, "/audit/")):
        text = browser.get(path).content.decode()
        assert "邓某某" not in text
        assert PHONE not in text
    with pytest.raises(actions.SomethingMissing, match="还没有办结"):
        actions.anonymise_speaker(id=voice.pk, why="要求", by=SYSTEM)
    actions.give_feedback(
        id=voice.pk, told="已告知邓某某", solved="unsaid", told_on=TODAY, today=TODAY, by=SYSTEM, at=clock.now()
    )
    office.post(f"/voices/{voice.pk}/anonymise/", {"why": "本人要求"})
    speaker = Speaker.objects.get()
    assert "邓某某" not in speaker.name
    assert speaker.phone == ""
    voice.refresh_from_db()
    assert voice.told == "已告知（已匿名）"
    assert not AuditWords.objects.filter(label__contains="邓某某").exists()


def test_anybody_may_send_a_matter_but_not_too_many(anhua, browser_of):
    cache.clear()
    browser = browser_of(anhua)
    assert "个人信息说明" in browser.get("/speak/").content.decode()
    sent = {"content": "河西路口的红绿灯坏了三天", "agrees": "on", "phone": PHONE}
    first = browser.post("/speak/", sent | {"key": "0184c0de-0000-7000-8000-000000000001"}, follow=True)
    voice, thanks = Voice.objects.get(), first.content.decode()
    assert "编号 1" in thanks
    assert voice.spoken_receipt in thanks
    assert sent["content"] not in thanks
    assert browser.get("/speak/received/nonsense/").status_code == 404
    refused = browser.post("/speak/", {"content": "短", "key": "0184c0de-0000-7000-8000-000000000002"})
    assert refused.status_code == 422
    assert "请先看过个人信息说明" in refused.content.decode()
    for number in range(3, 9):
        answer = browser.post("/speak/", sent | {"key": f"0184c0de-0000-7000-8000-00000000000{number}"})
    assert answer.status_code == 422
    assert "提交得太频繁" in answer.content.decode()
    assert Voice.objects.count() == 5
    machine = sent | {"website": "x", "key": "0184c0de-0000-7000-8000-000000000010"}
    assert browser.post("/speak/", machine).status_code == 302
    assert Voice.objects.count() == 5
    cache.clear()


def closed(**more) -> Voice:
    voice = heard(name="邓某某", phone=PHONE, **more)
    actions.give_feedback(
        id=voice.pk, told="已告知邓某某", solved="yes", told_on=TODAY, today=TODAY, by=SYSTEM, at=clock.now()
    )
    return voice


def test_after_two_years_names_and_numbers_of_closed_matters_fall_due_and_go_by_a_job(anhua, browser_of, settings):
    voice, silent, still_open = closed(), heard(content="没留姓名"), heard(name="还在办", phone=PHONE)
    actions.close(id=silent.pk, reason="重复", by=SYSTEM, at=clock.now())
    over = TODAY.replace(year=2024)
    assert list(queries.due_voices(over.replace(day=29))) == []
    assert list(queries.due_voices(over)) == [voice], "without a name, or still open, nothing falls due"
    with pytest.raises(actions.NobodyDue):
        actions.ask_erase_due(ids=[still_open.pk], today=over, by=SYSTEM)
    who = user("office")
    assert "没有到期的反映人信息" in browser_of(anhua, who).get("/voices/due/").content.decode()
    settings.LIANXIN_TODAY = over
    office = browser_of(anhua, who)
    assert "1 位反映人的姓名、电话保存期满" in office.get("/").content.decode()
    listed = office.get("/voices/due/").content.decode()
    assert voice.content in listed
    assert PHONE not in listed
    assert office.post("/voices/due/", {"voice": [str(still_open.pk)]}).status_code == 422
    sent = office.post("/voices/due/", {"voice": [str(voice.pk)]})
    job = Job.objects.get(task=actions.ERASE_DUE)
    assert sent["location"] == f"/jobs/{job.pk}/"
    assert tasks.erase_due(by=SYSTEM, **job.ids, progress=lambda *_: None).startswith("已抹去 1 位")
    voice.refresh_from_db()
    assert (voice.speaker.phone, voice.told) == ("", "已告知（已匿名）")
    assert (
        AuditWords.objects.filter(why="办结满 2 年，保存期满").exists()
        or AuditEvent.objects.filter(action="voices.anonymise", why="办结满 2 年，保存期满").exists()
    )
    assert not queries.due_voices(over).exists()
    assert tasks.erase_due(by=SYSTEM, **job.ids, progress=lambda *_: None).startswith("已抹去 0 位"), "twice is once"


def test_the_office_settles_for_how_long_speakers_are_kept(anhua, browser_of):
    voice, office = closed(), browser_of(anhua, user("office"))
    assert office.post("/voices/due/", {"years": "0", "why": "x"}).status_code == 422
    assert office.post("/voices/due/", {"years": "1", "why": "本会规定"}).status_code == 302
    assert queries.speakers_kept() == 1
    assert list(queries.due_voices(TODAY.replace(year=2023))) == [voice]
    assert browser_of(anhua, user("leader")).get("/voices/due/").status_code == 403


def ask(browser, receipt, last_four="3333"):
    answer = browser.post("/speak/status/", {"receipt": receipt, "last_four": last_four})
    return answer.status_code, answer.content.decode()


def test_the_citizen_reads_the_state_and_the_answer_by_receipt_and_last_digits(anhua, browser_of):
    cache.clear()
    voice, browser = heard(name="邓某某", phone="135-2222 ３３33"), browser_of(anhua)
    code, text = ask(browser, voice.spoken_receipt, "３３３３")
    assert code == 200
    assert "已收到，正在分办" in text
    actions.triage(id=voice.pk, kind="specific", by=SYSTEM)
    actions.hand_over(id=voice.pk, handler="城管局", handed_on=TODAY, today=TODAY, by=SYSTEM)
    assert "已转城管局办理" in ask(browser, voice.receipt)[1]
    actions.give_feedback(
        id=voice.pk, told="换了灯泡", solved="yes", told_on=TODAY, today=TODAY, by=SYSTEM, at=clock.now()
    )
    text = ask(browser, voice.receipt)[1]
    assert "2022-11-30 答复" in text
    assert "换了灯泡" in text
    assert "邓某某" not in text
    assert voice.content not in text
    office = browser_of(anhua, user("office")).get(f"/voices/{voice.pk}/").content.decode()
    assert voice.spoken_receipt in office
    actions.anonymise_speaker(id=voice.pk, why="本人要求", by=SYSTEM)
    assert ask(browser, voice.receipt)[0] == 422, "without the number nobody is known by it"


def test_guessing_tells_nothing_and_ends_soon(anhua, browser_of):
    cache.clear()
    voice, silent, browser = heard(phone=PHONE), heard(content="没有留电话的一件事"), browser_of(anhua)
    unknown = str(10**8 - 1 - int(voice.receipt)).zfill(8)
    answers = [ask(browser, *pair) for pair in ((voice.receipt, "0000"), (unknown, "3333"), (silent.receipt, "3333"))]
    assert {code for code, _ in answers} == {422}
    faces = {text.split("请核对回执号")[1][:60] for _, text in answers}
    assert len(faces) == 1, "wrong digits, an unknown receipt, no number left: all alike"
    assert "回执号是 8 位数字" in ask(browser, "12")[1]
    for _ in range(4):
        ask(browser, voice.receipt, "0000")
    assert "查询得太频繁" in ask(browser, voice.receipt)[1], (
        "five in vain close this receipt for an hour, even to the right digits"
    )
    for place_ in range(3):
        ask(browser, silent.receipt, f"111{place_}")
    assert "查询得太频繁" in ask(browser, unknown)[1], "ten in vain close the page to this address"
    cache.clear()


def test_citizens_behind_one_proxy_are_told_apart_and_claim_no_address(rf, settings):
    def address(claimed):
        return speaking._address(rf.get("/speak/", headers={"x-forwarded-for": claimed}))

    assert address("1.1.1.1") == address("2.2.2.2"), "without a proxy the header is anybody's claim"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address("1.1.1.1") != address("2.2.2.2")
    assert address("9.9.9.9, 2.2.2.2") == address("2.2.2.2")


def test_guesses_made_at_once_count_and_asking_rightly_does_not(anhua, browser_of, monkeypatch):
    cache.clear()
    voice, browser = heard(phone=PHONE), browser_of(anhua)
    for _ in range(12):
        assert ask(browser, voice.receipt)[0] == 200
    monkeypatch.setattr("tenants.voices.views.speaking.cache.get", lambda *_: 0)  # each began before any was counted
    for _ in range(5):
        assert "查询得太频繁" not in ask(browser, voice.receipt, "0000")[1]
    assert "查询得太频繁" in ask(browser, voice.receipt)[1]
    cache.clear()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"content": " "}, actions.ContentMissing),
        ({"received_on": date(2022, 12, 1)}, actions.HeardInFuture),
    ],
)
def test_what_cannot_be_a_voice_is_refused(anhua, change, refusal):
    with pytest.raises(refusal):
        heard(**change)
    assert not Voice.objects.exists()


def test_steps_in_the_wrong_order_or_time_are_refused(anhua):
    voice = heard()
    hand = {"id": voice.pk, "handler": "城管局", "handed_on": DAY, "today": TODAY, "by": SYSTEM}
    with pytest.raises(actions.NotTriaged):
        actions.hand_over(**hand)
    actions.triage(id=voice.pk, kind="specific", by=SYSTEM)
    with pytest.raises(actions.SomethingMissing):
        actions.hand_over(**hand | {"handler": " "})
    with pytest.raises(actions.BeforeReceived):
        actions.hand_over(**hand | {"handed_on": date(2022, 11, 1)})
    with pytest.raises(actions.ReasonMissing):
        actions.close(id=voice.pk, reason="", by=SYSTEM, at=clock.now())


def test_the_list_takes_the_same_statements_however_long(anhua, browser_of, django_assert_max_num_queries):
    member = make_member()
    for _ in range(6):
        heard(member=member.pk)
    browser = browser_of(anhua, user("office"))
    browser.get("/voices/")
    with django_assert_max_num_queries(12):
        browser.get("/voices/")
    register(member)
