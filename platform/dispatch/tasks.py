"""What Celery calls."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.core.cache import cache

from dispatch import work

ALIVE = "worker-alive"  # /readyz looks for it
ALIVE_SECONDS = 20


@shared_task(name="dispatch.tick", ignore_result=True)
def tick() -> None:
    """Send what is due, and say that a worker lives."""
    cache.set(ALIVE, "1", ALIVE_SECONDS)
    work.send_due(lambda message: run.delay(message))


@shared_task(name="dispatch.run", ignore_result=True, acks_late=True)
def run(message: dict[str, Any]) -> None:
    work.run(message)
