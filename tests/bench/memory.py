"""Memory of one PostgreSQL server process and of one web process that have served many committees.

Anonymous memory of /proc/<pid>/smaps_rollup: what the process has of its own (private pages would also count
shared buffers only it has touched). Needs the server's processes on this machine and the right to look at them;
where that is missing it says so and measures nothing.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.place import ADMIN_URL, DATABASE, prepared
from tests.bench.server import Server, serving

COMMITTEES = 300
PAGES = ("/", "/members/", "/contacts/", "/activities/", "/outputs/", "/audit/")
LIMIT_MB = 64.0  # GOALS: at most this per server process


def run() -> list[Figure]:
    from tests.bench import committee

    with prepared():
        session, _ = committee.make()
        if not _may_look():
            print("memory: the database server's processes cannot be looked at from here; skipped", file=sys.stderr)  # noqa: T201
            return []
        hosts = _provision(COMMITTEES)
        with ThreadPoolExecutor() as pool:  # side by side: sizes do not depend on speed
            walks = pool.map(lambda name: _serve(name, session, hosts), ("bounded", "unbounded"))
            (bounded, web_first, web), (unbounded, *_) = walks
    number = f"after {COMMITTEES} committees"
    return [
        Figure(f"a PostgreSQL process {number}: against the limit", bounded, LIMIT_MB, 1, "MB", 1),
        Figure(f"a PostgreSQL process {number}: against no bound", bounded, unbounded, 1, "MB", 1),
        Figure(f"the web process {number}: against after one", web, web_first, 0.8, "MB", 1),
    ]


def _serve(name: str, session: str, hosts: list[str]) -> tuple[float, float, float]:
    """Every page of every committee by one worker: highest MB of the database process, web's first and last MB."""
    with serving(f"tests.bench.variants.{name}", workers=1) as server:
        highest, first = 0.0, 0.0
        for host in hosts:
            for path in PAGES:
                status, body = server.get(path, host=host, session=session)
                if status != 200:
                    raise AssertionError(f"{host}{path}: {status} {body[:200]}")
            highest = max(highest, _largest(_server_processes(name)))
            first = first or _web_memory(server)
        return highest, first, _web_memory(server)


def _web_memory(server: Server) -> float:
    return sum(_anonymous(pid) for pid in server.workers())


def _server_processes(application: str) -> list[int]:
    import psycopg2

    admin = psycopg2.connect(ADMIN_URL)
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = %s", [DATABASE, application]
        )
        pids = [pid for (pid,) in cursor.fetchall()]
    admin.close()
    return pids


def _largest(pids: list[int]) -> float:
    return max((_anonymous(pid) for pid in pids), default=0.0)


def _may_look() -> bool:
    try:
        return _largest(_server_processes("")) > 0  # our own connection
    except OSError:
        return False


def _anonymous(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Anonymous:"))
    return int(kilobytes) / 1024


def _provision(number: int) -> list[str]:
    """Small committees, each with the office's account and the session of the measured one; their host names."""
    from django.db import connections

    from registry.models import Committee
    from registry.provisioning import _make
    from tests.bench.committee import ENTRY

    copied = ("accounts_user", "accounts_rolegrant", "accounts_session")
    with connections["owner"].cursor() as cursor:
        for code in (f"m{one}" for one in range(number)):
            _make(code=code, name=f"政协{code}", slug=code, level="county", parent=None)
            for table in copied:
                cursor.execute(f"INSERT INTO c_{code}.{table} SELECT * FROM {ENTRY.schema}.{table}")
            cursor.execute(f"UPDATE c_{code}.accounts_session SET place = '{code}:1'")  # a session is refused elsewhere
    Committee.objects.using("owner").update(state="active")
    return [f"m{one}.localhost" for one in range(number)]
