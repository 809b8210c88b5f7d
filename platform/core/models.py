"""What every table of ours shares, and the audit trail. This app lives in both schemas."""

from __future__ import annotations

from typing import Any

from django.db import models
from uuid_utils.compat import uuid7

from core import clock
from core.personal.rules import Rule


class Row(models.Model):
    """A row with a time-ordered UUID: ids survive export and import, and no sequence needs repair."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


class Only(models.Manager[Any]):
    """Some of a table's rows, where it holds several kinds: `Only(kind="grid_worker")` beside the plain `objects`."""

    def __init__(self, **which: Any) -> None:
        super().__init__()
        self._which = which

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(**self._which)


class AuditEvent(Row):
    """Who did what to which row, and why. Insert-only for every role; no foreign keys, so history never blocks.

    It names nobody: persons are ids, and what is said of them stands in `AuditWords` (infra/decisions/0004).
    """

    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)  # of whoever has no account here
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
        personal = ()
        safe = ("actor_id", "actor_name", "action", "subject_type", "subject_id", "subject_label", "old", "new", "why")


class AuditWords(Row):
    """What a row of the trail says in words about one subject. Inserted once, never changed; erased with the person.

    The database lets a committee's role delete it only where an `Erasure` of the same subject stands.
    """

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="words", db_constraint=False)
    subject_id = models.UUIDField()
    label = models.CharField(max_length=200, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id"], name="words_subject")]

    class Personal:
        personal = {"label": Rule.DROPS, "old": Rule.DROPS, "new": Rule.DROPS, "why": Rule.DROPS}
        safe = ("event", "subject_id")


class Erasure(Row):
    """That the words about a subject were erased, and for which person. Insert-only."""

    subject_id = models.UUIDField()
    person_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["subject_id"], name="erasure_subject")]

    class Personal:
        personal = ()
        safe = ("subject_id", "person_id")
