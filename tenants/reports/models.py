"""Returns: own figures and, summed with them, the accepted ones from below (§10). Printed forms, and how far each member's has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import Row
from core.personal import Rule
from tenants.members.models import Member


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
    """One revision of one period's return. `body` is the truth, and what is signed.

    A draft may be closed again and overwritten; from the signature on nothing changes, a correction is a new revision.
    Submitted, not even raw SQL as the committee's role changes or removes it (row-level security).
    """

    period = models.CharField(max_length=10)  # 2022-11, 2022-H1 or 2022
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
    signature = models.CharField(max_length=120, blank=True)  # of the committee's key under `body`
    public_key = models.CharField(max_length=60, blank=True)  # which key that was
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
            "period", "revision", "state", "as_of", "policies", "body", "digest", "closed_at", "signed_at", "signature",
            "public_key", "submitted_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.period} 第 {self.revision} 稿"


class SigningKey(Row):
    """What this committee signs its returns with: the private half sealed by the deployment's key, the public half also in `exchange`."""

    public_key = models.CharField(max_length=60, unique=True)
    sealed = models.CharField(max_length=200)  # core.sealing, about this committee and this public key
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # signs nothing any more

    class Meta:
        constraints = [models.UniqueConstraint(fields=["until"], nulls_distinct=False, name="one_signing_key_in_use")]

    class Personal:
        personal = ()
        safe = ("public_key", "sealed", "since", "until")

    def __str__(self) -> str:
        return "报表签名密钥"


class FilledForm(Row):
    """A form of the document as one member filled it for one period (YY21-F-1). What its fields are is the policy's word."""

    form = models.CharField(max_length=80)  # id of the form in the policy
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="filled_forms")
    period = models.CharField(max_length=10)
    entered_by = models.UUIDField(null=True)  # user; None: the deployment itself

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "member", "period"], name="one_form_per_member_and_period")
        ]

    class Personal:
        personal = {"member": Rule.OWNS}
        safe = ("form", "period", "entered_by")

    def __str__(self) -> str:
        return f"{self.period} 年的表"


class FormAnswer(Row):
    """What stands in one field of a filled form, as text; a field of rows has a line per row, cells between bars."""

    of = models.ForeignKey(FilledForm, on_delete=models.CASCADE, related_name="answers")
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="+"
    )  # whose words it is: who leaves takes them along
    field = models.CharField(max_length=80)  # id of the field in the policy
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "field"], name="one_answer_per_field")]

    class Personal:
        personal = {"of": Rule.OWNS, "member": Rule.OWNS, "text": Rule.BLANK}
        safe = ("field",)

    def __str__(self) -> str:
        return self.field


class FormStep(Row):
    """A step a filled form has taken, as filing with the special committee before uploading (YY21-F-2, YY21-F-3)."""

    of = models.ForeignKey(FilledForm, on_delete=models.CASCADE, related_name="steps")
    workflow = models.CharField(max_length=80)  # id of the workflow in the policy
    step = models.CharField(max_length=80)
    done_on = models.DateField()
    entered_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["done_on", "created_at"]
        constraints = [models.UniqueConstraint(fields=["of", "step"], name="one_form_step_each")]

    class Personal:
        personal = ()
        safe = ("of", "workflow", "step", "done_on", "entered_by")

    def __str__(self) -> str:
        return f"{self.done_on:%Y-%m-%d} {self.step}"
