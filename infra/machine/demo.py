"""`make demo`: from a bare machine to a served page, then watches over what it started until Ctrl-C or `make stop`."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from . import processes, product, services
from .commands import run, tail
from .console import CannotGoOn, say, step, table
from .credentials import secret
from .paths import BIN, LOGS, RUN, make_local
from .ports import is_free
from .setup import DONE, is_held, only_one, set_up

READY_SECONDS = 90.0
SUPERVISOR = "demo"
COLUMNS = ("url", "username", "password", "role")
ORDER = ("beat", "worker", "provision", "web")  # stopped first to last: no new work, then no workers, then no pages


class _Ended(BaseException):
    """We were told to end."""


def demo(port: int) -> int:
    """Set up, start and watch. Returns 0 when ended by Ctrl-C or `make stop`, 1 when one of its processes died."""
    make_local()
    if is_held("demo"):
        say("演示已在运行。The demo is already running.")
        _print_addresses(_running_port() or port)
        return 0
    with only_one("demo", busy="演示已在运行。The demo is already running."):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        try:
            return _demo(port)
        except _Ended:
            return 0
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
            _stop_children()


def stop() -> int:
    """Stop a running demo and whatever an earlier one or a killed test run left behind."""
    make_local()
    supervisor = processes.recall(SUPERVISOR)
    left = processes.running()
    if not left:
        say("没有正在运行的进程。Nothing is running.")
        return 0
    with step("停止 stop") as remarks:
        if supervisor:
            processes.stop(supervisor, patience=60)
        _stop_children()
        if not is_held("test"):
            from .testing import stop_leftovers

            stop_leftovers()
        remarks.append("、".join(record.name for record in left if record.name != SUPERVISOR))
    return 0


def _demo(port: int) -> int:
    _stop_children()  # left by a demo that was killed
    if not is_free(port):
        raise CannotGoOn(
            f"端口 {port} 已被别的程序占用。换一个端口：make demo PORT={port + 1}\n"
            f"Port {port} is taken by another program. Choose another: make demo PORT={port + 1}"
        )
    processes.remember(SUPERVISOR, os.getpid(), group=False)
    (LOGS.parent / "demo.port").write_text(str(port))
    given = services.given_addresses(os.environ)
    started = time.monotonic()
    set_up()
    application, owner, admin = _start_servers(given, port)
    _prepare(application, owner, admin)
    product.readdress(port)
    running = _start_children(application, owner, port)
    say(f"\n就绪，共 {time.monotonic() - started:.1f} s。Ready.")
    _print_addresses(port)
    say("按 Ctrl-C 停止，或在另一个终端执行 make stop。Ctrl-C or `make stop` stops everything.")
    return _watch(running)


def _start_servers(given: dict[str, str], port: int) -> tuple[dict[str, str], dict[str, str], str]:
    """Start what is not given by address; environments of application and owner, the private superuser's address."""
    admin = ""
    with step("PostgreSQL、Redis servers") as remarks:
        redis = given.get("REDIS_URL")
        if not redis:
            server = services.start_redis("demo")
            redis = services.redis_url(server)
            remarks.append(f"Redis 127.0.0.1:{server.port}")
        if "DATABASE_URL" in given:  # its users and their passwords are that server's own affair
            app_url, owner_url = given["DATABASE_URL"], given["DATABASE_OWNER_URL"]
        else:
            postgres = services.start_postgres("demo")
            admin = services.admin_url(postgres)
            app_url, owner_url = (
                services.database_url(postgres, user=user, password=secret(name), database=product.DATABASE)
                for user, name in ((product.APP, "lx-app"), (product.OWNER, "lx-owner"))
            )
            remarks.append(f"PostgreSQL 127.0.0.1:{postgres.port}")
    application = product.application_environment(database_url=app_url, redis_url=redis, port=port)
    return application, product.owner_environment(application, owner_url=owner_url), admin


