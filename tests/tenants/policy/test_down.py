"""S29: a parent publishes, its children see it, settle their deviations, adopt from a day; nothing changes by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from core.audit import SYSTEM
from core.errors import NotFound
from exchange import downward
from exchange.models import Position
from tenants.policy import actions, queries
from tenants.policy.models import Draft, PolicyDocument
from tenants.policy.queries import adopted, cases, children, versions

pytestmark = pytest.mark.django_db
TODAY, NEW_YEAR = dt.date(2022, 11, 30), dt.date(2023, 1, 1)
AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)
CONSTITUENTS, CONTACTS, BENEFIT = "duty.constituents", "duty.contacts", "duty.public_benefit"
DECISION = {
    "body": "chairpersons_council", "meeting": "第9次会议", "decided_on": "2022-11-30", "document_number": "南协发〔2022〕9号",
    "in_force_from": "2023-01-01",
}  # fmt: skip


def change(operations, first, number="1号"):
    return actions.adapt(
        operations=operations, reason="本县实际", body="chairpersons_council", meeting="第3次会议", decided_on=min(first, TODAY),
        document_number=number, in_force_from=first, today=TODAY, by=SYSTEM,
    )  # fmt: skip


def put(path, value):
    return {"op": "set", "path": path, "value": value}


FIVE_TO_EIGHT = [put("duty.constituents.min", 5), put("duty.constituents.max", 8)]


def publish(note="改了结对人数"):
    return actions.publish_policy(note=note, today=TODAY, at=AT, by=SYSTEM)


@pytest.fixture
def world(place):
    """Nanxian pairs 5–8, asks four contacts and dropped a duty; Yiyang then publishes 4–6, three contacts and a report twice a year."""
    with place("nanxian").inside():
        own = {
            "title": "走访企业", "clauses": [], "kind": "count", "force": "required", "subject": "member", "period": "year",
            "counts": {"kinds": ["visit"]}, "values": [{"min": 1}],
        }  # fmt: skip
        change(
            [*FIVE_TO_EIGHT, put("duty.contacts.min", 4), {"op": "add", "path": "duty.own_1", "value": own}],
            dt.date(2022, 7, 1),
        )
        change([{"op": "remove", "path": BENEFIT}, put("duty.constituents.max", 9)], dt.date(2022, 9, 1), "2号")
    with place("yiyang").inside():
        publish("第一版")
        change(
            [put("duty.constituents.min", 4), put("duty.constituents.max", 6), put("duty.contacts.min", 3), put("setting.voice_days.value", 20)],
            NEW_YEAR, "益协发〔2022〕9号",
        )  # fmt: skip
        publish()
    return place


def numbers(duty, day):
    found = queries.policy_on(day).duty(duty, day)
    return found.min, found.max


@pytest.fixture
def office(world, account, browser_of):
    with world("nanxian").inside():
        yield browser_of(world("nanxian"), account("office"))


def begun(office):
    newest = downward.from_above().first()
    assert office.post("/policy/rebase/begin/", {"origin": f"publication:{newest.pk}"}).url == "/policy/rebase/"
    return Draft.objects.get(is_case=True, is_open=True)


def choices(**changed):
    said = {
        f"take:{CONSTITUENTS}": "ours", f"reason:{CONSTITUENTS}": "群众多", f"take:{CONTACTS}": "theirs", f"take:{BENEFIT}": "ours",
        "reason": "随市里换新版", "body": "chairpersons_council", "in_force_from": "2023-01-01", "step": "propose",
    }  # fmt: skip
    return said | changed


def test_a_child_sees_the_new_version_and_nothing_has_changed_by_itself(office):
    assert numbers("constituents", NEW_YEAR) == (5, 9)
    assert "第 2 版" in office.get("/policy/rebase/").content.decode()
    assert "逐项决定" in office.get("/policy/documents/").content.decode()
    assert "上级办法有新版" in office.get("/").content.decode()
    assert PolicyDocument.objects.count() == 3
    begun(office)
    case = office.get("/policy/rebase/").context["case"]
    assert [one.id for one in case.open] == [CONSTITUENTS, CONTACTS]
    assert {one.id: one.outcome for one in case.automatic} == {BENEFIT: "kept", "duty.own_1": "kept"}
    pairing = case.open[0]
    assert ("3 到 5" in pairing.old, "4 到 6" in pairing.new, "5 到 9" in pairing.ours) == (True, True, True)
    assert pairing.basis == "第15条第2款"
    assert [one.id for one in case.others] == ["setting.voice_days"]


def test_two_conflicts_are_settled_saved_decided_by_somebody_else_and_hold_from_their_day(
    office, world, account, browser_of
):
    draft = begun(office)
    half = {name: said for name, said in choices(step="save").items() if name != f"take:{CONTACTS}"}
    assert office.post("/policy/rebase/", half).url == "/policy/rebase/"
    assert "还有 1 项要定" in office.get("/policy/rebase/").content.decode()
    assert office.post("/policy/rebase/", half | {"step": "propose"}).status_code == 422
    assert office.post("/policy/rebase/", choices()).url == "/policy/rebase/"
    draft.refresh_from_db()
    assert draft.state == "proposed"
    assert office.post("/policy/rebase/adopt/", DECISION).status_code == 422  # who settled it does not register it
    leader = browser_of(world("nanxian"), account("leader"))
    assert "办法换新版" in leader.get("/").content.decode()
    assert leader.post("/policy/rebase/adopt/", DECISION).url == "/policy/documents/"
    assert (numbers("constituents", TODAY), numbers("contacts", TODAY)) == ((5, 9), (4, None))
    assert (numbers("constituents", NEW_YEAR), numbers("contacts", NEW_YEAR)) == ((5, 9), (3, None))
    later = queries.policy_on(NEW_YEAR)
    assert later.setting("voice_days", NEW_YEAR) == 20
    assert later.duty("own_1", NEW_YEAR).in_force
    assert not later.duty("public_benefit", NEW_YEAR).in_force
    assert later.duty("constituents", dt.date(2022, 8, 1)).max == 8  # every day keeps the rule it had
    assert later.duty("contacts", TODAY).min == 4
    assert later.duty("public_benefit", dt.date(2022, 8, 1)).in_force
    assert queries.parent_policy_on(NEW_YEAR).duty("constituents", NEW_YEAR).min == 4
    states = [line.state for line in adopted.lines(NEW_YEAR)]
    assert states[:2] == ["in_force", "in_force"]
    assert "没有要办的新版" in office.get("/policy/rebase/").content.decode()
    source = later.elements[CONSTITUENTS].values["min"][-1].source
    assert (source.document, source.reason) == ("南协发〔2022〕9号", "群众多")


def test_taking_theirs_leaves_no_deviation_and_another_value_may_be_typed(office, account, browser_of, world):
    begun(office)
    own = {
        f"take:{CONSTITUENTS}": "value", f"value:{CONSTITUENTS}.min": "5", f"value:{CONSTITUENTS}.max": "7", f"take:{CONTACTS}": "ours",
        f"reason:{CONTACTS}": "点多面广", f"take:{BENEFIT}": "theirs",
    }  # fmt: skip
    crossed = office.post("/policy/rebase/", choices(**own | {f"value:{CONSTITUENTS}.min": "8"}))
    assert crossed.status_code == 422
    assert f"take:{CONSTITUENTS}" in crossed.context["form"].errors
    empty = office.post("/policy/rebase/", choices(**own | {f"value:{CONSTITUENTS}.max": ""}))
    assert f"value:{CONSTITUENTS}.max" in empty.context["form"].errors
    office.post("/policy/rebase/", choices(**own))
    browser_of(world("nanxian"), account("leader")).post("/policy/rebase/adopt/", DECISION)
    assert (numbers("constituents", NEW_YEAR), numbers("contacts", NEW_YEAR)) == ((5, 7), (4, None))
    assert queries.policy_on(NEW_YEAR).duty("public_benefit", NEW_YEAR).in_force
    assert not queries.policy_on(NEW_YEAR).duty("public_benefit", TODAY).in_force
    assert versions.deviations_on(NEW_YEAR).changed == (CONSTITUENTS, CONTACTS)


def test_until_it_is_adopted_it_is_undone_and_until_its_day_taken_back_whole(office, account, browser_of, world):
    begun(office)
    office.post("/policy/rebase/", choices())
    leader = browser_of(world("nanxian"), account("leader"))
    assert leader.post("/policy/rebase/reopen/", {"remark": ""}).status_code == 422
    leader.post("/policy/rebase/reopen/", {"remark": "结对再议"})
    assert "结对再议" in office.get("/policy/rebase/").content.decode()
    office.post("/policy/rebase/drop/")
    assert not Draft.objects.filter(is_open=True).exists()
    assert office.post("/policy/rebase/drop/").status_code == 404
    begun(office)
    office.post("/policy/rebase/", choices())
    leader.post("/policy/rebase/adopt/", DECISION)
    newest = PolicyDocument.objects.order_by("-order")[0]
    leader.post(f"/policy/documents/{newest.pk}/withdraw/", {"reason": "会议改期"})
    assert [line.state for line in adopted.lines(NEW_YEAR)][:2] == ["withdrawn", "withdrawn"]
    assert numbers("contacts", NEW_YEAR) == (4, None)
    assert "第 2 版" in office.get("/policy/rebase/").content.decode()


def test_what_was_adopted_after_a_case_was_settled_is_not_lost(office, account, browser_of, world):
    begun(office)
    office.post("/policy/rebase/", choices())
    change([put("duty.contacts.min", 6)], dt.date(2022, 12, 15), "3号")
    leader = browser_of(world("nanxian"), account("leader"))
    refused = leader.post("/policy/rebase/adopt/", DECISION)
    assert refused.status_code == 422
    assert "又采用或撤回了别的文件" in refused.content.decode()
    assert numbers("contacts", NEW_YEAR) == (6, None)
    leader.post("/policy/rebase/reopen/", {"remark": "有新的调整"})
    office.post("/policy/rebase/", choices())
    assert leader.post("/policy/rebase/adopt/", DECISION).url == "/policy/documents/"


def test_an_adaptation_decided_after_the_new_version_says_until_when_it_holds_and_the_case_opens_again(
    office, account, browser_of, world
):
    begun(office)
    office.post("/policy/rebase/", choices())
    leader = browser_of(world("nanxian"), account("leader"))
    leader.post("/policy/rebase/adopt/", DECISION)
    late = {
        "reason": "年底加一次",
        "body": "chairpersons_council",
        "in_force_from": "2022-12-15",
        "duty.contacts.min": "6",
    }
    form = office.get("/policy/adapt/").context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert office.post("/policy/adapt/", typed | late | {"step": "preview"}).url == "/policy/draft/"
    office.post("/policy/draft/propose/")
    done = leader.post("/policy/draft/adopt/", DECISION | {"in_force_from": "2022-12-15"}, follow=True).content.decode()
    assert "只管到 2023-01-01 的前一天" in done
    assert (numbers("contacts", dt.date(2022, 12, 20)), numbers("contacts", NEW_YEAR)) == ((6, None), (3, None))
    coming = PolicyDocument.objects.get(kind="template", in_force_from=NEW_YEAR)
    assert f"/policy/documents/{coming.pk}/withdraw/" in done
    leader.post(f"/policy/documents/{coming.pk}/withdraw/", {"reason": "把年底的调整算进去"})
    again = office.get("/policy/rebase/")
    assert "把年底的调整算进去" in again.content.decode()
    assert again.context["form"][f"take:{CONSTITUENTS}"].value() == "ours"
    assert "6" in next(one.ours for one in again.context["case"].open if one.id == CONTACTS)


def test_a_case_settled_for_one_day_is_not_registered_for_another_on_which_it_reads_otherwise(
    office, account, browser_of, world, monkeypatch
):
    begun(office)
    office.post("/policy/rebase/", choices())
    leader = browser_of(world("nanxian"), account("leader"))
    later = DECISION | {"in_force_from": "2023-03-01"}
    with monkeypatch.context() as other:
        other.setattr(
            cases, "reads_alike", lambda draft, on, settled_for: (on, settled_for) != (dt.date(2023, 3, 1), NEW_YEAR)
        )
        refused = leader.post("/policy/rebase/adopt/", later)
        assert refused.status_code == 422
        assert "按 2023-01-01 起施行核对" in refused.content.decode()
    assert leader.post("/policy/rebase/adopt/", later).url == "/policy/documents/"
    assert numbers("contacts", dt.date(2023, 3, 1)) == (3, None)


def test_a_case_is_tried_on_the_records_before_it_is_decided(office):
    begun(office)
    assert "试算影响" not in office.get("/policy/rebase/").content.decode()
    office.post("/policy/rebase/", choices(step="save"))
    assert "/standing/what-if/?case=1" in office.get("/policy/rebase/").content.decode()
    found = office.get("/standing/what-if/?case=1").context["found"]
    effects = {one.id: (one.rule_before, one.rule_after) for one in found.effects}
    assert effects["contacts"] == ("每年至少 4 次", "每年至少 3 次")
    assert "没有可试算的草稿" in office.get("/standing/what-if/").content.decode()


def test_the_parent_sees_who_took_it_who_is_behind_and_numbers_only(office, account, browser_of, world):
    begun(office)
    office.post("/policy/rebase/", choices())
    browser_of(world("nanxian"), account("leader")).post("/policy/rebase/adopt/", DECISION)
    with world("yiyang").inside():
        found = {one.name: one for one in children.lines(TODAY)}
        nanxian, anhua = found["政协南县委员会"], found["政协安化县委员会"]
        assert (nanxian.state, nanxian.version, nanxian.deviations, nanxian.additions, nanxian.to_come) == (
            "behind",
            1,
            3,
            1,
            NEW_YEAR,
        )
        assert (anhua.state, anhua.version, anhua.deviations) == ("behind", 1, 0)
        found = {one.name: one for one in children.lines(NEW_YEAR)}
        assert (found["政协南县委员会"].state, found["政协南县委员会"].deviations) == ("current", 2)
        leader = browser_of(world("yiyang"), account("leader"))
        text = leader.get("/policy/publish/").content.decode()
        assert "2023-01-01 起采用最新版" in text
        assert "群众多" not in text
        assert leader.get("/policy/publish/?format=xlsx").status_code == 200
        assert leader.post("/policy/publish/", {"note": "再发"}).status_code == 422  # nothing new
        assert {one.name for one in Position._meta.fields} == {
            "id", "created_at", "sender", "recipient", "substance", "since", "deviations", "parameters", "additions",
        }  # fmt: skip


def test_five_to_eight_is_one_deviation(anhua):
    change(FIVE_TO_EIGHT, dt.date(2022, 11, 3))
    found = versions.deviations_on(TODAY)
    assert (found.number, found.changed) == (1, (CONSTITUENTS,))
    assert found.of > 50
    assert Position.objects.filter(since=dt.date(2022, 11, 3)).get().deviations == 1


def test_a_document_in_place_of_ours_is_not_adopted_over_our_deviations(anhua, account, browser_of, monkeypatch):
    from tenants.policy.queries import shipped
    from tests.tenants.policy.test_succession import SAID, edited

    change(FIVE_TO_EIGHT, dt.date(2022, 11, 3))
    template = edited(queries.layers_on(TODAY).template, id="guangzhou-2020", most=9)
    with pytest.raises(actions.DeviationsOpen):
        actions.adopt_successor(template=template, replaces=True, **SAID)
    monkeypatch.setattr(shipped, "template", lambda name: template)
    leader = browser_of(anhua, account("leader"))
    sent = {"template": "guangzhou-2020", "how": "replace"} | {name: str(value) for name, value in SAID.items() if name not in ("by", "today")}  # fmt: skip
    look = leader.post("/policy/documents/adopt/", sent)
    assert [one.id for one in look.context["case"].matters] == [CONSTITUENTS]
    assert "逐项决定本会的调整" in look.content.decode()
    assert leader.post("/policy/documents/adopt/", sent | {"step": "adopt"}).status_code == 422
    office = browser_of(anhua, account("office"))
    office.post("/policy/rebase/begin/", {"origin": "shipped:guangzhou-2020"})
    assert office.get("/policy/rebase/").context["case"].open[0].takes == ("ours", "theirs", "value")


def test_what_is_not_from_the_parent_or_does_not_fit_is_refused(office, world):
    assert office.post("/policy/rebase/begin/", {"origin": "publication:nonsense"}).status_code == 404
    assert office.post("/policy/rebase/begin/", {"origin": "shipped:no-such"}).status_code == 404
    begun(office)
    by = User.objects.get(username="office")
    with pytest.raises(actions.OtherCaseOpen):
        actions.begin_case(origin="shipped:guangzhou-2020", at=AT, by=by)
    office.post("/policy/rebase/drop/")
    change([put("duty.contacts.min", 5)], dt.date(2023, 3, 1), "3号")
    with pytest.raises(cases.StillToCome):
        cases.nothing_to_come(NEW_YEAR)
    with pytest.raises(NotFound):
        cases.target("publication:00000000-0000-0000-0000-000000000000")


def test_a_committee_with_no_policy_has_nothing_to_publish(place, account, browser_of):
    with place("hunan").inside():
        leader = browser_of(place("hunan"), account("leader"))
        assert "本会还没有施行中的办法" in leader.get("/policy/publish/").content.decode()
        with pytest.raises(versions.NotOurDocument):
            publish()
