"""A running deployment for looking at from outside: its own database, web server, worker with the timetable, the small story."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.removal import ADMIN_URL, drop

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
# `lianxin db bootstrap`, `migrate` and `demo load` as one process: each start of an interpreter costs seconds.
MADE = """
from config.cli import main
from core import loaded
from tests.cheap import passwords_cost_little
passwords_cost_little()
loaded.stays()
for words in ("db bootstrap", "migrate", "demo load --scale small"):
    main(words.split(), prog_name="lianxin", standalone_mode=False)
"""


@dataclass(frozen=True)
class Deployment:
    port: int
    accounts: list[dict[str, str]]
    environment: dict[str, str]

    def url(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.port}{path}"

    def lianxin(self, *words: str) -> str:
        """What a command says on standard output; it must succeed."""
        done = subprocess.run([BIN / "lianxin", *words], env=self.environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def account(self, slug: str, role: str) -> dict[str, str]:
        return next(one for one in self.accounts if one["slug"] == slug and one["role"] == role)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _environment(database: str, redis_database: int, port: int, folder: Path) -> dict[str, str]:
    address = urlsplit(ADMIN_URL)
    place = f"{address.hostname}:{address.port or 5432}"
    redis = urlsplit(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
    return os.environ | {
        "LIANXIN_DEV": "1",
        "LIANXIN_TODAY": "2022-11-30",
        "LIANXIN_ADMIN_URL": ADMIN_URL,
        "LX_DATABASE": database,
        "LX_ROLE_PREFIX": database,
        "LX_OWNER_PASSWORD": "journey",
        "LX_APP_PASSWORD": "journey",
        "DATABASE_URL": f"postgresql://{database}_app:journey@{place}/{database}",
        "DATABASE_OWNER_URL": f"postgresql://{database}_owner:journey@{place}/{database}",
        "REDIS_URL": urlunsplit(redis._replace(path=f"/{redis_database}")),
        "PORT": str(port),
        "LIANXIN_ACCOUNTS_FILE": str(folder / "accounts.json"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + 60
    last = ""
    while time.monotonic() < until:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz")
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            last = error.read().decode()[:200]
        except OSError as error:
            last = str(error)
        time.sleep(0.3)
    raise RuntimeError(f"the deployment did not get ready: {last}")


@contextmanager
def deployed(*, database: str, redis_database: int, folder: Path) -> Iterator[Deployment]:
    """Make the database, load the small story, serve it; all of it ends with the block. Logs lie in `folder`."""
    port = _free_port()
    environment = _environment(database, redis_database, port, folder)

    drop(database)
    done = subprocess.run([sys.executable, "-c", MADE], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    web_environment = {key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"}
    commands = [
        [
            BIN / "gunicorn",
            "tests.journeys.served",
            "-b",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--log-level",
            "warning",
        ],
        [BIN / "celery", "-A", "config.celery_app", "worker", "-c", "1", "-l", "warning", "-B", "-s", folder / "beat"],
    ]
    log = (folder / "log").open("w")
    running = [
        subprocess.Popen(one, env=web_environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        for one in commands
    ]
    try:
        _wait_until_ready(port)
        yield Deployment(port, json.loads((folder / "accounts.json").read_text()), environment)
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        log.close()
        drop(database)
