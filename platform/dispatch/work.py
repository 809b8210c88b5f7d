"""The dispatcher's and the worker's side: fair sending, signed running, honest ends."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import User
from core import audit, tenancy
from core.errors import DomainError
from dispatch.envelope import open_sealed, seal
from dispatch.models import Job, JobState
from dispatch.registry import function_of

log = logging.getLogger(__name__)
Send = Callable[[dict[str, Any]], None]

AT_ONCE = 100  # messages per round
SHARE = 4  # of one committee per round, so that no committee's queue makes another's wait
STALE = dt.timedelta(minutes=15)  # sent or running this long: the worker died, send again
ATTEMPTS = 3


def send_due(send: Send) -> int:
    """Send what is queued, a few of each committee in turn. Returns how many were sent."""
    with tenancy.as_operator():
        Job.objects.filter(state__in=[JobState.SENT, JobState.RUNNING], moved_at__lt=timezone.now() - STALE).update(
            state=JobState.QUEUED
        )
        turn = Window(RowNumber(), partition_by=F("committee"), order_by="created_at")
        due = Job.objects.filter(state=JobState.QUEUED).annotate(turn=turn).filter(turn__lte=SHARE)
        sent = 0
        for job in due.order_by("turn", "created_at")[:AT_ONCE]:
            claimed = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
                state=JobState.SENT, moved_at=timezone.now()
            )
            if claimed:
                send(message_of(job))
                sent += 1
    return sent


def message_of(job: Job) -> dict[str, Any]:
    return seal(
        job=str(job.pk),
        committee=job.committee,
        epoch=job.epoch,
        task=job.task,
        ids=job.ids,
        by=str(job.by_id) if job.by_id else None,
    )


def run(message: dict[str, Any]) -> JobState:
    """Do one job as its committee. Refuses forged messages and committees that are unknown, not active or changed."""
    content = open_sealed(message)
    job_id = content["job"]
    if not _move(job_id, JobState.RUNNING, only_from=[JobState.SENT, JobState.QUEUED]):
        return JobState.DONE  # delivered twice: the first one has it
    try:
        result = _do(content)
    except DomainError as refusal:
        return _end(job_id, JobState.FAILED, refusal.message)
    except Exception:
        log.exception("job %s failed", job_id)
        return _retry(job_id)
    return _end(job_id, JobState.DONE, result if isinstance(result, str) else "")


def _do(content: dict[str, Any]) -> Any:
    function = function_of(content["task"])
    if function is None:
        raise DomainError(f"没有名为 {content['task']} 的任务，未执行。", code="unknown_task")
    committee = tenancy.resolve(content["committee"])
    if committee.state != "active":
        raise tenancy.CommitteeNotActive(committee.name, committee.state)
    if committee.epoch != content["epoch"]:
        raise DomainError("委员会状态在任务排队期间变动过，任务已作废，请重新发起。", code="stale_epoch")
    with tenancy.inside(committee):
        return function(by=_actor(content["by"]), **content["ids"])


def _actor(user_id: str | None) -> audit.Actor:
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return user or audit.SYSTEM


def _move(job_id: str, state: JobState, *, only_from: list[JobState]) -> bool:
    with tenancy.as_operator():
        moved = Job.objects.filter(pk=job_id, state__in=only_from).update(
            state=state, attempts=F("attempts") + 1, moved_at=timezone.now()
        )
    return bool(moved)


def _end(job_id: str, state: JobState, message: str) -> JobState:
    with tenancy.as_operator():
        Job.objects.filter(pk=job_id).update(state=state, message=message, moved_at=timezone.now())
    return state


def _retry(job_id: str) -> JobState:
    with tenancy.as_operator():
        again = Job.objects.filter(pk=job_id, attempts__lt=ATTEMPTS).update(state=JobState.QUEUED)
    return JobState.QUEUED if again else _end(job_id, JobState.FAILED, "办理时出错，已记录；请稍后重试或联系平台运维。")
