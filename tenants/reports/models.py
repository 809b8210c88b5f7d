"""A committee's return for a period: its own figures and, summed with them, the accepted ones from below (§10)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import Row
from core.personal import Rule


class ReturnState(models.TextChoices):
    """`accepted` and `returned` are the recipient's word: they are read from the exchange, never stored here."""

    DRAFT = "draft", "草稿"
    SIGNED = "signed", "已签署"
    SUBMITTED = "submitted", "已报送，待接收"
    ACCEPTED = "accepted", "已接收"
    RETURNED = "returned", "已退回"


class Basis(models.TextChoices):
    """By whose value attainment was judged (S29)."""

    OWN = "own", "按本会办法"
    PARENT = "parent", "按上级办法"


class Scope(models.TextChoices):
    OWN = "own", "本级"
    TOTAL = "total", "含下级"


class Return(Row):
    """One revision of one period's return. `body` is the truth; the long rows repeat it for queries.

    A draft may be closed again and overwritten; from the signature on nothing changes, a correction is a new revision.
    """

    period = models.CharField(max_length=10)  # 2022-11
    revision = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=ReturnState, default=ReturnState.DRAFT)
    as_of = models.DateField()
    policies = models.JSONField()  # {"own": digest | null, "parent": digest | null}
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "revision"], name="one_return_per_revision"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="return_signed_by_somebody",
            ),
        ]

    class Personal:
        personal = {"closed_by": Rule.MENTIONS, "signed_by": Rule.MENTIONS}
        safe = (
            "period", "revision", "state", "as_of", "policies", "body", "digest", "closed_at", "signed_at", "submitted_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.period} 第 {self.revision} 稿"


class ReturnFigure(Row):
    """One figure: numerator over denominator, or "not applicable", which stays out of both sides above.

    `cell` is empty for the whole committee; breakdowns will name theirs. `answered` of `asked` committees had the figure.
    """

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="figures")
    scope = models.CharField(max_length=10, choices=Scope)
    indicator = models.CharField(max_length=10)
    basis = models.CharField(max_length=10, choices=Basis)
    cell = models.CharField(max_length=120, blank=True)
    applicable = models.BooleanField()
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    answered = models.PositiveIntegerField()
    asked = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "scope", "indicator", "basis", "cell"], name="one_figure_per_cell"),
            models.CheckConstraint(
                condition=Q(applicable=True, numerator__isnull=False)
                | Q(applicable=False, numerator=None, denominator=None),
                name="figure_or_not_applicable",
            ),
        ]

    class Personal:
        personal = ()
        safe = (
            "of", "scope", "indicator", "basis", "cell", "applicable", "numerator", "denominator", "answered", "asked",
        )  # fmt: skip
