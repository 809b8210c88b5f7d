"""Jobs: written with the action, sent fairly, run once, refused when forged, foreign or suspended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.db.utils import InternalError

from core import tenancy
from core.audit import SYSTEM
from dispatch import sending, work
from dispatch.actions import enqueue
from dispatch.envelope import ForgedMessage
from dispatch.models import Job, JobState
from dispatch.registry import forget, job
from registry import provisioning
from registry.models import State

ran: list[tuple[str, dict]] = []


@pytest.fixture(autouse=True)
def _a_job():
    ran.clear()

    @job("test.note")
    def note(*, by, **ids):
        ran.append((tenancy.current().code, ids))
        if ids.get("break"):
            raise RuntimeError("broken")
        return "记下了"

    yield
    forget("test.note")


def _queue(place, slug="anhua", **ids) -> Job:
    with place(slug).inside(), transaction.atomic():
        return enqueue("test.note", by=SYSTEM, **ids)


def _state(row: Job) -> Job:
    with tenancy.as_operator():
        return Job.objects.get(pk=row.pk)


def _messages() -> list[dict]:
    sent: list[dict] = []
    work.send_due(sent.append)
    return sent


def test_a_job_runs_inside_its_committee_and_says_what_came_of_it(place):
    row = _queue(place, period="2022-11")
    (message,) = _messages()
    assert work.run(message) == JobState.DONE
    assert ran == [("430923", {"period": "2022-11"})]
    assert (_state(row).state, _state(row).message) == ("done", "记下了")


def test_a_message_delivered_twice_runs_once(place):
    _queue(place)
    (message,) = _messages()
    work.run(message)
    work.run(message)
    assert len(ran) == 1


@pytest.mark.parametrize(
    "change", [{"committee": "430921"}, {"task": "x"}, {"ids": {"a": 1}}, {"epoch": 9}, {"mac": ""}]
)
def test_a_forged_message_is_rejected_and_nothing_runs(place, change):
    _queue(place)
    (message,) = _messages()
    with pytest.raises(ForgedMessage):
        work.run(message | change)
    assert ran == []


def _queue_at_nanxian() -> Job:
    with tenancy.inside("430921"), transaction.atomic():
        return enqueue("test.note", by=SYSTEM)


def test_a_job_of_a_suspended_committee_is_refused_with_a_sentence(committed):
    row = _queue_at_nanxian()
    try:
        (message,) = _messages()
        provisioning.set_state(code="430921", state=State.SUSPENDED)
        assert work.run(message) == JobState.FAILED
        assert ran == []
        assert "暂停" in _state(row).message
        provisioning.set_state(code="430921", state=State.ACTIVE)
        assert _state(row).state == JobState.FAILED
    finally:
        provisioning.set_state(code="430921", state=State.ACTIVE)
        with tenancy.as_operator():
            Job.objects.filter(pk=row.pk).update(state=JobState.DONE)


def test_a_job_from_before_a_suspension_is_void(committed):
    row = _queue_at_nanxian()
    (message,) = _messages()
    for state in (State.SUSPENDED, State.ACTIVE):
        provisioning.set_state(code="430921", state=state)
    assert work.run(message) == JobState.FAILED
    assert "作废" in _state(row).message
    assert ran == []


def test_one_committees_long_queue_does_not_keep_another_waiting(place):
    for _ in range(30):
        _queue(place, "yiyang")
    _queue(place, "anhua")
    assert {message["committee"] for message in _messages()} == {"430900", "430923"}


def _as_if_later(row: Job, **fields: object) -> None:
    """What was to happen later is due now."""
    with tenancy.as_operator():
        Job.objects.filter(pk=row.pk).update(**(fields or {"not_before": Now() - dt.timedelta(seconds=1)}))


def test_a_failing_job_is_tried_again_and_then_given_up_with_a_sentence(place):
    row = _queue(place, **{"break": True})
    for _ in range(sending.ATTEMPTS):
        for message in _messages():
            work.run(message)
        assert _messages() == []  # not before its time
        _as_if_later(row)
    assert _messages() == []
    assert _state(row).state == JobState.FAILED
    assert "重试" in _state(row).message
    assert len(ran) == sending.ATTEMPTS


def test_the_pause_between_two_runs_doubles_and_is_never_twice_the_same():
    for attempt, seconds in ((1, 10), (2, 20), (3, 40), (30, 600)):
        pauses = [work.pause_after(attempt).total_seconds() for _ in range(50)]
        assert seconds * 0.5 <= min(pauses) < max(pauses) <= seconds * 1.5


def test_a_queued_job_survives_a_lost_message_and_patience_doubles(place):
    row = _queue(place)
    for seconds in (60, 120, 240):
        assert len(_messages()) == 1  # lost on the way
        assert _messages() == []
        with tenancy.as_operator():
            left = Job.objects.annotate(left=F("lease_until") - Now()).get(pk=row.pk).left
        assert seconds - 5 < left.total_seconds() <= seconds
        _as_if_later(row, lease_until=Now() - dt.timedelta(seconds=1))
    assert len(_messages()) == 1


def test_when_the_broker_is_away_the_jobs_go_back_to_the_queue(place):
    rows = [_queue(place, slug) for slug in ("anhua", "yiyang", "nanxian")]
    sent: list[dict] = []

    def send(message: dict) -> None:
        if sent:
            raise ConnectionError
        sent.append(message)

    assert work.send_due(send) == 1
    assert sorted(_state(row).state for row in rows) == ["queued", "queued", "sent"]
    assert len(_messages()) == 2


def test_a_committee_sees_and_inserts_its_own_jobs_only(place):
    _queue(place, "yiyang")
    with place("anhua").inside():
        assert Job.objects.count() == 0
        foreign = Job(committee="430900", epoch=1, task="test.note")
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            foreign.save(force_insert=True)
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE dispatch_job SET state = 'done'")


def test_a_job_written_in_a_transaction_that_fails_was_never_written(place):
    with place("anhua").inside():
        with pytest.raises(RuntimeError), transaction.atomic():
            enqueue("test.note", by=SYSTEM)
            raise RuntimeError
        assert Job.objects.count() == 0
        with pytest.raises(RuntimeError, match="inside transaction"):
            _outside_any_transaction()


def _outside_any_transaction() -> None:
    connection.in_atomic_block, kept = False, connection.in_atomic_block
    try:
        enqueue("test.note", by=SYSTEM)
    finally:
        connection.in_atomic_block = kept
