"""Bringing one committee's schema to this release, in one transaction.

The first committee that lacks a given set of migrations runs them through Django's executor while the SQL is
written down; the others run that SQL. Migrations whose SQL cannot stand for them (Python code, a value worked out
per run) go through the executor for every committee. A migration that goes in batches (`registry.batches`) parts the
way: what comes before it is one transaction, then its batches, then what comes after; only the end sets the version.
Objects are named, never listed: listing a schema scans the catalog of all committees.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, router, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AddField, AlterField, RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from core import tenancy
from core.db.router import OWNER
from core.errors import DomainError
from registry import batches, privileges, schema_script, standing
from registry.models import Committee
from registry.standing import in_schema, owner

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


class MixedWithBatches(DomainError):
    code = "mixed_with_batches"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"迁移 {'、'.join(names)} 把分批改数据和别的操作放在一起，中断后无法接着做。请拆成几个迁移。")


@dataclass(frozen=True)
class Replay:
    """What one committee's run wrote down for the others that stand where it stood."""

    sql: tuple[str, ...]
    added: Applied
    ends: bool


@dataclass
class _Stage:
    """The next part of the way from one set of applied migrations to this release: one transaction, or batches."""

    executor: MigrationExecutor
    plan: list[tuple[Migration, bool]]
    replayable: bool
    ends: bool  # nothing is left after it
    batched: Migration | None = None
    state: Any = None  # the models before it, rendered: that takes longer than a committee's tables may be locked


@dataclass(frozen=True)
class Brought:
    """`how`: executor, replay or batches (the slowest part); `longest`: seconds its tables were locked at most."""

    how: str
    longest: float


class Upgrade:
    """One run over many committees. `version` is the fingerprint they reach; the template must stand there already.

    Of one thread, whose connection its executors keep; `known` is what all threads of a run have written down.
    """

    def __init__(self, version: str, known: dict[Applied, Replay] | None = None) -> None:
        self.version = version
        self._objects = schema_script.objects()
        self._stages: dict[Applied, _Stage] = {}
        self._known: dict[Applied, Replay] = {} if known is None else known
        self._locked_since = 0.0

    def bring(self, row: Committee, *, told: Callable[[str], None] = lambda words: None) -> Brought:
        """Upgrade one committee; each part of its way wholly or not at all, again from where it stopped.

        `told` hears of each batch. Raises NotInOneTransaction, MixedWithBatches, or what the database or the migration raises.
        """
        ways, longest, ended = set[str](), 0.0, False
        while not ended:
            self._locked_since = time.perf_counter()
            with transaction.atomic(using=OWNER):
                with in_schema(row.schema_name):
                    how, ended, batched = self._stage(row)
                if ended:
                    Committee.objects.using(OWNER).filter(pk=row.pk).update(schema_version=self.version, problem="")
            longest = max(longest, time.perf_counter() - self._locked_since)
            if batched and batched.batched:
                longest = max(longest, batches.walk(row, batched.batched, batched.state.apps, told=told))
            ways.add(how)
        slowest = next(one for one in ("batches", "executor", "replay") if one in ways)
        return Brought(slowest, longest)

    def _stage(self, row: Committee) -> tuple[str, bool, _Stage | None]:
        """One part of the way: how it was gone, whether it was the last, and the batches that come now."""
        _run([f"SET LOCAL lock_timeout = '{standing.LOCK_TIMEOUT}'"])
        before = _applied()
        if known := self._known.get(before):
            self._between([*known.sql, *_recorded(known.added)], row, ends=known.ends)
            return "replay", known.ends, None
        stage = self._stages.get(before)
        if stage is None:
            stage = self._stages[before] = _stage_from_here()
            self._locked_since = time.perf_counter()  # it has read, and locked nothing
        if stage.batched:
            return "batches", False, stage
        with self._around(row, ends=stage.ends), _written_down() as statements:
            targets = stage.executor.loader.graph.leaf_nodes()
            stage.executor.migrate(targets, plan=list(stage.plan), state=stage.state.clone())
        if stage.replayable and not any(row.schema_name in one for one in statements):
            after = _applied()
            if after[: len(before)] == before:  # nothing was taken away; else stay with the executor
                self._known[before] = Replay(tuple(statements), after[len(before) :], stage.ends)
        return "executor", stage.ends, None

    def _between(self, statements: Sequence[str], row: Committee, *, ends: bool) -> None:
        """The statements with the view out of the way; in as few round trips as can be."""
        if ends:
            _run(["DROP VIEW IF EXISTS deed", *statements, *self._view_and_grants(row)])
        else:
            with self._around(row, ends=False):
                _run(statements)

    @contextmanager
    def _around(self, row: Committee, *, ends: bool) -> Iterator[None]:
        """Takes the view away and puts it back: this release's at the end of the way, the one that stood before the end."""
        stood = [] if ends else _view_as_it_stands(tenancy.role_of(row.code))
        _run(["DROP VIEW IF EXISTS deed"])
        yield
        _run(self._view_and_grants(row) if ends else [*stood, "SELECT 1"])

    def _view_and_grants(self, row: Committee) -> list[str]:
        return [schema_script.deed_view_sql(), *self._grants(tenancy.role_of(row.code))]

    def _grants(self, role: str) -> Iterator[str]:
        names = ", ".join(f'"{name}"' for name in self._objects)
        yield f'REVOKE ALL ON {names} FROM "{role}"'
        yield from privileges.tenant_statements(self._objects, role)


def _view_as_it_stands(role: str) -> list[str]:
    """Statements that make the view again as the release before made it, while a committee is half way."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef(to_regclass('deed'))")
        (definition,) = cursor.fetchone()
    if definition is None:
        return []
    return [
        f"CREATE VIEW deed WITH (security_invoker=true) AS {definition}",
        *privileges.tenant_statements(["deed"], role),
    ]


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


def _stage_from_here() -> _Stage:
    """Reads the graph once for every committee that stands where this one does."""
    executor = MigrationExecutor(connections[OWNER])
    # It has; Django would list the catalog to find out, once per committee.
    executor.recorder._has_table = True  # type: ignore[attr-defined]
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _refuse(plan)
    parting = next((n for n, (one, _) in enumerate(plan) if batches.is_batched(list(_operations(one)))), None)
    if parting == 0:
        batched = plan[0][0]
        state = executor.loader.project_state([(batched.app_label, batched.name)], at_end=False)
        return _Stage(executor, plan[:1], False, False, batched, state)
    part = plan[:parting]
    replayable = all(_is_sql(one) for migration, _ in part for one in _operations(migration))
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    assert state.apps is not None  # renders it
    return _Stage(executor, part, replayable, ends=parting is None, state=state)


def _refuse(plan: Sequence[tuple[Migration, bool]]) -> None:
    if loose := [str(migration) for migration, _ in plan if not migration.atomic and _touches(migration)]:
        raise NotInOneTransaction(loose)
    mixed = [str(one) for one, _ in plan if len({batches.is_batched([op]) for op in _operations(one)}) > 1]
    if mixed:
        raise MixedWithBatches(mixed)


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
