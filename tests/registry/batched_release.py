"""A process that migrates to a release with a migration in batches, to be killed: LX_TEST_DIE_AT names where."""

from __future__ import annotations

import sys

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from registry import schema_script
from registry.batches import InBatches
from registry.migration import migrate
from tests.registry.conftest import loading, release

SIZE = 4


def count_up(apps, connection, keys) -> None:
    """Not idempotent on purpose: a row changed twice would show."""
    assert apps.get_model("proceedings", "Decision")._meta.get_field("probe")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE proceedings_decision SET probe = probe + 1 WHERE id = ANY(%s::uuid[])", [list(map(str, keys))]
        )


def parts(**options) -> list[list]:
    """A column, its rows changed in batches, and a constraint that holds only afterwards."""
    return [
        [migrations.AddField("decision", "probe", models.IntegerField(default=0))],
        [InBatches("Decision", count_up, **({"size": SIZE} | options))],
        [
            migrations.AddConstraint(
                "decision", models.CheckConstraint(condition=models.Q(probe=1), name="probe_is_one")
            )
        ],
    ]


def main() -> None:
    MigrationLoader.load_disk = loading(MigrationLoader.load_disk, *release(*parts()))
    schema_script.fingerprint.cache_clear()  # a copy of a process knows the version that one had
    sys.exit(bool(migrate(canary="430923").failed))
