"""Runs a command (the suite, a benchmark) with private servers of its own, and stops them whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from types import FrameType

from . import processes, services
from .commands import plain_environment
from .console import step
from .paths import BIN, ROOT, make_local
from .setup import only_one

# A suite makes and drops databases: it is given servers by these two names only, never a demo's or a real one's address.
NOT_FOR_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL")

# Kept from writing bytecode, each of the suite's processes would compile the whole project, and pytest rewrite every test, anew.
COSTLY = ("PYTHONDONTWRITEBYTECODE",)


class _Ended(BaseException):
    """We were told to end."""


def with_servers(argv: Sequence[str]) -> int:
    """Run `argv` with LIANXIN_ADMIN_URL (a superuser) and REDIS_URL, of fresh private servers unless set; its exit code."""
    make_local()
    busy = "这个克隆里已有一次测试在运行。\nA test run of this clone is already under way."
    with only_one("test", busy=busy):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        stop_leftovers()
        try:
            with step("测试用 PostgreSQL、Redis servers") as remarks:
                admin = os.environ.get("LIANXIN_ADMIN_URL") or services.admin_url(services.start_postgres("test"))
                redis = os.environ.get("REDIS_URL") or services.redis_url(services.start_redis("test"))
                remarks.append("日志 .local/log/")
            env = plain_environment()
            env |= {"LIANXIN_ADMIN_URL": admin, "REDIS_URL": redis, "PATH": f"{BIN}:{env.get('PATH', '/usr/bin:/bin')}"}
            return _run(argv, {name: value for name, value in env.items() if name not in NOT_FOR_TESTS + COSTLY})
        finally:
            stop_leftovers()


def stop_leftovers() -> None:
    """Stop a suite and its servers, ours or those of a run that was killed."""
    if record := processes.recall("suite"):
        processes.stop(record)
    services.stop_servers("test")


def _run(argv: Sequence[str], env: dict[str, str]) -> int:
    child = subprocess.Popen(argv, env=env, cwd=ROOT, start_new_session=True)
    processes.remember("suite", child.pid)
    try:
        return child.wait()
    except KeyboardInterrupt:
        os.killpg(child.pid, signal.SIGINT)
        child.wait(timeout=30)
        return 130


def _end(number: int, frame: FrameType | None) -> None:
    raise _Ended(number)
