"""Taking away a database made for tests, with every role made for it."""

from __future__ import annotations

import os

import psycopg2
from psycopg2 import sql

ADMIN_URL = os.environ.get("LIANXIN_ADMIN_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
ROLES = ("owner", "app", "operator", "committee")


def drop(database: str, *more: str) -> None:
    """The databases, and the roles of the first: exactly ours, for another database's name may begin like this one's."""
    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        for name in (database, *more):
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) OR rolname LIKE %s",
            [[f"{database}_{who}" for who in ROLES], database.replace("_", r"\_") + r"\_c\_%"],
        )
        for (role,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    admin.close()
