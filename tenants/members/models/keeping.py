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
    SPEAKERS = "speakers", "反映人信息保存年限"  # {"years": …} after a voice was closed
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


class Made(models.TextChoices):
    PERSONAL_COPY = "personal_copy", "个人信息"
    DUTY_FILE = "duty_file", "委员履职档案"
    FORM = "form", "登记表"


class MadeFile(Row):
    """A file a job makes for whoever asked: a copy of one member's data, or everybody's documents in one zip.

    Fetched within a week, then gone from the disk too.
    """

    kind = models.CharField(max_length=20, choices=Made)
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="copies")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    form = models.CharField(max_length=80, blank=True)  # id of the form in the policy
    ending = models.CharField(max_length=5, blank=True)  # pdf | docx, of the documents in it
    as_of = models.DateField(null=True)
    number = models.PositiveIntegerField(default=0)  # of documents in it
    job = models.UUIDField(null=True)
    stored = models.CharField(max_length=120, blank=True)  # name in core.storage; empty until ready
    ready_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Made.values), name="made_file_known"),
            models.CheckConstraint(
                condition=Q(kind="personal_copy", member__isnull=False, as_of=None)
                | (~Q(kind="personal_copy") & Q(member=None, as_of__isnull=False)),
                name="made_file_of_one_or_of_all",
            ),
        ]

    class Personal:
        personal = {"member": Rule.DROPS, "asked_by": Rule.MENTIONS}
        safe = ("kind", "form", "ending", "as_of", "number", "job", "stored", "ready_at")
        told = ("content",)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} 的{self.get_kind_display()}"
