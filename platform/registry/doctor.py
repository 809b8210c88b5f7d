"""What this host's servers give and what they cannot."""

from __future__ import annotations

import json
from typing import cast

import click
from django.core.cache import caches
from django.db import connection

from core import tenancy
from core.db.postgres import pooler
from core.db.postgres.base import DatabaseWrapper
from registry import drift, queries


def checks() -> list[dict[str, object]]:
    """`{name, ok, message}` each; never raises."""
    return [
        _tried("数据库连接", _database),
        _tried("连接不经事务级连接池", _pooler),
        _tried("set_config 已收回", _set_config),
        _tried("各库与样板一致", _drift),
        _tried("上下级没有成环", _circles),
        _tried("Redis", _redis),
    ]


def _tried(name: str, check) -> dict[str, object]:  # type: ignore[no-untyped-def]
    try:
        ok, message = check()
    except Exception as error:
        ok, message = False, f"{type(error).__name__}: {error}".strip()
    return {"name": name, "ok": ok, "message": message}


def _database() -> tuple[bool, str]:
    with tenancy.nowhere(), connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolinherit FROM pg_roles WHERE rolname = session_user"
        )
        strong = cursor.fetchone()[0]
    return (not strong, f"PostgreSQL {version}" + ("；连接用户权限过大，应为 lx_app" if strong else ""))


def _pooler() -> tuple[bool, str]:
    parameters = cast(DatabaseWrapper, connection).get_connection_params()
    found = pooler.find_sharing({name: value for name, value in parameters.items() if name != "cursor_factory"})
    return (not found, found or "每个连接有自己的服务器进程")


def _set_config() -> tuple[bool, str]:
    with tenancy.nowhere(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege(session_user, 'pg_catalog.set_config(text,text,boolean)', 'EXECUTE')"
        )
        held = cursor.fetchone()[0]
    return (
        not held,
        "被注入的单条 SELECT 仍可能切换角色；请以超级用户重新运行 lianxin db bootstrap" if held else "已收回",
    )


def _drift() -> tuple[bool, str]:
    found = drift.drifted()
    said = "；".join(f"{one.code}：{'，'.join(one.lines[:3])}" for one in found[:5])
    return (not found, f"{len(found)} 个委员会的库与本版本不同：{said}" if found else "一致")


def _circles() -> tuple[bool, str]:
    found = queries.in_circles(queries.everyone())
    return (
        not found,
        f"这些委员会的上级绕回了自己：{'、'.join(found)}；请用 lianxin committee move 改正" if found else "没有",
    )


def _redis() -> tuple[bool, str]:
    caches["default"].set("doctor", "1", 5)
    return (caches["default"].get("doctor") == "1", "可读写")


def print_report(*, as_json: bool) -> int:
    """Print the findings; 1 when something is missing."""
    found = checks()
    if as_json:
        click.echo(json.dumps({"ok": all(one["ok"] for one in found), "checks": found}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{'✓' if one['ok'] else '✗'} {one['name']}：{one['message']}")
    return 0 if all(one["ok"] for one in found) else 1
