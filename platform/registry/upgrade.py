"""Bringing one committee's schema to this release, in one transaction.

The first committee that lacks a given set of migrations runs them through Django's executor while the SQL is
written down; the others run that SQL. Migrations whose SQL cannot stand for them (Python code, a value worked out
per run) go through the executor for every committee. Objects are named, never listed: listing a schema scans the
catalog of all committees (research/scale.md, the finding behind most others).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.db import connections, router, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddField, AlterField, RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from core import tenancy
from core.db.postgres.base import DatabaseWrapper
from core.db.router import OWNER
from core.errors import DomainError
from registry import privileges, schema_script
from registry.models import Committee

LOCK_TIMEOUT = "2s"
_DJANGOS = ("django.db.migrations.operations.", "django.contrib.postgres.operations")

Applied = tuple[tuple[str, str], ...]
"""The rows of a schema's django_migrations in the order they came."""


class NotInOneTransaction(DomainError):
    code = "not_in_one_transaction"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"迁移 {'、'.join(names)} 声明 atomic = False，不能在一个委员会的一次事务里完成。"
            "请改写为普通迁移（例如不用 CONCURRENTLY 建索引）。"
        )


@dataclass
class _Way:
    """From one set of applied migrations to this release."""

    executor: MigrationExecutor
    plan: list[tuple[Migration, bool]]
    replayable: bool
    sql: list[str] | None = None  # written down by the first committee
    added: Applied = ()


def owner() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[OWNER])


@contextmanager
def in_schema(schema: str) -> Iterator[None]:
    """The owner's connection stands in `schema` alone: a missing table is an error, not public's."""
    owner().set_schema(schema, include_public=False)
    try:
        yield
    finally:
        owner().set_schema_to_public()


class Upgrade:
    """One run over many committees. `version` is the fingerprint they reach; the template must stand there already."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._objects = schema_script.objects()
        self._ways: dict[Applied, _Way] = {}

    def bring(self, row: Committee) -> str:
        """Upgrade one committee wholly or not at all; returns `executor` or `replay`.

        Raises NotInOneTransaction, or what the database or the migration raises.
        """
        with transaction.atomic(using=OWNER):
            with in_schema(row.schema_name):
                how = self._migrate(row)
                _run([schema_script.deed_view_sql(), *self._grants(tenancy.role_of(row.code))])
            Committee.objects.using(OWNER).filter(pk=row.pk).update(schema_version=self.version, problem="")
        return how

    def _migrate(self, row: Committee) -> str:
        _run([f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"])
        before = _applied()
        way = self._ways.get(before)
        if way is None:
            way = self._ways[before] = _way_from_here()
        if way.sql is not None:
            _run(["DROP VIEW IF EXISTS deed", *way.sql, *_recorded(way.added)])
            return "replay"
        _run(["DROP VIEW IF EXISTS deed"])
        with _written_down() as statements:
            way.executor.migrate(way.executor.loader.graph.leaf_nodes(), plan=list(way.plan))
        if way.replayable and not any(row.schema_name in one for one in statements):
            after = _applied()
            if after[: len(before)] == before:  # nothing was taken away; else stay with the executor
                way.sql, way.added = statements, after[len(before) :]
        return "executor"

    def _grants(self, role: str) -> Iterator[str]:
        names = ", ".join(f'"{name}"' for name in self._objects)
        yield f'REVOKE ALL ON {names} FROM "{role}"'
        yield from privileges.tenant_statements(self._objects, role)


def _run(statements: Iterable[str]) -> None:
    """Many statements in one round trip; without parameters, so `%` stands for itself."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(";\n".join(one.rstrip().rstrip(";") for one in statements))


def _applied() -> Applied:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return tuple(cursor.fetchall())


def _recorded(added: Applied) -> Iterator[str]:
    if added:
        with connections[OWNER].cursor() as cursor:
            values = ", ".join(cursor.mogrify("(%s, %s, now())", one).decode() for one in added)
        yield f"INSERT INTO django_migrations (app, name, applied) VALUES {values}"


def _way_from_here() -> _Way:
    """Reads the graph once for every committee that stands where this one does."""
    executor = MigrationExecutor(connections[OWNER])
    # It has; Django would list the catalog to find out, once per committee.
    executor.recorder._has_table = True  # type: ignore[attr-defined]
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    loose = [str(migration) for migration, _ in plan if not migration.atomic and _touches(migration)]
    if loose:
        raise NotInOneTransaction(loose)
    return _Way(executor, plan, replayable=all(_is_sql(one) for migration, _ in plan for one in _operations(migration)))


def _touches(migration: Migration) -> bool:
    """Whether its tables lie in a committee's schema at all; the others' migrations are recorded and do nothing."""
    return bool(migration.operations) and router.allow_migrate(OWNER, migration.app_label)


def _operations(migration: Migration) -> Iterator[Operation]:
    if _touches(migration):
        yield from _flat(migration.operations)


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for one in operations:
        if isinstance(one, SeparateDatabaseAndState):
            yield from _flat(one.database_operations)
        else:
            yield one


def _is_sql(operation: Operation) -> bool:
    """Whether the SQL of one run is the SQL of every run: no Python, no default that is worked out anew each time."""
    if isinstance(operation, RunPython) or not type(operation).__module__.startswith(_DJANGOS):
        return False
    if isinstance(operation, AddField | AlterField):
        return not callable(operation.field.default) or not operation.field.has_default()
    return True


@contextmanager
def _written_down() -> Iterator[list[str]]:
    """Everything schema editors of the owner's connection execute meanwhile, as plain SQL in order."""
    connection, statements = owner(), list[str]()
    plain = connection.SchemaEditorClass

    class Writing(plain):  # type: ignore[misc, valid-type]
        def execute(self, sql: Any, params: Any = ()) -> None:
            statements.append(str(sql) if params is None else connection.ops.compose_sql(str(sql), params))
            super().execute(sql, params)

    connection.SchemaEditorClass = Writing
    try:
        yield statements
    finally:
        connection.SchemaEditorClass = plain
