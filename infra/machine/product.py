"""What the product needs to run: its environment, its one-time commands, its long-running processes.

Web and ordinary tasks get the address of `lx_app` only; the owner's address goes to one-time commands and to the one
worker on queue `provision`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from .commands import digest, plain_environment
from .credentials import secret
from .paths import BIN, LOCAL, ROOT, write_private

DATABASE = "lianxin"
OWNER, APP = "lx_owner", "lx_app"
DEMO_DAY = "2022-11-30"
NOT_INHERITED = (
    "DATABASE_OWNER_URL",
    "LIANXIN_ADMIN_URL",
    "LX_DATABASE",
    "LX_OWNER_PASSWORD",
    "LX_APP_PASSWORD",
)
SOURCES = ("platform", "tenants", "api", "billing_free", "policy_templates")
ACCOUNTS = LOCAL / "demo-accounts.json"


@dataclass(frozen=True)
class Child:
    """A long-running process: `owner` when it may act as the owner of the tables."""

    name: str
    argv: tuple[str, ...]
    owner: bool = False


def application_environment(*, database_url: str, redis_url: str, port: int) -> dict[str, str]:
    """What every process of the product gets; nothing in it can make or change a table."""
    env = plain_environment()
    for name in NOT_INHERITED:
        env.pop(name, None)
    env["LIANXIN_ACCOUNTS_FILE"] = str(ACCOUNTS)
    return env | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "LIANXIN_DEV": "1",
        "LIANXIN_TODAY": os.environ.get("LIANXIN_TODAY") or DEMO_DAY,
        "LIANXIN_SECRET_KEY": os.environ.get("LIANXIN_SECRET_KEY") or secret("secret-key"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{BIN}:{env.get('PATH', '/usr/bin:/bin')}",
    }


def owner_environment(application: dict[str, str], *, owner_url: str) -> dict[str, str]:
    """What migrations, provisioning and loading the story get."""
    return application | {"DATABASE_OWNER_URL": owner_url}


def bootstrap_environment(owner: dict[str, str], *, admin_url: str) -> dict[str, str]:
    """What `lianxin db bootstrap` gets: the passwords it gives to the users it makes."""
    return owner | {
        "LIANXIN_ADMIN_URL": admin_url,
        "LX_DATABASE": DATABASE,
        "LX_OWNER_PASSWORD": secret("lx-owner"),
        "LX_APP_PASSWORD": secret("lx-app"),
    }


def children(port: int) -> list[Child]:
    """The processes of a running demo, in the order they are started."""
    celery = (str(BIN / "celery"), "-A", "config.celery_app")
    quiet = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
    return [
        Child(
            "web",
            (
                str(BIN / "gunicorn"),
                "config.wsgi:application",
                "--bind",
                f"127.0.0.1:{port}",
                "--preload",  # one import for both workers: half the time to the first page
                "--workers",
                "2",
                "--threads",
                "4",
                "--timeout",
                "60",
            ),
        ),
        Child("worker", (*celery, "worker", "-c", "2", "-n", "work@%h", *quiet)),
        Child(
            "provision",
            (*celery, "worker", "-c", "1", "-Q", "provision", "-n", "provision@%h", *quiet),
            owner=True,
        ),
        Child("beat", (*celery, "beat", "--schedule", str(LOCAL / "beat-schedule"), "--pidfile", "")),
    ]


def source_state() -> str:
    """One hash over everything that preparing the database depends on; unchanged, there is nothing to prepare."""
    files = (
        path
        for place in SOURCES
        for path in sorted((ROOT / place).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    )
    names_and_contents = [part for path in files for part in (str(path.relative_to(ROOT)), path)]
    return digest(ROOT / "uv.lock", LOCAL / "stamps" / "assets", *names_and_contents)


def accounts(path: Path = ACCOUNTS) -> list[dict[str, str]]:
    """The sign-ins the story made; none when the file is missing or of another shape."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def readdress(port: int, path: Path = ACCOUNTS) -> None:
    """Make the addresses in the file of sign-ins those of this run's port."""
    rows = accounts(path)
    if rows:
        now = [row | {"url": f"http://{row['host']}:{port}/"} if "host" in row else row for row in rows]
        if now != rows:
            write_private(path, json.dumps(now, ensure_ascii=False, indent=1))
