"""Progress is seen while the job's own transaction is open; a job that is asked to stop stops and leaves nothing."""

from __future__ import annotations

import itertools
import threading
import time
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, connection, transaction

from core import tenancy
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from dispatch import actions, progress, queries, work
from dispatch.models import Cancellation, Job, JobState
from tests.dispatch.conftest import CODES, change, lease_is_over, messages, now, queue

HOME = CODES["anhua"]


@pytest.fixture(autouse=True)
def _note(job_of):
    job_of("test.note", lambda *, by, **ids: "记下了")


class Steps:
    """A long job in one transaction: writes a row, reports, and waits for the test between its steps."""

    def __init__(self) -> None:
        self.reported, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    @transaction.atomic
    def __call__(self, *, by, progress: progress.Progress) -> str:
        for step in range(1, 4):
            AuditEvent.objects.create(actor_name="试", action="test.step", new={"step": step})
            progress(step, 3, f"第 {step} 步")
            self.reported.release()
            assert self.go_on.acquire(timeout=10)
            time.sleep(progress_interval())
        return "三步都办了"


def progress_interval() -> float:
    return progress.INTERVAL + 0.02


@pytest.fixture
def steps(job_of):
    made = Steps()
    job_of("test.steps", made)
    return made


@pytest.fixture
def in_background():
    """`in_background(message)` runs the job in a thread; joined at the end, its result in the list returned."""
    threads: list[threading.Thread] = []

    def start(message: dict) -> list:
        result: list = []

        def target() -> None:
            result.append(work.run(message))
            connection.close()

        threads.append(threading.Thread(target=target))
        threads[-1].start()
        return result

    start.join = lambda: [thread.join(15) for thread in threads]  # type: ignore[attr-defined]
    yield start
    start.join()  # type: ignore[attr-defined]


def _written() -> int:
    with tenancy.inside(HOME):
        return AuditEvent.objects.filter(action="test.step").count()


@pytest.fixture
def no_steps_left(committed):
    before = _written()
    assert before == 0
    yield
    from django.db import connections

    with connections["owner"].cursor() as cursor:  # the trail is insert-only for everybody else
        cursor.execute(f"DELETE FROM c_{HOME}.core_auditevent WHERE action LIKE 'test.%' OR action LIKE 'dispatch.%'")


def test_progress_and_heartbeat_are_visible_before_the_jobs_transaction_ends(no_steps_left, steps, in_background):
    row = queue("anhua", "test.steps")
    result = in_background(messages()[0])
    leases = []
    for step in range(1, 4):
        assert steps.reported.acquire(timeout=10)
        seen = now(row)
        assert (seen.state, seen.done, seen.total, seen.note) == ("running", step, 3, f"第 {step} 步")
        leases.append(seen.lease_until)
        assert _written() == 0
        steps.go_on.release()
    in_background.join()
    assert result == [JobState.DONE]
    assert leases == sorted(set(leases))
    assert _written() == 3
    assert (now(row).done, now(row).total, now(row).message) == (3, 3, "三步都办了")


def test_a_running_job_stops_at_its_next_report_and_rolls_back(no_steps_left, steps, in_background):
    row = queue("anhua", "test.steps")
    result = in_background(messages()[0])
    assert steps.reported.acquire(timeout=10)
    with tenancy.inside(HOME):
        assert actions.cancel(job_id=row.pk, by=SYSTEM) == JobState.RUNNING
        assert actions.cancel(job_id=row.pk, by=SYSTEM) == JobState.RUNNING  # asked twice is asked once
        assert queries.shown(row.pk).stop_asked
    steps.go_on.release()
    in_background.join()
    assert result == [JobState.CANCELLED]
    assert _written() == 0
    assert (now(row).state, now(row).done) == ("cancelled", 2)
    with tenancy.inside(HOME):
        assert AuditEvent.objects.filter(action="dispatch.cancel").count() == 1


def test_a_job_whose_lease_went_to_another_worker_stops_and_rolls_back(no_steps_left, steps, in_background):
    row = queue("anhua", "test.steps")
    result = in_background(messages()[0])
    assert steps.reported.acquire(timeout=10)
    lease_is_over(row)
    (again,) = messages()
    assert work._take(again["job"], work.LEASE) == 2
    steps.go_on.release()
    in_background.join()
    assert result == [JobState.RUNNING]
    assert _written() == 0
    assert (now(row).state, now(row).attempts) == ("running", 2)


