"""What bodies decide: the meeting and the decision everything later points to."""

from __future__ import annotations

from django.db import models

from core.models import Row


class Body(models.TextChoices):
    STANDING_COMMITTEE = "standing_committee", "常务委员会"
    CHAIRPERSONS_COUNCIL = "chairpersons_council", "主席会议"
    PARTY_GROUP = "party_group", "党组会议"


class Decision(Row):
    """A decision of one body at one meeting, e.g. to adapt the parent's measures."""

    body = models.CharField(max_length=40, choices=Body)
    meeting = models.CharField(max_length=100)  # e.g. 第十届第3次主席会议
    decided_on = models.DateField()
    document_number = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=200)

    class Personal:
        personal = ()
        safe = ("body", "meeting", "decided_on", "document_number", "subject")

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.meeting}"
