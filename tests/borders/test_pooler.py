"""C7, and the rule made of it: a pooler that would mix committees is refused before anything is read through it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection, connections

from core.db import starting
from core.db.postgres import pooler as looking
from core.db.postgres.pooler import PoolerRefused, find_sharing
from tests.borders.fake_pooler import Pool, pooler
from tests.environment import ADMIN_URL, DATABASE, PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
_address = urlsplit(ADMIN_URL)
SERVER = (_address.hostname or "127.0.0.1", _address.port or 5432)


def _through(port: int) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "dbname": DATABASE, "user": f"{DATABASE}_app", "password": PASSWORD}


@pytest.fixture
def pool_of(committed) -> Iterator[Callable[..., Pool]]:
    """A running pooler with all its server processes made already."""
    with ExitStack() as stack:

        def make(size: int = 3, **how: object) -> Pool:
            made = stack.enter_context(pooler(Pool(SERVER, size, **how)))
            for one in [psycopg2.connect(**_through(made.port)) for _ in range(size)]:
                one.close()
            return made

        yield make


@pytest.fixture
def look_anew() -> Iterator[None]:
    looking.forget()
    yield
    looking.forget()


def test_straight_to_postgresql_nothing_is_found(committed):
    assert find_sharing(_through(SERVER[1]) | {"host": SERVER[0]}) == ""


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8])
def test_a_pooler_by_transaction_is_found_whatever_the_size_and_order_of_its_pool(pool_of, size, newest_first):
    if size == 1:  # while one transaction holds the only process the other would wait; it is found before
        assert "按事务" in find_sharing(_through(pool_of(size=1, by_transaction=True).port))
        return
    pool = pool_of(size=size, by_transaction=True, newest_first=newest_first)
    for _ in range(5):
        assert "按事务" in find_sharing(_through(pool.port))


def test_a_pooler_by_transaction_is_found_while_others_use_it_too(pool_of):
    pool = pool_of(size=4, by_transaction=True, newest_first=False)
    stop = threading.Event()

    def traffic() -> None:
        one = psycopg2.connect(**_through(pool.port))
        one.autocommit = True
        while not stop.is_set():
            with one.cursor() as cursor:
                cursor.execute("SELECT 1")
        one.close()

    busy = [threading.Thread(target=traffic) for _ in range(2)]
    for thread in busy:
        thread.start()
    try:
        assert [find_sharing(_through(pool.port)) for _ in range(5)].count("") == 0
    finally:
        stop.set()
        for thread in busy:
            thread.join()


def test_a_pooler_by_session_that_cleans_is_good_and_one_that_does_not_is_refused(pool_of):
    assert find_sharing(_through(pool_of(by_transaction=False, cleans=True).port)) == ""
    assert "DISCARD ALL" in find_sharing(_through(pool_of(by_transaction=False, cleans=False).port))


def test_the_first_connection_through_it_is_refused_before_anything_is_asked(pool_of, look_anew, monkeypatch):
    pool = pool_of(by_transaction=True)
    connection.close()
    for key, value in (("HOST", "127.0.0.1"), ("PORT", str(pool.port))):
        monkeypatch.setitem(connection.settings_dict, key, value)
    with pytest.raises(PoolerRefused, match="pool_mode = session"), connection.cursor():
        pytest.fail("got a cursor")
    assert connection.connection is None
    with pytest.raises(SystemExit, match="连接池"):
        starting.refuse_unsafe_pooler()


def test_the_owners_connection_is_looked_at_as_well(pool_of, look_anew, monkeypatch):
    owner = connections["owner"]
    owner.close()
    monkeypatch.setitem(owner.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(owner.settings_dict, "PORT", str(pool_of(by_transaction=True).port))
    with pytest.raises(PoolerRefused), owner.cursor():
        pytest.fail("got a cursor")


def test_a_server_is_looked_at_once_and_again_after_a_while(committed, look_anew, monkeypatch):
    looks = []
    monkeypatch.setattr(looking, "find_sharing", lambda parameters: looks.append(parameters) or "")
    parameters = connection.get_connection_params()
    for _ in range(3):
        looking.require_session_mode(parameters)
    assert len(looks) == 1
    monkeypatch.setattr(looking, "LOOK_AGAIN_SECONDS", 0.0)
    looking.require_session_mode(parameters)
    assert len(looks) == 2


def test_a_server_that_does_not_answer_yet_keeps_nobody_from_starting(committed, look_anew, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    for one in connections.all():
        monkeypatch.setitem(one.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(one.settings_dict, "PORT", port)
    starting.refuse_unsafe_pooler()
    with pytest.raises(psycopg2.OperationalError):  # but nobody takes it for good
        looking.require_session_mode(connection.get_connection_params())


@pytest.mark.parametrize(
    "words",
    [
        [sys.executable, "-c", "import config.wsgi"],
        [BIN / "celery", "-A", "config.celery_app", "worker", "-P", "solo", "--without-gossip", "--without-mingle"],
        [BIN / "lianxin", "committee", "list"],
    ],
    ids=["web", "worker", "command"],
)
def test_web_worker_and_commands_do_not_start_behind_it(pool_of, words):
    port = pool_of(by_transaction=True).port
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{DATABASE}_app:{PASSWORD}@127.0.0.1:{port}/{DATABASE}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    del environment["DATABASE_OWNER_URL"]
    done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, None)
    assert "已拒绝启动" in done.stderr + done.stdout
    assert "DISCARD ALL" in done.stderr + done.stdout
