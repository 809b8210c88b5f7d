"""The committee's people and how they are grouped. Clauses: §8.2 of every document's organisation part."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.models import Row
from core.personal import Rule


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
        personal = {"member": Rule.OWNS}
        safe = ("special_committee", "since", "until")
        ends = "until"


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
        personal = {"member": Rule.OWNS}
        safe = ("kind", "since", "until")
        ends = "until"


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
        personal = {"uploaded_by": Rule.DROPS, "file_name": Rule.DROPS, "content": Rule.DROPS}
        withheld = ("content",)
        safe = ("effective_on", "makes_groups")


class Term(Row):
    """届: one that has ended. Whoever sat in it are the members whose `left_on` is its `ends_on`."""

    name = models.CharField(max_length=60, unique=True)
    ends_on = models.DateField(unique=True)  # exclusive, like left_on

    class Meta:
        ordering = ["-ends_on"]

    class Personal:
        personal = ()
        safe = ("name", "ends_on")

    def __str__(self) -> str:
        return self.name


class Retention(Row):
    """For how many years the personal data of those who left are kept; the newest row is in force."""

    years = models.PositiveSmallIntegerField()

    class Personal:
        personal = ()
        safe = ("years",)

    def __str__(self) -> str:
        return f"{self.years} 年"


class DataExport(Row):
    """A copy of a member's personal data, made by a job, fetched within a week, then gone."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    content = models.BinaryField(null=True)
    ready_at = models.DateTimeField(null=True)

    class Personal:
        personal = {"member": Rule.DROPS, "asked_by": Rule.MENTIONS, "content": Rule.DROPS}
        safe = ("ready_at",)
        withheld = ("content",)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} 的导出"
