"""Changing many rows in a migration without one long transaction.

`InBatches` stands alone in its migration. For each committee the controller (`registry.upgrade`) walks the table in the
order of its key, each batch in a transaction that also moves the committee's cursor in public: a process killed anywhere
goes on at the next row, and no row is changed twice. The last batch shuts writers out for a moment, takes what came
meanwhile and records the migration. Until then old code works on the table: change it before in a migration of its own
so that both can, and tighten it in a later one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections, transaction
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation

from core import clock
from core.db.router import OWNER
from core.errors import DomainError
from registry import interrupt, standing
from registry.models import BatchCursor, Committee
from registry.standing import in_schema

AIM = 0.1  # seconds a batch should take
SMALLEST = 10

Change = Callable[[Any, Any, Sequence[Any]], None]
"""(historical apps, connection, keys): change the rows with these keys, in the schema the connection stands in."""


class StillMatching(DomainError):
    code = "still_matching"

    def __init__(self, name: str) -> None:
        super().__init__(f"迁移 {name} 改过的行仍符合它的 where 条件，会没完没了。请改正迁移：改过的行不再符合条件。")


class InBatches(Operation):
    """`change` every row of the model, `size` at most at a time.

    `where` (SQL over the table's columns) names the rows that still need it; `change` must make it false. With it rows
    that appear behind the cursor are found as well; without it only those that stand or come after it.
    """

    reduces_to_sql = False
    reversible = False

    def __init__(self, model_name: str, change: Change, *, where: str = "", size: int = 1000) -> None:
        self.model_name, self.change, self.where, self.size = model_name, change, where, size

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rows change, models do not."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Without the controller (the template schema, public): batch after batch in the one transaction."""
        table = _Table(self, from_state.apps, app_label, schema_editor.connection)
        if not self.allow_migrate_model(schema_editor.connection.alias, table.model):
            return
        after = None
        while keys := table.keys(after, self.size):
            table.change(keys)
            after = keys[-1]

    def describe(self) -> str:
        return f"Change rows of {self.model_name} in batches"


class _Table:
    """The model's table as it stands at the migration, in the schema the connection stands in."""

    def __init__(self, operation: InBatches, apps: Any, app_label: str, connection: Any) -> None:
        self._operation, self._apps, self._connection = operation, apps, connection
        self.model = apps.get_model(app_label, operation.model_name)
        self._name = f'"{self.model._meta.db_table}"'
        self._key = f'"{self.model._meta.pk.column}"'

    def keys(self, after: Any, limit: int) -> list[Any]:
        conditions = [f"({self._operation.where})"] if self._operation.where else []
        conditions += [] if after is None else [f"{self._key} > {self._quoted(after)}"]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return self._first_column(f"SELECT {self._key} FROM {self._name}{where} ORDER BY {self._key} LIMIT {limit}")

    def change(self, keys: Sequence[Any]) -> None:
        """Raises StillMatching, or the walk would never end."""
        if not keys:
            return
        self._operation.change(self._apps, self._connection, keys)
        if self._operation.where:
            given = ", ".join(map(self._quoted, keys))
            left = f"SELECT 1 FROM {self._name} WHERE {self._key} IN ({given}) AND ({self._operation.where}) LIMIT 1"
            if self._first_column(left):
                raise StillMatching(self._operation.model_name)

    def shut_writers_out(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {self._name} IN SHARE ROW EXCLUSIVE MODE")

    def _first_column(self, statement: str) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)  # no parameters: a `%` in `where` stands for itself
            return [value for (value,) in cursor.fetchall()]

    def _quoted(self, key: Any) -> str:
        with self._connection.cursor() as cursor:
            return str(cursor.mogrify("%s", [str(key)]).decode())


def is_batched(operations: Sequence[Operation]) -> bool:
    return any(isinstance(one, InBatches) for one in operations)


def walk(row: Committee, migration: Migration, apps: Any, *, told: Callable[[str], None]) -> float:
    """Every batch that is left; returns the longest transaction in seconds. May be called again after any failure."""
    size, longest = _largest(migration), 0.0
    while True:
        start = time.perf_counter()
        cursor = _batch(row, migration, apps, size)
        taken = time.perf_counter() - start
        longest = max(longest, taken)
        interrupt.reached("batch noted")
        if cursor is None:
            return longest
        told(f"{migration} 已改 {cursor.rows} 行")
        faster = size * 2 if taken < AIM / 2 else size // 2 if taken > AIM else size
        size = min(max(faster, SMALLEST), _largest(migration))


def _largest(migration: Migration) -> int:
    return max(one.size for one in migration.operations if isinstance(one, InBatches))


def _batch(row: Committee, migration: Migration, apps: Any, size: int) -> BatchCursor | None:
    """One batch and its cursor in one transaction; None when it was the last and the migration stands recorded."""
    with transaction.atomic(using=OWNER):
        cursor, _ = BatchCursor.objects.using(OWNER).get_or_create(committee=row, migration=str(migration))
        operation = migration.operations[cursor.operation]
        assert isinstance(operation, InBatches)
        with in_schema(row.schema_name):
            done = _step(cursor, operation, _Table(operation, apps, migration.app_label, connections[OWNER]), size)
            if done and cursor.operation + 1 == len(migration.operations):
                _record(migration)
                finished = True
            else:
                finished = False
        interrupt.reached(f"batch {cursor.batches} changed")
        if finished:
            cursor.delete(using=OWNER)
            return None
        if done:
            cursor.operation, cursor.after = cursor.operation + 1, ""
        cursor.moved_at = clock.now()
        cursor.save(using=OWNER)
    return cursor


def _step(cursor: BatchCursor, operation: InBatches, table: _Table, size: int) -> bool:
    """Change the next rows and move the cursor; whether the operation has none left."""
    with connections[OWNER].cursor() as raw:
        raw.execute(f"SET LOCAL lock_timeout = '{standing.LOCK_TIMEOUT}'")
    keys = table.keys(cursor.after or None, size)
    last = len(keys) < size
    if last:
        table.shut_writers_out()
        if operation.where:
            cursor.after = ""  # rows may have come behind the cursor
        keys = table.keys(cursor.after or None, size + 1)
        last = len(keys) <= size
        keys = keys[:size]
    table.change(keys)
    cursor.batches, cursor.rows = cursor.batches + 1, cursor.rows + len(keys)
    if keys:
        cursor.after = str(keys[-1])
    return last


def _record(migration: Migration) -> None:
    with connections[OWNER].cursor() as raw:
        raw.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())",
            [migration.app_label, migration.name],
        )
