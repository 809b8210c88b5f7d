"""A database of the benches' own, made the way a deployment makes it, and removed with its roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests import removal
from tests.removal import ADMIN_URL

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = os.environ.get("LX_BENCH_DB", "lxbench")
PLAIN = f"{DATABASE}_plain"  # the same tables in one schema, for the peer without tenancy


def _url(user: str) -> str:
    address = urlsplit(ADMIN_URL)
    return f"postgresql://{DATABASE}_{user}:bench@{address.hostname}:{address.port or 5432}/{DATABASE}"


def environment() -> dict[str, str]:
    """What Django and every server started by a bench sees."""
    return {
        "LIANXIN_DEV": "1",
        "LIANXIN_TODAY": "2022-11-30",
        "LX_ROLE_PREFIX": DATABASE,
        "DATABASE_URL": _url("app"),
        "DATABASE_OWNER_URL": _url("owner"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }


@contextmanager
def prepared() -> Iterator[None]:
    """Django set up on a fresh, migrated database without committees; dropped afterwards whatever happens."""
    os.environ |= environment()
    import django

    django.setup()
    from core.bootstrap import Names, bootstrap
    from registry.migration import migrate

    names = Names(DATABASE, *(f"{DATABASE}_{who}" for who in ("owner", "app", "operator", "committee")))
    drop()
    bootstrap(admin_url=ADMIN_URL, names=names, owner_password="bench", app_password="bench")
    try:
        migrate()
        yield
    finally:
        drop()


def drop() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
    removal.drop(DATABASE, PLAIN)
