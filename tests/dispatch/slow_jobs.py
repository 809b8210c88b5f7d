"""What the killed worker runs: `celery -A tests.dispatch.slow_jobs worker`. Not collected; no test in here."""

from __future__ import annotations

import datetime as dt
import os
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from config.celery_app import app  # noqa: E402
from core.audit import Actor  # noqa: E402
from core.models import AuditEvent  # noqa: E402
from dispatch.models import Job  # noqa: E402
from dispatch.progress import Progress  # noqa: E402
from dispatch.registry import job  # noqa: E402

LEASE = dt.timedelta(seconds=2)
NAME = "test.killed"
ENDED = "test.killed_ended"


@job(NAME, lease=LEASE)
@transaction.atomic
def work_that_is_killed(*, by: Actor, progress: Progress, mark: str) -> str:
    """The first run says which process it is and goes on for a minute; a later one ends at once."""
    AuditEvent.objects.create(actor_name="试", action=ENDED, new={"mark": mark})
    first = Job.objects.filter(ids={"mark": mark}, attempts=1).exists()
    for step in range(120 if first else 1):
        progress(step, 120, str(os.getpid()))
        time.sleep(0.5 if first else 0)
    return "办完了"


__all__ = ["app"]
