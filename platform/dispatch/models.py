"""Work to do is a row, written in the action's own transaction; the message only wakes a worker."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core import clock
from core.models import Row


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    SENT = "sent", "已派发"
    RUNNING = "running", "办理中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


UNDER_WAY = (JobState.QUEUED, JobState.SENT, JobState.RUNNING)
IN_FLIGHT = (JobState.SENT, JobState.RUNNING)
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(Row):
    """One piece of work of one committee. Row-level security: a committee sees and inserts its own only.

    `not_before` and `lease_until` are read against the database's clock, which all workers share; `created_at` and
    `moved_at` are for people and follow the one clock. `attempts` counts runs and is the fence: whoever holds the
    lease writes with its number, and a worker that lost it changes nothing.
    """

    committee = models.CharField(max_length=40)  # empty: work of the deployment itself
    epoch = models.PositiveIntegerField()
    task = models.CharField(max_length=80)
    ids = models.JSONField(default=dict)
    by_id = models.UUIDField(null=True)
    queue = models.CharField(max_length=40, default="default")
    cost = models.PositiveSmallIntegerField(default=1)  # in shares of a turn, as the registration says
    again_of = models.UUIDField(null=True)  # the job a person started once more with this one
    state = models.CharField(max_length=20, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0)  # messages since the last run; one that is lost is sent again
    not_before = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)  # sent or running past this: whoever had it is gone
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)  # where it is; no personal data
    message = models.TextField(blank=True)  # what happened, for the person who waits; no personal data
    moved_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "committee", "not_before", "id"], condition=Q(state="queued"), name="job_waiting"
            ),
            models.Index(fields=["queue", "committee"], condition=Q(state__in=IN_FLIGHT), name="job_in_flight"),
            models.Index(fields=["lease_until"], condition=Q(state__in=IN_FLIGHT), name="job_lease"),
            models.Index(fields=["moved_at"], condition=Q(state__in=ENDED), name="job_ended"),
            models.Index(F("committee"), F("created_at").desc(), name="job_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["committee", "again_of"], name="job_started_again_once"),
            models.CheckConstraint(condition=Q(cost__gte=1, cost__lte=100), name="job_cost_in_bounds"),
        ]

    class Personal:
        personal = ()
        safe = (
            "committee", "epoch", "task", "ids", "by_id", "queue", "cost", "again_of", "state", "attempts", "sends", "not_before",
            "lease_until", "done", "total", "note", "message", "moved_at",
        )  # fmt: skip

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class Cancellation(Row):
    """A person asks that a job stop. Insert-only like the job: the dispatcher and the worker carry it out."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE)
    committee = models.CharField(max_length=40)
    by_id = models.UUIDField(null=True)

    class Personal:
        personal = ()
        safe = ("job", "committee", "by_id")


class Turn(Row):
    """Where a committee with waiting jobs stands in the round: what it may still spend, and when it was served."""

    queue = models.CharField(max_length=40)
    committee = models.CharField(max_length=40)
    deficit = models.PositiveIntegerField(default=0)
    served = models.PositiveBigIntegerField(default=0)  # a count over the queue, so that order needs no clock

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "committee"], name="one_turn_per_queue_and_committee")]

    class Personal:
        personal = ()
        safe = ("queue", "committee", "deficit", "served")
