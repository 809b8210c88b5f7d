"""One new column and one index in many committees: our controller's way against django-tenants' standard executor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from tests.bench.figure import Figure, seconds
from tests.bench.place import prepared

PAIRS, BLOCK = 30, 10


def run() -> list[Figure]:
    with prepared():
        return [_compare()]


def _compare() -> Figure:
    """Blocks of committees in turn; ours includes the first committee, which runs Django's executor too."""
    from django.core.management import call_command
    from django.db.migrations.loader import MigrationLoader

    from registry.provisioning import _make
    from registry.upgrade import Upgrade
    from tests.registry.test_provisioning import _catalog

    def made(code: str) -> Any:
        return _make(code=code, name=f"政协{code}", slug=code, level="county", parent=None)

    def peer(schema: str) -> None:
        call_command(
            "migrate_schemas", database="owner", schema_name=schema, tenant=True, interactive=False, verbosity=0
        )

    ours, theirs = ([made(f"{letter}{n}") for n in range(PAIRS)] for letter in "ab")
    upgrade, mine, others = Upgrade("bench"), 0.0, 0.0
    with patch.object(MigrationLoader, "load_disk", with_probe(MigrationLoader.load_disk)):
        for start in range(0, PAIRS, BLOCK):
            block = slice(start, start + BLOCK)
            mine += seconds(lambda block=block: [upgrade.bring(row) for row in ours[block]])
            others += seconds(lambda block=block: [peer(row.schema_name) for row in theirs[block]])
    wanted = _catalog(ours[0].schema_name)
    assert any("bench_probe" in row for row in wanted["indexes"])
    for row in (*ours, *theirs):
        assert _catalog(row.schema_name) == wanted, row.schema_name
    return Figure("migrate one committee, 60 present", mine / PAIRS, others / PAIRS, 6, "s", PAIRS)


def with_probe(load_disk: Callable[[Any], None]) -> Callable[[Any], None]:
    """The graph with one more migration, as the next release would bring it."""
    from django.db import migrations, models

    def load(loader: Any) -> None:
        load_disk(loader)
        last = max(name for app, name in loader.disk_migrations if app == "proceedings")

        class Probe(migrations.Migration):
            dependencies = [("proceedings", last)]
            operations = [
                migrations.AddField("decision", "probe", models.CharField(max_length=10, default="")),
                migrations.AddIndex("decision", models.Index(fields=["probe"], name="bench_probe")),
            ]

        loader.disk_migrations["proceedings", "9001_probe"] = Probe("9001_probe", "proceedings")

    return load
