"""Rosters as files: an upload before its confirmation, and what the last confirmation changed."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from core.models import Row
from core.personal import Rule


class ImportDraft(Row):
    """An uploaded roster between its preview and its confirmation; gone when confirmed, or after a day."""

    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    effective_on = models.DateField()  # changed posts and seats end and begin on this day
    makes_groups = models.BooleanField(
        default=False
    )  # also make sectors and special committees the roster does not have yet

    class Personal:
        personal = {"uploaded_by": Rule.DROPS, "file_name": Rule.DROPS, "content": Rule.DROPS}
        withheld = ("content",)
        safe = ("effective_on", "makes_groups")


class RosterImport(Row):
    """A confirmed roster: what it changed, so that it can be taken back while nobody has touched it since."""

    imported_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200)
    effective_on = models.DateField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    before = models.JSONField(
        null=True
    )  # member id → what stood before, None for a new one; null: can no longer be undone
    after = models.JSONField(null=True)  # member id → what stood after
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    class Personal:
        personal = {
            "imported_by": Rule.MENTIONS, "file_name": Rule.SCRUB, "before": Rule.DROPS, "after": Rule.DROPS,
        }  # fmt: skip
        withheld = ("before", "after")
        safe = ("effective_on", "added", "changed", "undone_at")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} 的导入"
