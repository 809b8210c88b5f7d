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
