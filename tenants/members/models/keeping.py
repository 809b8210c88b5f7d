"""Terms that ended, how long personal data are kept, copies of them."""

from __future__ import annotations

from django.db import models

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


class Retention(Row):
    """For how many years the personal data of those who left are kept; the newest row is in force."""

    years = models.PositiveSmallIntegerField()

    class Personal:
        personal = ()
        safe = ("years",)

    def __str__(self) -> str:
        return f"{self.years} 年"


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
