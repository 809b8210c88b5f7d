"""Whom members are tied to, and what passed between them. Clauses: DC20-4.1, YY21-10..15, GZ20-3.3; model: §8.3."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.models import Only, Row
from core.personal import Rule
from tenants.members.models import Member, Sector, SpecialCommittee


def one_of(field: str, words: type[models.TextChoices], *, blank: bool = False) -> Q:
    """The condition of a check constraint: the column holds a word of the list."""
    return Q(**{f"{field}__in": [*words.values, *([""] if blank else [])]})


class State(models.TextChoices):
    """What a record is worth: a claim counts once it is confirmed (GZ20-4.4-4)."""

    CLAIMED = "claimed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "已退回"


class Claim(Row):
    """What every duty record shares: who entered it, who decided on it, whether it was taken back."""

    state = models.CharField(max_length=12, choices=State)
    entered_by = models.UUIDField(null=True)  # user; None: the deployment itself
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    rejected_reason = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=one_of("state", State), name="%(class)s_state_known"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(rejected_reason=""), name="%(class)s_rejected_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="%(class)s_withdrawn_for_a_reason"
            ),
        ]

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def page(self) -> str:
        """Where the record is shown."""
        raise NotImplementedError

    @property
    def day(self) -> date:
        """The day the record counts on."""
        raise NotImplementedError


CLAIM_PERSONAL = {"rejected_reason": Rule.REDACT, "withdrawn_reason": Rule.REDACT}
CLAIM_SAFE = ("state", "entered_by", "decided_by", "decided_at", "withdrawn_at")


class Kept(models.TextChoices):
    """Kinds of people a member is paired with; words of the shared vocabulary's links."""

    CONSTITUENT = "constituent", "群众"
    GRID_WORKER = "grid_worker", "网格员"


class Constituent(Row):
    """界别群众: a person a member keeps in touch with, known to that member. Or 网格员: who looks after a grid of a
    community; their name is their work's. Neither ever leaves the committee."""

    kind = models.CharField(max_length=20, choices=Kept, default=Kept.CONSTITUENT)
    name = models.CharField(max_length=60)
    sector = models.ForeignKey(Sector, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=30, blank=True)
    profession = models.CharField(max_length=80, blank=True)
    area = models.CharField(max_length=120, blank=True)  # of a grid worker the community: 嘎查、社区
    grid = models.CharField(max_length=60, blank=True)  # of a grid worker: 第三网格
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="constituent_named"),
            models.CheckConstraint(condition=one_of("kind", Kept), name="constituent_kind_known"),
            models.CheckConstraint(condition=~Q(kind="grid_worker") | ~Q(area=""), name="grid_worker_somewhere"),
        ]

    class Personal:
        personal = {
            "name": Rule.PSEUDONYM, "phone": Rule.BLANK, "profession": Rule.BLANK, "area": Rule.REDACT, "grid": Rule.BLANK,
            "note": Rule.BLANK,
        }  # fmt: skip
        safe = ("kind", "sector")
        identifiers = ("name", "phone")
        pseudonym = "匿名群众"

    def __str__(self) -> str:
        return self.name


class ChoiceBasis(models.TextChoices):
    """By what a member found the person (YY21-11-1, GZ20-3.3-1)."""

    SECTOR = "sector", "本界别"
    PROFESSION = "profession", "同行业"
    AREA = "area", "同地域"
    OWN_CHOICE = "own_choice", "自主选择"


class ConstituentLink(Row):
    """结对、网格结对 (OR21-2.2-5): a member and a constituent or grid worker, from a day until (not including) another."""

    kind = models.CharField(max_length=20, choices=Kept, default=Kept.CONSTITUENT)  # the constituent's
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="constituent_links")
    constituent = models.ForeignKey(Constituent, on_delete=models.CASCADE, related_name="links")
    choice_basis = models.CharField(max_length=20, choices=ChoiceBasis, blank=True)  # of a constituent
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = models.Manager()
    pairs = Only(kind=Kept.CONSTITUENT)
    grids = Only(kind=Kept.GRID_WORKER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "constituent"], condition=Q(until=None), name="paired_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="pairing_ends_later"),
            models.CheckConstraint(
                condition=Q(kind="constituent") & one_of("choice_basis", ChoiceBasis)
                | Q(kind="grid_worker", choice_basis=""),
                name="pairing_basis_known",
            ),
        ]

    class Personal:
        personal = {"member": Rule.OWNS, "constituent": Rule.OWNS}
        safe = ("kind", "choice_basis", "since", "until")
        ends = "until"

    def __str__(self) -> str:  # no name: labels of the audit trail are read by the office
        return f"{'网格' if self.kind == Kept.GRID_WORKER else ''}结对 {self.since:%Y-%m-%d} 起"


