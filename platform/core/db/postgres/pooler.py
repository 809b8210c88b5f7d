"""No pooler may stand between us and PostgreSQL that hands one server process to several of our connections.

Role and search_path are set once per context and hold for the connection. A pooler in transaction (or statement) mode
would carry them to whoever comes next: most reads would be another committee's (research 1.3-3). So before the first
connection to a server, and again from time to time, we look: two connections must each keep a server process of their
own, a setting must stay with the connection that made it, and a new connection must find none left behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg2
from django.core.exceptions import ImproperlyConfigured

LOOK_AGAIN_SECONDS = 600.0  # a pooler can be told another mode while we run
# Who asks, one after the other: no pool hands out its processes in this rhythm by chance, however many it has.
RHYTHM = (0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0)
SETTING = "lianxin.probe"

_looked: dict[tuple[str, ...], float] = {}
_one_at_a_time = threading.Lock()


class PoolerRefused(ImproperlyConfigured):
    """The connection cannot be trusted to stay in one committee."""

    def __init__(self, where: str, finding: str) -> None:
        super().__init__(
            f"数据库地址 {where} 前面有连接池，{finding}：一个委员会的查询会落到另一个委员会的连接上，已拒绝启动。"
            "请把连接池改为会话模式并在归还时清理（PgBouncer：pool_mode = session，server_reset_query = DISCARD ALL），"
            "或让 DATABASE_URL、DATABASE_OWNER_URL 直接连到 PostgreSQL。"
        )


def require_session_mode(parameters: Mapping[str, Any]) -> None:
    """Look at the server these psycopg2 parameters lead to, unless that was done lately.

    Raises PoolerRefused; psycopg2.Error when the server does not answer, and then it is looked at next time.
    """
    names = ("host", "port", "dbname", "user")
    server = tuple(str(parameters.get(name) or "") for name in names)
    with _one_at_a_time:
        looked = _looked.get(server)
        if looked is not None and time.monotonic() - looked < LOOK_AGAIN_SECONDS:
            return
        finding = find_sharing({name: value for name, value in parameters.items() if name != "cursor_factory"})
        if finding:
            raise PoolerRefused(f"{server[0]}:{server[1]}", finding)
        _looked[server] = time.monotonic()


def forget() -> None:
    """Look again before the next connection."""
    _looked.clear()


def find_sharing(parameters: Mapping[str, Any]) -> str:
    """What is wrong between us and the server, in Chinese words; empty when each connection has a process of its own."""
    with closing(_connected(parameters)) as one, closing(_connected(parameters)) as other:
        found = _mixing((one, other))
    if found:
        return found
    with closing(_connected(parameters)) as new:
        left = _ask(new, f"SELECT coalesce(current_setting('{SETTING}', true), '')")
    return "归还连接时不清理会话状态（缺少 DISCARD ALL）" if left else ""


def _mixing(pair: tuple[Any, Any]) -> str:
    by_transaction = "按事务而不是按会话分配连接"
    own = [_process(connection) for connection in pair]
    if own[0] == own[1]:
        return by_transaction
    for who in RHYTHM:
        if _process(pair[who]) != own[who]:
            return by_transaction
    for holder, asker in ((0, 1), (1, 0)):  # while one holds its process in a transaction, and after
        _run(pair[holder], "BEGIN")
        while_held = _process(pair[asker])
        _run(pair[holder], "COMMIT")
        if while_held != own[asker] or _process(pair[holder]) != own[holder]:
            return by_transaction
    for who, connection in enumerate(pair):
        _run(connection, f"SET {SETTING} TO 'of {who}'")
    kept = [_ask(connection, f"SHOW {SETTING}") for connection in pair]
    return "" if kept == ["of 0", "of 1"] else by_transaction


def _connected(parameters: Mapping[str, Any]) -> Any:
    connection = psycopg2.connect(**parameters)
    connection.autocommit = True
    return connection


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _ask(connection: Any, query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _process(connection: Any) -> int:
    return int(_ask(connection, "SELECT pg_backend_pid()"))
