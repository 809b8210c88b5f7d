"""The pages of outputs, by host, as each role meets them."""

from __future__ import annotations

from tenants.voices.models import Output
from tests.tenants.liaison.test_contacts import make_member, user
from tests.tenants.voices.test_outputs import register

SENT = {
    "type": "proposal",
    "title": "关于增开校车的提案",
    "submitted_on": "2022-11-20",
    "authorship": "joint",
    "key": "0184c0de-0000-7000-8000-000000000001",
}


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
