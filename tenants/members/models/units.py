"""What the committee is made of beside sectors and special committees: offices, leading groups, groups by place."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.models import Only, Row
from core.personal import Rule
from tenants.members.models.people import Member, PostKind


class UnitKind(models.TextChoices):
    OFFICE = "office", "工作机构"
    LEADING_GROUP = "leading_group", "领导小组"
    WORKING_TEAM = "working_team", "工作专班"
    AREA_GROUP = "area_group", "街道小组"


class Unit(Row):
    """An office with its other names, a leading group (DC20-5.2-1), a members' group of a street or township (DC20-A2)."""

    kind = models.CharField(max_length=20, choices=UnitKind)
    name = models.CharField(max_length=60, unique=True)
    body = models.CharField(
        max_length=40, blank=True
    )  # the word of vocabulary.yaml's `bodies` by which documents call it
    aliases = models.JSONField(default=list)  # other names the documents use: 工作五室
    place = models.CharField(max_length=60, blank=True)  # the street, township or sumu of a group
    note = models.CharField(max_length=500, blank=True)  # what it is for; of a group, its own policy (一街一策)
    order = models.PositiveSmallIntegerField(default=0)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "order", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="unit_ends_later"),
        ]

    class Personal:
        personal = ()
        safe = ("kind", "name", "body", "aliases", "place", "note", "order", "since", "until")

    def __str__(self) -> str:
        return self.name


class Side(models.TextChoices):
    """Both sides of a group lead it together (双组长制, 双联络员制)."""

    CPPCC = "cppcc", "政协方"
    SUBDISTRICT = "subdistrict", "街道方"


class UnitRole(models.TextChoices):
    LEADER = "leader", "组长"
    DEPUTY = "deputy", "副组长"
    LIAISON = "liaison", "联络员"
    MEMBER = "member", "成员"


_OF_OFFICE = {UnitRole.LEADER: "负责人", UnitRole.DEPUTY: "副职", UnitRole.MEMBER: "工作人员"}


def role_word(kind: str, role: str) -> str:
    """组长 of a group is 负责人 of an office."""
    words = _OF_OFFICE if kind == UnitKind.OFFICE else {}
    return words.get(UnitRole(role), str(UnitRole(role).label))


class Post(Row):
    """Who holds which post: of the committee (duties ask who held it when, DC20-4.1-1), or of a unit: there a member, or
    somebody else by name (the street's own people)."""

    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=40, choices=PostKind, blank=True)  # of the committee
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="posts")
    side = models.CharField(max_length=20, choices=Side, blank=True)
    role = models.CharField(max_length=20, choices=UnitRole, blank=True)
    holder = models.CharField(max_length=60, blank=True)  # where it is no member
    holder_post = models.CharField(max_length=80, blank=True)  # 街道党工委副书记
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = models.Manager()
    of_committee = Only(unit=None)
    of_units = Only(unit__isnull=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None, member__isnull=False, kind__in=PostKind.values, side="", role="")
                | Q(unit__isnull=False, kind="", side__in=Side.values, role__in=UnitRole.values),
                name="post_of_the_committee_or_a_unit",
            ),
            models.CheckConstraint(condition=Q(member__isnull=False) | Q(holder__gt=""), name="post_has_a_holder"),
            models.UniqueConstraint(
                fields=["member", "kind", "since"], condition=Q(unit=None), name="one_post_per_kind_and_day"
            ),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "holder": Rule.SCRUB, "holder_post": Rule.BLANK}
        safe = ("kind", "unit", "side", "role", "since", "until")
        ends = "until"

    def __str__(self) -> str:
        return self.get_kind_display() or f"{self.get_side_display()}{self.get_role_display()}"


class NominationState(models.TextChoices):
    UNDER_REVIEW = "under_review", "办理中"
    CONFIRMED = "confirmed", "已审定"
    RETURNED = "returned", "已退回"


class Nomination(Row):
    """A sector's proposal of who is to convene it, until the body that decides has decided (YY21-16-2, YY21-16-3)."""

    sector = models.ForeignKey("members.Sector", on_delete=models.CASCADE, related_name="nominations")
    nominated_on = models.DateField()
    state = models.CharField(max_length=20, choices=NominationState)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NominationState.values), name="nomination_state_known"),
            models.UniqueConstraint(
                fields=["sector"], condition=Q(state="under_review"), name="one_nomination_under_review"
            ),
        ]

    class Personal:
        personal = {"note": Rule.BLANK}
        safe = ("sector", "nominated_on", "state")

    def __str__(self) -> str:
        return f"{self.sector.name}召集人推选"


class Nominee(Row):
    """Who is proposed; the first of them is to be the first convener."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="nominees")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="nominated")
    is_first = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nomination", "member"], name="nominated_once"),
            models.UniqueConstraint(
                fields=["nomination"], condition=Q(is_first=True), name="one_first_convener_nominated"
            ),
        ]

    class Personal:
        personal = {"nomination": Rule.MENTIONS, "member": Rule.OWNS}
        safe = ("is_first",)
