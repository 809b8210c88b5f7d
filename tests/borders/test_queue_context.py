"""Q1, Q2, Q3: a job runs as the committee that queued it or not at all, and the worker stands nowhere afterwards."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from core import tenancy
from core.audit import SYSTEM
from dispatch import work
from dispatch.actions import enqueue
from dispatch.envelope import ForgedMessage, open_sealed, seal
from dispatch.models import JobState
from tests.dispatch.conftest import change, job_of, messages, now, queue  # noqa: F401  fixtures

ran: list[tuple[str, str]] = []


def _note(*, by, **ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        ran.append((tenancy.current().code, cursor.fetchone()[0]))
    if "error" in ids:
        raise {"crash": RuntimeError, "exit": SystemExit, "limit": SoftTimeLimitExceeded, "key": KeyboardInterrupt}[
            ids["error"]
        ]
    if "then" in ids:
        with transaction.atomic():
            enqueue("test.note", by=SYSTEM)


@pytest.fixture
def note(committed, job_of):  # noqa: F811
    ran.clear()
    job_of("test.note", _note)


def _nobody_stands_anywhere() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0] == "public" and not tenancy.is_inside()


def _resealed(message: dict, **changes: object) -> dict:
    """As a dispatcher with our secret would have written it."""
    return seal(**(open_sealed(message) | changes))


@pytest.mark.parametrize("committee", ["999999", "c_430923", "public"])
def test_q1_a_committee_that_does_not_exist_is_refused_in_the_jobs_own_words(note, committee):
    row = queue("anhua")
    (message,) = messages()
    assert work.run(_resealed(message, committee=committee)) == JobState.FAILED
    assert ran == []
    assert now(row).message
    assert _nobody_stands_anywhere()


def test_q1_a_message_without_a_committee_runs_no_committees_task_and_without_a_word_none(note):
    queue("anhua")
    (message,) = messages()
    assert work.run(_resealed(message, committee="")) == JobState.FAILED
    for missing in message:
        with pytest.raises(ForgedMessage):
            work.run({key: value for key, value in message.items() if key != missing})
    assert ran == []


def test_q2_a_retry_and_what_a_job_queues_stay_with_the_committee(note):
    row = queue("anhua", error="crash")
    for _ in range(2):
        (message,) = messages()
        assert work.run(message) == JobState.QUEUED
        change(row, not_before="2000-01-01T00:00:00Z")
    change(row, state="done")
    queue("nanxian", then=1)
    for _ in range(2):
        (message,) = messages()
        assert work.run(message) == JobState.DONE
    assert ran == [("430923", "c_430923")] * 2 + [("430921", "c_430921")] * 2


def test_q2_a_job_queued_in_a_transaction_that_outlives_the_committees_block_is_the_committees(note):
    with transaction.atomic(), tenancy.inside("430923"):
        enqueue("test.note", by=SYSTEM)
    (message,) = messages()
    assert message["committee"] == "430923"


@pytest.mark.parametrize("error", ["crash", "exit", "limit", "key"])
def test_q3_after_a_crash_or_a_time_limit_the_worker_stands_nowhere(note, error):
    queue("anhua", error=error)
    (message,) = messages()
    with suppress(SystemExit, KeyboardInterrupt):
        work.run(message)
    assert ran == [("430923", "c_430923")]
    assert _nobody_stands_anywhere()


def test_q3_jobs_of_many_committees_in_threads_at_once_each_run_in_their_own(note):
    slugs = ["anhua", "nanxian", "yiyang", "hunan"]
    for slug in slugs * 3:
        queue(slug)
    sent, start, trouble = messages(), threading.Barrier(4), []

    def worker(mine: list[dict]) -> None:
        try:
            start.wait()
            for message in mine:
                assert work.run(message) == JobState.DONE
                assert _nobody_stands_anywhere()
        except BaseException as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(sent[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert len(ran) == 12
    assert all(schema == f"c_{code}" for code, schema in ran)
