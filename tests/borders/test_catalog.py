"""D1, D2, D4, D5, D6, D8: what PostgreSQL's own catalog says of rights, names, references and drift."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from core import tenancy
from core.tenancy import CommitteeNotActive, EntryFailed
from registry import doctor, drift, privileges
from tests.conftest import COMMITTEES

CODES = [code for code, *_ in COMMITTEES]
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
BOTH_SIDES = {"accounts", "core", "django"}


def _rows(query: str, *given: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def _roles() -> dict[str, str | None]:
    """Role → the code of its committee, or None."""
    named = {settings.ROLE_APP: None, settings.ROLE_OPERATOR: None, settings.ROLE_COMMITTEE: None}
    return named | {tenancy.role_of(code): code for code in CODES}


def _expected(role: str, code: str | None, schema: str, table: str) -> set[str]:
    """The rights on the whole table, and on any column of it, that the matrix gives."""
    if schema == tenancy.PUBLIC:
        who = (
            "committee"
            if code
            else {settings.ROLE_APP: "app", settings.ROLE_OPERATOR: "operator"}.get(role, "committee")
        )
        rights = privileges.PUBLIC.get(table, {}).get(who, "")
    else:
        own = code is not None and schema == tenancy.schema_of(code)
        rights = privileges.TENANT_EXCEPTIONS.get(table, privileges.TENANT_DEFAULT) if own else ""
    return {verb for verb, _ in re.findall(r"(\w+)(?: \(([^)]*)\))?(?:, |$)", rights)}


def test_d1_every_role_holds_on_every_table_exactly_what_the_matrix_says(committed):
    held: dict[tuple[str, str, str], set[str]] = {}
    query = """
        SELECT r.rolname, n.nspname, c.relname, p.verb
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r CROSS JOIN unnest(%s) p(verb)
        WHERE c.relkind IN ('r', 'v', 'm', 'p') AND (n.nspname = 'public' OR n.nspname LIKE 'c\\_%%') AND r.rolname = ANY(%s)
          AND CASE WHEN p.verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
              THEN has_any_column_privilege(r.oid, c.oid, p.verb) ELSE has_table_privilege(r.oid, c.oid, p.verb) END"""
    for role, schema, table, verb in _rows(query, list(RIGHTS), list(_roles())):
        held.setdefault((role, schema, table), set()).add(verb)
    tables = _rows(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'v', 'm', 'p') AND (n.nspname = 'public' OR n.nspname LIKE 'c\\_%%')"
    )
    assert len(tables) > 8 * 20
    for role, code in _roles().items():
        for schema, table in tables:
            wanted = _expected(role, code, schema, table)
            assert held.get((role, schema, table), set()) == wanted, (role, schema, table)


def test_d1_there_is_no_other_kind_of_object_to_hold_rights_on(committed):
    """No sequence, function, type or default right of ours: nothing beside tables and views needs a row in the matrix."""
    ours = "SELECT oid FROM pg_namespace WHERE nspname LIKE 'c\\_%%' OR nspname = 'public'"
    kinds = f"SELECT DISTINCT relkind::text FROM pg_class WHERE relnamespace IN ({ours})"
    extra = {kind for (kind,) in _rows(kinds)} - {"r", "i", "v"}
    identities = _rows(
        f"SELECT count(*) FROM pg_class s WHERE s.relkind = 'S' AND s.relnamespace IN ({ours}) AND NOT EXISTS "
        "(SELECT 1 FROM pg_depend d WHERE d.objid = s.oid AND d.deptype = 'i')"
    )
    assert extra <= {"S"}
    assert identities == [(0,)]
    usable = _rows(
        f"SELECT s.relname, r.rolname FROM pg_class s CROSS JOIN pg_roles r WHERE s.relkind = 'S' AND s.relnamespace IN ({ours}) "
        "AND r.rolname = ANY(%s) AND has_sequence_privilege(r.oid, s.oid, 'USAGE, SELECT, UPDATE')",
        list(_roles()),
    )
    assert usable == []
    assert _rows(f"SELECT proname FROM pg_proc WHERE pronamespace IN ({ours})") == []
    assert _rows("SELECT 1 FROM pg_default_acl") == []


FOREIGN = {
    "SELECT": "SELECT 1 FROM {0}",
    "SELECT of a column": "SELECT id FROM {0}",
    "INSERT": "INSERT INTO {0} DEFAULT VALUES",
    "UPDATE": "UPDATE {0} SET id = id",
    "DELETE": "DELETE FROM {0}",
    "TRUNCATE": "TRUNCATE {0}",
    "COPY": "COPY {0} TO STDOUT",
    "LOCK": "LOCK TABLE {0} IN ACCESS SHARE MODE",
    "REFERENCES": "ALTER TABLE members_member ADD CONSTRAINT taken FOREIGN KEY (id) REFERENCES {0} (id)",
    "view": "CREATE VIEW taken AS SELECT * FROM {0}",
    "ALTER": "ALTER TABLE {0} ADD COLUMN taken int",
    "DROP": "DROP TABLE {0}",
    "GRANT": "GRANT SELECT ON {0} TO CURRENT_USER",
}


@pytest.mark.parametrize("code", CODES)
def test_d2_no_committees_role_reaches_a_sibling_a_parent_a_child_or_the_registry(place, code):
    others = [
        f"c_{other}.{table}"
        for other in CODES
        if other != code
        for table in ("members_member", "deed", "django_session")
    ]
    public = ["public.accounts_user", "public.registry_schemascript", "public.registry_domain", "public.dispatch_turn"]
    with tenancy.inside(code):
        for table in [*others, "c_template.members_member", *public]:
            for verb, statement in FOREIGN.items():
                with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement.format(table))
                said = str(refused.value)
                assert "permission denied" in said or "must be owner" in said, (verb, table, said)


@pytest.mark.parametrize("state", ["making", "suspended", "archived"])
def test_d4_a_committee_that_is_not_active_is_refused(state):
    row = tenancy.Committee("430921", "政协南县委员会", "nanxian", "county", "430900", state, 1)
    with pytest.raises(CommitteeNotActive), tenancy.inside(row):
        pytest.fail("entered")
    assert not tenancy.is_inside()


@pytest.fixture
def put_back(committed) -> Iterator[None]:
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'away'")
        if cursor.fetchone():
            cursor.execute("ALTER SCHEMA away RENAME TO c_430921")
        cursor.execute(f'GRANT USAGE ON SCHEMA c_430921 TO "{tenancy.role_of("430921")}"')


@pytest.mark.parametrize(
    "done",
    ["ALTER SCHEMA c_430921 RENAME TO away", "REVOKE USAGE ON SCHEMA c_430921 FROM {role}"],
    ids=["gone", "closed"],
)
def test_d4_a_schema_that_is_gone_or_closed_gives_errors_never_rows_of_public(put_back, done):
    """PostgreSQL skips such a schema on the search path without a word."""
    from django.apps import apps

    with connections["owner"].cursor() as cursor:
        cursor.execute(done.format(role=f'"{tenancy.role_of("430921")}"'))
    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    assert len(models) > 15
    for model in models:
        with pytest.raises((ProgrammingError, EntryFailed)), tenancy.inside("430921"):
            list(model.objects.all()[:1])


def test_d5_no_table_lies_on_both_sides_but_accounts_trail_and_sessions_and_those_are_closed_in_public(committed):
    query = """
        SELECT DISTINCT p.relname FROM pg_class p JOIN pg_class t ON t.relname = p.relname
        JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE p.relnamespace = 'public'::regnamespace AND p.relkind IN ('r', 'v') AND n.nspname LIKE 'c\\_%%'"""
    both = {name for (name,) in _rows(query)}
    assert {name.split("_")[0] for name in both} == BOTH_SIDES
    for name in both:
        for code in CODES:
            open_to = _rows(
                "SELECT has_any_column_privilege(%s, %s, 'SELECT')", tenancy.role_of(code), f"public.{name}"
            )
            assert open_to == [(False,)], (name, code)


def test_d6_nothing_in_one_schema_refers_to_anything_in_another(committed):
    across = """
        WITH object AS (
            SELECT 'pg_class'::regclass AS classid, oid, relnamespace AS ns FROM pg_class
            UNION ALL SELECT 'pg_constraint'::regclass, oid, connamespace FROM pg_constraint
            UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type
            UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
            UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, c.relnamespace FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
            UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, c.relnamespace FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
            UNION ALL SELECT 'pg_trigger'::regclass, t.oid, c.relnamespace FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            UNION ALL SELECT 'pg_policy'::regclass, p.oid, c.relnamespace FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid)
        SELECT DISTINCT f.ns::regnamespace::text, t.ns::regnamespace::text, pg_describe_object(d.classid, d.objid, d.objsubid),
            pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
        FROM pg_depend d JOIN object f ON (f.classid, f.oid) = (d.classid, d.objid)
        JOIN object t ON (t.classid, t.oid) = (d.refclassid, d.refobjid)
        WHERE f.ns <> t.ns AND t.ns <> 'pg_catalog'::regnamespace AND f.ns::regnamespace::text ~ '^(public|c_[a-z0-9]+)$'"""
    assert _rows(across) == []
    own = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'c_430923'::regnamespace"
    assert _rows(own)[0][0] > 10  # so the question above had something to find


def test_d8_every_schema_equals_the_template_at_its_release(committed):
    assert drift.drifted() == []
    assert len(drift._hashes()) == len(CODES) + 1


BY_HAND = {  # another change in each of five committees: looking through all of them is what takes the time
    "430921": ("ALTER TABLE {0}.members_sector ADD COLUMN extra int", "ALTER TABLE {0}.members_sector DROP COLUMN extra", "+ column"),
    "430923": ("ALTER TABLE {0}.members_sector ALTER COLUMN name DROP NOT NULL", "ALTER TABLE {0}.members_sector ALTER COLUMN name SET NOT NULL", "name"),
    "430900": ("CREATE INDEX extra ON {0}.members_sector (name)", "DROP INDEX {0}.extra", "+ index"),
    "440100": ("CREATE FUNCTION {0}.extra() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION {0}.extra()", "+ function"),
    "150600": ("ALTER TABLE {0}.members_sector RENAME TO away", "ALTER TABLE {0}.away RENAME TO members_sector", "- column members_sector"),
}  # fmt: skip


def test_d8_a_schema_that_was_changed_by_hand_is_named_with_what_differs(committed):
    with connections["owner"].cursor() as cursor:
        for code, (done, _, _) in BY_HAND.items():
            cursor.execute(done.format(f"c_{code}"))
    try:
        found = {one.code: one.lines for one in drift.drifted()}
        assert found.keys() == BY_HAND.keys()
        for code, (_, _, line) in BY_HAND.items():
            assert any(line in one for one in found[code]), (code, found[code])
        said = next(one for one in doctor.checks() if one["name"] == "各库与样板一致")
        assert said["ok"] is False
        assert all(code in str(said["message"]) for code in BY_HAND), said["message"]
    finally:
        with connections["owner"].cursor() as cursor:
            for code, (_, undone, _) in BY_HAND.items():
                cursor.execute(undone.format(f"c_{code}"))


def test_d8_a_committee_of_an_older_release_is_measured_by_others_of_that_release(committed):
    change = "ALTER TABLE {0}.members_sector {1} COLUMN extra{2}"
    older = ("430921", "430923", "430900")
    version = _rows("SELECT schema_version FROM registry_committee WHERE code = '430921'")[0][0]
    with connections["owner"].cursor() as cursor:
        for code in older:
            cursor.execute("UPDATE registry_committee SET schema_version = 'older' WHERE code = %s", [code])
            cursor.execute(change.format(f"c_{code}", "ADD", " int"))
    try:
        assert drift.drifted() == []
        with connections["owner"].cursor() as cursor:
            cursor.execute(change.format("c_430921", "DROP", ""))
        assert [one.code for one in drift.drifted()] == ["430921"]
    finally:
        with connections["owner"].cursor() as cursor:
            for code in older:
                cursor.execute("UPDATE registry_committee SET schema_version = %s WHERE code = %s", [version, code])
                cursor.execute(change.format(f"c_{code}", "DROP", "").replace("COLUMN", "COLUMN IF EXISTS"))
