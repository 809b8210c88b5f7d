"""Migrations that change many rows: in batches, each its own transaction, gone on with after a kill, no row twice."""

from __future__ import annotations

import json
import sys
import time

import pytest
from django.db import connections, migrations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import tenancy
from registry import batches, runs, schema_script
from registry.batches import InBatches, StillMatching
from registry.migration import migrate
from registry.models import BatchCursor, Committee, MigrationRun
from tests.children import in_child, lianxin
from tests.registry import batched_release
from tests.registry.batched_release import count_up, parts
from tests.registry.conftest import SCHEMAS, put_back
from tests.registry.test_provisioning import _catalog

ANHUA, ROWS = "430923", 10


def _run(statement: str) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _add_rows(number: int, *, schema: str = f"c_{ANHUA}", extra: str = "") -> None:
    _run(
        f"INSERT INTO {schema}.proceedings_decision (id, created_at, body, meeting, decided_on, document_number, subject{extra}) "
        f"SELECT gen_random_uuid(), now(), 'chair', 'batch', '2022-01-01', '', 'x'{', 0' if extra else ''} FROM generate_series(1, {number})"
    )


def _probes(schema: str = f"c_{ANHUA}") -> list[int]:
    return sorted(
        value for (value,) in _run(f"SELECT probe FROM {schema}.proceedings_decision WHERE meeting = 'batch'")
    )


@pytest.fixture
def rows(committed):
    _add_rows(ROWS)
    yield ROWS
    _run(f"DELETE FROM c_{ANHUA}.proceedings_decision WHERE meeting = 'batch'")


def test_a_column_its_rows_in_batches_and_a_constraint_reach_every_committee(pending_parts, rows):
    pending_parts(*parts())
    lines = []
    outcome = migrate(report=lines.append)
    assert (outcome.changed, outcome.failed) == (7, [])
    assert {line.how for line in lines if line.code} == {
        "batches"
    }  # its own rows: nothing of another's is played again
    assert _probes() == [1] * ROWS
    for schema in SCHEMAS:
        assert _catalog(schema) == _catalog("c_template"), schema
    assert not BatchCursor.objects.using("owner").exists()
    with tenancy.inside(ANHUA), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deed")


def test_each_batch_is_a_transaction_and_the_version_waits_for_the_last(pending_parts, rows, monkeypatch):
    pending_parts(*parts())
    seen, batch = [], batches._batch

    def watched(row, *rest):
        cursor = batch(row, *rest)
        with connections["owner"].copy().cursor() as other:  # another connection sees it: it is committed
            other.execute(
                f"SELECT (SELECT count(*) FROM c_{ANHUA}.proceedings_decision WHERE probe = 1), "
                f"(SELECT schema_version FROM registry_committee WHERE code = '{ANHUA}')"
            )
            seen.append((row.code, *other.fetchone()))
        return cursor

    monkeypatch.setattr(batches, "_batch", watched)
    monkeypatch.setattr(batches, "AIM", 1000)  # the pace stays: nothing is so fast that it doubles
    before = Committee.objects.using("owner").get(code=ANHUA).schema_version
    migrate(canary=ANHUA)
    own = [(done, version) for code, done, version in seen if code == ANHUA]
    assert [done for done, _ in own] == [4, 8, 10]
    assert {version for _, version in own} == {before}


@pytest.mark.parametrize(
    ("point", "done"),
    [("batch 1 changed", 0), ("batch noted", 4), ("batch 2 changed", 4), ("batch 3 changed", 8)],
)
def test_killed_at_a_batch_it_goes_on_at_the_next_row_and_none_is_changed_twice(pending_parts, rows, point, done):
    killed = in_child(batched_release.main, LX_TEST_DIE_AT=point)
    assert killed.returncode == -9, killed.stderr[-2000:]
    assert sum(_probes()) == done
    shown = runs.status()
    assert (shown.state, shown.label) == (runs.INTERRUPTED, "中断")
    assert [walk.rows for walk in shown.walks] == ([done] if done else [])
    with tenancy.inside(ANHUA), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deed")  # half way, the committee still answers
    again = in_child(batched_release.main)
    assert again.returncode == 0, again.stderr[-2000:]
    assert _probes() == [1] * ROWS
    assert runs.status().state == "done"


class PowerCut(BaseException):
    pass


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_the_size_and_wherever_it_ends_every_row_is_changed_once(pending_parts, rows, data):
    """Kills by an exception that nobody catches, before or after the batch's commit, as often as drawn."""
    put_back(pending_parts.version)
    size = data.draw(st.integers(1, ROWS + 2))
    cuts = set(data.draw(st.lists(st.integers(1, ROWS), max_size=4)))
    pending_parts(*parts(size=size))
    Committee.objects.using("owner").exclude(code=ANHUA).update(schema_version=schema_script.fingerprint())
    calls = iter(range(1, 1000))

    def cut(point: str) -> None:
        if point.startswith("batch") and next(calls) in cuts:
            raise PowerCut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches.interrupt, "reached", cut)
        for _ in range(len(cuts) + 1):
            try:
                outcome = migrate(canary=ANHUA)
            except PowerCut:
                connections["owner"].close()
                continue
            break
    assert outcome.failed == []
    assert _probes() == [1] * ROWS


def test_rows_that_come_behind_the_cursor_are_found_when_the_migration_says_which_need_it(pending_parts, rows):
    late = []

    def change(apps, connection, keys) -> None:
        count_up(apps, connection, keys)
        if not late:
            late.append(True)
            _add_rows_by_old_code()

    add, _, check = parts()
    pending_parts(add, [InBatches("Decision", change, where="probe = 0", size=4)], check)
    assert migrate(canary=ANHUA).failed == []
    assert _probes() == [1] * (ROWS + 3)


