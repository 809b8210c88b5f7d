"""Waivers where the document lets a duty be waived; objections and their answers, on both sides."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock, waiting
from core.audit import SYSTEM
from core.errors import DomainError, NotFound
from tenants.assessment import actions, queries
from tenants.assessment.models import Objection, Outcome, Waiver
from tenants.desk.models import Notice
from tenants.liaison.actions import register_contact
from tenants.policy.actions import prepare_committee
from tests.tenants.assessment.conftest import TODAY

pytestmark = pytest.mark.django_db
YEAR_END = dt.date(2022, 12, 31)
DECISION = {
    "body": "chairpersons_council", "meeting": "第3次主席会议", "decided_on": dt.date(2022, 12, 20), "document_number": "",
}  # fmt: skip
FORM = {**DECISION, "decided_on": "2022-11-20", "period": "2022", "reason": "住院"}


@pytest.fixture
def dongcheng(place):
    """A committee whose document asks four contacts a year "in principle" (DC20-4.1-12)."""
    with place("hunan").inside():
        prepare_committee(template="dongcheng-2020", by=SYSTEM)
        yield place("hunan")


def _waive(member, *, duty="annual_contacts", period="2022", reason="长期病假", today=YEAR_END, as_of=YEAR_END):
    return actions.waive(
        member=member.pk, duty=duty, period=period, reason=reason, **DECISION, as_of=as_of, today=today, by=SYSTEM
    )


def _line(member, duty="annual_contacts", as_of=YEAR_END):
    return queries.standing_of(member, as_of)[0].line(duty)


def test_a_waived_member_is_waived_and_not_met(dongcheng, town):
    """S08: three contacts owe one; three with a waiver are waived; four are met."""
    short, waived, done = (town.member(name) for name in ("甲", "乙", "丙"))
    for member, times in ((short, 3), (waived, 3), (done, 4)):
        for month in range(1, times + 1):
            register_contact(
                member=member.pk,
                kind="contact",
                held_on=dt.date(2022, month, 5),
                summary="联系",
                today=YEAR_END,
                by=SYSTEM,
            )
    made = _waive(waived)
    assert [_line(one).state for one in (short, waived, done)] == ["outstanding", "waived", "met"]
    assert _line(short).outstanding == "1"
    states = [one.line("annual_contacts").state for one in queries.standing(YEAR_END).by_subject.values()]
    assert sorted(states) == ["met", "outstanding", "waived"]
    actions.end_waiver(id=made.pk, why="已返岗", by=SYSTEM)
    assert _line(waived).state == "outstanding"


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"duty": "nothing"}, "没有这一项"),
        ({"period": "2021"}, "没有这项要求"),
        ({"reason": " "}, "请写明理由"),
        ({"today": dt.date(2022, 12, 1)}, "还没有到"),
    ],
)
def test_a_waiver_that_cannot_be_is_refused(dongcheng, town, told, match):
    with pytest.raises(DomainError, match=match):
        _waive(town.member(), **told)
    assert not Waiver.objects.exists()


def test_a_duty_is_waived_once_per_period(dongcheng, town):
    member = town.member()
    _waive(member)
    with pytest.raises(DomainError, match="已经豁免过"):
        _waive(member)


def test_a_required_duty_cannot_be_waived(anhua, town):
    with pytest.raises(DomainError, match="不能豁免"):
        _waive(town.member(), duty="constituents", as_of=TODAY)


def test_the_office_waives_on_the_members_page_and_takes_it_back(dongcheng, town, account, browser_of):
    member = town.member()
    office, leader = browser_of(dongcheng, account("office")), browser_of(dongcheng, account("leader"))
    page = f"/standing/{member.pk}/"
    assert f"{page}waive/annual_contacts/" in office.get(page).content.decode()
    assert "waive/" not in leader.get(page).content.decode()
    assert leader.get(f"{page}waive/annual_contacts/").status_code == 403
    wrong = office.post(f"{page}waive/annual_contacts/", {**FORM, "meeting": ""})
    assert wrong.status_code == 422
    assert "住院" in wrong.content.decode()
    answer = office.post(f"{page}waive/annual_contacts/", FORM, follow=True)
    text = answer.content.decode()
    assert "已豁免" in text
    assert "第3次主席会议" in text
    waiver = Waiver.objects.get()
    assert office.post(f"/standing/waivers/{waiver.pk}/end/", {"why": ""}).status_code == 422
    assert (
        "重新按办法判断"
        in office.post(f"/standing/waivers/{waiver.pk}/end/", {"why": "返岗"}, follow=True).content.decode()
    )
    assert not Waiver.objects.exists()


@pytest.fixture
def objector(anhua, town, account):
    return town.member("提异议者", paired=1, user=account("member", "objector"))


def _object(member, *, text="少记了 3 月 5 日的一次", duty="constituents", by=None):
    return actions.object_to(member=member.pk, duty=duty, text=text, as_of=TODAY, by=by or member.user)


def test_a_member_objects_the_office_answers_and_both_see_it(objector, anhua, account, browser_of):
    member, office = browser_of(anhua, objector.user), browser_of(anhua, account("office"))
    assert "/standing/me/object/constituents/" in member.get("/standing/me/").content.decode()
    assert member.post("/standing/me/object/constituents/", {"text": ""}).status_code == 422
    assert (
        "等办公室答复"
        in member.post("/standing/me/object/constituents/", {"text": "少一人"}, follow=True).content.decode()
    )
    made = Objection.objects.get()
    assert made.figure == "重点联系界别群众：计入 1 人，尚差 2"
    assert "1 件等答复" in office.get("/standing/objections/").content.decode()
    assert office.post(f"/standing/objections/{made.pk}/", {"outcome": "kept", "answer": ""}).status_code == 422
    office.post(f"/standing/objections/{made.pk}/", {"outcome": "kept", "answer": "名册里只有一人"})
    for text in (
        member.get("/standing/me/").content.decode(),
        office.get(f"/standing/{objector.pk}/").content.decode(),
    ):
        assert "名册里只有一人" in text
        assert "维持原数" in text
    assert Notice.objects.filter(user=objector.user, title__contains="异议已答复").exists()
    assert office.post(f"/standing/objections/{made.pk}/", {"outcome": "kept", "answer": "再答"}).status_code == 422


def test_what_waits_for_an_answer_stands_at_the_offices_desk(objector, account):
    _object(objector)
    (group,) = [
        one for one in waiting.groups(account("office"), day=TODAY) if one.source.name == "assessment.objections"
    ]
    assert group.pile.count == 1
    assert group.pile.items[0].who == "提异议者"
    assert "assessment.objections" not in {one.source.name for one in waiting.groups(account("leader"), day=TODAY)}


def test_one_objection_at_a_time_and_ones_own_can_be_taken_back(objector, town, account):
    made = _object(objector)
    with pytest.raises(DomainError, match="在等办公室答复"):
        _object(objector)
    stranger = account("member", "stranger")
    with pytest.raises(NotFound):
        _object(objector, by=stranger)
    with pytest.raises(NotFound):
        actions.withdraw_objection(id=made.pk, at=clock.now(), by=stranger)
    actions.withdraw_objection(id=made.pk, at=clock.now(), by=objector.user)
    with pytest.raises(DomainError, match="已收回"):
        actions.answer_objection(id=made.pk, outcome="kept", answer="迟了", at=clock.now(), by=SYSTEM)
    _object(objector)
    assert Objection.objects.filter(outcome=Outcome.OPEN).count() == 1


@pytest.mark.parametrize(("told", "match"), [({"text": " "}, "请写明理由"), ({"duty": "nothing"}, "没有这一项")])
def test_an_objection_says_what_is_wrong_with_which_duty(objector, told, match):
    with pytest.raises(DomainError, match=match):
        _object(objector, **told)


def test_an_answer_is_one_of_two(objector):
    made = _object(objector)
    for told, match in (
        ({"outcome": "open", "answer": "x"}, "只有"),
        ({"outcome": "kept", "answer": " "}, "请写明理由"),
    ):
        with pytest.raises(DomainError, match=match):
            actions.answer_objection(id=made.pk, **told, at=clock.now(), by=SYSTEM)


def test_the_office_reminds_a_member_of_what_is_owed_once_a_day(anhua, town, account, browser_of):
    user = account("member")
    short, done, unknown = town.member("甲", user=user), town.member("乙", paired=3), town.member("丙")
    office = browser_of(anhua, account("office"))
    page = office.get(f"/standing/{short.pk}/").content.decode()
    assert f"/standing/{short.pk}/remind/constituents/" in page
    assert "邀请开通" in office.get(f"/standing/{unknown.pk}/").content.decode()
    assert "/remind/" not in office.get(f"/standing/{done.pk}/").content.decode()
    told = office.post(f"/standing/{short.pk}/remind/constituents/", follow=True).content.decode()
    assert "已提醒甲" in told
    (notice,) = Notice.objects.filter(user=user)
    assert (notice.url, "差 3 人" in notice.text) == ("/standing/me/#constituents", True)
    for member, said in ((short, "一天只提醒一次"), (done, "现在没有欠"), (unknown, "还没有账号")):
        assert said in office.post(f"/standing/{member.pk}/remind/constituents/", follow=True).content.decode()
    assert Notice.objects.filter(user=user).count() == 1
    assert office.post(f"/standing/{short.pk}/remind/nothing/").status_code == 404


def test_what_a_record_would_count_for_is_entered_from_the_page(dongcheng, town, account, browser_of):
    member = town.member("甲")
    page = browser_of(dongcheng, account("office")).get(f"/standing/{member.pk}/").content.decode()
    assert f"/contacts/new/?member={member.pk}" in page