class Level(models.TextChoices):
    """Rungs of the link chain (DC20-4.1-7, DC20-A3-2.1-1, YY21-18-2, GZ20-4.1-2)."""

    COUNCIL_TO_STANDING = "council_to_standing", "主席会议成员联系常委"
    STANDING_TO_MEMBER = "standing_to_member", "常委联系委员"
    COUNCIL_TO_SECTOR = "council_to_sector", "主席会议成员联系界别"
    COUNCIL_TO_SPECIAL_COMMITTEE = "council_to_special_committee", "主席会议成员联系专委会"


class LinkAssignment(Row):
    """A member charged with keeping in touch with another, with a sector or with a special committee."""

    level = models.CharField(max_length=40, choices=Level)
    from_member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="links_from")
    to_member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="links_to")
    to_sector = models.ForeignKey(Sector, null=True, on_delete=models.PROTECT, related_name="+")
    to_special_committee = models.ForeignKey(SpecialCommittee, null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=120, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["level", "from_member"], condition=Q(until=None), name="links_standing")]
        constraints = [
            models.CheckConstraint(
                name="link_leads_where_its_level_says",
                condition=Q(
                    level__in=["council_to_standing", "standing_to_member"],
                    to_member__isnull=False, to_sector=None, to_special_committee=None,
                )
                | Q(level="council_to_sector", to_member=None, to_sector__isnull=False, to_special_committee=None)
                | Q(
                    level="council_to_special_committee",
                    to_member=None, to_sector=None, to_special_committee__isnull=False,
                ),
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="link_ends_later"),
        ]  # fmt: skip

    class Personal:
        personal = {"from_member": Rule.MENTIONS, "to_member": Rule.MENTIONS, "basis": Rule.SCRUB}
        safe = ("level", "to_sector", "to_special_committee", "since", "until")
        ends = "until"

    def __str__(self) -> str:
        return str(Level(self.level).label)


class Kind(models.TextChoices):
    """Kinds of contact; words of the shared vocabulary."""

    CONTACT = "contact", "联系"
    VISIT = "visit", "走访"
    TALK = "talk", "谈心谈话"
    SYMPOSIUM = "symposium", "座谈"
    RECEPTION = "reception", "接待"
    CONDOLENCE = "condolence", "慰问"


class Mode(models.TextChoices):
    OFFLINE = "offline", "当面"
    VISIT = "visit", "上门"
    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    ONLINE = "online", "其他线上"
    MEETING = "meeting", "会议"
    HYBRID = "hybrid", "线上线下结合"


class PlaceLevel(models.TextChoices):
    GRASSROOTS = "grassroots", "基层"
    COMMUNITY = "community", "社区（村、嘎查）"
    SUBDISTRICT = "subdistrict", "街道（乡镇、苏木）"
    COUNTY = "county", "县级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"


class ContentType(models.TextChoices):
    POLICY = "policy", "宣讲政策"
    OPINION_GATHERING = "opinion_gathering", "听取意见"
    CONSULTATION = "consultation", "协商"
    SERVICE = "service", "服务"