def _prepare(application: dict[str, str], owner: dict[str, str], admin: str) -> None:
    """Users, tables, story, static files. Skipped when our own database was prepared by exactly this source."""
    state = product.source_state()
    if admin and product.accounts() and _read(services.note("demo")) == state:
        with step("数据库与演示数据 database and story") as remarks:
            remarks.append(DONE)
        return
    if admin:
        services.note("demo").unlink(missing_ok=True)
        with step("数据库用户 database users"):
            _lianxin("db", "bootstrap", env=product.bootstrap_environment(owner, admin_url=admin))
    with step("数据表 migrate"):
        _lianxin("migrate", env=owner)
    with step("演示数据 provision and load the story") as this:
        _lianxin("demo", "load", env=owner, tell=this.detail)
    with step("静态文件 static files"):
        _lianxin("static", env=application)
    if admin:
        services.write_note("demo", state)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _lianxin(*words: str, env: dict[str, str], tell: Callable[[str], None] | None = None) -> None:
    run([BIN / "lianxin", *words], log="product", env=env, tell=tell)


def _start_children(
    application: dict[str, str], owner: dict[str, str], port: int
) -> dict[str, subprocess.Popen[bytes]]:
    """What /readyz asks for first (web, worker, timetable); the rest when the page is there."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    children = product.children(port)
    for name, chosen in (
        ("网页、后台任务、定时任务 web, worker, beat", [child for child in children if not child.owner]),
        ("开通任务 provisioning worker", [child for child in children if child.owner]),
    ):
        with step(f"启动{name}"):
            for child in chosen:
                running[child.name] = processes.spawn(
                    child.name, child.argv, env=owner if child.owner else application, log=_fresh_log(child.name)
                )
            _wait_ready(port, running)
    return running


def _fresh_log(name: str) -> Path:
    """The log of a child; that of the run before is kept beside it."""
    path = LOGS / f"{name}.log"
    if path.exists():
        path.replace(LOGS / f"{name}.log.1")
    return path


def _wait_ready(port: int, running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Until /readyz says 200: web, database, Redis and worker answer. Its own words are shown when it does not."""
    end = time.monotonic() + READY_SECONDS
    status, answer = 0, ""
    while time.monotonic() < end:
        if dead := _dead(running):
            raise CannotGoOn(_obituary(dead, running[dead].returncode))
        status, answer = _ask_ready(port)
        if status == 200:
            return
        time.sleep(0.25)
    raise CannotGoOn(
        f"网页 {READY_SECONDS:.0f} 秒内没有就绪。/readyz 最后的回答：{status or ''} {answer}\n日志见 {LOGS}\n"
        f"Not ready within {READY_SECONDS:.0f} s. Last answer of /readyz: {status or ''} {answer}\nLogs: {LOGS}"
    )


def _ask_ready(port: int) -> tuple[int, str]:
    """Status and text of /readyz; 0 and the error when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read(500).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, type(error).__name__
    finally:
        connection.close()


def _watch(running: dict[str, subprocess.Popen[bytes]]) -> int:
    while True:
        if dead := _dead(running):
            say(_obituary(dead, running[dead].returncode))
            return 1
        time.sleep(0.5)


def _dead(running: dict[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, process in running.items() if process.poll() is not None), None)


def _obituary(name: str, code: int | None) -> str:
    path = LOGS / f"{name}.log"
    return (
        f"{tail(path)}\n进程 {name} 意外结束（{code}），其余进程已停止，日志见 {path}\n"
        f"Process {name} ended unexpectedly ({code}); the others are stopped; log: {path}"
    )


def _stop_children() -> None:
    for name in ORDER:
        if record := processes.recall(name):
            processes.stop(record)
    services.stop_servers("demo")
    if (own := processes.recall(SUPERVISOR)) and own.pid == os.getpid():
        (RUN / f"{SUPERVISOR}.json").unlink(missing_ok=True)


def _running_port() -> int | None:
    try:
        return int((LOGS.parent / "demo.port").read_text())
    except (OSError, ValueError):
        return None


def _print_addresses(port: int) -> None:
    say(f"\n  http://localhost:{port}/")
    rows = product.accounts()
    if rows:
        head = ["网址 address", "账号 user", "密码 password", "角色 role"]
        lines = table([head, *[[str(row.get(name, "")) for name in COLUMNS] for row in rows]])
        say("\n登录账号 sign-ins（人物均为虚构 all invented）")
        for line in lines:
            say(f"  {line}")
    say()


def _end(number: int, frame: FrameType | None) -> None:
    raise _Ended(number)
