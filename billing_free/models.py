"""What is used, as a ledger nobody can rewrite, and the limits an operator set. Public schema, row-level security."""

from __future__ import annotations

from django.db import models

from billing_free.quotas import What
from core.models import Row


class Meter(Row):
    """One claim (positive) or release (negative). Insert-only for the committee, readable without `by_id` for the operator."""

    committee = models.CharField(max_length=40)
    what = models.CharField(max_length=20, choices=What)
    amount = models.BigIntegerField()
    month = models.CharField(max_length=7)  # 2022-11, in the committees' zone
    by_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["committee", "what", "month"], include=["amount"], name="meter_used"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="meter_moves")]

    class Personal:
        personal = ()
        safe = ("committee", "what", "amount", "month", "by_id")


class Balance(Row):
    """What stood in the ledger at a month's end, so that a claim adds up one or two months and not years."""

    committee = models.CharField(max_length=40)
    what = models.CharField(max_length=20, choices=What)
    month = models.CharField(max_length=7)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "what", "month"], include=["amount"], name="one_balance_per_month"
            )
        ]

    class Personal:
        personal = ()
        safe = ("committee", "what", "month", "amount")


class Quota(Row):
    """A limit other than the level's, set by the operator for one committee."""

    committee = models.CharField(max_length=40)
    what = models.CharField(max_length=20, choices=What)
    amount = models.PositiveBigIntegerField()
    why = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "what"], include=["amount"], name="one_quota_per_thing")
        ]

    class Personal:
        personal = ()
        safe = ("committee", "what", "amount", "why")
