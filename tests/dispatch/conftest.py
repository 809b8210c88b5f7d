"""Queueing by hand: a test's own kind of job, rows as the dispatcher sees them, time that has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.db.models.functions import Now

from core import tenancy
from core.audit import SYSTEM
from dispatch import work
from dispatch.actions import enqueue
from dispatch.models import Job
from dispatch.registry import forget, job

CODES = {"anhua": "430923", "yiyang": "430900", "nanxian": "430921", "hunan": "430000", "guangzhou": "440100"}


def queue(slug: str, task: str = "test.note", *, by=SYSTEM, **ids) -> Job:
    with tenancy.inside(CODES[slug]), transaction.atomic():
        return enqueue(task, by=by, **ids)


def now(row: Job) -> Job:
    with tenancy.as_operator():
        return Job.objects.get(pk=row.pk)


def change(row: Job, **fields: object) -> None:
    with tenancy.as_operator():
        Job.objects.filter(pk=row.pk).update(**fields)


def lease_is_over(row: Job) -> None:
    change(row, lease_until=Now() - dt.timedelta(seconds=1))


def messages() -> list[dict]:
    """One round of the dispatcher."""
    sent: list[dict] = []
    work.send_due(sent.append)
    return sent


@pytest.fixture
def job_of() -> Iterator[Callable[..., None]]:
    """`job_of("test.x", function, cost=3)` registers for one test."""
    names: list[str] = []

    def register(name: str, function: Callable[..., object], **options: object) -> None:
        job(name, **options)(function)
        names.append(name)

    yield register
    for name in names:
        forget(name)
