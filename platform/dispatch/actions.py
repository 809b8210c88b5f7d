"""Writing jobs."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import connection, transaction

from core import audit, tenancy
from dispatch.models import Job

log = logging.getLogger(__name__)
WAKE = "dispatch.tick"


def enqueue(task: str, *, by: audit.Actor, **ids: Any) -> Job:
    """Queue work of the current committee in the running transaction; the worker is woken after commit.

    `ids` are plain JSON values naming rows or periods, never content. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue() must run inside transaction.atomic()")
    committee = tenancy.current()
    job = Job(committee=committee.code, epoch=committee.epoch, task=task, ids=ids, by_id=by.actor_id)
    job.save(force_insert=True)
    transaction.on_commit(_wake, robust=True)
    return job


def _wake() -> None:
    """A hint only: should the broker be away, the timetable finds the row within seconds."""
    try:
        current_app.send_task(WAKE, ignore_result=True, retry=False)
    except Exception:
        log.warning("could not wake a worker; the timetable will", exc_info=True)
