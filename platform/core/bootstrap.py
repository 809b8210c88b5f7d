"""Makes the database and its users from an administrator's URL. Safe to run again.

lx_owner owns every object and makes committees' roles; lx_app is the login of web and workers and holds
nothing by itself; lx_operator is the role of the bare host; lx_committee is the group of committees' roles.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

LARGE_OBJECT_MAKERS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")


@dataclass(frozen=True, slots=True)
class Names:
    database: str
    owner: str = "lx_owner"
    app: str = "lx_app"
    operator: str = "lx_operator"
    committee: str = "lx_committee"


def bootstrap(*, admin_url: str, names: Names, owner_password: str = "", app_password: str = "") -> list[str]:
    """Create what is missing and set the rights. Returns what this server cannot give, in Chinese sentences."""
    admin = psycopg2.connect(admin_url)
    admin.autocommit = True
    try:
        _roles(admin, names, owner_password, app_password)
        _database(admin, names)
    finally:
        admin.close()
    inside = psycopg2.connect(admin_url, dbname=names.database)
    inside.autocommit = True
    try:
        return _rights(inside, names)
    finally:
        inside.close()


def _run(connection: Connection, statement: str, **names: str) -> None:
    parts = {key: sql.Identifier(value) for key, value in names.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**parts))


def _exists(connection: Connection, query: str, value: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        return cursor.fetchone() is not None


def _roles(admin: Connection, names: Names, owner_password: str, app_password: str) -> None:
    wanted = {
        names.owner: "LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS NOREPLICATION",
        names.app: "LOGIN NOINHERIT NOCREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS NOREPLICATION",
        names.operator: "NOLOGIN NOSUPERUSER NOBYPASSRLS",
        names.committee: "NOLOGIN NOSUPERUSER NOBYPASSRLS",
    }
    for role, attributes in wanted.items():
        verb = "ALTER" if _exists(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", role) else "CREATE"
        _run(admin, f"{verb} ROLE {{role}} {attributes}", role=role)
    for role, password in ((names.owner, owner_password), (names.app, app_password)):
        if password:
            with admin.cursor() as cursor:
                cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), [password])
    _run(admin, "GRANT {operator} TO {app}", operator=names.operator, app=names.app)
    _run(admin, "GRANT {committee} TO {owner} WITH ADMIN OPTION", committee=names.committee, owner=names.owner)
    for role in (names.app, names.owner):
        _run(admin, "ALTER ROLE {role} SET timezone TO 'UTC'", role=role)  # then Django has no need of set_config()
        # Compiling a count of everybody takes longer than running it, and it is compiled anew each time.
        _run(admin, "ALTER ROLE {role} SET jit TO off", role=role)
        # Statements take milliseconds: starting helpers for one costs as much, and takes cores from everybody else.
        _run(admin, "ALTER ROLE {role} SET max_parallel_workers_per_gather TO 0", role=role)


def _database(admin: Connection, names: Names) -> None:
    if not _exists(admin, "SELECT 1 FROM pg_database WHERE datname = %s", names.database):
        create = "CREATE DATABASE {db} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        _run(admin, create, db=names.database, owner=names.owner)
    _run(admin, "REVOKE ALL ON DATABASE {db} FROM PUBLIC", db=names.database)
    _run(admin, "GRANT CONNECT ON DATABASE {db} TO {app}", db=names.database, app=names.app)


def _rights(inside: Connection, names: Names) -> list[str]:
    _run(inside, "ALTER SCHEMA public OWNER TO {owner}", owner=names.owner)
    _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role in (names.app, names.operator, names.committee):
        _run(inside, "GRANT USAGE ON SCHEMA public TO {role}", role=role)
    try:  # closes switching the role inside one injected SELECT
        _run(inside, "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC")
        _run(
            inside, "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {owner}", owner=names.owner
        )
        for function in LARGE_OBJECT_MAKERS:  # they lie in no schema, so no right on a schema would stop them
            _run(inside, f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC")
    except psycopg2.errors.InsufficientPrivilege:
        return ["不是超级用户，未能收回 set_config 的执行权：被注入的单条 SELECT 仍可能切换角色。"]
    return []
