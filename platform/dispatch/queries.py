"""Reading jobs: one's own committee's only, as the database enforces."""

from __future__ import annotations

from uuid import UUID

from dispatch.models import Job


def job(job_id: UUID) -> Job | None:
    return Job.objects.filter(pk=job_id).first()


def latest(task: str, **ids: object) -> Job | None:
    """The newest job of this kind for these ids, or None."""
    return Job.objects.filter(task=task, ids=ids).order_by("-created_at").first()
