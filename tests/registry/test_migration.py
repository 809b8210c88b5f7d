"""Migrations over many committees: canary, waves, waiting for locks, stopping and going on, Python in their own schema."""

from __future__ import annotations

import json

import pytest
from django.db import connections, migrations, models
from django.test.utils import CaptureQueriesContext

from core import tenancy
from registry import migration, queries, schema_script
from registry.alone import Busy, alone
from registry.migration import Progress, migrate
from registry.models import Committee
from tests.children import lianxin
from tests.conftest import COMMITTEES
from tests.registry.conftest import SCHEMAS
from tests.registry.test_provisioning import _catalog

CODES = sorted(code for code, *_ in COMMITTEES)


def _run(statement: str, *values: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def _versions() -> dict[str, str]:
    return dict(Committee.objects.using("owner").values_list("code", "schema_version"))


def _column() -> migrations.AddField:
    return migrations.AddField("decision", "probe", models.CharField(max_length=10, default="100%"))


def _index() -> migrations.AddIndex:
    return migrations.AddIndex("decision", models.Index(fields=["probe"], name="probe_index"))


def test_the_first_committee_runs_the_migration_and_the_others_its_sql_with_equal_catalogs(pending):
    pending(_column(), _index())
    lines: list[Progress] = []
    outcome = migrate(report=lines.append)
    told = [line for line in lines if line.code]
    assert (outcome.changed, outcome.failed) == (7, [])
    assert [line.how for line in told] == ["executor"] + ["replay"] * 6
    assert [line.done for line in told] == [1, 2, 3, 4, 5, 6, 7]
    assert told[-1].left == 0
    assert told[0].left > 0
    template = _catalog("c_template")
    assert any("probe_index" in row for row in template["indexes"])
    for code in CODES:
        assert _catalog(f"c_{code}") == template, code
    recorded = {tuple(_run(f"SELECT app, name FROM {schema}.django_migrations ORDER BY id")) for schema in SCHEMAS}
    assert len(recorded) == 1
    assert set(_versions().values()) == {schema_script.fingerprint()}


def test_rights_on_new_tables_are_the_matrix(pending):
    table = migrations.CreateModel("Probe", [("id", models.UUIDField(primary_key=True))])
    pending(table)
    try:
        assert migrate().changed == 7
        for code in CODES:
            granted = _run(
                "SELECT string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r "
                "ON r.oid = a.grantee WHERE c.oid = %s::regclass AND r.rolname = %s",
                f"c_{code}.proceedings_probe",
                tenancy.role_of(code),
            )
            assert granted == [("DELETE, INSERT, SELECT, UPDATE",)]
    finally:
        for schema in SCHEMAS:
            _run(f"DROP TABLE IF EXISTS {schema}.proceedings_probe")


def test_nothing_to_do_asks_one_query_about_committees_whatever_their_number(committed):
    with CaptureQueriesContext(connections["owner"]) as asked:
        assert migrate().total == 0
    mine = [one["sql"] for one in asked if "registry_committee" in one["sql"] and not one["sql"].startswith("REVOKE")]
    assert len(mine) == 1
    assert not any("c_4" in one["sql"] for one in asked)


def test_no_committee_costs_a_look_through_the_whole_catalog(pending, monkeypatch):
    pending(_column())
    monkeypatch.setattr(migration, "_public", lambda: None)
    with CaptureQueriesContext(connections["owner"]) as asked:
        migrate()
    replayed = [n for n, one in enumerate(asked) if one["sql"].startswith('UPDATE "registry_committee"')]
    assert len(replayed) == 7
    of_one = [one["sql"] for one in asked.captured_queries[replayed[0] + 1 : replayed[1] + 1]]
    assert not any("pg_class" in sql or "pg_catalog" in sql for sql in of_one)
    statements = [sql for sql in of_one if "SAVEPOINT" not in sql and not sql.startswith(("BEGIN", "COMMIT"))]
    assert len(statements) <= 7, statements


def test_the_canary_goes_first_and_when_it_fails_nobody_follows(pending):
    pending(_column())
    _run(
        "ALTER TABLE c_150600.proceedings_decision ADD COLUMN probe integer"
    )  # made by hand: the migration will trip over it
    outcome = migrate(canary="150600", keep_going=True)
    assert (outcome.changed, [code for code, *_ in outcome.failed]) == (0, ["150600"])
    assert "probe" in outcome.failed[0][2]
    assert "probe" in Committee.objects.using("owner").get(code="150600").problem


def test_an_unknown_canary_is_refused(pending):
    pending(_column())
    with pytest.raises(tenancy.UnknownCommittee):
        migrate(canary="999999")
    assert schema_script.fingerprint() not in _versions().values()


def test_without_a_canary_named_the_smallest_active_committee_goes_first(pending):
    pending(_column())
    lines: list[Progress] = []
    _run("UPDATE registry_committee SET state = 'suspended' WHERE code <> '440100'")
    queries.forget_routes()
    try:
        migrate(report=lines.append)
    finally:
        _run("UPDATE registry_committee SET state = 'active'")
        queries.forget_routes()
    assert next(line.code for line in lines if line.code) == "440100"


def test_a_failure_stops_the_run_and_the_next_run_goes_on_from_there(pending):
    pending(_column(), _index())
    _run("CREATE INDEX probe_index ON c_430921.proceedings_decision (id)")
    first = migrate(canary="150600")
    assert [code for code, *_ in first.failed] == ["430921"]
    done = {code for code, version in _versions().items() if version == schema_script.fingerprint()}
    assert done == {"150600", "430000", "430900"}  # in code order up to the one that failed
    columns = "SELECT 1 FROM information_schema.columns WHERE table_schema = %s AND column_name = 'probe'"
    assert _run(columns, "c_430921") == []  # it failed at the index: the column before it was taken back too
    with tenancy.inside("430921"), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deed")  # and still has its view
    _run("DROP INDEX c_430921.probe_index")
    assert (lambda again: (again.changed, again.failed))(migrate()) == (4, [])
    assert Committee.objects.using("owner").get(code="430921").problem == ""


def test_keep_going_leaves_out_the_one_that_fails(pending):
    pending(_column(), _index())
    _run("CREATE INDEX probe_index ON c_430921.proceedings_decision (id)")
    try:
        outcome = migrate(canary="150600", keep_going=True, wave=2)
    finally:
        _run("DROP INDEX c_430921.probe_index")
    assert (outcome.changed, [code for code, *_ in outcome.failed]) == (6, ["430921"])


def _locked(code: str):
    holder = connections["owner"].copy()
    holder.ensure_connection()
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLE c_{code}.proceedings_decision IN ACCESS SHARE MODE")
    return holder


def test_a_table_in_use_is_waited_for_a_moment_and_then_let_go(pending):
    pending(_column())
    holder = _locked("430921")
    try:
        outcome = migrate(canary="150600", keep_going=True)
    finally:
        holder.close()
    assert [code for code, *_ in outcome.failed] == ["430921"]
    assert "lock timeout" in outcome.failed[0][2]
    assert migrate().changed == 1


def test_a_table_freed_meanwhile_is_tried_again(pending, monkeypatch):
    pending(_column())
    holder = _locked("430921")
    monkeypatch.setattr(migration.time, "sleep", lambda seconds: holder.close())
    outcome = migrate()
    assert (outcome.changed, outcome.failed) == (7, [])


def _fill(apps, schema_editor) -> None:
    """As a data migration does it: through the historical model, in whatever schema stands."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
    decisions = apps.get_model("proceedings", "Decision").objects.using(schema_editor.connection.alias)
    decisions.update(probe=schema[:10])
    if schema == "c_430923":
        assert decisions.count() == FILLED["430923"]
    FILLED.setdefault("schemas", []).append(schema)


FILLED: dict = {}


def test_python_in_a_migration_runs_in_each_committees_own_schema_and_transaction(pending):
    FILLED.clear()
    FILLED["430923"] = _run("SELECT count(*) FROM c_430923.proceedings_decision")[0][0]
    pending(_column(), migrations.RunPython(_fill))
    lines: list[Progress] = []
    assert migrate(report=lines.append).changed == 7
    assert {line.how for line in lines if line.code} == {"executor"}
    assert sorted(FILLED["schemas"]) == sorted(SCHEMAS)
    for code in CODES:
        assert _run(f"SELECT DISTINCT probe FROM c_{code}.proceedings_decision") in ([], [(f"c_{code}"[:10],)])
        assert _catalog(f"c_{code}") == _catalog("c_template")


def test_python_that_fails_in_one_committee_takes_back_its_columns_too(pending):
    def fail(apps, schema_editor) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            if cursor.fetchone() == ("c_430000",):
                raise ValueError("this committee's data are odd")

    pending(_column(), migrations.RunPython(fail))
    outcome = migrate(canary="150600")
    assert [(code, error) for code, _, error in outcome.failed] == [
        ("430000", "ValueError: this committee's data are odd")
    ]
    columns = "SELECT 1 FROM information_schema.columns WHERE table_schema = 'c_430000' AND column_name = 'probe'"
    assert _run(columns) == []


def test_a_default_worked_out_anew_each_time_is_not_copied_from_one_committee_to_the_next(pending):
    numbers = iter(range(100))
    pending(migrations.AddField("decision", "probe", models.IntegerField(default=lambda: next(numbers))))
    lines: list[Progress] = []
    migrate(report=lines.append)
    assert {line.how for line in lines if line.code} == {"executor"}


def test_a_migration_that_is_not_one_transaction_is_refused_before_any_committee_changes(pending):
    pending(_column(), atomic=False)
    outcome = migrate()
    assert outcome.changed == 0
    assert "atomic = False" in outcome.failed[0][2]


def test_two_runs_at_once_are_refused(committed):
    with alone("migrate", what="升级数据库"), pytest.raises(Busy):
        migrate()
    assert migrate().failed == []  # the lock went with the block


def test_the_command_tells_each_committee_as_a_json_line(committed):
    Committee.objects.using("owner").filter(code__in=["430923", "440100"]).update(schema_version="old")
    done = lianxin("migrate", "--json", "--canary", "440100", "--wave", "1")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = [line for line in lines if line["event"] == "committee"]
    assert [(line["code"], line["done"], line["total"]) for line in told] == [("440100", 1, 2), ("430923", 2, 2)]
    assert lines[-1] == {"event": "end", "ok": True, "changed": 2} | {
        name: lines[-1][name] for name in ("seconds", "longest")
    }
    assert "已是最新" in lianxin("migrate").stdout


def test_the_command_ends_with_2_and_names_the_committee_that_failed(committed):
    Committee.objects.using("owner").filter(code="430923").update(schema_version="old")
    _run("ALTER TABLE c_430923.proceedings_decision RENAME TO gone")
    try:
        done = lianxin("migrate")
    finally:
        _run("ALTER TABLE c_430923.gone RENAME TO proceedings_decision")
    assert done.returncode == 2
    error = json.loads(done.stderr)["errors"][0]
    assert error["code"] == "migration_failed"
    assert "430923 政协安化县委员会" in error["message"]
    assert migrate().changed == 1
