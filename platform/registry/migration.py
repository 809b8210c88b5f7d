"""The migration controller: public, then the template schema, then each committee that is behind.

Thin today: one committee after another, one transaction each, resumable because each committee's version
stands in public and "nothing to do" costs one query. Waves, canary and lock budgets follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate  # django-tenants hides it behind its own
from django.db import connections, transaction

from core import tenancy
from core.db.postgres.base import DatabaseWrapper
from core.db.router import OWNER
from registry import privileges, schema_script
from registry.models import Committee, SchemaScript
from registry.schema_script import TEMPLATE_SCHEMA

Report = Callable[[str], None]


def migrate(*, report: Report = lambda line: None) -> int:
    """Bring the database to this release; returns how many committees were changed."""
    _public()
    report("公共库已是最新")
    version = schema_script.fingerprint()
    if not SchemaScript.objects.using(OWNER).filter(fingerprint=version).exists():
        _template()
        SchemaScript.objects.using(OWNER).create(fingerprint=version, sql=schema_script.build())
        report("建库脚本已更新")
    behind = Committee.objects.using(OWNER).exclude(schema_version=version).order_by("code")
    changed = 0
    for row in behind:
        _one(row, version)
        changed += 1
        report(f"{row.name} 已升级")
    return changed


def _owner() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[OWNER])


def _public() -> None:
    _owner().set_schema_to_public()
    call_command(Migrate(), database=OWNER, interactive=False, verbosity=0)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(";".join(privileges.public_statements()))


def _template() -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
    _bring_up(TEMPLATE_SCHEMA)


def _bring_up(schema: str) -> None:
    with _in_schema(schema):
        with connections[OWNER].cursor() as cursor:
            cursor.execute("DROP VIEW IF EXISTS deed")
        call_command(Migrate(), database=OWNER, interactive=False, verbosity=0)
        with connections[OWNER].cursor() as cursor:
            cursor.execute(schema_script.deed_view_sql())


def _one(row: Committee, version: str) -> None:
    with transaction.atomic(using=OWNER):
        _bring_up(row.schema_name)
        with _in_schema(row.schema_name), connections[OWNER].cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r','v')",
                [row.schema_name],
            )
            names = [name for (name,) in cursor.fetchall()]
            role = tenancy.role_of(row.code)
            revoke = "; ".join(f'REVOKE ALL ON "{name}" FROM "{role}"' for name in names)
            cursor.execute("; ".join([revoke, *privileges.tenant_statements(names, role)]))
        Committee.objects.using(OWNER).filter(pk=row.pk).update(schema_version=version)


@contextmanager
def _in_schema(schema: str) -> Iterator[None]:
    _owner().set_schema(schema, include_public=False)
    try:
        yield
    finally:
        _owner().set_schema_to_public()
