"""What was organised and who took part. Clauses: GZ20-3.1-3..4, GZ20-3.2-1, GZ20-3.6-1..2, YY21-17-1; model: §8.4."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.models import Row
from core.personal import Rule
from tenants.liaison.models import (
    CLAIM_PERSONAL,
    CLAIM_SAFE,
    Claim,
    PlaceLevel,
    one_of,
)
from tenants.members.models import Member, Sector, SpecialCommittee


class OrganiserType(models.TextChoices):
    """Who organised it; the first four are subjects of their own duties or figures."""

    COMMITTEE = "committee", "本会"
    SPECIAL_COMMITTEE = "special_committee", "专委会"
    SECTOR = "sector", "界别"
    MEMBER = "member", "委员本人"
    OTHER = "other", "其他单位"


class Destination(models.TextChoices):
    """Where an activity goes to (OR21-2.3-3)."""

    ENTERPRISE = "enterprise", "进企业"
    RURAL = "rural", "进乡村"
    ORGAN = "organ", "进机关"
    CAMPUS = "campus", "进校园"
    COMMUNITY = "community", "进社区"
    MILITARY = "military", "进军营"
    SITE = "site", "进一线"


def _organised_by(kind: str, field: str | None) -> Q:
    fields = ("organiser_special_committee", "organiser_sector", "organiser_member")
    return Q(organiser_type=kind, **{f"{name}__isnull": name != field for name in fields})


class Activity(Claim):
    """One activity, written once by whoever organised it."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)  # a word of the shared vocabulary, or a local kind of the policy of its day
    organiser_type = models.CharField(max_length=20, choices=OrganiserType)
    organiser_sector = models.ForeignKey(Sector, null=True, on_delete=models.PROTECT, related_name="activities")
    organiser_special_committee = models.ForeignKey(
        SpecialCommittee, null=True, on_delete=models.PROTECT, related_name="activities"
    )
    organiser_member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="own_activities")
    held_on = models.DateField()
    until = models.DateField(null=True)  # the last day, for an activity of several days
    place = models.CharField(max_length=120, blank=True)
    place_level = models.CharField(max_length=20, choices=PlaceLevel, blank=True)
    venue_name = models.CharField(max_length=120, blank=True)  # until venues are rows of their own
    destination = models.CharField(max_length=20, choices=Destination, blank=True)
    beneficiary = models.CharField(max_length=120, blank=True)  # of a practical deed: for whom
    result = models.CharField(max_length=500, blank=True)  # what came of it
    is_planned = models.BooleanField(default=False)  # called, not held yet: counts nowhere

    class Meta(Claim.Meta):
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="activity_newest"),
        ]
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(condition=~Q(title="") & ~Q(kind=""), name="activity_named"),
            models.CheckConstraint(
                name="activity_organiser_is_one",
                condition=_organised_by("committee", None)
                | _organised_by("other", None)
                | _organised_by("special_committee", "organiser_special_committee")
                | _organised_by("sector", "organiser_sector")
                | _organised_by("member", "organiser_member"),
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("held_on")), name="activity_ends_later"),
            models.CheckConstraint(
                condition=one_of("place_level", PlaceLevel, blank=True), name="activity_place_level_known"
            ),
            models.CheckConstraint(
                condition=one_of("destination", Destination, blank=True), name="activity_destination_known"
            ),
        ]

    class Personal:
        personal = {
            "title": Rule.SCRUB, "organiser_member": Rule.OWNS, "place": Rule.BLANK, "beneficiary": Rule.SCRUB,
            "result": Rule.SCRUB, **CLAIM_PERSONAL,
        }  # fmt: skip
        safe = (
            "kind", "organiser_type", "organiser_sector", "organiser_special_committee", "held_on", "until", "place_level",
            "venue_name", "destination", "is_planned", *CLAIM_SAFE,
        )  # fmt: skip
        told = ("organiser", "role")

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> date:
        return self.held_on

    @property
    def page(self) -> str:
        return f"/activities/{self.pk}/"


class Role(models.TextChoices):
    PARTICIPANT = "participant", "参加"
    HOST = "host", "主持"
    LEAD = "lead", "牵头"
    LATE = "late", "迟到"
    ON_LEAVE = "on_leave", "请假"
    ABSENT = "absent", "缺席"


AWAY = (Role.LATE, Role.ON_LEAVE, Role.ABSENT)  # the vocabulary's group `away`: noted, never counted as taking part


