"""The matrix in both directions: the catalog grants what `registry.privileges` says, and nothing beside it."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import connections

from registry import privileges

NAMES = {"app": settings.ROLE_APP, "operator": settings.ROLE_OPERATOR, "committee": settings.ROLE_COMMITTEE}


def _rows(query: str) -> set[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query)
        return set(cursor.fetchall())


def _wanted() -> set[tuple[str, str, str, str]]:
    """(table, role, right, column) per grant; column "" means the whole table."""
    found = set()
    for table, rights in privileges.PUBLIC.items():
        for who, right in rights.items():
            for verb, columns in re.findall(r"(\w+)(?: \(([^)]*)\))?(?:, |$)", right):
                for column in columns.split(", "):
                    found.add((table, NAMES[who], verb, column))
    return found


GRANTED = """
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, ''
FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, t.attname
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner"""


def test_public_grants_are_the_matrix_and_nothing_beside_it(committed):
    assert _rows(GRANTED) == _wanted()


def test_every_public_table_stands_in_the_matrix(committed):
    tables = _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
    )
    assert {name for (name,) in tables} == set(privileges.PUBLIC)


def test_no_role_but_the_owner_makes_anything_anywhere(committed):
    """Temporary tables too: pg_temp comes first on every search path, so one could stand in for a committee's table."""
    makers = """SELECT rolname FROM pg_roles WHERE rolname LIKE current_database() || '\\_%' AND rolname <> current_user AND (
        has_database_privilege(oid, current_database(), 'TEMP') OR has_database_privilege(oid, current_database(), 'CREATE')
        OR EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspowner = current_user::regrole AND has_schema_privilege(pg_roles.oid, n.oid, 'CREATE')))"""
    assert _rows(makers) == set()
    assert _rows("SELECT 1 FROM pg_default_acl") == set()


def test_each_committees_schema_is_open_to_its_own_role_only(committed):
    opened = _rows(
        "SELECT n.nspname, r.rolname FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee "
        "WHERE n.nspname LIKE 'c\\_%' AND a.grantee <> n.nspowner"
    )
    assert opened == {(schema, f"{settings.DATABASE_NAME}_{schema}") for schema, _ in opened}
    assert len(opened) >= 7
    to_everybody = "SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = 0"
    assert _rows(f"{to_everybody} AND (n.nspname = 'public' OR n.nspname LIKE 'c\\_%')") == set()


def test_no_role_has_powers_of_its_own_and_committees_belong_to_their_group_only(committed):
    strong = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    mine = "rolname LIKE current_database() || '\\_%' AND rolname <> current_user"
    assert _rows(f"SELECT rolname FROM pg_roles WHERE {mine} AND ({strong})") == set()
    assert _rows(f"SELECT rolname FROM pg_roles WHERE {mine} AND rolcanlogin") == {(settings.ROLE_APP,)}
    assert _rows(f"SELECT rolinherit FROM pg_roles WHERE rolname = '{settings.ROLE_APP}'") == {(False,)}
    groups = _rows(
        f"SELECT g.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid "
        f"WHERE r.rolname LIKE current_database() || '\\_c\\_%' AND r.rolname <> '{settings.ROLE_COMMITTEE}'"
    )
    assert groups == {(settings.ROLE_COMMITTEE,)}


@pytest.mark.parametrize("table", ["exchange_delivery", "dispatch_job"])
def test_the_shared_tables_of_committees_have_row_level_security(committed, table):
    assert _rows(f"SELECT relrowsecurity FROM pg_class WHERE oid = 'public.{table}'::regclass") == {(True,)}
