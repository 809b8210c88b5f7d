"""What lies in the letterbox between levels. Public schema, row-level security; figures of committees, never a person."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from core.models import Row


class DeliveryState(models.TextChoices):
    SUBMITTED = "submitted", "已报送，待接收"
    ACCEPTED = "accepted", "已接收"
    RETURNED = "returned", "已退回"


class Delivery(Row):
    """One return on its way up. The body never changes; only the recipient decides, once (see migration 0002).

    `ancestors` are the committees above the recipient when it was sent, nearest first; they may read it once accepted.
    """

    sender = models.CharField(max_length=40)
    recipient = models.CharField(max_length=40)
    ancestors = ArrayField(models.CharField(max_length=40), default=list)
    period = models.CharField(max_length=10)  # 2022-11, 2022-H1 or 2022
    revision = models.PositiveSmallIntegerField()
    body = models.JSONField()  # the canonical return
    digest = models.CharField(max_length=64)  # sha256 of the body's canonical text
    signature = models.CharField(max_length=120)  # of the sender's key under the body
    public_key = models.CharField(max_length=60)  # which key that was
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.SUBMITTED)
    reason = models.TextField(blank=True)  # why it was sent back
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "period", "revision"], name="one_delivery_per_revision"),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(reason=""), name="returned_with_reason"),
        ]
        indexes = [
            models.Index(fields=["recipient", "period"], name="delivery_received"),
            GinIndex(fields=["ancestors"], name="delivery_above"),
        ]

    class Personal:
        personal = ()
        safe = (
            "sender", "recipient", "ancestors", "period", "revision", "body", "digest", "signature", "public_key", "state",
            "reason", "submitted_at", "decided_at",
        )  # fmt: skip

    @property
    def sender_name(self) -> str:
        """As it signed it. Of rows that `queries` reads without their body, asked for beside it."""
        return str(getattr(self, "signed_name", None) or self.body["committee"]["name"])

    def __str__(self) -> str:
        return f"{self.sender} {self.period} 第 {self.revision} 稿"


class Publication(Row):
    """One version of a committee's policy on its way down to its children. Written once, never changed (see migration 0004)."""

    publisher = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)  # what the publisher says about it
    content = models.JSONField()  # the policy as a template, its values dated
    digest = models.CharField(max_length=64)  # sha256 of the content's canonical text
    substance = models.CharField(
        max_length=64
    )  # of what it asks on its first day: alike where two documents ask the same
    in_force_from = models.DateField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publisher", "version"], name="one_publication_per_version")]

    class Personal:
        personal = ()
        safe = (
            "publisher", "version", "title", "note", "content", "digest", "substance", "in_force_from", "published_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"


class Position(Row):
    """What a committee tells its parent of the policy it holds: which one, since when, in how many places otherwise. Numbers only."""

    sender = models.CharField(max_length=40)
    recipient = models.CharField(max_length=40)
    substance = models.CharField(max_length=64)  # of the parent's policy it holds, its own deviations left out
    since = models.DateField()
    deviations = models.PositiveSmallIntegerField()  # R40: numerator
    parameters = models.PositiveSmallIntegerField()  # and denominator
    additions = models.PositiveSmallIntegerField()  # duties of its own

    class Meta:
        indexes = [models.Index(fields=["recipient", "sender", "since"], name="position_received")]

    class Personal:
        personal = ()
        safe = ("sender", "recipient", "substance", "since", "deviations", "parameters", "additions")

    def __str__(self) -> str:
        return f"{self.sender} {self.since:%Y-%m-%d} 起改动 {self.deviations} 处"


class SigningKey(Row):
    """A committee's public key, where everybody who receives its returns finds it; the private one stays in its schema."""

    committee = models.CharField(max_length=40)
    public_key = models.CharField(max_length=60)  # base64 of 32 bytes
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # signs nothing any more; what it signed before stands

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_key"], name="one_owner_per_key"),
            models.UniqueConstraint(fields=["committee"], condition=Q(until=None), name="one_key_in_use"),
        ]

    class Personal:
        personal = ()
        safe = ("committee", "public_key", "since", "until")

    def __str__(self) -> str:
        return self.committee