def test_progress_is_written_at_most_twice_a_second(committed, job_of, monkeypatch):
    """By a clock of the test's own, a hundredth of a second per step, so that a busy machine changes nothing."""
    ticks = itertools.count()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(ticks) / 100))
    writes: list[int] = []

    def count(*, by, progress) -> None:
        inner = progress._write
        progress._write = lambda: (writes.append(1), inner())[1]
        for step in range(300):
            progress(step, 300)

    job_of("test.count", count)
    row = queue("anhua", "test.count")
    work.run(messages()[0])
    seconds = next(ticks) / 100
    assert 4 <= len(writes) <= 2 * seconds + 1
    assert now(row).done > len(writes)  # the last word is exact


def test_a_queued_and_a_sent_job_end_at_once(place):
    waiting, sent = queue("yiyang"), queue("anhua")
    message = next(one for one in messages() if one["job"] == str(sent.pk))
    change(waiting, state=JobState.QUEUED)
    for slug, row in (("yiyang", waiting), ("anhua", sent)):
        with place(slug).inside():
            assert actions.cancel(job_id=row.pk, by=SYSTEM) == JobState.CANCELLED
            assert AuditEvent.objects.filter(action="dispatch.cancel").count() == 1
    assert messages() == []
    work.run(message)
    assert now(sent).state == JobState.CANCELLED


def test_a_job_that_has_ended_cannot_be_cancelled(place):
    row = queue("anhua")
    work.run(messages()[0])
    with place("anhua").inside(), pytest.raises(actions.AlreadyEnded):
        actions.cancel(job_id=row.pk, by=SYSTEM)
    assert now(row).state == JobState.DONE


def test_a_cancelled_job_whose_worker_died_is_not_run_again(place):
    row = queue("anhua")
    work._take(messages()[0]["job"], work.LEASE)
    with place("anhua").inside():
        actions.cancel(job_id=row.pk, by=SYSTEM)
    lease_is_over(row)
    assert messages() == []
    assert now(row).state == JobState.CANCELLED


def test_a_job_that_finished_before_it_heard_of_it_is_done_and_says_so(place, job_of):
    row_of: list[Job] = []

    def asked_meanwhile(*, by) -> str:
        actions.cancel(job_id=row_of[0].pk, by=SYSTEM)
        return "办好了。"

    job_of("test.late", asked_meanwhile)
    row_of.append(queue("anhua", "test.late"))
    assert work.run(messages()[0]) == JobState.DONE
    assert "太晚" in now(row_of[0]).message


def test_another_committees_job_cannot_be_cancelled_or_started_again(place):
    row = queue("yiyang")
    with place("anhua").inside():
        for act in (actions.cancel, actions.start_again):
            with pytest.raises(NotFound):
                act(job_id=row.pk, by=SYSTEM)
        for committee in (CODES["anhua"], CODES["yiyang"]):
            with pytest.raises(ProgrammingError), transaction.atomic():
                Cancellation(job_id=row.pk, committee=committee).save(force_insert=True)
    assert now(row).state == JobState.QUEUED


def test_a_failed_job_is_started_again_once_in_the_name_of_who_asks(place, account):
    row = queue("anhua", period="2022-11")
    change(row, state=JobState.FAILED)
    with place("anhua").inside():
        office = account("office")
        again = actions.start_again(job_id=row.pk, by=office)
        assert (again.task, again.ids, again.by_id, again.state) == (row.task, row.ids, office.pk, "queued")
        with pytest.raises(actions.AlreadyStartedAgain):
            actions.start_again(job_id=row.pk, by=office)
        with pytest.raises(actions.NotFailed):
            actions.start_again(job_id=again.pk, by=office)
        assert AuditEvent.objects.filter(action="dispatch.start_again").count() == 1


def test_a_stop_is_not_one_of_the_errors_a_job_collects():
    assert not issubclass(progress.JobCancelled, Exception)
    assert not issubclass(progress.LeaseLost, Exception)
    progress.silent(1, 2, "三")
