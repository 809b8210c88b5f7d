"""Making one committee: our script in one transaction, against django-tenants' way (migrations into the schema)."""

from __future__ import annotations

from statistics import median

from tests.bench.figure import Figure, seconds
from tests.bench.place import prepared

RUNS = 7


def run() -> list[Figure]:
    with prepared():
        return [_compare()]


def _compare() -> Figure:
    from django.core.management import call_command
    from django.db import connections

    from registry.provisioning import _make

    def ours(code: str) -> None:
        _make(code=code, name=f"政协{code}", slug=code, level="county", parent=None)

    def peer(code: str) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA c_{code}")
        call_command(
            "migrate_schemas", database="owner", schema_name=f"c_{code}", tenant=True, interactive=False, verbosity=0
        )

    ours("warm"), peer("warmpeer")
    pairs = [(seconds(lambda n=n: ours(f"a{n}")), seconds(lambda n=n: peer(f"b{n}"))) for n in range(RUNS)]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    return Figure("provision one committee, few present", mine, theirs, 6, "s", RUNS)
