"""The pages of outputs, by host, as each role meets them."""

from __future__ import annotations

import pytest

from core.audit import SYSTEM
from core.errors import NotFound
from tenants.activities.actions import propose_topic
from tenants.voices.actions import receive_voice
from tenants.voices.models import Output
from tests.tenants.liaison.test_contacts import DAY, TODAY, make_member, user
from tests.tenants.liaison.test_contacts import register as meet
from tests.tenants.voices.test_outputs import register

SENT = {
    "type": "proposal",
    "title": "关于增开校车的提案",
    "submitted_on": "2022-11-20",
    "authorship": "joint",
    "key": "0184c0de-0000-7000-8000-000000000001",
}
ALONE = SENT | {"authorship": "individual"}


def test_a_member_registers_a_joint_proposal_once_for_all_signers(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    make_member("周二", "002")
    browser = browser_of(anhua, mine)
    assert browser.get("/outputs/new/").status_code == 200
    answer = browser.post("/outputs/new/", {**SENT, "others": "周二"}, follow=True)
    assert "计入各位作者履职" in answer.content.decode()
    assert [one.role for one in Output.objects.get().authors.order_by("role")] == ["co_signer", "lead"]
    assert "陈一、周二" in browser.get("/outputs/").content.decode()


def test_pressing_twice_makes_one_output(anhua, browser_of):
    sector = make_member().sector
    browser = browser_of(anhua, user("office"))
    for _ in range(2):
        sent = {**SENT, "authorship": "sector", "sector": str(sector.pk)}
        assert browser.post("/outputs/new/", sent).status_code == 302
    assert Output.objects.count() == 1


def test_a_joint_proposal_without_others_comes_back_with_the_sentence(anhua, browser_of):
    mine = user("member")
    make_member(user=mine)
    answer = browser_of(anhua, mine).post("/outputs/new/", SENT)
    assert answer.status_code == 422
    assert "至少要两位委员" in answer.content.decode()
    assert Output.objects.count() == 0


def test_the_office_enters_a_sectors_proposal_and_it_counts(guangzhou, browser_of):
    sector = make_member().sector
    browser = browser_of(guangzhou, user("office"))
    browser.post("/outputs/new/", {**SENT, "authorship": "sector", "sector": str(sector.pk)})
    made = Output.objects.get()
    assert (made.sector, made.state) == (sector, "confirmed")
    assert sector.name in browser.get("/outputs/?authorship=sector").content.decode()
    assert browser.get(f"/outputs/{made.pk}/").status_code == 200


def test_a_member_sees_the_own_outputs_only(anhua, browser_of):
    mine = user("member")
    own, other = make_member(user=mine), make_member("周二", "002")
    mine_too = register(authorship="joint", lead=other.pk, others=[own.pk], title="我们的提案")
    foreign = register(lead=other.pk, title="别人的提案")
    browser = browser_of(anhua, mine)
    assert browser.get(f"/outputs/{mine_too.pk}/").status_code == 200
    assert browser.get(f"/outputs/{foreign.pk}/").status_code == 404
    assert "别人的提案" not in browser.get("/outputs/").content.decode()


def test_withdrawing_an_output_asks_why(anhua, browser_of):
    made = register(lead=make_member().pk)
    browser = browser_of(anhua, user("office"))
    assert browser.post(f"/outputs/{made.pk}/withdraw/", {"reason": ""}).status_code == 422
    browser.post(f"/outputs/{made.pk}/withdraw/", {"reason": "重复"})
    assert "还没有履职成果" in browser.get("/outputs/").content.decode()


def test_an_output_names_the_contact_it_rests_on_and_both_pages_show_it(guangzhou, browser_of):
    mine = user("member")
    own, other = make_member(user=mine), make_member("周二", "002")
    contact, foreign = meet(own), meet(other, summary="别人的一次联系")
    browser = browser_of(guangzhou, mine)
    page = browser.get(f"/contacts/{contact.pk}/").content.decode()
    assert f"/outputs/new/?based_on=contact:{contact.pk}" in page
    form = browser.get(f"/outputs/new/?based_on=contact:{contact.pk}").content.decode()
    assert f'value="contact:{contact.pk}" selected' in form
    assert str(foreign.pk) not in form, "what the member may not see is not offered"
    refused = browser.post("/outputs/new/", ALONE | {"based_on": f"contact:{foreign.pk}"})
    assert refused.status_code == 422
    with pytest.raises(NotFound):
        register(lead=own.pk, by=mine, based_on=f"contact:{foreign.pk}")
    browser.post("/outputs/new/", ALONE | {"based_on": f"contact:{contact.pk}"})
    made = Output.objects.get()
    assert made.based_on_contact == contact
    assert f'href="/contacts/{contact.pk}/"' in browser.get(f"/outputs/{made.pk}/").content.decode()
    assert made.title in browser.get(f"/contacts/{contact.pk}/").content.decode()
    changed = {**ALONE, "title": "改过的标题", "based_on": f"contact:{contact.pk}", "reason": "错字"}
    browser.post(f"/outputs/{made.pk}/edit/", changed)
    made.refresh_from_db()
    assert (made.title, made.based_on_contact) == ("改过的标题", contact)
    browser.post(f"/outputs/{made.pk}/edit/", {**changed, "based_on": ""})
    made.refresh_from_db()
    assert made.based_on_contact is None


def test_an_output_that_rests_on_a_voice_or_a_topic(anhua, browser_of):
    mine = user("member")
    own = make_member(user=mine)
    voice = receive_voice(content="校车绕远", channel="contact", received_on=DAY, today=TODAY, by=mine, member=own.pk)
    topic = propose_topic(title="校车线路", form="sector", year=2022, source="plan", by=SYSTEM)
    browser = browser_of(anhua, mine)
    browser.post("/outputs/new/", ALONE | {"type": "opinion_report", "based_on": f"voice:{voice.pk}"})
    made = Output.objects.get()
    voice.refresh_from_db()
    assert voice.state == "converted"
    assert "来自民意" in browser.get(f"/outputs/{made.pk}/").content.decode()
    second = register(lead=own.pk, based_on=f"topic:{topic.pk}", title="校车线路的建议")
    assert second.title in browser.get(f"/activities/topics/{topic.pk}/").content.decode()
    assert "校车线路" in browser.get(f"/outputs/{second.pk}/").content.decode()


def test_who_may_not_see_what_an_output_rests_on_leaves_it_there(anhua, browser_of):
    mine = user("member")
    own, other = make_member(user=mine), make_member("周二", "002")
    contact = meet(other)
    made = register(lead=own.pk, based_on=f"contact:{contact.pk}", by=SYSTEM)
    Output.objects.update(entered_by=mine.pk)
    browser = browser_of(anhua, mine)
    assert str(contact.pk) not in browser.get(f"/outputs/{made.pk}/").content.decode()
    browser.post(f"/outputs/{made.pk}/edit/", {**ALONE, "title": "改过的标题", "reason": "错字"})
    made.refresh_from_db()
    assert (made.title, made.based_on_contact) == ("改过的标题", contact)
