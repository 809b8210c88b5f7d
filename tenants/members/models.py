"""The committee's people and how they are grouped. Clauses: §8.2 of every document's organisation part."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.models import Row


class Sector(Row):
    """界别: the part of society a member stands for."""

    name = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    class Personal:
        personal = ()
        safe = ("name", "order")

    def __str__(self) -> str:
        return self.name


class SpecialCommittee(Row):
    """专门委员会, with the sectors it links."""

    name = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    class Personal:
        personal = ()
        safe = ("name", "order")

    def __str__(self) -> str:
        return self.name


class SectorCommitteeLink(Row):
    """Which special committee links which sector, since when (YY21-15-1, DC20-4.2-1)."""

    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="committee_links")
    special_committee = models.ForeignKey(SpecialCommittee, on_delete=models.PROTECT, related_name="sector_links")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Personal:
        personal = ()
        safe = ("sector", "special_committee", "since", "until")


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
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)  # exclusive
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="member")
    is_invented = models.BooleanField(default=False)  # demo people; pages mark them

    class Meta:
        ordering = ["name_pinyin", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gt=F("joined_on")), name="member_leaves_later"
            )
        ]

    class Personal:
        personal = ("name", "name_pinyin", "number", "work_unit", "unit_post", "phone", "user")
        safe = ("sector", "joined_on", "left_on", "is_invented")

    def __str__(self) -> str:
        return self.name


class Seat(Row):
    """A member's seat in a special committee."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="seats")
    special_committee = models.ForeignKey(SpecialCommittee, on_delete=models.PROTECT, related_name="seats")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "special_committee", "since"], name="one_seat_per_committee_and_day"
            )
        ]

    class Personal:
        personal = ("member",)
        safe = ("special_committee", "since", "until")


class PostKind(models.TextChoices):
    CHAIRPERSON = "chairperson", "主席"
    VICE_CHAIRPERSON = "vice_chairperson", "副主席"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    STANDING_MEMBER = "standing_member", "常委"
    MEMBER = "member", "委员"


class MemberPost(Row):
    """A post a member holds, with dates; duties ask who held it when (DC20-4.1-1)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=40, choices=PostKind)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "since"], name="one_post_per_kind_and_day")]

    class Personal:
        personal = ("member",)
        safe = ("kind", "since", "until")


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
        personal = ("member",)
        safe = ("sector", "is_first", "since", "until")


class ImportDraft(Row):
    """An uploaded roster between its preview and its confirmation; gone when confirmed, or after a day."""

    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    effective_on = models.DateField()  # changed posts and seats end and begin on this day
    makes_groups = models.BooleanField(
        default=False
    )  # also make sectors and special committees the roster does not have yet

    class Personal:
        personal = ("uploaded_by", "file_name", "content")
        safe = ("effective_on", "makes_groups")
