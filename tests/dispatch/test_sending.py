"""The dispatcher on real rows: turns, caps, leases; found through indexes however many jobs there are."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, connections, transaction

from core import tenancy
from core.audit import SYSTEM
from dispatch import sending, tidying, work
from dispatch.actions import UnknownTask, enqueue, enqueue_for_deployment
from dispatch.models import Job, JobState, Turn
from tests.dispatch.conftest import CODES, change, lease_is_over, messages, now, queue

ROWS = 100_000


@pytest.fixture(autouse=True)
def _note(job_of):
    job_of("test.note", lambda *, by, **ids: "记下了", title="记录 {period}")


def _many(code: str, count: int) -> None:
    with tenancy.inside(code) as committee:
        Job.objects.bulk_create(
            [Job(committee=code, epoch=committee.epoch, task="test.note", ids={}) for _ in range(count)]
        )


def test_a_thousand_jobs_of_one_and_one_of_each_other_all_are_served_in_the_first_round(place):
    _many("430900", 1000)
    for slug in ("anhua", "nanxian", "hunan", "guangzhou"):
        queue(slug)
    first = Counter(message["committee"] for message in messages())
    assert first == {"430900": sending.CAP, "430923": 1, "430921": 1, "430000": 1, "440100": 1}


def test_a_committee_at_its_cap_waits_until_one_of_its_jobs_has_ended(place):
    _many("430900", 10)
    sent = messages()
    assert len(sent) == sending.CAP
    assert messages() == []
    work.run(sent[0])
    assert len(messages()) == 1


def test_no_more_than_a_few_messages_wait_at_the_broker(place, monkeypatch):
    monkeypatch.setattr(sending, "AHEAD", 3)
    for slug in CODES:
        queue(slug)
    first = messages()
    assert len(first) == 3
    assert messages() == []
    work.run(first[0])
    assert len(messages()) == 1


def test_turns_stand_in_rows_and_go_when_nothing_waits(place):
    _many("430900", 6)
    sent = messages()
    with tenancy.as_operator():
        (turn,) = Turn.objects.all()
    assert (turn.committee, turn.queue) == ("430900", "default")
    for message in sent:
        work.run(message)
    messages()
    with tenancy.as_operator():
        assert not Turn.objects.exists()


def test_a_job_goes_to_the_queue_its_registration_names(place, job_of):
    job_of("test.apart", lambda *, by: None, queue="provision")
    row = queue("anhua", "test.apart")
    assert row.queue == "provision"
    assert [message["queue"] for message in messages()] == ["provision"]


def test_a_task_nobody_registered_cannot_be_queued(place):
    with place("anhua").inside(), pytest.raises(UnknownTask), transaction.atomic():
        enqueue("test.nobody", by=SYSTEM)


def test_work_of_the_deployment_runs_as_the_operator_and_no_committee_can_ask_for_it(place, job_of):
    seen: list[tuple[bool, str]] = []

    def make(*, by, code: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            seen.append((tenancy.is_inside(), cursor.fetchone()[0].rpartition("_")[2]))

    job_of("test.make", make, of_deployment=True, queue="provision")
    with transaction.atomic():
        row = enqueue_for_deployment("test.make", by=SYSTEM, code="430999")
    (message,) = messages()
    assert work.run(message) == JobState.DONE
    assert seen == [(False, "operator")]
    with place("anhua").inside() as committee:
        assert Job.objects.filter(pk=row.pk).count() == 0
        with pytest.raises(UnknownTask), transaction.atomic():
            enqueue("test.make", by=SYSTEM)
        forced = Job(committee=committee.code, epoch=committee.epoch, task="test.make", ids={"code": "x"})
        forced.save(force_insert=True)
    (message,) = messages()
    assert work.run(message) == JobState.FAILED
    assert len(seen) == 1


def test_a_worker_that_died_loses_the_job_after_its_lease_and_gives_up_in_the_end(place):
    row = queue("anhua")
    for attempt in range(1, sending.ATTEMPTS + 1):
        (message,) = messages()
        assert work._take(message["job"], work.LEASE) == attempt  # and then it dies
        assert messages() == []
        lease_is_over(row)
    assert messages() == []
    assert now(row).state == JobState.FAILED
    assert "重新办理" in now(row).message


def test_a_worker_thought_dead_cannot_end_the_job_somebody_else_has_now(place):
    row = queue("anhua")
    (message,) = messages()
    first = work._take(message["job"], work.LEASE)
    lease_is_over(row)
    (again,) = messages()
    second = work._take(again["job"], work.LEASE)
    reporter = work.Reporter(job=message["job"], attempt=first, lease=work.LEASE)
    work._end(message["job"], first, JobState.FAILED, "迟到", reporter)
    assert now(row).state == JobState.RUNNING
    work._end(again["job"], second, JobState.DONE, "办好", reporter)
    assert (now(row).state, now(row).message) == ("done", "办好")


def test_two_dispatchers_at_once_send_each_job_once_and_keep_the_cap(committed):
    _many("430900", 20)
    sent: list[dict] = []
    start = threading.Barrier(4)

    def dispatch() -> None:
        start.wait()
        work.send_due(sent.append)
        connection.close()

    threads = [threading.Thread(target=dispatch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len({one["job"] for one in sent}) == sending.CAP


def test_a_committee_cannot_write_a_job_that_is_already_sent(place):
    from django.db import ProgrammingError

    for forged in ({"state": "sent"}, {"attempts": 1}, {"sends": 1}, {"lease_until": "2030-01-01T00:00:00Z"}):
        with place("anhua").inside(), pytest.raises(ProgrammingError), transaction.atomic():
            Job(committee="430923", epoch=1, task="test.note", **forged).save(force_insert=True)


def _explain(sql: str, params: object = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_with_a_hundred_thousand_jobs_no_query_of_dispatcher_or_page_reads_the_whole_table(committed):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO dispatch_job (id, created_at, committee, epoch, task, ids, queue, cost, state, attempts, sends, done,"
            " note, message, moved_at) SELECT gen_random_uuid(), now(), (430000 + n %% 800)::text, 1, 'test.note', '{}',"
            " 'default', 1, CASE WHEN n %% 5 < 3 THEN 'queued' ELSE 'done' END, 0, 0, 0, '', '', now()"
            " FROM generate_series(1, %s) n", [ROWS]
        )  # fmt: skip
        cursor.execute("ANALYZE dispatch_job")
    plans: dict[str, str] = {}
    with tenancy.as_operator(), transaction.atomic():
        plans["lines"] = _explain(sending._LINES, {"queue": "default", "cap": 4})
        for name, rows in (
            ("abandoned", Job.objects.filter(lease_until__lt=sending.Now(), state=JobState.RUNNING)),
            ("ahead", Job.objects.filter(queue="default", state=JobState.SENT)),
        ):
            plans[name] = "\n".join(rows.explain().splitlines())
    with tenancy.inside("430923"):
        plans["page"] = Job.objects.order_by("-created_at", "-id")[:50].explain()
        plans["latest"] = Job.objects.filter(task="test.note", ids={}).order_by("-created_at")[:1].explain()
    guilty = {name: plan for name, plan in plans.items() if "Seq Scan on dispatch_job" in plan}
    assert guilty == {}
    sent = messages()
    assert len(sent) == sending.AHEAD
    assert len({message["committee"] for message in sent}) == sending.AHEAD


def test_jobs_that_ended_long_ago_are_removed_and_others_stay(place):
    from datetime import timedelta

    from core import clock

    rows = {state: queue("anhua") for state in (*JobState.values, "done-lately", "failed-lately")}
    for name, row in rows.items():
        state, _, lately = name.partition("-")
        days = (100 if state == "failed" else 80) if lately else 181
        change(row, state=state, moved_at=clock.now() - timedelta(days=days))
    assert tidying.clean() == 3
    with tenancy.as_operator():
        mine = Job.objects.filter(pk__in=[row.pk for row in rows.values()])
        left = set(mine.values_list("pk", flat=True))
    assert left == {row.pk for name, row in rows.items() if name not in ("done", "failed", "cancelled")}
