"""Work to do is a row, written in the action's own transaction; the message only wakes a worker."""

from __future__ import annotations

from django.db import models

from core.models import Row


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    SENT = "sent", "已派发"
    RUNNING = "running", "办理中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class Job(Row):
    """One piece of work of one committee. Row-level security: a committee sees and inserts its own only."""

    committee = models.CharField(max_length=40)
    epoch = models.PositiveIntegerField()
    task = models.CharField(max_length=80)
    ids = models.JSONField(default=dict)
    by_id = models.UUIDField(null=True)
    state = models.CharField(max_length=20, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)  # what happened, for the person who waits; no personal data
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="job_due")]

    class Personal:
        personal = ()
        safe = ("committee", "epoch", "task", "ids", "by_id", "state", "attempts", "message", "moved_at")
