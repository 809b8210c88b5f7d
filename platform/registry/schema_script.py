"""A committee's schema as one SQL script, read from the template schema's catalog.

Running migrations per committee costs seconds; running their result costs tens of milliseconds and
gives the same catalog. The template schema is the only place where migrations make tables; it may be
listed, because it happens once per release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from registry import privileges

TEMPLATE_SCHEMA = "c_template"
ROLE_MARK = "@committee_role@"

_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' ORDER BY c.relname"""

_CONSTRAINTS = """
SELECT c.relname, string_agg('ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ', '
    ORDER BY k.contype = 'f', k.contype <> 'p', k.conname)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND k.contype <> 'c' AND (k.contype = 'f') = %s
GROUP BY c.relname ORDER BY c.relname"""

_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
WHERE c.relnamespace = %s::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid
    AND k.conrelid = i.indrelid)
ORDER BY x.relname"""

_GUARDED = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
ORDER BY c.relname"""

_POLICIES = """
SELECT format('CREATE POLICY %%I ON %%I FOR %%s', p.policyname, p.tablename, p.cmd)
    || coalesce(' USING (' || p.qual || ')', '') || coalesce(' WITH CHECK (' || p.with_check || ')', '')
FROM pg_policies p WHERE p.schemaname = %s ORDER BY p.tablename, p.policyname"""


@cache
def fingerprint() -> str:
    """What a committee's schema must look like, as a hash: the tenant apps' migrations, the view, the grants.

    The code decides it, so it is worked out once per process.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    nodes = sorted(f"{app}.{name}" for app, name in loader.disk_migrations if app in labels)
    matrix = repr(sorted(privileges.TENANT_EXCEPTIONS.items())) + privileges.TENANT_DEFAULT
    return hashlib.sha256("\n".join([*nodes, deed_view_sql(), matrix]).encode()).hexdigest()


def objects() -> list[str]:
    """The tables of every committee's schema at this release, and the view: listed once, on the template."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_TABLES, [TEMPLATE_SCHEMA])
        return [*(name for (name,) in cursor.fetchall()), "deed"]


def deed_view_sql() -> str:
    create: str = import_string(settings.DEED_VIEW)()
    return create


def build() -> str:
    """The script; run it with the new schema first on the search path and ROLE_MARK replaced."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET search_path TO {TEMPLATE_SCHEMA}")
        try:
            statements = list(_statements(cursor))
        finally:
            cursor.execute("SET search_path TO public")
    if any(TEMPLATE_SCHEMA in one for one in statements if " (LIKE " not in one):
        raise RuntimeError("the schema script names the template schema beyond LIKE; an object is not self-contained")
    return ";\n".join(statements) + ";\n"


def _statements(cursor) -> Iterator[str]:  # type: ignore[no-untyped-def]
    def rows(sql: str, *args: object) -> list[tuple]:  # type: ignore[type-arg]
        cursor.execute(sql, args)
        return cursor.fetchall()

    tables = [name for (name,) in rows(_TABLES, TEMPLATE_SCHEMA)]
    # LIKE copies columns and CHECKs as PostgreSQL holds them; printed and read again, a CHECK would differ in casts.
    like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY"
    yield from (f'CREATE TABLE "{name}" (LIKE {TEMPLATE_SCHEMA}."{name}" {like})' for name in tables)
    for foreign in (False, True):
        yield from (f'ALTER TABLE "{name}" {added}' for name, added in rows(_CONSTRAINTS, TEMPLATE_SCHEMA, foreign))
    yield from (definition for (definition,) in rows(_INDEXES, TEMPLATE_SCHEMA))
    yield from (f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY' for (name,) in rows(_GUARDED, TEMPLATE_SCHEMA))
    yield from (definition for (definition,) in rows(_POLICIES, TEMPLATE_SCHEMA))
    migrations = rows("SELECT quote_literal(app), quote_literal(name) FROM django_migrations ORDER BY id")
    values = ", ".join(f"({app}, {name}, now())" for app, name in migrations)
    yield f"INSERT INTO django_migrations (app, name, applied) VALUES {values}"
    yield deed_view_sql()
    yield from privileges.tenant_statements([*tables, "deed"], ROLE_MARK)
