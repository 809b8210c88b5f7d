"""What a committee has adopted: documents one after another, never edited. Clauses: YY21-22-1, OR21-4.1-3."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import Row
from core.personal import Rule
from tenants.proceedings.models import Decision


class Kind(models.TextChoices):
    TEMPLATE = "template", "办法"
    OVERLAY = "overlay", "调整"


class Layer(models.TextChoices):
    """Whose document it is: the parent's, taken over, or the committee's own."""

    PARENT = "parent", "上级"
    OWN = "own", "本会"


class PolicyDocument(Row):
    """An adopted document as canonical JSON. A later document supersedes; the committee's role may not update or delete."""

    order = models.PositiveIntegerField(unique=True)  # of adoption; overlays apply in it
    kind = models.CharField(max_length=20, choices=Kind)
    layer = models.CharField(max_length=20, choices=Layer)
    identifier = models.CharField(max_length=80)  # yiyang-2021, or the overlay's id
    base = models.CharField(max_length=80)  # the template it belongs to; a template names itself
    title = models.CharField(max_length=200)
    content = models.JSONField()
    digest = models.CharField(max_length=64)  # of `content`
    in_force_from = models.DateField(null=True)  # None: the document names no day, valid as far back as anyone asks
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="documents")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]

    class Personal:
        personal = ()
        safe = (
            "order", "kind", "layer", "identifier", "base", "title", "content", "digest", "in_force_from", "decision", "reason",
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title


class DraftState(models.TextChoices):
    EDITING = "editing", "准备中"
    PROPOSED = "proposed", "等待会议决定"
    ADOPTED = "adopted", "已采用"
    DROPPED = "dropped", "已放弃"


class Draft(Row):
    """An adaptation being prepared: what was typed, and what it means in the overlay's language. Binds nobody.

    `operations` is None while what was typed does not hold together; `additions` are our own duties, `{id, value}`. A case settles
    our deviations against another document: `origin` says which, `operations` are what stays of them (None: not all is decided).
    """

    state = models.CharField(max_length=20, choices=DraftState, default=DraftState.EDITING)
    is_open = models.BooleanField(default=True)
    is_case = models.BooleanField(default=False)
    origin = models.CharField(max_length=120, blank=True)  # publication:<id> of the parent's, or shipped:<name>
    typed = models.JSONField(default=dict)  # field of the form: list of texts
    operations = models.JSONField(null=True)
    additions = models.JSONField(default=list)
    details = models.JSONField(default=dict)  # of things changed on a page of their own: `{thing: {typed, operations}}`
    reason = models.TextField(blank=True)
    remark = models.TextField(blank=True)  # why it came back
    prepared_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    document = models.ForeignKey(PolicyDocument, null=True, on_delete=models.PROTECT, related_name="drafts")

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["is_case"], condition=Q(is_open=True), name="one_open_draft_of_a_kind")
        ]

    class Personal:
        personal = {"prepared_by": Rule.MENTIONS}
        safe = (
            "state",
            "is_open",
            "is_case",
            "origin",
            "typed",
            "operations",
            "additions",
            "details",
            "reason",
            "remark",
            "changed_at",
            "document",
        )

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d} 的调整草稿"

    @property
    def all_operations(self) -> list[dict[str, Any]]:
        """Changes, those made on pages of their own, and our own duties, in the overlay's language."""
        dropped = {one["path"] for one in self.operations or () if one["op"] == "remove"}
        details = [
            one for thing, said in sorted(self.details.items()) if thing not in dropped for one in said["operations"]
        ]
        added = [{"op": "add", "path": f"duty.{one['id']}", "value": one["value"]} for one in self.additions]
        return [*(self.operations or ()), *details, *added]


class Withdrawal(Row):
    """A document taken back before its first day: it never binds anybody. Kept for good, with the reason."""

    document = models.OneToOneField(PolicyDocument, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField()

    class Personal:
        personal = ()
        safe = ("document", "reason")

    def __str__(self) -> str:
        return f"撤回 {self.document.title}"
