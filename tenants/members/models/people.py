"""Members and what they hold over days. Clauses: §8.2 of every document's organisation part."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.models import Only, Row
from core.personal import Rule
from tenants.members.models.groups import Sector, SpecialCommittee


class Member(Row):
    """A member of this committee and term. Never the same row as the person's seat elsewhere (S32)."""

    name = models.CharField(max_length=60)  # 民委发〔2016〕33号: at least 50 characters, separator ·
    name_pinyin = models.CharField(max_length=450)  # core.pinyin.of(name): syllables, a blank, initials
    number = models.CharField(max_length=20, unique=True)  # the office's own number, stable across imports
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="members")
    special_committees = models.ManyToManyField(SpecialCommittee, through="Seat", related_name="members")
    work_unit = models.CharField(max_length=120, blank=True)
    unit_post = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    district = models.CharField(max_length=60, blank=True)  # where they live or work: who records for them (GZ20-4.4-4)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)  # exclusive
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="member")
    continues = models.BooleanField(
        default=False
    )  # sits in the next term as well: the account stays, nothing falls due
    is_invented = models.BooleanField(default=False)  # demo people; pages mark them

    class Meta:
        ordering = ["name_pinyin", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gt=F("joined_on")), name="member_leaves_later"
            )
        ]

    class Personal:
        personal = {
            "name": Rule.PSEUDONYM, "name_pinyin": Rule.PSEUDONYM, "number": Rule.PSEUDONYM, "work_unit": Rule.BLANK,
            "unit_post": Rule.BLANK, "phone": Rule.BLANK, "district": Rule.BLANK, "user": Rule.SAME,
        }  # fmt: skip
        safe = ("sector", "joined_on", "left_on", "continues", "is_invented")
        told = ("posts", "special_committees", "kind")
        withheld = ("name_pinyin",)
        ends = "left_on"
        identifiers = ("name", "number", "phone")
        pseudonym = "匿名委员"

    def __str__(self) -> str:
        return self.name


class Spell(Row):
    """Earlier days in office of a member who left and came back within the term; the present ones stand in the member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="spells")
    since = models.DateField()
    until = models.DateField()  # exclusive

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="spell_ends_later")]

    class Personal:
        personal = {"member": Rule.OWNS}
        safe = ("since", "until")
        ends = "until"


class SeatRole(models.TextChoices):
    DIRECTOR = "director", "主任"
    DEPUTY_DIRECTOR = "deputy_director", "副主任"
    MEMBER = "member", "委员"


class Seat(Row):
    """Who sits where: in a special committee, whose director coordinates the sectors it links (YY21-16-6), or in a group of
    a street or township, in principle one each (DC20-A2-3-2)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="seats")
    special_committee = models.ForeignKey(SpecialCommittee, null=True, on_delete=models.PROTECT, related_name="seats")
    unit = models.ForeignKey("members.Unit", null=True, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(max_length=20, choices=SeatRole, default=SeatRole.MEMBER)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    exception_reason = models.CharField(max_length=200, blank=True)  # why in more than one group

    objects = models.Manager()
    in_committees = Only(unit=None)
    in_groups = Only(special_committee=None)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(special_committee__isnull=False, unit=None)
                | Q(special_committee=None, unit__isnull=False, role="member"),
                name="sits_in_a_committee_or_a_group",
            ),
            models.UniqueConstraint(
                fields=["member", "special_committee", "since"], name="one_seat_per_committee_and_day"
            ),
            models.UniqueConstraint(fields=["unit", "member"], condition=Q(until=None), name="in_a_group_once"),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(until=None) | Q(until__gte=F("since")), name="membership_ends_later"
            ),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "exception_reason": Rule.BLANK}
        safe = ("special_committee", "unit", "role", "since", "until")
        ends = "until"


class PostKind(models.TextChoices):
    CHAIRPERSON = "chairperson", "主席"
    VICE_CHAIRPERSON = "vice_chairperson", "副主席"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    STANDING_MEMBER = "standing_member", "常委"
    MEMBER = "member", "委员"


class Convener(Row):
    """界别召集人 (YY21-16-2); exactly one first convener among those in office."""

    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="conveners")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="convened")
    is_first = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sector"], condition=Q(is_first=True, until=None), name="one_first_convener_in_office"
            )
        ]

    class Personal:
        personal = {"member": Rule.OWNS}
        safe = ("sector", "is_first", "since", "until")
        ends = "until"