class Participation(Claim):
    """A member's part in an activity; what duties count."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participations")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(max_length=20, choices=Role)

    class Meta(Claim.Meta):
        indexes = [models.Index(fields=["activity"], condition=Q(state="claimed"), name="participation_waiting")]
        constraints = [
            *Claim.Meta.constraints,
            models.UniqueConstraint(
                fields=["activity", "member"], condition=Q(withdrawn_at=None), name="takes_part_once_per_activity"
            ),
            models.CheckConstraint(condition=one_of("role", Role), name="participation_role_known"),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, **CLAIM_PERSONAL}
        safe = ("activity", "role", *CLAIM_SAFE)

    def __str__(self) -> str:
        return str(Role(self.role).label)

    @property
    def day(self) -> date:
        return self.activity.held_on

    @property
    def page(self) -> str:
        return f"/activities/{self.activity_id}/"


class Answer(models.TextChoices):
    COMING = "coming", "参加"
    DECLINED = "declined", "请假"


class Invitation(Row):
    """A member called to an activity, and what they answered."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="invitations")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="invitations")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="called_once_per_activity"),
            models.CheckConstraint(condition=one_of("answer", Answer, blank=True), name="invitation_answer_known"),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "reason": Rule.BLANK}
        safe = ("activity", "answer", "answered_at")


class GuestLevel(models.TextChoices):
    """Of which level's committee a guest is a member; which may come is the policy's affair (setting guest_levels)."""

    NATIONAL = "national", "全国政协"
    PROVINCE = "province", "省（自治区）政协"
    CITY = "city", "市（盟）政协"
    COUNTY = "county", "县（区、旗）政协"
    OTHER = "other", "其他来宾"


class Guest(Row):
    """Somebody of another committee who took part: listed, never counted in this one (GZ20-3.2-3, OR21-2.1-6, S27)."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=20, choices=GuestLevel)
    unit = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="guest_named"),
            models.CheckConstraint(condition=one_of("level", GuestLevel), name="guest_level_known"),
        ]

    class Personal:
        personal = {"name": Rule.REDACT, "unit": Rule.BLANK}
        safe = ("activity", "level")

    def __str__(self) -> str:
        return str(GuestLevel(self.level).label)


class TopicForm(models.TextChoices):
    STANDING_THEMATIC = "standing_thematic", "专题协商"
    COMMITTEE_COUNTERPART = "committee_counterpart", "对口协商"
    SECTOR = "sector", "界别协商"
    GRASSROOTS = "grassroots", "基层协商"


class TopicSource(models.TextChoices):
    PLAN = "plan", "年度计划"
    VOICE = "voice", "群众意见"
    GOVERNMENT = "government", "党委政府交办"
    MEMBER = "member", "委员提出"


class TopicState(models.TextChoices):
    PROPOSED = "proposed", "已提出"
    CHOSEN = "chosen", "已选定"
    HELD = "held", "已协商"
    DROPPED = "dropped", "不列入"


class Topic(Row):
    """协商议题: what the committee consults on in a year, from where it came, what came of it (GZ20-4.3-3, DC17-12-1)."""

    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    form = models.CharField(max_length=30, choices=TopicForm)
    source = models.CharField(max_length=20, choices=TopicSource)
    state = models.CharField(max_length=20, choices=TopicState, default=TopicState.PROPOSED)
    activity = models.ForeignKey(Activity, null=True, on_delete=models.SET_NULL, related_name="topics")
    result = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="topic_titled"),
            models.CheckConstraint(condition=one_of("form", TopicForm), name="topic_form_known"),
            models.CheckConstraint(condition=one_of("source", TopicSource), name="topic_source_known"),
            models.CheckConstraint(condition=one_of("state", TopicState), name="topic_state_known"),
        ]

    class Personal:
        personal = {"title": Rule.SCRUB, "result": Rule.SCRUB}
        safe = ("year", "form", "source", "state", "activity")

    def __str__(self) -> str:
        return self.title


class Occasion(Row):
    """A dated event of the committee's calendar, from which the policy may count periods and due days (vocabulary: events)."""

    kind = models.CharField(max_length=40)  # a word of the vocabulary's events
    held_on = models.DateField()
    title = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["held_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="occasion_kind_given"),
            models.UniqueConstraint(fields=["kind", "held_on"], name="one_occasion_of_a_kind_a_day"),
        ]

    class Personal:
        personal = ()
        safe = ("kind", "held_on", "title")

    def __str__(self) -> str:
        return self.title or self.kind
