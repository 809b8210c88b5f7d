"""A database of the benches' own, made the way a deployment makes it, and removed with its roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
ADMIN_URL = os.environ.get("LIANXIN_ADMIN_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE = "lxbench"
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
    import psycopg2
    from django.db import connections
    from psycopg2 import sql

    for connection in connections.all():
        connection.close()
    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        for name in (DATABASE, PLAIN):
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(  # exactly ours: another database's name may begin like this one's
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) OR rolname LIKE %s",
            [[f"{DATABASE}_{who}" for who in ("owner", "app", "operator", "committee")], DATABASE + r"\_c\_%"],
        )
        for (role,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.close()
