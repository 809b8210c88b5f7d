"""What every table of ours shares, and the audit trail. This app lives in both schemas."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

from core import clock


class Row(models.Model):
    """A row with a time-ordered UUID: ids survive export and import, and no sequence needs repair."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


class AuditEvent(Row):
    """Who did what to which row, and why. Insert-only for every role; no foreign keys, so history never blocks."""

    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100)
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True)
    subject_label = models.CharField(max_length=200, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="audit_newest"),
            models.Index(fields=["subject_id"], name="audit_subject"),
        ]

    class Personal:
        personal = ("actor_name", "subject_label", "old", "new", "why")
        safe = ("actor_id", "action", "subject_type", "subject_id")
