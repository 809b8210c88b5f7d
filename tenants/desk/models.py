"""The inbox: what was told to whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import Row
from core.personal import Rule
from tenants.members.models import Member


class Notice(Row):
    """收件: one thing told to one account. `settled_at`: the matter was dealt with, whoever did it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    about = models.UUIDField(null=True)  # the matter's row
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # whom the words name
    due_on = models.DateField(null=True)
    clauses = models.JSONField(default=list)  # ids, as GZ20-4.4-4
    key = models.CharField(max_length=160, blank=True)  # the same is told once
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="notice_told_once"),
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"), name="notice_leads_here"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-sent_at"], name="notice_newest"),
            models.Index(fields=["about"], condition=Q(settled_at=None), name="notice_open_about"),
            models.Index(fields=["sent_at"], name="notice_age"),
        ]

    class Personal:
        personal = {"user": Rule.DROPS, "member": Rule.MENTIONS, "title": Rule.REDACT, "text": Rule.REDACT}
        safe = ("url", "about", "due_on", "clauses", "key", "sent_at", "read_at", "settled_at")

    def __str__(self) -> str:
        return self.title


class Reminder(Row):
    """That somebody was reminded of one matter at one stage; never twice. `notice` is None where they have no account."""

    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="reminders")
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="reminders")
    whom = models.UUIDField()  # the member or, for an office, the account
    key = models.CharField(max_length=160)  # of the matter: duty and period, or the waiting item's
    stage = models.SmallIntegerField()  # the day of the plan that was reached
    title = models.CharField(max_length=200)
    owed = models.CharField(max_length=60, blank=True)  # 尚差 1 件
    url = models.CharField(max_length=300)
    clauses = models.JSONField(default=list)
    due_on = models.DateField()
    sent_on = models.DateField()
    notice = models.ForeignKey(Notice, null=True, on_delete=models.SET_NULL, related_name="reminders")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["whom", "key", "stage"], name="reminded_once")]
        indexes = [models.Index(fields=["-sent_on"], name="reminder_newest")]

    class Personal:
        personal = {"user": Rule.DROPS, "member": Rule.DROPS, "title": Rule.SCRUB}
        safe = ("whom", "key", "stage", "owed", "url", "clauses", "due_on", "sent_on", "notice")

    def __str__(self) -> str:
        return self.title
