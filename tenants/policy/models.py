"""What a committee has adopted: documents one after another, never edited. Clauses: YY21-22-1, OR21-4.1-3."""

from __future__ import annotations

from django.db import models

from core.models import Row
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
