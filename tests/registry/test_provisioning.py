"""Making a committee: whole or not at all, and the same as migrations would."""

from __future__ import annotations

import pytest
from django.db import connections

from core import tenancy
from core.errors import DomainError
from registry import provisioning, queries
from registry.models import Committee, State
from registry.provisioning import BadCode, BadSlug, CommitteeExists, ParentUnknown, create_committee


def _make(**changes):
    values = {
        "code": "430922", "name": "政协桃江县委员会", "slug": "taojiang", "level": "county", "parent": "430900",
        "template": "yiyang-2021",
    }  # fmt: skip
    return create_committee(**(values | changes))


@pytest.fixture
def taojiang(committed):
    yield _make()
    _remove("430922")


def _remove(code: str) -> None:
    with connections["owner"].cursor() as cursor:
        role, schema = tenancy.role_of(code), tenancy.schema_of(code)
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; DROP ROLE "{role}"')
        cursor.execute("DELETE FROM registry_committee WHERE code = %s", [code])
    queries.forget_routes()


def _counts() -> tuple[int, int, int]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_namespace), "
            "(SELECT count(*) FROM pg_roles WHERE rolname LIKE current_database() || '%'), (SELECT count(*) FROM registry_committee)"
        )
        return cursor.fetchone()


def _catalog(schema: str) -> dict[str, set[tuple]]:
    """Everything of a schema by name: columns, constraints, indexes, view, without the schema's own name."""
    parts = {
        "columns": "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, "
        "pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
        "WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'v')",
        "constraints": "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid, true) FROM pg_constraint k "
        "JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = %s::regnamespace",
        "indexes": "SELECT x.relname, pg_get_indexdef(x.oid, 0, true) FROM pg_class x "
        "WHERE x.relnamespace = %s::regnamespace AND x.relkind = 'i'",
        "policies": "SELECT c.relname, c.relrowsecurity, p.policyname, p.cmd, p.qual, p.with_check FROM pg_class c "
        "JOIN pg_policies p ON p.tablename = c.relname AND p.schemaname = c.relnamespace::regnamespace::text "
        "WHERE c.relnamespace = %s::regnamespace",
        "views": "SELECT relname, pg_get_viewdef(oid, true), reloptions::text FROM pg_class "
        "WHERE relnamespace = %s::regnamespace AND relkind = 'v'",
    }
    found = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'SET search_path TO "{schema}"')
        for name, query in parts.items():
            cursor.execute(query, [schema])
            found[name] = set(cursor.fetchall())
        cursor.execute("SET search_path TO public")
    return found


def test_a_committee_made_from_the_script_equals_one_made_by_migrations(taojiang):
    mine, theirs = _catalog("c_430922"), _catalog("c_template")
    for part in theirs:
        assert mine[part] == theirs[part], part
    assert len(mine["columns"]) > 100
    assert mine["policies"]


def test_a_code_whose_role_postgresql_would_cut_off_is_refused(settings):
    settings.DATABASE_NAME = "a_deployment_with_a_long_name"
    provisioning.check_names(code="4" * 31, slug="anhua", level="county")
    with pytest.raises(BadCode):
        provisioning.check_names(code="4" * 32, slug="anhua", level="county")


def test_its_role_holds_exactly_the_rights_of_the_matrix(taojiang):
    from registry import privileges

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) "
            "FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee "
            "WHERE c.relnamespace = 'c_430922'::regnamespace AND r.rolname = %s GROUP BY 1",
            [tenancy.role_of("430922")],
        )
        held = dict(cursor.fetchall())
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'c_430922'::regnamespace AND relkind IN ('r','v')"
        )
        objects = {name for (name,) in cursor.fetchall()}
    wanted = {name: privileges.TENANT_EXCEPTIONS.get(name, privileges.TENANT_DEFAULT) for name in objects}
    assert held == {name: ", ".join(sorted(right.split(", "))) for name, right in wanted.items() if right}


def test_it_runs_its_template_from_the_first_day(taojiang):
    with tenancy.inside("430922"):
        import datetime as dt

        from tenants.policy.queries import policy_on

        assert policy_on(dt.date(2022, 11, 30)) is not None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": "430923"}, CommitteeExists),
        ({"code": "template"}, CommitteeExists),  # the template schema's own name
        ({"slug": "anhua"}, CommitteeExists),
        ({"parent": "999999"}, ParentUnknown),
        ({"code": "c'; DROP"}, BadCode),
        *[
            ({"slug": slug}, BadSlug)
            for slug in ("-x", "x-", "x", "a" * 41, "a--b", "xn--fiq", "a.b", "Anhua", "an hua", "")
        ],
        *[({"slug": slug}, BadSlug) for slug in ("www", "operate", "api", "static", "wpad", "localhost")],  # reserved
        ({"level": "galaxy"}, DomainError),
        ({"template": "no-such-template"}, DomainError),
    ],
)
def test_a_wrong_order_is_refused_and_leaves_nothing(committed, changes, refusal):
    before = _counts()
    with pytest.raises(refusal):
        _make(**changes)
    assert _counts() == before


def test_a_failing_script_leaves_neither_role_nor_schema_nor_row(committed, monkeypatch):
    before = _counts()
    monkeypatch.setattr(provisioning, "_make_schema", _half_then_fail(provisioning._make_schema))
    with pytest.raises(RuntimeError, match="pulled the plug"):
        _make()
    assert _counts() == before


def _half_then_fail(make):
    def half(code, script):
        make(code, script)
        raise RuntimeError("pulled the plug")

    return half


def test_a_committee_left_half_made_is_finished_by_asking_again(committed):
    row = provisioning._make(
        code="430922", name="政协桃江县委员会", slug="taojiang", level="county", parent="430900", template="yiyang-2021"
    )
    queries.forget_routes()
    try:
        assert row.state == State.MAKING
        with pytest.raises(tenancy.CommitteeNotActive), tenancy.inside("430922"):
            pytest.fail("entered")
        assert _make().state == "active"
    finally:
        _remove("430922")


def test_nothing_to_migrate_changes_nothing(committed):
    from registry.migration import migrate

    assert migrate().total == 0


def test_a_committee_behind_is_brought_up_and_keeps_its_rights(taojiang):
    from registry.migration import migrate

    Committee.objects.using("owner").filter(code="430922").update(schema_version="old")
    assert migrate().changed == 1
    with tenancy.inside("430922") as committee, connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deed")
        assert committee.code == "430922"
    assert _catalog("c_430922") == _catalog("c_template")


def test_the_tree_is_read_from_the_registry(db):
    assert [one.code for one in queries.children_of("430900")] == ["430921", "430923"]
    assert [one.code for one in queries.ancestors_of("430923")] == ["430900", "430000"]
    assert [one.code for one in queries.subtree_of("430000")] == ["430900", "430921", "430923"]
