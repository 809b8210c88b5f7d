"""One process at a time for work of the owner's connection, by a lock the server frees when the process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection, connections

from core.db.router import OWNER
from core.errors import DomainError

SPACE = 0x4C58  # advisory locks of ours; the second half of the key is what is worked on


class Busy(DomainError):
    code = "busy"

    def __init__(self, what: str) -> None:
        super().__init__(f"另一个进程正在{what}，本次未作任何改动。等它结束后再运行一次。")


@contextmanager
def alone(key: str, *, what: str) -> Iterator[None]:
    """Hold `key` for the block, or raise Busy at once; `what` is the Chinese verb phrase of the refusal.

    On a connection of its own: the work may close the owner's or break its transaction, and the lock stays.
    """
    holder = connections[OWNER].copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [SPACE, key])
            if not cursor.fetchone()[0]:
                raise Busy(what)
        yield
        # Closed, the server lets go in its own time, and whoever comes right after would be refused.
        with suppress(Error), holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [SPACE, key])
    finally:
        holder.close()


def is_held(key: str) -> bool:
    """Whether some process of this database works on `key` now; any role may ask."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            "WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted "
            "AND l.classid = %s AND l.objid::bigint = hashtext(%s)::bigint & 4294967295)",
            [SPACE, key],
        )
        return bool(cursor.fetchone()[0])
