"""Journeys see the product from outside: a running deployment, a real browser, no model imported.

One deployment per session: its own database, web server, worker and timetable, with the story at small scale.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
ADMIN_URL = os.environ.get("LIANXIN_ADMIN_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")  # each process that runs journeys has a deployment of its own
DATABASE = f"lxj_{os.environ.get('LX_TEST_DB', 'suite')}_{WORKER}"
REDIS_DATABASE = 7 + int(WORKER.removeprefix("gw") if WORKER != "main" else 0) % 8  # apart from the suite's own, 0
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@dataclass(frozen=True)
class Deployment:
    port: int
    accounts: list[dict[str, str]]

    def url(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.port}{path}"

    def account(self, slug: str, role: str) -> dict[str, str]:
        return next(one for one in self.accounts if one["slug"] == slug and one["role"] == role)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _environment(port: int, folder: Path) -> dict[str, str]:
    address = urlsplit(ADMIN_URL)
    place = f"{address.hostname}:{address.port or 5432}"
    redis = urlsplit(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
    return os.environ | {
        "LIANXIN_DEV": "1",
        "LIANXIN_TODAY": "2022-11-30",
        "LIANXIN_ADMIN_URL": ADMIN_URL,
        "LX_DATABASE": DATABASE,
        "LX_ROLE_PREFIX": DATABASE,
        "LX_OWNER_PASSWORD": "journey",
        "LX_APP_PASSWORD": "journey",
        "DATABASE_URL": f"postgresql://{DATABASE}_app:journey@{place}/{DATABASE}",
        "DATABASE_OWNER_URL": f"postgresql://{DATABASE}_owner:journey@{place}/{DATABASE}",
        "REDIS_URL": urlunsplit(redis._replace(path=f"/{REDIS_DATABASE}")),
        "PORT": str(port),
        "LIANXIN_ACCOUNTS_FILE": str(folder / "accounts.json"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }


def _drop() -> None:
    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [DATABASE.replace("_", r"\_") + r"\_%"])
        for (role,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.close()


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


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("journeys")
    port = _free_port()
    environment = _environment(port, folder)

    def lianxin(*words: str) -> None:
        done = subprocess.run([BIN / "lianxin", *words], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, f"lianxin {' '.join(words)}\n{done.stdout}\n{done.stderr}"

    _drop()
    lianxin("db", "bootstrap")
    lianxin("migrate")
    lianxin("demo", "load", "--scale", "small")
    web_environment = {key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"}
    commands = [
        [BIN / "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "warning"],
        [BIN / "celery", "-A", "config.celery_app", "worker", "-c", "1", "-l", "warning"],
        [BIN / "celery", "-A", "config.celery_app", "beat", "-l", "warning", "-s", folder / "beat"],
    ]
    log = (folder / "log").open("w")
    running = [
        subprocess.Popen(one, env=web_environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        for one in commands
    ]
    try:
        _wait_until_ready(port)
        yield Deployment(port, json.loads((folder / "accounts.json").read_text()))
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        log.close()
        _drop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def signed_in(deployment: Deployment, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`signed_in("anhua", "member", phone=True)` is a page of that person, at home."""
    contexts = []

    def sign_in(slug: str, role: str, *, phone: bool = False, javascript: bool = True) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = browser.new_context(viewport=size, locale="zh-CN", java_script_enabled=javascript)
        contexts.append(context)
        page = context.new_page()
        person = deployment.account(slug, role)
        page.goto(deployment.url(slug))
        page.get_by_label("账号").fill(person["username"])
        page.get_by_label("密码").fill(person["password"])
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(deployment.url(slug))
        return page

    yield sign_in
    for context in contexts:
        context.close()
