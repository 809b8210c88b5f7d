"""What every endpoint keeps: who may, refusals of one shape, writes done once, changes not lost, pages that stay."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.roles import Assignment
from core.audit import SYSTEM
from core.models import AuditEvent
from tenants.liaison.actions import register_contact
from tenants.liaison.models import ContactRecord
from tenants.members.actions import add_member, add_sector
from tests.api.conftest import DAY, TERM, V1

pytestmark = pytest.mark.django_db
NOBODY = "0192f0c0-0000-7000-8000-000000000000"


def visit(town: Any, **more: Any) -> dict[str, Any]:
    return {"member": str(town.near.pk), "kind": "visit", "held_on": "2022-11-01", "summary": "走访"} | more


def refusal(answer: Any) -> tuple[int, str]:
    told = answer.json()
    assert set(told) == {"code", "message", "fields", "clause"}, told
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told["message"]), told
    return answer.status_code, told["code"]


# --- who may --------------------------------------------------------------------------------------
def test_a_token_of_one_committee_is_a_stranger_at_another(place, account, program, people):
    with place("anhua").inside():
        people()
        office = program(place("anhua"), account("office"))
        assert len(office.get("members/").json()["results"]) == 2
    with place("nanxian").inside():
        account("office")
        elsewhere = office.get("members/", host="nanxian.localhost")
    assert refusal(elsewhere) == (401, "token_void")
    assert elsewhere["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_reads_writes_nothing(anhua, account, program, people):
    town, reader = people(), program(anhua, account("office"), "read")
    assert reader.get("members/").status_code == 200
    assert refusal(reader.post("contacts/", visit(town))) == (403, "token_reads_only")
    assert not ContactRecord.objects.exists()


def test_a_browsers_writes_carry_the_token_of_this_host(anhua, account, people):
    town = people()
    browser = Client(enforce_csrf_checks=True, headers={"host": anhua.host})
    browser.force_login(account("office"))
    sent = {"data": visit(town), "content_type": "application/json"}
    assert refusal(browser.post(V1 + "contacts/", **sent)) == (403, "csrf")
    token = browser.get(V1 + "me/")["X-CSRFToken"]
    assert browser.post(V1 + "contacts/", **sent, headers={"x-csrftoken": token}).status_code == 201
    wrong = browser.post(V1 + "contacts/", **sent, headers={"x-csrftoken": token[::-1]})
    assert refusal(wrong) == (403, "csrf")


def test_a_narrow_role_reads_and_writes_within_its_reach_only(guangzhou, account, program, people):
    town = people()
    office = account("special_committee_office", scope=town.committees[0].pk)
    assert office.assignments == (Assignment("special_committee_office", str(town.committees[0].pk)),)
    mine = program(guangzhou, office)
    record = register_contact(
        member=town.near.pk, kind="visit", held_on=DAY, summary="走访", participants=[town.far.pk], target=town.far.pk,
        today=DAY, by=SYSTEM,
    )  # fmt: skip
    other = register_contact(member=town.far.pk, kind="visit", held_on=DAY, summary="走访", today=DAY, by=SYSTEM)
    assert [one["name"] for one in mine.get("members/").json()["results"]] == ["近某"]
    shown = mine.get(f"contacts/{record.pk}/")
    assert (shown.json()["target"], shown.json()["participants"], shown.json()["others"]) == (None, [], 1)
    for path in (f"members/{town.far.pk}/", f"contacts/{other.pk}/", f"standing/{town.far.pk}/"):
        assert refusal(mine.get(path)) == (404, "not_found")
    for body in (visit(town, member=str(town.far.pk)), visit(town, participants=[str(town.far.pk)])):
        assert refusal(mine.post("contacts/", body)) == (404, "unknown_member")
    assert mine.post("contacts/", visit(town)).status_code == 201
    right = mine.patch(f"contacts/{record.pk}/", {"reason": "改", "place": "三村"}, if_match=shown["ETag"])
    assert (right.status_code, right.json()["others"]) == (200, 1)  # whom one does not see stays
    assert "远某" not in right.content.decode()


# --- refusals -------------------------------------------------------------------------------------
def test_every_refusal_of_the_way_in_has_the_same_shape(anhua, account, program, people, settings):
    town, office = people(), program(anhua, account("office"))
    leader = program(anhua, account("leader"))
    client, here = Client(headers={"host": anhua.host}), {"host": anhua.host}
    json_type = {"content_type": "application/json"}
    assert refusal(client.get(V1 + "members/")) == (401, "not_signed_in")
    assert refusal(client.get(V1 + "members/", headers=here | {"authorization": "Bearer lxt_x"})) == (401, "token_void")
    assert refusal(leader.post("contacts/", visit(town))) == (403, "not_allowed")
    assert refusal(office.get("nothing/")) == (404, "not_found")
    assert refusal(office.get("members")) == (404, "not_found")
    assert refusal(client.post(V1 + "nothing/", {})) == (404, "not_found")
    assert refusal(office.get("members/?limit=0")) == (422, "invalid")
    assert list(office.get("members/?page=2").json()["fields"]) == ["page"]
    wrong = office.post("members/")
    assert refusal(wrong) == (422, "invalid")
    assert set(wrong.json()["fields"]) == {"name", "number", "sector", "joined_on"}
    refused = office.patch("members/", {})
    assert refusal(refused) == (405, "method_not_allowed")
    assert refused["Allow"] == "GET, HEAD, POST"
    assert refusal(office.get("members/", accept="text/html")) == (406, "not_acceptable")
    for body in (b"{", b"[" * 100_000, b'{"name": NaN}', b"\xff"):
        answer = office.client.post(V1 + "members/", body, **json_type)
        assert refusal(answer) == (400, "malformed"), body[:20]
    assert refusal(office.client.post(V1 + "members/", b"[]", **json_type))[0] == 422
    assert refusal(office.client.post(V1 + "members/", {"name": "x"})) == (415, "unsupported_media_type")
    settings.API_LARGEST = 100
    assert refusal(office.post("members/", {"name": "长" * 100})) == (413, "too_large")
    settings.API_PER_MINUTE = 1
    cache.clear()
    office.get("me/")
    throttled = office.get("me/")
    assert refusal(throttled) == (429, "throttled")
    assert 1 <= int(throttled["Retry-After"]) <= 60
    assert leader.get("me/").status_code == 200  # each token its own


def test_a_committee_nobody_has_is_refused_as_data(db):
    answer = Client(headers={"host": "nirgends.localhost"}).get(V1 + "members/")
    assert refusal(answer) == (404, "unknown_committee")


def test_what_breaks_says_nothing_of_itself(anhua, account, program, monkeypatch):
    office = program(anhua, account("office"))

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("tenants.members.queries.sectors", broken)
    office.client.raise_request_exception = False
    answer = office.get("sectors/")
    assert refusal(answer) == (500, "server_error")
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("held_on", "2022-13-01"), ("held_on", "20221101"), ("held_on", "0001-01-01"), ("held_on", 5), ("kind", "dance"), ("kind", ["visit"]),
        ("summary", 5), ("summary", ""), ("summary", "x\x00"), ("summary", "\ud800"), ("headcount", "5"), ("headcount", True), ("headcount", 0),
        ("member", "N0"), ("member", 7), ("participants", "N0"), ("participants", ["N0"]), ("as_voice", "yes"), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_body_that_says_nonsense_is_refused_at_its_field(anhua, account, program, people, field, value):
    town, office = people(), program(anhua, account("office"))
    answer = office.client.post(
        V1 + "contacts/", json.dumps(visit(town) | {field: value}), content_type="application/json"
    )
    assert refusal(answer) == (422, "invalid")
    assert [name.split(".")[0] for name in answer.json()["fields"]] == [field]
    assert not ContactRecord.objects.exists()


# --- once, and not over each other --------------------------------------------------------------
def test_the_same_key_twice_is_one_record_and_another_body_is_refused(anhua, account, program, people):
    town, office, key = people(), program(anhua, account("office")), str(uuid4())
    first = office.post("contacts/", visit(town), idempotency_key=key)
    again = office.post("contacts/", visit(town), idempotency_key=key)
    assert (again.status_code, again.json(), again["Location"]) == (201, first.json(), first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert ContactRecord.objects.count() == 1
    assert refusal(office.post("contacts/", visit(town, place="别处"), idempotency_key=key)) == (422, "key_reused")
    assert refusal(office.post("contacts/", visit(town), idempotency_key="a b")) == (400, "malformed")
    assert refusal(office.post("contacts/", visit(town), idempotency_key="x" * 201)) == (400, "malformed")
    assert office.post("contacts/", visit(town), idempotency_key=str(uuid4())).status_code == 201
    leader = program(anhua, account("office", "second"))
    assert leader.post("contacts/", visit(town), idempotency_key=key).status_code == 201  # keys are one's own


def test_a_key_whose_write_was_refused_or_broke_is_still_free(anhua, account, program, people, monkeypatch):
    town, office, key = people(), program(anhua, account("office")), str(uuid4())
    refused = office.post("contacts/", visit(town, held_on="2022-12-31"), idempotency_key=key)
    assert refusal(refused) == (422, "contact_in_future")
    assert not AuditEvent.objects.filter(action="api.write").exists()

    def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("between the record and the note of it")

    with monkeypatch.context() as broken:
        broken.setattr("api.once.note", killed)
        with pytest.raises(RuntimeError):
            office.post("contacts/", visit(town), idempotency_key=key)
    assert not ContactRecord.objects.exists()
    assert office.post("contacts/", visit(town), idempotency_key=key).status_code == 201


def test_a_write_is_noted_with_the_token_that_made_it(anhua, account, program, people, browser_of):
    town, user = people(), account("office")
    office = program(anhua, user)
    made = office.post("contacts/", visit(town))
    event = AuditEvent.objects.get(action="api.write")
    assert (event.actor_id, event.new["written"], event.new["address"]) == (
        user.pk,
        made.json()["id"],
        V1 + "contacts/",
    )
    assert event.new["token"]
    assert "通过接口写入" in browser_of(anhua, user).get("/audit/").content.decode()
    assert "近某" not in json.dumps(event.new, ensure_ascii=False)


def test_what_was_changed_meanwhile_is_not_written_over(anhua, account, program, people):
    town, office = people(), program(anhua, account("office"))
    path = office.post("contacts/", visit(town))["Location"]
    seen = office.get(path)
    assert refusal(office.patch(path, {"reason": "改", "place": "甲村"})) == (428, "match_missing")
    assert office.patch(path, {"reason": "改", "place": "甲村"}, if_match=seen["ETag"]).status_code == 200
    late = office.patch(path, {"reason": "改", "place": "乙村"}, if_match=seen["ETag"])
    assert refusal(late) == (412, "changed_meanwhile")
    assert refusal(office.post(path + "withdraw/", {"reason": "重复"}, if_match=seen["ETag"])) == (
        412,
        "changed_meanwhile",
    )
    assert office.get(path).json()["place"] == "甲村"
    assert office.patch(path, {"reason": "改", "place": "乙村"}, if_match="*").status_code == 200


def test_what_is_the_same_is_not_sent_again(anhua, account, program, people):
    people()
    office = program(anhua, account("office"))
    seen = office.get("members/")
    same = office.get("members/", if_none_match=f'W/{seen["ETag"]}, "other"')
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", seen["ETag"])
    assert same["Cache-Control"] == "private, no-store"
    assert "Authorization" in seen["Vary"]
    add_member(name="某", number="N9", sector=add_sector(name="农业界", by=SYSTEM), joined_on=TERM, by=SYSTEM)
    assert office.get("members/", if_none_match=seen["ETag"]).status_code == 200


# --- pages ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sort", ["held_on", "-held_on", "member", "-place"])
def test_pages_neither_repeat_nor_hide_a_row_when_rows_are_added_meanwhile(anhua, account, program, people, sort):
    town, office = people(), program(anhua, account("office"))

    def enter(number: int) -> str:
        made = register_contact(
            member=(town.near, town.far)[number % 2].pk, kind="visit", held_on=DAY.replace(day=1 + number % 3), today=DAY.replace(day=9),
            summary=str(number), place=f"{number % 2}村", by=SYSTEM,
        )  # fmt: skip
        return str(made.pk)

    before = {enter(number) for number in range(9)}
    page = office.get(f"contacts/?limit=2&sort={sort}").json()
    seen = [one["id"] for one in page["results"]]
    number = 9
    while page["next"]:
        enter(number)
        number += 1
        page = office.get(page["next"]).json()
        seen += [one["id"] for one in page["results"]]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.mark.parametrize("path", ["members/?sort=-name", "standing/", "standing/?sort=-number", "policy/documents/"])
def test_a_list_read_in_small_pages_is_the_list(anhua, account, program, people, path):
    people()
    office = program(anhua, account("office"))
    joined = "&" if "?" in path else "?"
    whole = office.all(path)
    assert office.all(f"{path}{joined}limit=1") == whole
    assert whole


def test_a_cursor_is_good_where_it_was_given_only(anhua, account, program, people):
    people()
    office = program(anhua, account("office"))
    following = office.get("members/?limit=1").json()["next"]
    assert following.startswith(f"http://{anhua.host}/api/v1/members/?")
    cursor = following.split("cursor=")[1]
    for path in (f"members/?cursor={cursor}x", f"members/?sort=number&cursor={cursor}", f"claims/?cursor={cursor}"):
        assert refusal(office.get(path)) == (422, "bad_cursor")