def _add_rows_by_old_code() -> None:
    """From another connection while the first batch is open, before its rows in the order of the key."""
    with connections["owner"].copy().cursor() as cursor:
        cursor.execute(
            f"INSERT INTO c_{ANHUA}.proceedings_decision (id, created_at, body, meeting, decided_on, document_number, subject, probe) "
            "SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, now(), 'chair', 'batch', '2022-01-01', '', 'x', 0 "
            "FROM generate_series(1, 3) n"
        )


def test_a_change_that_leaves_its_rows_in_need_is_refused_instead_of_going_on_for_ever(pending_parts, rows):
    add, _, _ = parts()
    pending_parts(add, [InBatches("Decision", lambda *_: None, where="probe = 0", size=4)])
    outcome = migrate(canary=ANHUA)
    assert [code for code, *_ in outcome.failed] == [ANHUA]
    assert "where" in outcome.failed[0][2]
    assert StillMatching.code == "still_matching"
    assert _run(f"SELECT 1 FROM c_{ANHUA}.django_migrations WHERE name = '9002_probe'") == []


def test_batches_beside_other_operations_are_refused_before_any_committee_changes(pending_parts):
    (add,), batched, _ = parts()
    pending_parts([add, *batched])
    outcome = migrate()
    assert outcome.changed == 0
    assert "分批" in outcome.failed[0][2]


def test_two_tables_in_one_migration_are_walked_one_after_the_other(pending_parts, rows):
    add, (first,), _ = parts()
    second = InBatches("Decision", count_up, size=3)
    pending_parts(add, [first, second])
    assert migrate(canary=ANHUA).failed == []
    assert _probes() == [2] * ROWS


def test_a_failure_within_a_batch_stops_there_and_says_so(pending_parts, rows):
    calls = iter(range(100))

    def fail_second(apps, connection, keys) -> None:
        if next(calls) == 1:
            raise ValueError("odd data")
        count_up(apps, connection, keys)

    add, _, check = parts()
    pending_parts(add, [InBatches("Decision", fail_second, size=4)], check)
    outcome = migrate(canary=ANHUA)
    assert [(code, error) for code, _, error in outcome.failed] == [(ANHUA, "ValueError: odd data")]
    assert sum(_probes()) == 4
    shown = runs.status()
    assert (shown.state, shown.problems[0][0]) == ("failed", ANHUA)
    assert migrate(canary=ANHUA).failed == []
    assert _probes() == [1] * ROWS


# --- the run itself -------------------------------------------------------------------------------


def test_the_status_is_told_in_words_and_as_json_and_changes_nothing(pending_parts):
    Committee.objects.using("owner").filter(code=ANHUA).update(schema_version="old", problem="磁盘满了")
    MigrationRun.objects.using("owner").create(
        version="x", total=3, changed=1, failed=1, state="failed", note="停在这里"
    )
    told = lianxin("migrate", "--status")
    assert told.returncode == 0, told.stderr
    assert "1/3" in told.stdout
    assert "磁盘满了" in told.stdout
    found = json.loads(lianxin("migrate", "--status", "--json").stdout)
    assert (found["state"], found["behind"]) == ("failed", 1)
    assert found["problems"] == [{"code": ANHUA, "name": "政协安化县委员会", "error": "磁盘满了"}]
    assert Committee.objects.using("owner").get(code=ANHUA).schema_version == "old"


def test_a_run_under_way_is_seen_from_another_connection(pending_parts, rows):
    states = []
    pending_parts(*parts())
    migrate(report=lambda line: states.append(runs.status().state))
    assert "running" in states
    shown = runs.status()
    assert (shown.state, shown.total, shown.changed, shown.behind) == ("done", 7, 7, 0)
    assert 0 < shown.longest < 60


def test_a_run_told_to_end_is_noted_as_stopped(pending_parts):
    pending_parts([migrations.RunPython(migrations.RunPython.noop)])

    def leave(line) -> None:
        if line.code:
            sys.exit(143)

    with pytest.raises(SystemExit):
        migrate(report=leave)
    shown = runs.status()
    assert (shown.state, shown.label, shown.changed) == ("stopped", "中途停下", 1)
    assert shown.behind == 6


@pytest.mark.parametrize("workers", [2, 4])
def test_several_connections_bring_every_committee_once_and_are_closed(pending_parts, rows, workers):
    pending_parts(*parts())
    lines = []
    outcome = migrate(report=lines.append, workers=workers, wave=2)
    assert (outcome.changed, outcome.failed, outcome.workers) == (7, [], workers)
    assert len({line.code for line in lines if line.code}) == 7
    assert _probes() == [1] * ROWS
    ours = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    until = time.monotonic() + 5  # the server lets go of a closed connection in its own time
    while _run(ours)[0][0] > 1 and time.monotonic() < until:
        time.sleep(0.05)
    assert _run(ours)[0][0] == 1
    for schema in SCHEMAS:
        assert _catalog(schema) == _catalog("c_template"), schema


def test_a_failure_of_one_worker_stops_the_others(pending):
    def fail(apps, schema_editor) -> None:
        if schema_editor.connection.schema_name not in ("c_template", f"c_{ANHUA}"):
            raise ValueError("not here")

    pending(migrations.RunPython(fail))
    outcome = migrate(canary=ANHUA, workers=2)
    assert outcome.changed == 1
    assert 1 <= len(outcome.failed) <= 2
