"""What Celery calls."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.core.cache import cache

from dispatch import sending, tidying, work

ALIVE = "worker-alive"  # /readyz looks for it
ALIVE_SECONDS = 20


@shared_task(name="dispatch.tick", ignore_result=True)
def tick() -> None:
    """Send what is due, and say that a worker lives."""
    cache.set(ALIVE, "1", ALIVE_SECONDS)
    sending.send_due(_send)


@shared_task(name="dispatch.run", ignore_result=True, acks_late=True)
def run(message: dict[str, Any]) -> None:
    """Do the job, then let the next one of whoever is at the cap go out without waiting for the timetable."""
    work.run(message)
    sending.send_due(_send)


@shared_task(name="dispatch.clean", ignore_result=True)
def clean() -> None:
    """Once a day: jobs that ended long ago."""
    tidying.clean()


def _send(message: dict[str, Any]) -> None:
    run.apply_async((message,), queue=message["queue"], retry=False)
