"""Each resource is read and written by the actions of its pages, under its pages' rights."""

from __future__ import annotations

from typing import Any

import pytest

from core.audit import SYSTEM
from core.models import AuditEvent
from tenants.liaison.actions import pair_constituent, register_contact
from tenants.liaison.models import ContactRecord
from tenants.reports import actions as reports
from tests.api.conftest import DAY

pytestmark = pytest.mark.django_db
VISIT = {"kind": "visit", "held_on": "2022-11-01", "summary": "走访"}
AT_TIME = "+08:00"


def contact_of(town: Any, **more: Any) -> Any:
    return register_contact(
        **({"member": town.near.pk, "kind": "visit", "held_on": DAY, "summary": "走访"} | more), today=DAY, by=SYSTEM
    )


def test_who_one_is(anhua, account, program, people):
    town = people()
    told = program(anhua, town.user, "read").get("me/").json()
    assert told["member"] == str(town.near.pk)
    assert told["committee"]["code"] == "430923"
    assert told["roles"] == [{"role": "member", "scope": ""}]
    assert (told["token"]["name"], told["token"]["scope"]) == ("测试", "read")
    assert told["token"]["expires_at"].endswith(AT_TIME)


def test_members_are_listed_filtered_added_and_changed(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    assert [one["number"] for one in office.get("members/?sort=-number").json()["results"]] == ["N1", "N0"]
    (found,) = office.get(f"members/?sector={town.sectors[0].pk}&q=N0").json()["results"]
    assert found["special_committees"] == [{"id": str(town.committees[0].pk), "name": "提案委"}]
    assert (found["posts"], found["joined_on"], found["left_on"]) == (["member"], "2021-12-01", None)
    new = {"name": "新某", "number": "N2", "sector": str(town.sectors[1].pk), "joined_on": "2022-06-01"}
    made = office.post("members/", new)
    assert made.status_code == 201, made.content
    address = made["Location"]
    seen = office.get(address)
    assert (seen.json(), seen["ETag"]) == (made.json(), made["ETag"])
    changed = office.patch(address, {"phone": "139", "posts": ["standing_member"]}, if_match=seen["ETag"])
    assert changed.status_code == 200, changed.content
    assert (changed.json()["phone"], changed.json()["posts"], changed.json()["name"]) == (
        "139",
        ["standing_member"],
        "新某",
    )
    taken = office.post("members/", new)
    assert (taken.status_code, taken.json()["code"], list(taken.json()["fields"])) == (422, "number_taken", ["number"])
    assert [one["name"] for one in office.get("sectors/").json()["results"]] == ["教育界", "科技界"]
    assert len(office.get("special-committees/").json()["results"]) == 2


def test_a_contact_is_registered_set_right_and_taken_back(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    made = office.post("contacts/", VISIT | {"member": str(town.near.pk), "participants": [str(town.far.pk)]})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["member"]["number"], told["participants"][0]["name"]) == ("confirmed", "N0", "远某")
    assert told["created_at"].endswith(AT_TIME)
    path = made["Location"]
    right = office.patch(path, {"reason": "写错了", "place": "三村", "target": str(town.far.pk)}, if_match=made["ETag"])
    assert right.status_code == 200, right.content
    assert (right.json()["place"], right.json()["summary"], right.json()["target"]["name"]) == ("三村", "走访", "远某")
    assert right.json()["participants"] == told["participants"]
    gone = office.post(path + "withdraw/", {"reason": "重复"})
    assert (gone.status_code, gone.json()["withdrawn_reason"]) == (200, "重复")
    assert office.get("contacts/").json()["results"] == []
    assert len(office.get("contacts/?state=withdrawn").json()["results"]) == 1
    actions = AuditEvent.objects.filter(action__startswith="liaison.").order_by("created_at", "id")
    assert [one.action for one in actions] == [
        f"liaison.{verb}_contact" for verb in ("register", "change", "withdraw")
    ]  # fmt: skip


def test_a_member_enters_for_themselves_and_only_they_read_whom_they_met(anhua, account, program, people):
    town = people()
    link = pair_constituent(member=town.near.pk, name="李群众", since=DAY, today=DAY, by=SYSTEM)
    mine = program(anhua, town.user)
    made = mine.post("contacts/", VISIT | {"constituents": [str(link.constituent_id)]})
    assert made.status_code == 201, made.content
    assert (made.json()["member"]["number"], made.json()["constituents"][0]["name"]) == ("N0", "李群众")
    office = program(anhua, account("office"))
    read = office.get(made["Location"])
    assert (read.json()["constituents"], read.json()["number_met"]) == ([], 1)
    assert "李群众" not in read.content.decode()
    other = mine.post("contacts/", VISIT | {"member": str(town.far.pk)})
    assert (other.status_code, other.json()["code"]) == (403, "not_your_record")


def test_an_activity_with_who_took_part(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    held = {"title": "联合调研", "kind": "research", "organiser_type": "sector", "organiser": str(town.sectors[0].pk)}
    parts = [{"member": str(town.near.pk), "role": "lead"}]
    made = office.post("activities/", held | {"held_on": "2022-11-01", "participants": parts})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["organiser"]["name"], told["number"], told["participants"][0]["role"]) == ("教育界", 1, "lead")
    more = office.post(made["Location"] + "participations/", {"members": [str(town.far.pk)]})
    assert (more.status_code, more.json()["number"]) == (201, 2)
    again = office.post(made["Location"] + "participations/", {"members": [str(town.far.pk)]})
    assert (again.status_code, again.json()["code"]) == (422, "already_takes_part")
    right = office.patch(made["Location"], {"reason": "改", "title": "专题调研"}, if_match=more["ETag"])
    assert (right.status_code, right.json()["title"], right.json()["organiser"]["name"]) == (200, "专题调研", "教育界")
    assert office.post(made["Location"] + "withdraw/", {"reason": "重复"}).json()["withdrawn_at"]
    other = held | {"held_on": "2022-11-01", "organiser_type": "member", "organiser": str(town.far.pk)}
    assert program(anhua, town.user).post("activities/", other).json()["code"] == "not_your_record"
    del held["organiser"]
    own = program(anhua, town.user).post("activities/", held | {"held_on": "2022-11-01", "organiser_type": "member"})
    assert [one["member"]["number"] for one in own.json()["participants"]] == ["N0"]
    for other in ([{"member": str(town.far.pk)}], [*parts, {"member": str(town.far.pk)}]):
        answer = program(anhua, town.user).post(
            "activities/", held | {"organiser_type": "committee", "held_on": "2022-11-01", "participants": other}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_record")


def test_an_output_with_its_authors(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    joint = {"type": "proposal", "title": "建议", "submitted_on": "2022-11-01", "authorship": "joint"}
    made = office.post("outputs/", joint | {"lead": str(town.near.pk), "others": [str(town.far.pk)]})
    assert made.status_code == 201, made.content
    assert [(one["member"]["number"], one["role"]) for one in made.json()["authors"]] == [
        ("N0", "lead"), ("N1", "co_signer"),
    ]  # fmt: skip
    contact = contact_of(town)
    given = {"reason": "改", "title": "新建议", "based_on": f"contact:{contact.pk}"}
    right = office.patch(made["Location"], given, if_match=made["ETag"])
    assert (right.status_code, right.json()["title"], len(right.json()["authors"])) == (200, "新建议", 2)
    assert right.json()["based_on"] == f"contact:{contact.pk}"
    again = office.patch(made["Location"], {"reason": "改", "title": "又改"}, if_match=right["ETag"])
    assert again.json()["based_on"] == right.json()["based_on"]
    assert program(anhua, town.user).get(made["Location"]).json()["based_on"] == right.json()["based_on"]
    assert office.post("outputs/", joint | {"based_on": "contact:x", "lead": str(town.near.pk)}).status_code == 422
    alone = program(anhua, town.user).post("outputs/", joint | {"authorship": "individual", "title": "独自"})
    assert alone.json()["authors"][0]["member"]["number"] == "N0"
    other = program(anhua, town.user).post(
        "outputs/", joint | {"lead": str(town.far.pk), "others": [str(town.near.pk)]}
    )
    assert (other.status_code, other.json()["code"]) == (403, "not_your_record")
    assert office.post(made["Location"] + "withdraw/", {"reason": "重复"}).status_code == 200
    assert [one["title"] for one in office.get("outputs/").json()["results"]] == ["独自"]


def test_claims_are_confirmed_and_returned(guangzhou, account, program, people):
    town, office = people(), program(guangzhou, account("office"))
    first, second = (contact_of(town, summary=word, **{}) for word in ("甲", "乙"))
    ContactRecord.objects.update(state="claimed")
    waiting = office.get("claims/").json()["results"]
    assert [(one["source"], one["who"]) for one in waiting] == [("contacts", "近某")] * 2
    done = office.post(f"claims/contacts/{first.pk}/confirm/")
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    back = office.post(f"claims/contacts/{second.pk}/reject/", {"reason": "没有去"})
    assert (back.status_code, back.json()["state"]) == (200, "rejected")
    late = office.post(f"claims/contacts/{first.pk}/reject/", {"reason": "没有去"})
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    assert office.get("claims/").json() == {"next": None, "results": []}
    assert office.get(f"contacts/{second.pk}/").json()["rejected_reason"] == "没有去"
    assert office.post("claims/nonsense/0192f0c0-0000-7000-8000-000000000000/confirm/").status_code == 404


def test_standing_of_everybody_of_one_and_of_oneself(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    contact_of(town)
    rows = office.get("standing/").json()["results"]
    assert [one["subject"]["name"] for one in rows] == ["近某", "远某"]
    one = office.get(f"standing/{town.near.pk}/").json()
    assert one["policy"]["digest"] == rows[0]["policy"]["digest"]
    told = {found["duty"]: found for found in one["verdicts"]}
    assert told["constituents"]["state"] == "outstanding"
    assert told["constituents"]["clauses"]
    assert program(anhua, town.user).get("standing/me/").json()["subject"]["id"] == str(town.near.pk)
    assert program(anhua, town.user).get(f"standing/{town.far.pk}/").status_code == 404
    assert office.get("standing/committee/").json()["subject"]["type"] == "committee"
    assert office.get(f"standing/sectors/{town.sectors[0].pk}/").json()["subject"]["name"] == "教育界"
    assert office.get(f"standing/special-committees/{town.committees[0].pk}/").status_code == 200


def test_the_policy_in_force_and_its_documents(anhua, account, program):
    office = program(anhua, account("office"))
    told = office.get("policy/").json()
    (duty,) = [one for one in told["elements"] if one["id"] == "duty.constituents"]
    assert duty["values"]["min"]["value"] >= 1
    assert duty["values"]["min"]["provenance"]
    (document, *_) = office.get("policy/documents/").json()["results"]
    whole = office.get(f"policy/documents/{document['id']}/").json()
    assert (whole["state"], whole["digest"]) == ("in_force", document["digest"])
    assert whole["content"]["header"]
    early = office.get("policy/?on=1999-01-01")
    assert early.status_code in {200, 409}


def test_a_return_from_closing_to_acceptance(place, account, program, db):
    county, city = place("anhua"), place("yiyang")
    with county.inside():
        office, leader = program(county, account("office")), program(county, account("leader"))
        queued = office.post("returns/2022-11/close/")
        assert (queued.status_code, queued.json()["state"]) == (202, "queued")
        from core import clock

        reports.close_period(period="2022-11", today=clock.today(), at=clock.now(), by=SYSTEM)
        (line,) = office.get("returns/").json()["results"]
        assert (line["period"], line["state"]) == ("2022-11", "draft")
        assert office.post("returns/2022-11/sign/").status_code == 403
        early = office.post("returns/2022-11/submit/")
        assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
        assert leader.post("returns/2022-11/sign/").json()["state"] == "signed"
        assert leader.post("returns/2022-11/withdraw-signature/", {"why": "再核"}).json()["state"] == "draft"
        draft = leader.get("returns/2022-11/")
        assert leader.post("returns/2022-11/sign/", if_match='"old"').status_code == 412
        assert leader.post("returns/2022-11/sign/", if_match=draft["ETag"]).json()["state"] == "signed"
        sent = office.post("returns/2022-11/submit/")
        assert (sent.status_code, sent.json()["state"], sent.json()["revisions"]) == (200, "submitted", [1])
        assert office.get("returns/2022-11/?revision=2").status_code == 404
    with city.inside():
        above = program(city, account("office"))
        (letter,) = above.get("returns/received/?state=submitted").json()["results"]
        assert (letter["sender"]["code"], letter["digest"]) == ("430923", sent.json()["digest"])
        assert above.get("returns/received/?period=2022-11").json()["results"] == [letter]
        assert above.get("returns/received/?period=2022-H3").status_code == 422
        path = f"returns/received/{letter['id']}/"
        assert above.get(path).json()["body"] == sent.json()["body"]
        assert above.post(path + "return/", {"reason": " "}).status_code == 422
        assert above.post(path + "accept/").json()["state"] == "accepted"
        twice = above.post(path + "return/", {"reason": "晚了"})
        assert (twice.status_code, twice.json()["code"]) == (409, "already_decided")
    with county.inside():
        assert office.get("returns/2022-11/").json()["state"] == "accepted"


def test_lists_ask_no_more_of_the_database_the_longer_they_are(
    anhua, account, program, people, django_assert_max_num_queries
):
    town, office = people(), program(anhua, account("office"))
    for _ in range(4):
        contact_of(town, participants=[town.far.pk], target=town.far.pk)
    with django_assert_max_num_queries(12):
        assert len(office.get("contacts/").json()["results"]) == 4
    with django_assert_max_num_queries(12):
        assert len(office.get("members/").json()["results"]) == 2
