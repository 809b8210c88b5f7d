"""The dispatcher: which waiting jobs go out now. All its state stands in the rows, so Redis may forget everything."""

from __future__ import annotations

import datetime as dt
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, DurationField, F, Value, When
from django.db.models.functions import Now

from core import clock, tenancy
from dispatch.envelope import seal
from dispatch.fair import Line, take_turns
from dispatch.models import Job, JobState, Turn
from dispatch.registry import queues

log = logging.getLogger(__name__)
Send = Callable[[dict[str, Any]], None]  # the sealed message names its queue

AHEAD = 64  # messages of a queue waiting at the broker, where order can no longer be changed
CAP = 4  # jobs of one committee in flight per queue
ATTEMPTS = 5  # runs before a job is given up
SENT_LEASE = dt.timedelta(seconds=60)  # a message not taken up by then is sent again, each time with twice the patience
PATIENCE = dt.timedelta(hours=1)
_ONE_DISPATCHER = 0x11A7_0001  # advisory lock: two rounds at once would exceed the caps

INTERRUPTED = "办理的进程中断，已重新排队。"
GIVEN_UP = "办理的进程多次中断，已停止重试；请重新办理，或联系平台运维。"
CANCELLED = "已取消，没有留下改动。"

# Committees with waiting jobs, found by leaping through the index: a thousand jobs of one cost no more than one.
_LINES = """
WITH RECURSIVE waiting(committee) AS (
    SELECT min(committee) FROM dispatch_job WHERE state = 'queued' AND queue = %(queue)s
    UNION ALL
    SELECT (SELECT min(j.committee) FROM dispatch_job j
            WHERE j.state = 'queued' AND j.queue = %(queue)s AND j.committee > w.committee)
    FROM waiting w WHERE w.committee IS NOT NULL
), flying AS (
    SELECT committee, count(*) AS jobs FROM dispatch_job
    WHERE state IN ('sent', 'running') AND queue = %(queue)s GROUP BY committee
)
SELECT w.committee, %(cap)s - coalesce(f.jobs, 0), coalesce(t.deficit, 0), coalesce(t.served, 0), next.id, next.cost
FROM waiting w
LEFT JOIN flying f ON f.committee = w.committee
LEFT JOIN dispatch_turn t ON t.queue = %(queue)s AND t.committee = w.committee
CROSS JOIN LATERAL (
    SELECT j.id, j.cost FROM dispatch_job j
    WHERE j.state = 'queued' AND j.queue = %(queue)s AND j.committee = w.committee
      AND j.not_before <= statement_timestamp()
    ORDER BY j.not_before, j.id LIMIT %(cap)s + 1
) next
WHERE w.committee IS NOT NULL
"""


def send_due(send: Send) -> int:
    """Send what is due, in turn, within the caps. Returns how many messages went out.

    Takes back what is abandoned first. When another dispatcher is at it, or the broker is away, nothing is lost: the
    rows stay, or go back, to the queue.
    """
    with tenancy.as_operator():
        with transaction.atomic():
            if not _alone():
                return 0
            take_back_abandoned()
            chosen = [job for queue in queues() for job in _next_of(queue)]
        for index, job in enumerate(chosen):
            try:
                send(message_of(job))
            except Exception:
                log.exception("the broker takes no messages; %d jobs go back to the queue", len(chosen) - index)
                unsent = [one.pk for one in chosen[index:]]
                Job.objects.filter(pk__in=unsent, state=JobState.SENT).update(state=JobState.QUEUED, lease_until=None)
                return index
    return len(chosen)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_DISPATCHER])
        return bool(cursor.fetchone()[0])


def take_back_abandoned() -> None:
    """What outlived its lease: a lost message, a worker that died. Runs as the operator."""
    late = Job.objects.filter(lease_until__lt=Now())
    late.filter(state=JobState.SENT).update(state=JobState.QUEUED, lease_until=None)
    running = late.filter(state=JobState.RUNNING)
    ended = {"lease_until": None, "moved_at": clock.now()}
    running.filter(cancellation__isnull=False).update(state=JobState.CANCELLED, message=CANCELLED, **ended)
    running.filter(attempts__gte=ATTEMPTS).update(state=JobState.FAILED, message=GIVEN_UP, **ended)
    running.update(state=JobState.QUEUED, message=INTERRUPTED, **ended)


def _next_of(queue: str) -> list[Job]:
    """Choose by turns, mark as sent, remember the turns."""
    room = AHEAD - Job.objects.filter(queue=queue, state=JobState.SENT).count()
    if room <= 0:
        return []
    lines = _lines(queue)
    chosen = take_turns(lines, room=room)
    if not chosen:
        return []
    Job.objects.filter(pk__in=chosen).update(
        state=JobState.SENT, sends=F("sends") + 1, moved_at=clock.now(), lease_until=Now() + _patience()
    )
    _remember(queue, lines)
    found = Job.objects.in_bulk(chosen)
    return [found[key] for key in chosen]


def _patience() -> Any:
    doubled = [When(sends=n, then=Value(min(SENT_LEASE * 2**n, PATIENCE))) for n in range(7)]
    return Case(*doubled, default=Value(PATIENCE), output_field=DurationField())


def _lines(queue: str) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"queue": queue, "cap": CAP})
        rows = cursor.fetchall()
    lines: dict[str, Line] = {}
    for committee, free, deficit, served, key, cost in rows:
        line = lines.setdefault(committee, Line(committee, deque(), free=free, deficit=deficit, served=served))
        line.waiting.append((key, cost))
    return list(lines.values())


def _remember(queue: str, lines: list[Line]) -> None:
    """A committee with nothing left waiting leaves the round: it comes back owing and owed nothing."""
    touched = [line for line in lines if line.touched]
    gone = [line.committee for line in touched if not line.waiting]
    Turn.objects.filter(queue=queue, committee__in=gone).delete()
    Turn.objects.bulk_create(
        [
            Turn(queue=queue, committee=line.committee, deficit=line.deficit, served=line.served)
            for line in touched
            if line.waiting
        ],
        update_conflicts=True,
        unique_fields=["queue", "committee"],
        update_fields=["deficit", "served"],
    )


def message_of(job: Job) -> dict[str, Any]:
    return seal(
        job=str(job.pk),
        committee=job.committee,
        epoch=job.epoch,
        queue=job.queue,
        task=job.task,
        ids=job.ids,
        by=str(job.by_id) if job.by_id else None,
    )
