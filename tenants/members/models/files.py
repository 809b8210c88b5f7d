"""Rosters as files: one row from the upload to the day it was taken back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.models import Row
from core.personal import Rule


class RosterImport(Row):
    """An uploaded roster: a draft, gone after a day unless confirmed; then what it changed, so that it can be taken back
    while nobody has touched it since."""

    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200)
    effective_on = models.DateField()  # changed posts and seats end and begin on this day
    makes_groups = models.BooleanField(
        default=False
    )  # also make sectors and special committees the roster does not have yet
    content = models.BinaryField(null=True)  # until confirmed
    confirmed_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    before = models.JSONField(
        null=True
    )  # member id → what stood before, None for a new one; null: can no longer be undone
    after = models.JSONField(null=True)  # member id → what stood after
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = [F("confirmed_at").desc(nulls_last=True), "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, content__isnull=False, before=None, after=None, undone_at=None)
                | Q(confirmed_at__isnull=False, content=None),
                name="roster_draft_or_import",
            )
        ]

    class Personal:
        personal = {
            "uploaded_by": Rule.MENTIONS, "file_name": Rule.SCRUB, "content": Rule.DROPS, "before": Rule.DROPS,
            "after": Rule.DROPS,
        }  # fmt: skip
        withheld = ("content", "before", "after")
        safe = ("effective_on", "makes_groups", "confirmed_at", "added", "changed", "undone_at")

    def __str__(self) -> str:
        return f"{self.confirmed_at or self.created_at:%Y-%m-%d} 的导入"
