"""The next release, for tests of migrations: one or more migrations of `proceedings` that no release has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connections, migrations
from django.db.migrations.loader import MigrationLoader

from registry import migration, schema_script, standing
from registry.models import BatchCursor, Committee, MigrationRun, SchemaScript
from tests.conftest import COMMITTEES

SCHEMAS = ["c_template", *sorted(f"c_{code}" for code, *_ in COMMITTEES)]


def loading(load_disk: Callable, *made: type[migrations.Migration]) -> Callable:
    """`MigrationLoader.load_disk` with these migrations of `proceedings` after the last there is."""

    def load(self) -> None:
        load_disk(self)
        last = max(name for app, name in self.disk_migrations if app == "proceedings")
        for number, one in enumerate(made, start=9001):
            one.dependencies, last = [("proceedings", last)], f"{number}_probe"
            self.disk_migrations["proceedings", last] = one(last, "proceedings")

    return load


def release(*parts, atomic: bool = True) -> list[type[migrations.Migration]]:
    """A migration per list of operations."""
    return [type("Migration", (migrations.Migration,), {"operations": list(one), "atomic": atomic}) for one in parts]


@pytest.fixture
def pending_parts(committed, monkeypatch) -> Iterator[Callable[..., None]]:
    """`pending_parts([operation, …], [operation, …])` makes a migration of each list, as the next release would bring them."""
    load_disk, before = MigrationLoader.load_disk, schema_script.fingerprint()

    def add(*parts, atomic: bool = True) -> None:
        monkeypatch.setattr(MigrationLoader, "load_disk", loading(load_disk, *release(*parts, atomic=atomic)))
        schema_script.fingerprint.cache_clear()

    monkeypatch.setattr(migration, "PAUSES", (0.05,))
    monkeypatch.setattr(standing, "LOCK_TIMEOUT", "100ms")
    add.version = before
    yield add
    monkeypatch.undo()
    schema_script.fingerprint.cache_clear()
    put_back(before)


def put_back(version: str) -> None:
    with connections["owner"].cursor() as cursor:
        for schema in SCHEMAS:
            cursor.execute(f'ALTER TABLE "{schema}".proceedings_decision DROP COLUMN IF EXISTS probe CASCADE')
            cursor.execute(f"DELETE FROM \"{schema}\".django_migrations WHERE name LIKE '90%%_probe'")
        cursor.execute("DELETE FROM public.django_migrations WHERE name LIKE '90%_probe'")
    SchemaScript.objects.using("owner").exclude(fingerprint=version).delete()
    BatchCursor.objects.using("owner").all().delete()
    MigrationRun.objects.using("owner").all().delete()
    Committee.objects.using("owner").update(schema_version=version, problem="")


@pytest.fixture
def pending(pending_parts) -> Callable[..., None]:
    """`pending(*operations)` makes one more migration of an app."""
    return lambda *operations, atomic=True: pending_parts(operations, atomic=atomic)
