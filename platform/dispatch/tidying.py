"""How long jobs that have ended are kept."""

from __future__ import annotations

import datetime as dt

from core import clock, tenancy
from dispatch.models import ENDED, Job, JobState, Turn

KEEP = dt.timedelta(days=90)
KEEP_FAILED = dt.timedelta(days=180)  # somebody may still ask why
BATCH = 2_000


def clean(*, now: dt.datetime | None = None) -> int:
    """Remove jobs that ended long ago, a batch at a time so that no lock is held for long. Returns how many."""
    moment = now or clock.now()
    removed = 0
    with tenancy.as_operator():
        for states, keep in (([JobState.DONE, JobState.CANCELLED], KEEP), ([JobState.FAILED], KEEP_FAILED)):
            old = Job.objects.filter(state__in=states, moved_at__lt=moment - keep)
            while batch := list(old.values_list("pk", flat=True)[:BATCH]):
                Job.objects.filter(pk__in=batch, state__in=ENDED).delete()
                removed += len(batch)
        waiting = Job.objects.filter(state=JobState.QUEUED).values("committee")
        Turn.objects.exclude(committee__in=waiting).delete()
    return removed