class ContactRecord(Claim):
    """One contact, written once by whoever organised it; others who took part stand beside it."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="contacts")  # who organised it
    kind = models.CharField(max_length=20, choices=Kind)
    held_on = models.DateField()
    mode = models.CharField(max_length=20, choices=Mode)
    place = models.CharField(max_length=120, blank=True)
    place_level = models.CharField(max_length=20, choices=PlaceLevel, blank=True)
    target = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="contacts_received")
    constituents = models.ManyToManyField(Constituent, through="ContactConstituent", related_name="contacts")
    headcount = models.PositiveIntegerField(null=True)
    content_type = models.CharField(max_length=20, choices=ContentType, blank=True)
    summary = models.CharField(max_length=500)
    opinions = models.CharField(max_length=1000, blank=True)

    class Meta(Claim.Meta):
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="contact_newest"),
            models.Index(fields=["member", "-held_on"], name="contact_of_member"),
            models.Index(fields=["held_on"], condition=Q(state="claimed"), name="contact_waiting"),
        ]
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(condition=one_of("kind", Kind), name="contact_kind_known"),
            models.CheckConstraint(condition=one_of("mode", Mode), name="contact_mode_known"),
            models.CheckConstraint(
                condition=one_of("place_level", PlaceLevel, blank=True), name="contact_place_level_known"
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="contact_summarised"),
            models.CheckConstraint(condition=Q(target=None) | ~Q(target=F("member")), name="contact_with_another"),
        ]

    class Personal:
        personal = {
            "member": Rule.OWNS, "target": Rule.OWNS, "place": Rule.BLANK, "summary": Rule.REDACT, "opinions": Rule.BLANK,
            **CLAIM_PERSONAL,
        }  # fmt: skip
        safe = ("kind", "held_on", "mode", "place_level", "headcount", "content_type", *CLAIM_SAFE)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on:%Y-%m-%d}"

    @property
    def day(self) -> date:
        return self.held_on

    @property
    def page(self) -> str:
        return f"/contacts/{self.pk}/"


class ContactConstituent(Row):
    """A constituent met at a contact."""

    record = models.ForeignKey(ContactRecord, on_delete=models.CASCADE, related_name="met")
    constituent = models.ForeignKey(Constituent, on_delete=models.CASCADE, related_name="met_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "constituent"], name="met_once_per_contact")]

    class Personal:
        personal = {"record": Rule.OWNS, "constituent": Rule.OWNS}  # what was said is also theirs
        safe = ()


class ContactRole(models.TextChoices):
    PARTICIPANT = "participant", "参加"
    HOST = "host", "主持"


class ContactParticipant(Row):
    """Another member who took part. The one who organised it is `ContactRecord.member`, with the role lead."""

    record = models.ForeignKey(ContactRecord, on_delete=models.CASCADE, related_name="participants")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="contacts_joined")
    role = models.CharField(max_length=20, choices=ContactRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "member"], name="takes_part_once_per_contact"),
            models.CheckConstraint(condition=one_of("role", ContactRole), name="contact_role_known"),
        ]

    class Personal:
        personal = {"record": Rule.MENTIONS, "member": Rule.OWNS}
        safe = ("role",)


class Holder(models.TextChoices):
    """Kinds of record that keep photos and files; those above this app are registered (`queries.files`)."""

    CONTACT = "contact", "联系"
    ACTIVITY = "activity", "活动"
    OUTPUT = "output", "成果"


class Attachment(Row):
    """A photo or file of a record. The content lies in the committee's folder under names of ours (core.storage)."""

    kind = models.CharField(max_length=20, choices=Holder)
    record_id = models.UUIDField()  # no foreign key: activities and outputs stand above; no role may delete a record
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="+")  # whose own record it is
    name = models.CharField(max_length=140)  # as people know it
    stored = models.CharField(max_length=140)
    thumbnail = models.CharField(max_length=140, blank=True)  # of a picture
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes kept, the small picture included
    added_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["record_id"], name="files_of_record")]
        constraints = [models.CheckConstraint(condition=one_of("kind", Holder), name="attached_to_a_known_kind")]

    class Personal:
        personal = {"member": Rule.DROPS, "name": Rule.SCRUB}  # with the person the row goes, and with the row the file
        safe = ("kind", "record_id", "stored", "thumbnail", "content_type", "size", "added_by")
        withheld = ("record_id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}的{'照片' if self.is_picture else '文件'}"

    @property
    def is_picture(self) -> bool:
        return bool(self.thumbnail)
