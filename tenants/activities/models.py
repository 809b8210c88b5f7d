"""What was organised and who took part. Clauses: GZ20-3.1-3..4, GZ20-3.2-1, GZ20-3.6-1..2, YY21-17-1; model: §8.4."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.personal import Rule
from tenants.liaison.models import CLAIM_PERSONAL, CLAIM_SAFE, Claim, PlaceLevel, one_of
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
            "title": Rule.SCRUB, "organiser_member": Rule.OWNS, "place": Rule.BLANK, **CLAIM_PERSONAL,
        }  # fmt: skip
        safe = (
            "kind", "organiser_type", "organiser_sector", "organiser_special_committee", "held_on", "until", "place_level",
            "venue_name", "destination", *CLAIM_SAFE,
        )  # fmt: skip
        told = ("organiser", "role")

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> date:
        return self.held_on


class Role(models.TextChoices):
    PARTICIPANT = "participant", "参加"
    HOST = "host", "主持"
    LEAD = "lead", "牵头"


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
