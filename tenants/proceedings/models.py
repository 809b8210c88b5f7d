"""What bodies decide, and the one sign-off runtime: a process of the policy, run on one row."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models import User
from core import workdays
from core.models import Row
from core.personal import Rule


class Body(models.TextChoices):
    STANDING_COMMITTEE = "standing_committee", "常务委员会"
    CHAIRPERSONS_COUNCIL = "chairpersons_council", "主席会议"
    PARTY_GROUP = "party_group", "党组会议"


class Decision(Row):
    """A decision of one body at one meeting, e.g. to adapt the parent's measures."""

    body = models.CharField(max_length=40, choices=Body)
    meeting = models.CharField(max_length=100)  # e.g. 第十届第3次主席会议
    decided_on = models.DateField()
    document_number = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=200)

    class Personal:
        personal = ()
        safe = ("body", "meeting", "decided_on", "document_number", "subject")

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.meeting}"


class ProcessState(models.TextChoices):
    RUNNING = "running", "办理中"
    DONE = "done", "已办结"
    RETURNED = "returned", "已退回"


class Process(Row):
    """One run of a workflow of the policy on one row; its steps are copied when it starts, so a later document changes nothing."""

    workflow = models.CharField(max_length=60)  # its id in the policy
    title = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60)  # app_label.model
    subject_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=ProcessState, default=ProcessState.RUNNING)
    clauses = models.JSONField(default=list)  # ids of the clauses the workflow serves
    started_on = models.DateField()
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProcessState.values), name="process_state_known"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"], condition=Q(state="running"), name="one_process_at_a_time"
            ),
        ]

    class Personal:
        personal = {"title": Rule.SCRUB, "started_by": Rule.MENTIONS}
        safe = ("workflow", "subject_type", "subject_id", "state", "clauses", "started_on", "ended_on")

    def __str__(self) -> str:
        return self.title


class StepState(models.TextChoices):
    WAITING = "waiting", "未轮到"
    OPEN = "open", "待办理"
    SIGNED = "signed", "已同意"
    SKIPPED = "skipped", "未办（可免）"
    RETURNED = "returned", "已退回"


class Step(Row):
    """A step of a process: whose turn it is, by post or body, and what they said."""

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)  # its id in the workflow
    title = models.CharField(max_length=100)
    by = models.CharField(max_length=40)  # a word of vocabulary.yaml's `bodies`
    after = models.JSONField(default=list)  # keys of the steps it waits for
    optional = models.BooleanField(default=False)
    days = models.PositiveSmallIntegerField(null=True)  # from the day it opens
    in_working_days = models.BooleanField(default=False)  # `days` are working days (core.workdays)
    state = models.CharField(max_length=12, choices=StepState, default=StepState.WAITING)
    opened_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    opinion = models.CharField(max_length=500, blank=True)
    signed_on = models.DateField(null=True)
    signed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    on_paper = models.CharField(max_length=60, blank=True)  # who signed on paper, where the office enters it for them
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["place"]
        indexes = [models.Index(fields=["by"], condition=Q(state="open"), name="steps_open")]
        constraints = [
            models.UniqueConstraint(fields=["process", "key"], name="each_step_once"),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="step_state_known"),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(opinion=""), name="step_returned_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "returned"]) | Q(signed_on__isnull=False), name="step_signed_on_a_day"
            ),
        ]

    class Personal:
        personal = {"process": Rule.MENTIONS, "opinion": Rule.SCRUB, "signed_by": Rule.MENTIONS, "on_paper": Rule.SCRUB}
        safe = (
            "place", "key", "title", "by", "after", "optional", "days", "in_working_days", "state", "opened_on", "due_on", "signed_on", "decision",
        )  # fmt: skip

    @property
    def due(self) -> dt.date | None:
        """The last day to sign. While it is open, working days are counted by the calendar known now: a year's holidays may have
        been announced since the step was opened."""
        if self.state == StepState.OPEN and self.in_working_days and self.days and self.opened_on:
            return workdays.after(self.opened_on, self.days)
        return self.due_on

    def __str__(self) -> str:
        return self.title
