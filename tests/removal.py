"""Taking away what tests made and no rollback undoes: databases with their roles, jobs."""

from __future__ import annotations

import os

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import make_dsn

ADMIN_URL = os.environ.get("LIANXIN_ADMIN_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
ROLES = ("owner", "app", "operator", "committee")


def drop(database: str, *more: str) -> None:
    """The databases, and the roles of the first: exactly ours, for another database's name may begin like this one's."""
    admin = _administrator(ADMIN_URL)
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


def forget_jobs(database: str) -> None:
    """The queue is one table of public: what a test commits there, every later test of the process would count."""
    admin = _administrator(make_dsn(ADMIN_URL, dbname=database))
    with admin.cursor() as cursor:
        cursor.execute("DELETE FROM dispatch_cancellation; DELETE FROM dispatch_job; DELETE FROM dispatch_turn")
    admin.close()


def _administrator(address: str) -> Connection:
    """Outside any transaction, and beside whatever the test did to the product's own connections."""
    admin = psycopg2.connect(address)
    admin.autocommit = True
    return admin
