"""What members put in writing or say in plenary, and whose work it is. Clauses: GZ20-3.1-1..2, DC20-A3-3.3-2, YY21-17-8; model: §8.5."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from core.models import Row
from core.personal import Rule
from tenants.activities.models import Activity
from tenants.liaison.models import CLAIM_PERSONAL, CLAIM_SAFE, Claim, one_of
from tenants.members.models import Member, Sector


class OutputType(models.TextChoices):
    """Kinds of output; words of the shared vocabulary."""

    PROPOSAL = "proposal", "提案"
    OPINION_REPORT = "opinion_report", "社情民意信息"
    SPECIAL_REPORT = "special_report", "专题报告"
    MICRO_SUGGESTION = "micro_suggestion", "微建议"
    RESEARCH_REPORT = "research_report", "调研报告"
    PLENARY_SPEECH = "plenary_speech", "大会发言"
    SYMPOSIUM_SPEECH = "symposium_speech", "座谈会发言"
    INSPECTION_REPORT = "inspection_report", "视察报告"


class Authorship(models.TextChoices):
    INDIVIDUAL = "individual", "个人"
    JOINT = "joint", "联名"
    GROUP = "group", "小组"
    SECTOR = "sector", "界别集体"


class Output(Claim):
    """One output, written once however many signed it: the committee counts it once, each signer by its own rule."""

    type = models.CharField(max_length=30, choices=OutputType)
    title = models.CharField(max_length=200)
    submitted_on = models.DateField()
    authorship = models.CharField(max_length=20, choices=Authorship)
    sector = models.ForeignKey(Sector, null=True, on_delete=models.PROTECT, related_name="outputs")
    based_on = models.ForeignKey(Activity, null=True, on_delete=models.PROTECT, related_name="outputs")

    class Meta(Claim.Meta):
        ordering = ["-submitted_on", "-id"]
        indexes = [
            models.Index(fields=["-submitted_on", "-id"], name="output_newest"),
            models.Index(fields=["submitted_on"], condition=Q(state="claimed"), name="output_waiting"),
        ]
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(condition=one_of("type", OutputType), name="output_type_known"),
            models.CheckConstraint(condition=~Q(title=""), name="output_titled"),
            models.CheckConstraint(
                name="output_names_its_sector",
                condition=Q(authorship="sector", sector__isnull=False)
                | Q(authorship__in=["individual", "joint", "group"], sector=None),
            ),
        ]

    class Personal:
        personal = {"title": Rule.SCRUB, **CLAIM_PERSONAL}
        safe = ("type", "submitted_on", "authorship", "sector", "based_on", *CLAIM_SAFE)

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> date:
        return self.submitted_on


class AuthorRole(models.TextChoices):
    LEAD = "lead", "领衔"
    CO_SIGNER = "co_signer", "联名"
    GROUP_MEMBER = "group_member", "小组成员"


class OutputAuthor(Row):
    """A member's name under an output."""

    output = models.ForeignKey(Output, on_delete=models.CASCADE, related_name="authors")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="authored")
    role = models.CharField(max_length=20, choices=AuthorRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["output", "member"], name="signs_once_per_output"),
            models.UniqueConstraint(fields=["output"], condition=Q(role="lead"), name="one_lead_per_output"),
            models.CheckConstraint(condition=one_of("role", AuthorRole), name="author_role_known"),
        ]

    class Personal:
        personal = {"output": Rule.MENTIONS, "member": Rule.OWNS}
        safe = ("role",)
