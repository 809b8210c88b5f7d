"""What a committee decides about a judgement. The judgement itself is counted on reading and stored nowhere."""

from __future__ import annotations

from django.db import models

from core.models import Row
from core.personal import Rule
from tenants.members.models import Member
from tenants.proceedings.models import Decision


class Waiver(Row):
    """A duty one member need not meet in one period, for a reason (in-principle duties such as DC20-4.1-12)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="waivers")
    duty = models.CharField(max_length=80)  # duty id of the policy in force
    period = models.CharField(max_length=10)  # period key: 2022, 2022-H1, 2022-05
    reason = models.CharField(max_length=300)
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="waivers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "duty", "period"], name="one_waiver_per_duty_and_period")
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "reason": Rule.REDACT}
        safe = ("duty", "period", "decision")


class Outcome(models.TextChoices):
    """What came of an objection."""

    OPEN = "open", "待答复"
    CORRECTED = "corrected", "已更正"
    KEPT = "kept", "维持原数"
    WITHDRAWN = "withdrawn", "已收回"


class Objection(Row):
    """异议: a member says a figure of the own standing is wrong; the office answers. `figure` is how it read then."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="objections")
    duty = models.CharField(max_length=80)
    as_of = models.DateField()
    figure = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    raised_by = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "duty"], condition=models.Q(outcome="open"), name="one_open_objection_per_duty"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="open") | models.Q(decided_at__isnull=False),
                name="objection_decided_some_day",
            ),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "text": Rule.REDACT, "answer": Rule.REDACT}
        safe = ("duty", "as_of", "figure", "outcome", "raised_by", "decided_by", "decided_at")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} 的异议"
