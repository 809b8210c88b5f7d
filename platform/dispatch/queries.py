"""Reading jobs: one's own committee's only, as the database enforces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from dispatch.models import Cancellation, Job, JobState
from dispatch.registry import registration_of

LATEST = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as a page shows it. `state` is a word of the components; `asked_by` is empty for the deployment itself."""

    id: UUID
    what: str
    state: str
    since: dt.datetime
    moved_at: dt.datetime
    asked_by: str
    message: str
    done: int
    total: int | None
    note: str
    attempts: int
    is_under_way: bool
    is_waiting: bool
    stop_asked: bool
    can_start_again: bool


def job(job_id: UUID) -> Job | None:
    return Job.objects.filter(pk=job_id).first()


def latest(task: str, **ids: object) -> Job | None:
    """The newest job of this kind for these ids, or None."""
    return Job.objects.filter(task=task, ids=ids).order_by("-created_at").first()


def newest(limit: int = LATEST) -> list[Shown]:
    """The committee's latest jobs."""
    return _shown(Job.objects.order_by("-created_at", "-id")[:limit])


def shown(job_id: UUID) -> Shown | None:
    """One job of this committee, or None."""
    return next(iter(_shown(Job.objects.filter(pk=job_id))), None)


def again_of(job_id: UUID) -> UUID | None:
    """The job that was started in place of this one."""
    return Job.objects.filter(again_of=job_id).values_list("pk", flat=True).first()


def _shown(rows: Iterable[Job]) -> list[Shown]:
    jobs = list(rows)
    names = dict(User.objects.filter(pk__in={one.by_id for one in jobs}).values_list("pk", "display_name"))
    keys = [one.pk for one in jobs]
    asked = set(Cancellation.objects.filter(job__in=keys).values_list("job_id", flat=True))
    again = set(Job.objects.filter(again_of__in=keys).values_list("again_of", flat=True))
    return [_one(row, names.get(row.by_id, "") if row.by_id else "", row.pk in asked, row.pk in again) for row in jobs]


def _one(row: Job, asked_by: str, stop_asked: bool, started_again: bool) -> Shown:
    kind = registration_of(row.task)
    return Shown(
        id=row.pk,
        what=kind.title_for(row.ids) if kind else row.task,
        state=str(row.state),
        since=row.created_at,
        moved_at=row.moved_at,
        asked_by=asked_by,
        message=row.message,
        done=row.done,
        total=row.total,
        note=row.note,
        attempts=row.attempts,
        is_under_way=row.is_under_way,
        is_waiting=row.state in (JobState.QUEUED, JobState.SENT),
        stop_asked=stop_asked and row.is_under_way,
        can_start_again=row.state in (JobState.FAILED, JobState.CANCELLED) and not started_again and kind is not None,
    )
