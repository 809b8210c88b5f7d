"""The deployment of a country: provisioning, migrating and finding nothing to migrate with `--committees` present.

Not part of the other benches: 3,200 committees take some twenty minutes and some gigabytes. django-tenants' executor
would take hours for all of them, so it is measured on `SAMPLE` committees of the same database and multiplied.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any
from unittest.mock import patch

from tests.bench.figure import Figure, seconds
from tests.bench.migrations import with_probe
from tests.bench.place import prepared

COMMITTEES, SAMPLE, RUNS, FILLERS, RECYCLE = 3_200, 40, 5, 2, 100


def run(committees: int = COMMITTEES) -> list[Figure]:
    """Three figures (seconds): one committee made, one committee migrated, nothing to migrate in all of them."""
    with prepared():
        _fill(committees)
        return [*_provisioning(committees), *_migrating(committees)]


def _say(words: str) -> None:
    print(f"# {words}", file=sys.stderr, flush=True)  # noqa: T201


def _make(code: str) -> Any:
    from registry.provisioning import _make as make

    return make(code=code, name=f"政协{code}", slug=code, level="county", parent=None)


def _fill(committees: int) -> None:
    """The committees, by two connections, each recycled as the controller does; says whether one costs more at the end."""
    from django.db import connections

    from registry.models import Committee

    def some(codes: list[str]) -> list[float]:
        taken = []
        for number, code in enumerate(codes):
            if number and number % RECYCLE == 0:
                connections["owner"].close()
            taken.append(seconds(lambda code=code: _make(code)))
        connections["owner"].close()
        return taken

    codes = [f"m{number}" for number in range(committees)]
    start = time.perf_counter()
    with ThreadPoolExecutor(FILLERS) as pool:
        taken = list(pool.map(some, [codes[one::FILLERS] for one in range(FILLERS)]))
    Committee.objects.using("owner").update(state="active")
    first, last = (median(x for one in taken for x in one[part]) for part in (slice(0, 50), slice(-50, None)))
    spent = time.perf_counter() - start
    _say(
        f"{committees} committees made in {spent:.0f} s by {FILLERS} connections; the first {first:.3f} s each, the last {last:.3f} s"
    )


def _provisioning(committees: int) -> list[Figure]:
    from django.db import connections

    def peer(code: str) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA c_{code}")
        _migrate_schema(f"c_{code}")

    _make("warm"), peer("warmpeer")
    pairs = [(seconds(lambda n=n: _make(f"a{n}")), seconds(lambda n=n: peer(f"b{n}"))) for n in range(RUNS)]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    return [Figure(f"provision one committee, {committees} present", mine, theirs, 15, "s", RUNS)]


def _migrate_schema(schema: str) -> None:
    from django.core.management import call_command

    call_command("migrate_schemas", database="owner", schema_name=schema, tenant=True, interactive=False, verbosity=0)


def _migrating(committees: int) -> list[Figure]:
    from django.db.migrations.loader import MigrationLoader

    from registry import schema_script
    from registry.migration import migrate
    from registry.models import Committee

    nothing = median([seconds(migrate) for _ in range(RUNS)])
    rows = Committee.objects.using("owner")
    sample = list(rows.filter(code__startswith="m").order_by("-code").values_list("schema_name", flat=True)[:SAMPLE])
    theirs_nothing = median([seconds(lambda one=one: _migrate_schema(one)) for one in sample[:RUNS]])
    with patch.object(MigrationLoader, "load_disk", with_probe(MigrationLoader.load_disk)):
        schema_script.fingerprint.cache_clear()
        rows.filter(schema_name__in=sample).update(schema_version=schema_script.fingerprint())  # left to the peer
        before = [seconds(lambda one=one: _migrate_schema(one)) for one in sample[: SAMPLE // 2]]
        outcomes: list[Any] = []
        spent = seconds(lambda: outcomes.append(migrate(workers=2)))
        after = [seconds(lambda one=one: _migrate_schema(one)) for one in sample[SAMPLE // 2 :]]
    schema_script.fingerprint.cache_clear()
    (outcome,) = outcomes
    assert not outcome.failed, outcome.failed[:3]
    _compare(sample[0], sample[-1], "c_m0", "c_m1")
    _say(
        f"{outcome.changed} committees migrated in {spent:.1f} s, {outcome.workers} connections; longest transaction {outcome.longest * 1000:.0f} ms"
    )
    each = median(before + after)
    return [
        Figure(f"migrate {outcome.changed} committees; peer: {SAMPLE} measured, multiplied", spent, each * outcome.changed, 40, "s", 1),
        Figure(f"nothing to migrate in {committees}; peer: {RUNS} measured, multiplied", nothing, theirs_nothing * committees, 40, "s", RUNS),
        Figure("a committee's tables are locked at most: against 150 ms", outcome.longest, 0.150, 1, "s", 1),
    ]  # fmt: skip


def _compare(*schemas: str) -> None:
    from tests.registry.test_provisioning import _catalog

    wanted = _catalog(schemas[0])
    assert any("bench_probe" in row for row in wanted["indexes"])
    for schema in schemas[1:]:
        assert _catalog(schema) == wanted, schema
