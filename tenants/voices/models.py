"""Voices heard and what becomes of them; what members put in writing, and whose work it is.

Clauses: YY21-20-3..5, GZ20-4.3-2..3, OR21-4.3-2..3, DC20-4.2-9..12; GZ20-3.1-1..2, DC20-A3-3.3-2, YY21-17-8; model: §8.5.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.models import Row
from core.personal import Rule
from tenants.activities.models import Activity, Topic
from tenants.liaison.models import (
    CLAIM_PERSONAL,
    CLAIM_SAFE,
    Claim,
    ContactRecord,
    one_of,
)
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
    based_on_contact = models.ForeignKey(ContactRecord, null=True, on_delete=models.PROTECT, related_name="outputs")
    based_on_topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="outputs")

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
                condition=Q(based_on=None, based_on_contact=None)
                | Q(based_on=None, based_on_topic=None)
                | Q(based_on_contact=None, based_on_topic=None),
                name="output_rests_on_one",
            ),
            models.CheckConstraint(
                name="output_names_its_sector",
                condition=Q(authorship="sector", sector__isnull=False)
                | Q(authorship__in=["individual", "joint", "group"], sector=None),
            ),
        ]

    class Personal:
        personal = {"title": Rule.SCRUB, **CLAIM_PERSONAL}
        safe = (
            "type",
            "submitted_on",
            "authorship",
            "sector",
            "based_on",
            "based_on_contact",
            "based_on_topic",
            *CLAIM_SAFE,
        )

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> date:
        return self.submitted_on

    @property
    def page(self) -> str:
        return f"/outputs/{self.pk}/"


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


class Speaker(Row):
    """来信来访人: a citizen who left a name to be answered. Known to who handles the matter; never leaves the committee."""

    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name="") | ~Q(phone=""), name="speaker_left_something")]

    class Personal:
        personal = {"name": Rule.PSEUDONYM, "phone": Rule.BLANK}
        safe = ()
        identifiers = ("name", "phone")
        pseudonym = "匿名来访人"

    def __str__(self) -> str:  # no name: labels of the audit trail are read by the office
        return "来信来访人"


class Channel(models.TextChoices):
    CONTACT = "contact", "委员联系"
    RECEPTION = "reception", "来访接待"
    STATION = "station", "站点接待"
    PHONE = "phone", "电话"
    MAILBOX = "mailbox", "信箱"
    WECHAT = "wechat", "微信"
    WEB = "web", "网上提交"
    MEETING = "meeting", "会议活动"
    OTHER = "other", "其他"


class VoiceKind(models.TextChoices):
    """What decides the way a voice goes (GZ20-4.3-2..3, OR21-3.2-2, OR21-4.3-2..3)."""

    SPECIFIC = "specific", "具体问题"
    GENERAL = "general", "普遍问题"
    EMERGING = "emerging", "苗头性问题"


class VoiceState(models.TextChoices):
    RECEIVED = "received", "待分办"
    ACCEPTED = "accepted", "已受理"
    HANDLING = "handling", "办理中"
    CONVERTED = "converted", "已转化"
    ANSWERED = "answered", "待反馈"
    CLOSED = "closed", "已办结"


class Solved(models.TextChoices):
    YES = "yes", "已解决"
    PARTLY = "partly", "部分解决"
    NO = "no", "没有解决"
    UNSAID = "unsaid", "本人没有表示"


class Voice(Row):
    """One thing somebody said, from the day it was heard until the person knows what became of it."""

    number = models.PositiveIntegerField(unique=True)  # 第几号: what one says on the phone; never used again
    receipt = models.CharField(
        max_length=8, unique=True, null=True
    )  # 回执号: digits nobody guesses, for the citizen; None: from before there were any
    received_on = models.DateField()
    channel = models.CharField(max_length=20, choices=Channel)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="voices")  # who brought it
    contact = models.ForeignKey(ContactRecord, null=True, on_delete=models.PROTECT, related_name="voices")
    speaker = models.ForeignKey(Speaker, null=True, on_delete=models.PROTECT, related_name="voices")
    content = models.CharField(max_length=1000)
    kind = models.CharField(max_length=20, choices=VoiceKind, blank=True)
    state = models.CharField(max_length=20, choices=VoiceState, default=VoiceState.RECEIVED)
    entered_by = models.UUIDField(null=True)  # user; None: the public form
    told_on = models.DateField(null=True)
    told = models.CharField(max_length=500, blank=True)  # what the person was answered
    solved = models.CharField(max_length=10, choices=Solved, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)  # closed without an answer: why
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["-received_on", "-number"]
        indexes = [
            models.Index(fields=["received_on"], condition=~Q(state="closed"), name="voice_open"),
            models.Index(fields=["member", "-received_on"], name="voice_of_member"),
        ]
        constraints = [
            models.CheckConstraint(condition=one_of("channel", Channel), name="voice_channel_known"),
            models.CheckConstraint(condition=one_of("kind", VoiceKind, blank=True), name="voice_kind_known"),
            models.CheckConstraint(condition=one_of("state", VoiceState), name="voice_state_known"),
            models.CheckConstraint(condition=one_of("solved", Solved, blank=True), name="voice_solved_known"),
            models.CheckConstraint(condition=~Q(content=""), name="voice_says_something"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(told_on__isnull=False) | ~Q(closed_reason=""),
                name="voice_closed_for_a_reason",
            ),
        ]

    class Personal:
        personal = {
            "member": Rule.MENTIONS, "speaker": Rule.OWNS, "content": Rule.SCRUB, "told": Rule.SCRUB,
            "closed_reason": Rule.SCRUB,
        }  # fmt: skip
        safe = (
            "number", "receipt", "received_on", "channel", "contact", "kind", "state", "entered_by", "told_on", "solved", "closed_on",
        )  # fmt: skip
        told = ("output", "topic", "due_on")

    def __str__(self) -> str:
        return f"民意 {self.number} 号"

    @property
    def spoken_receipt(self) -> str:
        """As it is read aloud and printed: 4839 2071."""
        return f"{self.receipt[:4]} {self.receipt[4:]}" if self.receipt else ""


class Handling(Row):
    """Who deals with a voice until when, and what came of it."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="handlings")
    handler = models.CharField(max_length=80)  # the department or office
    handed_on = models.DateField()
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    result = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_on"], condition=Q(done_on=None), name="handling_open")]
        constraints = [
            models.CheckConstraint(condition=~Q(handler=""), name="handling_by_somebody"),
            models.CheckConstraint(condition=Q(done_on=None) | ~Q(result=""), name="handling_done_with_a_result"),
            models.CheckConstraint(condition=Q(due_on=None) | Q(due_on__gte=F("handed_on")), name="handling_due_later"),
        ]

    class Personal:
        personal = {"result": Rule.SCRUB}
        safe = ("voice", "handler", "handed_on", "due_on", "done_on")

    def __str__(self) -> str:
        return self.handler


class Conversion(Row):
    """What a voice became: an output or a topic of consultation (YY21-20-4, GZ20-4.3-3, OR21-4.3-2..3)."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="conversions")
    output = models.ForeignKey(Output, null=True, on_delete=models.CASCADE, related_name="from_voices")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="from_voices")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(output=None, topic__isnull=False) | Q(output__isnull=False, topic=None),
                name="converted_into_one",
            ),
            models.UniqueConstraint(fields=["voice", "output"], name="converted_once"),
        ]

    class Personal:
        personal = ()
        safe = ("voice", "output", "topic")
