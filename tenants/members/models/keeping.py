"""Terms that ended, what the committee settled for itself, copies of personal data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import Row
from core.personal import Rule
from tenants.members.models.people import Member


class Term(Row):
    """届: one that has ended. Whoever sat in it are the members whose `left_on` is its `ends_on`."""

    name = models.CharField(max_length=60, unique=True)
    ends_on = models.DateField(unique=True)  # exclusive, like left_on

    class Meta:
        ordering = ["-ends_on"]

    class Personal:
        personal = ()
        safe = ("name", "ends_on")

    def __str__(self) -> str:
        return self.name


class RuleName(models.TextChoices):
    RETENTION = "retention", "保存年限"  # {"years": …} after leaving
    REMINDERS = "reminders", "提醒办法"  # {"leads": [7, 0, -3], "is_on": …}: days before a due day, after it negative


class HouseRule(Row):
    """What the committee settled for itself beside its policy; the newest row of a name is in force."""

    name = models.CharField(max_length=20, choices=RuleName)
    value = models.JSONField()  # an object; what stands in it is the name's affair

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(name__in=RuleName.values), name="house_rule_known"),
            models.CheckConstraint(condition=~Q(value={}), name="house_rule_says_something"),
        ]

    class Personal:
        personal = ()
        safe = ("name", "value")
        told = ("years", "leads", "is_on")

    def __str__(self) -> str:
        return self.get_name_display()


class DataExport(Row):
    """A copy of a member's personal data, made by a job, fetched within a week, then gone."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    content = models.BinaryField(null=True)
    ready_at = models.DateTimeField(null=True)

    class Personal:
        personal = {"member": Rule.DROPS, "asked_by": Rule.MENTIONS, "content": Rule.DROPS}
        safe = ("ready_at",)
        withheld = ("content",)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} 的导出"
