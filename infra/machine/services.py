"""A private PostgreSQL and a private Redis from Debian's binaries, on 127.0.0.1, free ports, with passwords.

Two of each may exist: `demo` keeps its data between runs; `test` is made for one run and thrown away, so it can do
without durability (fsync off) and cannot disturb a demo that is open beside it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import processes
from .commands import tail
from .console import CannotGoOn
from .credentials import secret
from .paths import LOGS
from .places import ServiceUser, data_folder, service_user
from .ports import port_for

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
REDIS_BINARY = "/usr/bin/redis-check-rdb"  # Debian's redis-server is a link to it: the name it is called by decides
LOCALE_FREE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
READY_SECONDS = 60.0
ATTEMPTS = 3  # a port can be taken between finding it free and listening on it

SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
# One transaction may touch every table of several committees (provisioning, dropping).
max_locks_per_transaction = 256
shared_buffers = '128MB'
# Ten thousand small queries a minute on small tables: compiling them costs more than it saves.
jit = off
# After a crash: one syncfs instead of opening every file of thousands of tables.
recovery_init_sync_method = syncfs
# A power cut may lose the last half second of a demo; it never damages it.
synchronous_commit = off
log_line_prefix = '%m [%p] %u@%d '
"""
THROWN_AWAY = """\
# The data of a test run are thrown away after it, so nothing waits for the disk.
fsync = off
full_page_writes = off
"""
HOST_RULES = """\
# Passwords only, and only from this machine.
host all all 127.0.0.1/32 scram-sha-256
"""
REDIS_SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
dir {folder}
appendonly no
save {save}
"""


@dataclass(frozen=True)
class Server:
    """A running private server."""

    port: int
    password: str


def start_postgres(profile: str) -> Server:
    """Start (or find running) the private PostgreSQL of `profile`; its superuser is `postgres`."""
    user = service_user()
    folder = data_folder(user) / f"postgres-{profile}"
    password = secret(f"postgres-{profile}")
    if processes.recall(f"postgres-{profile}"):
        return Server(_noted_port(folder), password)
    _create_cluster(folder, user=user, password=password)
    for attempt in range(ATTEMPTS):
        port = port_for(f"postgres-{profile}")
        settings = SETTINGS.format(port=port) + (THROWN_AWAY if profile == "test" else "")
        _write(folder / "lianxin.conf", settings, user=user)
        _write(folder / "lianxin.port", str(port), user=user)
        _drop_stale_lock(folder)
        log = LOGS / f"postgres-{profile}.log"
        since = log.stat().st_size if log.exists() else 0
        process = processes.spawn(
            f"postgres-{profile}",
            [POSTGRES_BIN / "postgres", "-D", folder],
            env=LOCALE_FREE,
            log=log,
            cwd="/",
            user=_ids(user),
            stop_signal=signal.SIGINT,
            group=False,  # "fast": ends sessions; its helpers are its own business
        )
        if _wait(process, partial(_postgres_is_ready, folder, process.pid)):
            return Server(port, password)
        _ended(f"postgres-{profile}")
        if attempt == ATTEMPTS - 1:
            raise CannotGoOn(
                f"{tail(log, since=since)}\nPostgreSQL 没有启动，日志见 {log}\nPostgreSQL did not start; log: {log}"
            )
    raise AssertionError


def start_redis(profile: str) -> Server:
    """Start (or find running) the private Redis of `profile`."""
    user = service_user()
    folder = data_folder(user) / f"redis-{profile}"
    password = secret(f"redis-{profile}")
    if processes.recall(f"redis-{profile}"):
        return Server(_noted_port(folder), password)
    folder.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(folder, user.uid, user.groups[0])
    for attempt in range(ATTEMPTS):
        port = port_for(f"redis-{profile}")
        save = '""' if profile == "test" else "60 1"
        settings = REDIS_SETTINGS.format(port=port, password=password, folder=f'"{folder}"', save=save)
        _write(folder / "redis.conf", settings, user=user)
        _write(folder / "lianxin.port", str(port), user=user)
        log = LOGS / f"redis-{profile}.log"
        process = processes.spawn(
            f"redis-{profile}",
            ["redis-server", folder / "redis.conf"],
            executable=REDIS_BINARY,
            env=LOCALE_FREE,
            log=log,
            cwd="/",
            user=_ids(user),
            group=False,
        )
        if _wait(process, partial(_redis_is_ready, port, password)):
            return Server(port, password)
        _ended(f"redis-{profile}")
        if attempt == ATTEMPTS - 1:
            raise CannotGoOn(f"{tail(log)}\nRedis 没有启动，日志见 {log}\nRedis did not start; log: {log}")
    raise AssertionError


def note(profile: str) -> Path:
    """A file that lives and dies with the data of that PostgreSQL: what was prepared in it."""
    return data_folder(service_user()) / f"postgres-{profile}" / "lianxin.prepared"


def write_note(profile: str, text: str) -> None:
    """Write that file."""
    _write(note(profile), text, user=service_user())


def stop_servers(profile: str) -> None:
    """Stop the private servers of `profile`; those of `test` are removed with their data."""
    for name in (f"redis-{profile}", f"postgres-{profile}"):
        _ended(name)
        if profile == "test":
            shutil.rmtree(data_folder(service_user()) / name, ignore_errors=True)


def admin_url(server: Server) -> str:
    """Address of the superuser, for making roles and databases only."""
    return f"postgresql://postgres:{server.password}@127.0.0.1:{server.port}/postgres"


def database_url(server: Server, *, user: str, password: str, database: str) -> str:
    """Address of one database as one user."""
    return f"postgresql://{user}:{password}@127.0.0.1:{server.port}/{database}"


def redis_url(server: Server) -> str:
    """Address of the private Redis."""
    return f"redis://:{server.password}@127.0.0.1:{server.port}/0"


def given_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """The addresses the caller brought; raises CannotGoOn when only one of the two database addresses is set."""
    found = {
        name: environment[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if environment.get(name)
    }
    if ("DATABASE_URL" in found) != ("DATABASE_OWNER_URL" in found):
        raise CannotGoOn(
            "DATABASE_URL 与 DATABASE_OWNER_URL 必须同时设置：前者给网页和普通任务，后者给迁移和建库。\n"
            "Set DATABASE_URL and DATABASE_OWNER_URL together: one is for pages and tasks, the other for migrations."
        )
    return found


def _create_cluster(folder: Path, *, user: ServiceUser | None, password: str) -> None:
    """initdb into a draft folder and rename it, so that an interrupted one is never taken for a cluster."""
    if (folder / "PG_VERSION").exists():
        return
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    secret_file = folder.with_name(folder.name + ".secret")
    _write(secret_file, password, user=user)
    options = ["-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "--auth=scram-sha-256", "--no-sync"]
    as_user = {"user": user.uid, "group": user.groups[0], "extra_groups": ()} if user else {}
    with (LOGS / "initdb.log").open("ab") as log:
        done = subprocess.run(
            [str(POSTGRES_BIN / "initdb"), "-D", str(draft), f"--pwfile={secret_file}", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=LOCALE_FREE,
            check=False,
            **as_user,  # type: ignore[call-overload]
        )
    secret_file.unlink(missing_ok=True)
    if done.returncode:
        raise CannotGoOn(f"{tail(LOGS / 'initdb.log')}\n数据库目录没有建成。\ninitdb failed.")
    _write(draft / "pg_hba.conf", HOST_RULES, user=user)
    with (draft / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'lianxin.conf'\n")
    draft.rename(folder)


def _drop_stale_lock(folder: Path) -> None:
    """Remove postmaster.pid when no postmaster of this folder runs: after a crash its number may be anybody's."""
    lock = folder / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        words = []
    if str(folder).encode() not in words:
        lock.unlink(missing_ok=True)


def _postgres_is_ready(folder: Path, pid: int) -> bool:
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _redis_is_ready(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    break
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    """Wait until `ready()` or the process has ended."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.03)
    return False


def _ended(name: str) -> None:
    if record := processes.recall(name):
        processes.stop(record, patience=30)


def _noted_port(folder: Path) -> int:
    return int((folder / "lianxin.port").read_text())


def _write(path: Path, text: str, *, user: ServiceUser | None) -> None:
    """Write a file only the servers' user can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    if user:
        os.chown(path, user.uid, user.groups[0])


def _ids(user: ServiceUser | None) -> tuple[int, int] | None:
    return (user.uid, user.groups[0]) if user else None
