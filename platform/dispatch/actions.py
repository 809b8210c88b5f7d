"""Writing jobs, and asking that one stop or start again."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from core import audit, clock, tenancy
from core.errors import DomainError, NotFound
from dispatch import queries
from dispatch.models import Cancellation, Job, JobState
from dispatch.registry import Registration, registration_of

log = logging.getLogger(__name__)
WAKE = "dispatch.tick"


class UnknownTask(RuntimeError):
    """Code queued a job nobody registered, or in the wrong place: a bug, found where it is made."""


class AlreadyEnded(DomainError):
    code = "already_ended"

    def __init__(self, state: str) -> None:
        super().__init__(f"这项任务{state}，不能再取消。")


class NotFailed(DomainError):
    code = "not_failed"

    def __init__(self) -> None:
        super().__init__("只有未完成或已取消的任务可以重新办理。")


class AlreadyStartedAgain(DomainError):
    code = "already_started_again"

    def __init__(self) -> None:
        super().__init__("这项任务已经重新办理过一次，请看任务列表里较新的一项。")


def enqueue(task: str, *, by: audit.Actor, **ids: Any) -> Job:
    """Queue work of the current committee in the running transaction; the worker is woken after commit.

    `ids` are plain JSON values naming rows or periods, never content. Raises RuntimeError outside a transaction and
    UnknownTask for a task that is not registered.
    """
    committee = tenancy.current()
    kind = _registered(task, of_deployment=False)
    _ask_guard(by)
    return _write(kind, committee.code, committee.epoch, by, ids)


def enqueue_for_deployment(task: str, *, by: audit.Actor, **ids: Any) -> Job:
    """Queue work of no committee (registered `of_deployment`), as the operator; otherwise as `enqueue`."""
    with tenancy.as_operator():
        return _write(_registered(task, of_deployment=True), "", 0, by, ids)


def _registered(task: str, *, of_deployment: bool) -> Registration:
    found = registration_of(task)
    if found is None or found.of_deployment != of_deployment:
        raise UnknownTask(f"no job {task} of {'the deployment' if of_deployment else 'a committee'} is registered")
    return found


def _ask_guard(by: audit.Actor) -> None:
    """Whoever meters the committee's use may refuse, with a sentence."""
    if guard := getattr(settings, "JOB_GUARD", ""):
        import_string(guard)(by=by)


def _write(
    kind: Registration, committee: str, epoch: int, by: audit.Actor, ids: dict[str, Any], again_of: UUID | None = None
) -> Job:
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue() must run inside transaction.atomic()")
    job = Job(
        committee=committee, epoch=epoch, task=kind.name, ids=ids, by_id=by.actor_id, queue=kind.queue, cost=kind.cost,
        again_of=again_of,
    )  # fmt: skip
    job.save(force_insert=True)
    transaction.on_commit(_wake, robust=True)
    return job


@transaction.atomic
def cancel(*, job_id: UUID, by: audit.Actor) -> JobState:
    """Ask that a job of this committee stop; returns its state now. Asking twice is asking once.

    A waiting job ends at once; a running one ends, and undoes what it did, when it next reports its progress.
    Raises NotFound, AlreadyEnded.
    """
    job = _own(job_id)
    if not job.is_under_way:
        raise AlreadyEnded(job.get_state_display())
    try:
        with transaction.atomic():
            Cancellation(job=job, committee=job.committee, by_id=by.actor_id).save(force_insert=True)
    except IntegrityError:
        return JobState(_own(job_id).state)
    audit.record(by=by, action="dispatch.cancel", subject=None, new={"job": job.pk, "task": job.task, **job.ids})
    with tenancy.as_operator():
        end_cancelled(job_id)
    return JobState(_own(job_id).state)


def end_cancelled(job_id: UUID) -> int:
    """Carry out what a committee asked for with its own row; as the operator, for jobs no worker has."""
    waiting = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.SENT], cancellation__isnull=False)
    return waiting.update(state=JobState.CANCELLED, message="已取消，没有开始办理。", moved_at=clock.now())


@transaction.atomic
def start_again(*, job_id: UUID, by: audit.Actor) -> Job:
    """Queue the work of a failed or cancelled job once more, in the name of whoever asks.

    Raises NotFound, NotFailed, AlreadyStartedAgain; a second press of the button makes no second job.
    """
    job = _own(job_id)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise NotFailed
    committee = tenancy.current()
    kind = registration_of(job.task)
    if kind is None or kind.of_deployment:
        raise DomainError("这类任务已经停用，不能重新办理。", code="unknown_task")
    _ask_guard(by)
    try:
        with transaction.atomic():
            again = _write(kind, committee.code, committee.epoch, by, job.ids, again_of=job.pk)
    except IntegrityError:
        raise AlreadyStartedAgain from None
    audit.record(by=by, action="dispatch.start_again", subject=None, new={"job": again.pk, "task": job.task, **job.ids})
    return again


def _own(job_id: UUID) -> Job:
    job = queries.job(job_id)
    if job is None:
        raise NotFound
    return job


def _wake() -> None:
    """A hint only: should the broker be away, the timetable finds the row within seconds."""
    try:
        current_app.send_task(WAKE, ignore_result=True, retry=False)
    except Exception:
        log.warning("could not wake a worker; the timetable will", exc_info=True)
