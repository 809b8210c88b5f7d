"""A signed-in page as a committee's role in its schema, against the same page without tenancy and with django-tenants'.

Everything else is equal: code, template, rows, session, gunicorn (2 sync workers), lasting database connections.
All three servers stand at once and are asked in turn for short runs; the answers are compared first.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from statistics import median

from tests.bench import client
from tests.bench.figure import Figure
from tests.bench.place import ADMIN_URL, DATABASE, PLAIN, prepared
from tests.bench.server import Server, serving

RUNS = 9
SECONDS = 1.0
THREADS = 4
SETTINGS = {
    "ours": "config.settings",
    "plain": "tests.bench.variants.plain",
    "django-tenants": "tests.bench.variants.stock",
}
TOKEN = re.compile(r"(csrfmiddlewaretoken\W+value=.|X-CSRFToken\W+)[A-Za-z0-9]{64}")


def run() -> list[Figure]:
    from tests.bench import committee

    with prepared():
        session, paths = committee.make()
        _give_a_domain(committee.HOST)
        _copy_to_one_schema()
        with ExitStack() as stack:
            servers = {name: stack.enter_context(serving(module, workers=2)) for name, module in SETTINGS.items()}
            names = {paths[0]: "a light page", paths[1]: "a full page"}
            return [figure for path in paths for figure in _page(servers, names[path], path, committee.HOST, session)]


def _page(servers: dict[str, Server], name: str, path: str, host: str, session: str) -> list[Figure]:
    answers = {which: server.get(path, host=host, session=session) for which, server in servers.items()}
    pages = {which: TOKEN.sub("", body) for which, (_, body) in answers.items()}
    if {status for status, _ in answers.values()} != {200} or len(set(pages.values())) != 1:
        raise AssertionError(f"{path}: {[(which, status, len(body)) for which, (status, body) in answers.items()]}")
    rates: dict[str, list[float]] = {which: [] for which in servers}
    for run in range(-1, RUNS):  # the first warms up
        for which, server in servers.items():
            rate = _rate(server, path, host, session)
            if run >= 0:
                rates[which].append(rate)
    middle = {which: median(values) for which, values in rates.items()}
    return [
        Figure(f"{name}, signed in: against no tenancy", middle["ours"], middle["plain"], 0.85, "req/s", RUNS, "more"),
        Figure(
            f"{name}, signed in: against stock django-tenants", middle["ours"], middle["django-tenants"], 1.0, "req/s",
            RUNS, "more",
        ),
    ]  # fmt: skip


def _rate(server: Server, path: str, host: str, session: str) -> float:
    words = [str(server.port), host, path, session, str(SECONDS), str(THREADS)]
    done = subprocess.run(
        [sys.executable, str(client.__file__), *words], capture_output=True, text=True, timeout=60, check=True
    )
    counted = json.loads(done.stdout)
    if counted["bad"]:
        raise AssertionError(f"{path}: {counted['bad']} of {counted['requests']} answers were not 200")
    return float(counted["requests"] / counted["seconds"])


def _give_a_domain(host: str) -> None:
    """django-tenants finds a committee by a row per host; ours derives it from the slug."""
    from core import clock
    from registry.models import Committee, Domain

    tenant = Committee.objects.using("owner").get()
    known = Domain(
        tenant=tenant, domain=host, is_primary=True, token="bench", proven_until=clock.now() + timedelta(days=1)
    )
    Domain.objects.using("owner").bulk_create([known])


def _copy_to_one_schema() -> None:
    """Another database with the same tables in `public`, made by Django's migrations, and the same rows."""
    import io

    import psycopg2
    from psycopg2 import sql

    from tests.bench.committee import ENTRY

    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        owner = sql.Identifier(f"{DATABASE}_owner")
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(PLAIN), owner))
    admin.close()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": SETTINGS["plain"]}
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v", "0"], env=env, check=True, timeout=120
    )
    source, target = (psycopg2.connect(ADMIN_URL, dbname=name) for name in (DATABASE, PLAIN))
    with source, target, source.cursor() as reading, target.cursor() as writing:
        writing.execute("SET session_replication_role = replica")  # rows come in any order
        reading.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", [ENTRY.schema]
        )
        for (table,) in reading.fetchall():
            if table == "django_migrations":
                continue
            rows = io.StringIO()
            here, there = sql.Identifier(ENTRY.schema, table), sql.Identifier(table)
            reading.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [f"{ENTRY.schema}.{table}"],
            )
            columns = sql.SQL(", ").join(sql.Identifier(column) for (column,) in reading.fetchall())
            reading.copy_expert(sql.SQL("COPY {} ({}) TO STDOUT").format(here, columns), rows)
            rows.seek(0)
            writing.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN").format(there, columns), rows)
    source.close(), target.close()
    _analyze()


def _analyze() -> None:
    """Fresh statistics on both sides: neither is measured while autovacuum catches up."""
    import psycopg2

    for name in (DATABASE, PLAIN):
        connection = psycopg2.connect(ADMIN_URL, dbname=name)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()
