"""The worker's side: signed messages, one holder at a time, honest ends."""

from __future__ import annotations

import datetime as dt
import logging
import random
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from core import audit, clock, tenancy
from core.errors import DomainError
from dispatch.envelope import open_sealed
from dispatch.models import Job, JobState
from dispatch.progress import JobCancelled, LeaseLost, Reporter
from dispatch.registry import LEASE, Registration, registration_of
from dispatch.sending import ATTEMPTS, CANCELLED, send_due

__all__ = ["run", "send_due"]

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 600.0  # seconds before the second run, and at most

AGAIN = "第 {attempt} 次没有办成，稍后自动重试。"
GIVEN_UP = "办理时出错，已记录；请稍后重试或联系平台运维。"
TOO_LATE = "取消的请求到得太晚，任务已经办完。"


def run(message: dict[str, Any]) -> JobState:
    """Do one job as its committee; the state it is in afterwards.

    Refuses forged messages (ForgedMessage) and, in the job's own words, committees that are unknown, not active or
    changed. A message whose job somebody has, or had, changes nothing.
    """
    content = open_sealed(message)
    kind = registration_of(content["task"])
    attempt = _take(content["job"], kind.lease if kind else LEASE)
    if attempt is None:
        return JobState.DONE
    reporter = Reporter(job=content["job"], attempt=attempt, lease=kind.lease if kind else LEASE)
    try:
        return _ended(content, kind, reporter, attempt)
    finally:
        reporter.close()


def _ended(content: dict[str, Any], kind: Registration | None, reporter: Reporter, attempt: int) -> JobState:
    job_id = content["job"]
    try:
        result = _do(content, kind, reporter)
    except JobCancelled:
        return _end(job_id, attempt, JobState.CANCELLED, CANCELLED, reporter)
    except LeaseLost:
        log.warning("job %s was taken over by another worker", job_id)
        return JobState.RUNNING
    except DomainError as refusal:
        return _end(job_id, attempt, JobState.FAILED, refusal.message, reporter)
    except Exception:
        log.exception("job %s failed", job_id)
        return _retry(job_id, attempt, reporter)
    return _end(job_id, attempt, JobState.DONE, result if isinstance(result, str) else "", reporter)


def _do(content: dict[str, Any], kind: Registration | None, reporter: Reporter) -> Any:
    # A committee writes its own rows: it must not get a task of the deployment done, nor the other way round.
    if kind is None or kind.of_deployment != (content["committee"] == ""):
        raise DomainError(f"没有名为 {content['task']} 的任务，未执行。", code="unknown_task")
    given = content["ids"] | ({"progress": reporter} if kind.takes_progress else {})
    if kind.of_deployment:
        with tenancy.as_operator():
            return kind.function(by=_actor(content["by"]), **given)
    committee = tenancy.resolve(content["committee"])
    if committee.state != "active":
        raise tenancy.CommitteeNotActive(committee.name, committee.state)
    if committee.epoch != content["epoch"]:
        raise DomainError("委员会状态在任务排队期间变动过，任务已作废，请重新发起。", code="stale_epoch")
    with tenancy.inside(committee):
        return kind.function(by=_actor(content["by"]), **given)


def _actor(user_id: str | None) -> audit.Actor:
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return user or audit.SYSTEM


def _take(job_id: str, lease: dt.timedelta) -> int | None:
    """Make the job this worker's; the number of the attempt, or None when it is not there to be taken."""
    with tenancy.as_operator():
        taken = Job.objects.filter(pk=job_id, state=JobState.SENT).update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            sends=0,
            done=0,
            total=None,
            note="",
            lease_until=Now() + lease,
            moved_at=clock.now(),
        )
        return Job.objects.values_list("attempts", flat=True).get(pk=job_id) if taken else None


def _end(job_id: str, attempt: int, state: JobState, message: str, reporter: Reporter) -> JobState:
    """The last word of whoever still has the job; somebody else's job is left alone."""
    with tenancy.as_operator():
        mine = Job.objects.filter(pk=job_id, state=JobState.RUNNING, attempts=attempt)
        if state == JobState.DONE and mine.filter(cancellation__isnull=False).exists():
            message = f"{message}{TOO_LATE}"
        ended = mine.update(
            state=state, message=message, lease_until=None, done=reporter.done, total=reporter.total,
            note=reporter.note, moved_at=clock.now(),
        )  # fmt: skip
    if not ended:
        log.warning("job %s ended as %s, but another worker has it", job_id, state)
    return state


def _retry(job_id: str, attempt: int, reporter: Reporter) -> JobState:
    """Later, each time after a longer pause; a person who asked to cancel has waited long enough."""
    if attempt >= ATTEMPTS:
        return _end(job_id, attempt, JobState.FAILED, GIVEN_UP, reporter)
    with tenancy.as_operator():
        mine = Job.objects.filter(pk=job_id, state=JobState.RUNNING, attempts=attempt)
        if mine.filter(cancellation__isnull=False).exists():
            return _end(job_id, attempt, JobState.CANCELLED, CANCELLED, reporter)
        mine.update(
            state=JobState.QUEUED,
            message=AGAIN.format(attempt=attempt),
            lease_until=None,
            not_before=Now() + pause_after(attempt),
            moved_at=clock.now(),
        )
    return JobState.QUEUED


def pause_after(attempt: int) -> dt.timedelta:
    """10 s, 20 s, 40 s …, at most ten minutes, each shortened or lengthened by up to half so that crowds disperse."""
    seconds = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
    return dt.timedelta(seconds=seconds * random.uniform(0.5, 1.5))
