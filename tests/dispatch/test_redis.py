"""Redis is only the messenger: flushed at any moment it loses no job, and a worker may die in the middle of one."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, connections, transaction

from core import tenancy
from core.audit import SYSTEM
from core.models import AuditEvent
from dispatch import work
from dispatch.models import JobState
from tenants.reports import actions as reports
from tenants.reports.models import Return
from tests.dispatch import slow_jobs
from tests.dispatch.conftest import CODES, lease_is_over, messages, now, queue
from tests.environment import DATABASE

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
HOME = CODES["nanxian"]
# A database of Redis of one's own, apart from the suite's (0) and the journeys' (7 to 14): these tests flush it.
URL = urlunsplit(
    urlsplit(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))._replace(
        path=f"/{1 + zlib.crc32(DATABASE.encode()) % 6}"
    )
)
MONTH = "2022-11"


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def send(broker) -> Iterator[Callable[[dict], None]]:
    """Sends as `dispatch.tick` does, to the Redis of this test."""
    app = Celery("test", broker=URL)
    from config.celery_app import app as ours

    app.conf.update(
        task_default_queue="default",
        task_ignore_result=True,
        broker_transport_options=ours.conf.broker_transport_options,
    )
    yield lambda message: app.send_task("dispatch.run", (message,), queue=message["queue"], retry=False)
    app.close()


@pytest.fixture
def clean_slate(committed) -> Iterator[None]:
    yield
    with tenancy.inside(HOME):
        for row in Return.objects.all():
            row.delete()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DELETE FROM c_{HOME}.core_auditevent WHERE action LIKE 'test.%' OR action LIKE 'reports.%'")


def _close() -> object:
    with tenancy.inside(HOME), transaction.atomic():
        from core import clock

        return reports.request_close(period=MONTH, today=clock.today(), by=SYSTEM)


def _returns() -> list[int]:
    with tenancy.inside(HOME):
        return list(Return.objects.filter(period=MONTH).values_list("revision", flat=True))


def _delivered(broker: redis.Redis) -> list[dict]:
    """What a worker would take from Redis."""
    taken = []
    while raw := broker.rpop(f"lx:{settings.DEPLOYMENT}:default"):
        arguments, _, _ = json.loads(base64.b64decode(json.loads(raw)["body"]))
        taken.append(arguments[0])
    return taken


def test_redis_flushed_between_queueing_and_sending_loses_nothing(clean_slate, broker, send):
    row = _close()
    broker.flushdb()
    assert work.send_due(send) == 1
    (message,) = _delivered(broker)
    assert work.run(message) == JobState.DONE
    assert now(row).state == JobState.DONE
    assert _returns() == [1]


def test_redis_flushed_between_sending_and_running_loses_nothing(clean_slate, broker, send):
    row = _close()
    work.send_due(send)
    broker.flushdb()
    assert _delivered(broker) == []
    assert work.send_due(send) == 0  # not before the message counts as lost
    lease_is_over(row)
    assert work.send_due(send) == 1
    (message,) = _delivered(broker)
    assert work.run(message) == JobState.DONE
    assert _returns() == [1]


def test_closing_a_month_twice_because_its_worker_died_before_saying_so_makes_one_return(clean_slate, monkeypatch):
    row = _close()
    (message,) = messages()
    with monkeypatch.context() as patch:
        patch.setattr(work, "_end", lambda *_, **__: JobState.RUNNING)  # dies after its commit
        work.run(message)
    assert now(row).state == JobState.RUNNING
    lease_is_over(row)
    (again,) = messages()
    assert work.run(again) == JobState.DONE
    assert now(row).attempts == 2
    assert _returns() == [1]


def test_closing_a_month_in_two_workers_at_once_makes_one_return(clean_slate):
    rows = [_close(), _close()]
    sent = messages()
    assert len(sent) == 2
    start = threading.Barrier(2)

    def run(message: dict) -> None:
        start.wait()
        work.run(message)
        connection.close()

    threads = [threading.Thread(target=run, args=(message,)) for message in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for row in rows:  # one of them may have to try again
        if now(row).state == JobState.QUEUED:
            from tests.dispatch.conftest import change

            change(row, not_before="2000-01-01T00:00:00Z")
            for message in messages():
                work.run(message)
    assert [now(row).state for row in rows] == ["done", "done"]
    assert _returns() == [1]


@pytest.fixture
def workers(broker, tmp_path) -> Iterator[list[subprocess.Popen]]:
    """Two real Celery workers, one process each."""
    environment = os.environ | {"REDIS_URL": URL, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    words = [
        "-A",
        "tests.dispatch.slow_jobs",
        "worker",
        "-P",
        "solo",
        "-l",
        "info",
        "--without-gossip",
        "--without-mingle",
    ]
    with (tmp_path / "log").open("w") as log:
        running = [
            subprocess.Popen(
                [BIN / "celery", *words, "-n", f"{name}@test"], env=environment, cwd=ROOT, stdout=log, stderr=log
            )
            for name in ("one", "two")
        ]
        yield running
        for process in running:
            process.kill()
            process.wait(10)
    if os.environ.get("LX_KEEP_LOGS"):
        print((tmp_path / "log").read_text())  # noqa: T201


def _until(
    condition: Callable[[], object], send: Callable[[dict], None], seconds: float = 120
) -> object:  # patience, not a promise
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work.send_due(send)
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail("nothing happened in time")


def test_a_worker_killed_in_the_middle_of_a_job_loses_it_to_another_and_it_ends_once(clean_slate, workers, send):
    row = queue("nanxian", slow_jobs.NAME, mark="m")
    pid = int(str(_until(lambda: now(row).note, send)))
    victim = next(process for process in workers if process.pid == pid)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(5)
    assert now(row).state == JobState.RUNNING  # nobody knows yet
    _until(lambda: now(row).state == JobState.DONE, send)
    assert (now(row).attempts, now(row).message) == (2, "办完了")
    with tenancy.inside(HOME):
        assert AuditEvent.objects.filter(action=slow_jobs.ENDED).count() == 1
