"""Making one committee: our script in one transaction, against django-tenants' way (migrations into the schema)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from urllib.parse import urlsplit

from tests.bench.figure import Figure

RUNS = 7
ADMIN_URL = os.environ.get("LIANXIN_ADMIN_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE = "lxbench"


def _environment() -> None:
    address = urlsplit(ADMIN_URL)
    place = f"{address.hostname}:{address.port or 5432}"
    os.environ |= {
        "LIANXIN_DEV": "1",
        "LX_ROLE_PREFIX": DATABASE,
        "DATABASE_URL": f"postgresql://{DATABASE}_app:bench@{place}/{DATABASE}",
        "DATABASE_OWNER_URL": f"postgresql://{DATABASE}_owner:bench@{place}/{DATABASE}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run() -> list[Figure]:
    _environment()
    import django

    django.setup()
    from core.bootstrap import Names, bootstrap

    names = Names(DATABASE, *(f"{DATABASE}_{who}" for who in ("owner", "app", "operator", "committee")))
    _drop()
    bootstrap(admin_url=ADMIN_URL, names=names, owner_password="bench", app_password="bench")
    try:
        return [_compare()]
    finally:
        _drop()


def _compare() -> Figure:
    from django.core.management import call_command
    from django.db import connections

    from registry.migration import migrate
    from registry.provisioning import _make

    migrate()

    def ours(code: str) -> None:
        _make(code=code, name=f"政协{code}", slug=code, level="county", parent=None)

    def peer(code: str) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA c_{code}")
        call_command(
            "migrate_schemas", database="owner", schema_name=f"c_{code}", tenant=True, interactive=False, verbosity=0
        )

    ours("warm"), peer("warmpeer")
    pairs = [(_seconds(lambda n=n: ours(f"a{n}")), _seconds(lambda n=n: peer(f"b{n}"))) for n in range(RUNS)]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    return Figure("provision one committee, few present", mine, theirs, 6, "s", RUNS)


def _drop() -> None:
    import psycopg2
    from django.db import connections
    from psycopg2 import sql

    for connection in connections.all():
        connection.close()
    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [DATABASE + r"\_%"])
        for (role,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.close()
