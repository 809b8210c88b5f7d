"""Archived data stay until their day; deletion takes everything, once, and says what there was."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connections
from django.test import Client

from core import clock, tenancy
from core.models import AuditEvent
from registry import archiving, privileges, queries
from registry.archiving import archive, delete, digest
from registry.models import Committee, Domain, State
from registry.provisioning import WrongState, set_state
from tests.children import lianxin
from tests.registry.test_provisioning import _counts, _make, _remove

CODE, TODAY, PAST = "430922", dt.date(2022, 11, 30), dt.date(2022, 11, 29)


def _rows(statement: str, *values: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


@pytest.fixture
def taojiang(committed):
    before = _counts()
    yield _make()
    if _counts() != before:
        _remove(CODE)


@pytest.fixture
def archived(taojiang):
    archive(code=CODE, until=TODAY, today=TODAY, why="撤并")
    return taojiang


def _day_is_over() -> None:
    Committee.objects.using("owner").filter(code=CODE).update(kept_until=PAST)


def test_archived_it_lets_nobody_in_and_keeps_its_data(archived):
    with pytest.raises(tenancy.CommitteeNotActive), tenancy.inside(CODE):
        pytest.fail("entered")
    assert Client(headers={"host": "taojiang.localhost"}).get("/sign-in/").status_code == 503
    assert _rows("SELECT count(*) FROM c_430922.policy_policydocument") == [(1,)]
    trail = AuditEvent.objects.using("owner").filter(action="registry.archive").latest("created_at")
    assert trail.new == {"state": "archived", "kept_until": "2022-11-30"}
    assert trail.why == "撤并"


def test_a_day_that_is_past_is_no_day_to_keep_until(taojiang):
    with pytest.raises(archiving.KeptUntilPast):
        archive(code=CODE, until=PAST, today=TODAY)
    assert queries.committee_by_code(CODE).state == "active"


def test_one_that_is_unknown_or_half_made_is_not_archived(taojiang):
    with pytest.raises(tenancy.UnknownCommittee):
        archive(code="999999", until=TODAY, today=TODAY)
    Committee.objects.using("owner").filter(code=CODE).update(state=State.MAKING)
    with pytest.raises(WrongState):
        archive(code=CODE, until=TODAY, today=TODAY)


def _refused(refusal, tmp_path, **changes):
    before, file = _counts(), tmp_path / "proof.json"
    with pytest.raises(refusal):
        delete(**({"code": CODE, "today": TODAY, "by": "秘书处", "certificate": file} | changes))
    assert _counts() == before
    assert not file.exists()


def test_an_active_or_a_suspended_one_is_not_deleted(taojiang, tmp_path):
    _refused(archiving.NotArchived, tmp_path)
    set_state(code=CODE, state=State.SUSPENDED)
    _refused(archiving.NotArchived, tmp_path)


def test_on_its_last_day_it_is_still_kept(archived, tmp_path):
    _refused(archiving.StillKept, tmp_path)


def test_a_date_does_not_outlive_the_archiving_it_was_given_with(archived, tmp_path):
    _day_is_over()
    set_state(code=CODE, state=State.ACTIVE)
    set_state(code=CODE, state=State.ARCHIVED)
    _refused(archiving.NotArchived, tmp_path)


def test_one_with_committees_below_is_not_deleted(archived, tmp_path):
    _day_is_over()
    Committee.objects.using("owner").filter(code="430921").update(
        parent=Committee.objects.using("owner").get(code=CODE)
    )
    try:
        _refused(archiving.HasChildren, tmp_path)
    finally:
        yiyang = Committee.objects.using("owner").get(code="430900")
        Committee.objects.using("owner").filter(code="430921").update(parent=yiyang)


def test_without_a_name_or_a_place_for_the_certificate_nothing_is_deleted(archived, tmp_path):
    _day_is_over()
    _refused(archiving.ByMissing, tmp_path, by=" ")
    _refused(archiving.CertificateUnwritable, tmp_path, certificate=tmp_path / "nowhere" / "proof.json")
    there = tmp_path / "other.json"
    there.write_text("an older certificate")
    _refused(archiving.CertificateUnwritable, tmp_path, certificate=there)
    assert there.read_text() == "an older certificate"


def test_deletion_takes_schema_role_and_rows_and_nobody_elses(archived, tmp_path):
    _day_is_over()
    rows = Committee.objects.using("owner")
    Domain.objects.using("owner").bulk_create(
        [Domain(domain="taojiang.example", tenant=rows.get(code=CODE), token="t", proven_until=clock.now())]
    )
    for owner in (CODE, "430923"):
        _rows(
            "INSERT INTO billing_free_quota (id, created_at, committee, what, amount, why) "
            "VALUES (gen_random_uuid(), now(), %s, 'members', 9, 'test') RETURNING id",
            owner,
        )
    try:
        proof = delete(code=CODE, today=TODAY, by="秘书处", certificate=tmp_path / "proof.json")
        assert _rows("SELECT committee FROM billing_free_quota WHERE why = 'test'") == [("430923",)]
    finally:
        _rows("DELETE FROM billing_free_quota WHERE why = 'test' RETURNING id")
    assert _rows("SELECT 1 FROM pg_namespace WHERE nspname = 'c_430922'") == []
    assert _rows("SELECT 1 FROM pg_roles WHERE rolname = %s", tenancy.role_of(CODE)) == []
    assert not rows.filter(code=CODE).exists()
    assert not Domain.objects.using("owner").filter(domain="taojiang.example").exists()
    assert proof["rows"]["public.billing_free_quota"] == 1
    assert proof["rows"]["c_430922.policy_policydocument"] == 1
    assert proof["rows"]["c_430922.core_auditevent"] >= 1


def test_the_certificate_is_the_same_in_the_file_and_in_the_trail_and_its_sum_holds(archived, tmp_path):
    _day_is_over()
    proof = delete(code=CODE, today=TODAY, by="市政协办公室", certificate=tmp_path / "proof.json")
    assert json.loads((tmp_path / "proof.json").read_text()) == proof
    trail = AuditEvent.objects.using("owner").filter(action="registry.delete").latest("created_at")
    assert (trail.new, trail.actor_name) == (proof, "市政协办公室")
    assert digest(trail.new) == proof["sha256"]
    assert digest(proof | {"by": "somebody else"}) != proof["sha256"]
    assert {"committee", "kept_until", "deleted_at", "by", "rows"} < set(proof)


def test_deletion_takes_the_committees_files_and_says_how_many(archived, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    for code in (CODE, "430923"):
        (tmp_path / "files" / code / "photos").mkdir(parents=True)
        (tmp_path / "files" / code / "photos" / "one.jpg").write_bytes(b"1")
    _day_is_over()
    proof = delete(code=CODE, today=TODAY, by="秘书处", certificate=tmp_path / "proof.json")
    assert proof["files"] == 1
    assert [folder.name for folder in (tmp_path / "files").iterdir()] == ["430923"]


def test_the_code_is_free_again_after_deletion(archived, tmp_path):
    _day_is_over()
    delete(code=CODE, today=TODAY, by="秘书处", certificate=tmp_path / "proof.json")
    assert _make().state == "active"


def test_every_public_table_that_names_a_committee_is_emptied_of_it_or_kept_on_purpose(committed):
    with_the_row = {("registry_domain", "tenant_id"), ("registry_domainclaim", "committee_id")}
    with_the_row |= {("registry_batchcursor", "committee_id"), ("registry_formerparent", "committee_id")}
    kept = {
        ("exchange_delivery", "sender"),
        ("exchange_position", "sender"),
        ("exchange_signingkey", "committee"),
    } | with_the_row  # the recipient's; deleted by the committee's own row
    named = _rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND column_name IN ('committee', 'committee_id', 'tenant_id', 'code', 'sender', 'recipient', 'publisher', 'schema_name')"
    )
    others = {(table, column) for table, column in named if table != "registry_committee"}
    assert others == set(archiving.PUBLIC_ROWS.items()) | kept
    assert set(archiving.PUBLIC_ROWS) <= set(privileges.PUBLIC)


def test_from_the_command_line(taojiang, tmp_path):
    early = lianxin("committee", "delete", CODE, "--by", "秘书处", "--certificate", str(tmp_path / "proof.json"))
    assert (early.returncode, json.loads(early.stderr)["errors"][0]["code"]) == (2, "not_archived")
    done = lianxin("committee", "archive", CODE, "--until", "2022-12-31", "--json")
    assert json.loads(done.stdout) == {"ok": True, "code": CODE, "state": "archived", "kept_until": "2022-12-31"}
    kept = lianxin("committee", "delete", CODE, "--by", "秘书处", "--certificate", str(tmp_path / "proof.json"))
    assert (kept.returncode, json.loads(kept.stderr)["errors"][0]["code"]) == (2, "still_kept")
    _day_is_over()
    gone = lianxin(
        "committee", "delete", CODE, "--by", "秘书处", "--certificate", str(tmp_path / "proof.json"), "--json"
    )
    assert gone.returncode == 0, gone.stderr
    assert json.loads(gone.stdout) == json.loads((tmp_path / "proof.json").read_text())
    assert not Committee.objects.using("owner").filter(code=CODE).exists()
