"""Sectors, special committees, offices and groups as their pages show them, and what the policy says about them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.errors import NotFound
from policy_engine import Policy
from tenants.members.models import (
    Convener,
    Member,
    Nomination,
    Post,
    Seat,
    SeatRole,
    Sector,
    SectorCommitteeLink,
    Side,
    SpecialCommittee,
    Unit,
    UnitKind,
    UnitRole,
    role_word,
)
from tenants.members.queries.roster import in_office, on_day, serving
from tenants.policy.queries import NoPolicy, policy_on
from tenants.policy.queries.words import reference
from tenants.proceedings.models import Process

_SEVERAL: Mapping[str, frozenset[str]] = {  # posts that more than one can hold at a time
    UnitKind.OFFICE: frozenset({UnitRole.DEPUTY, UnitRole.LIAISON, UnitRole.MEMBER}),
    UnitKind.LEADING_GROUP: frozenset({UnitRole.DEPUTY, UnitRole.LIAISON, UnitRole.MEMBER}),
    UnitKind.WORKING_TEAM: frozenset({UnitRole.DEPUTY, UnitRole.LIAISON, UnitRole.MEMBER}),
    UnitKind.AREA_GROUP: frozenset({UnitRole.MEMBER}),
}
_ROLES_OF_GROUP = (UnitRole.LEADER, UnitRole.DEPUTY, UnitRole.LIAISON)


def holds_several(kind: str, role: str) -> bool:
    """Whether several people can hold that post of such a unit at a time."""
    return role in _SEVERAL[kind]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many conveners a sector is to have, and whether one of them is the first."""

    least: int = 0
    most: int | None = None
    needs_first: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of the policy in force."""

    steps: list[Mapping[str, Any]]
    is_ordered: bool
    clauses: tuple[str, ...]


def _policy(day: dt.date) -> Policy | None:
    try:
        return policy_on(day)
    except NoPolicy:
        return None


def workflow(name: str, day: dt.date) -> Workflow | None:
    """None where the document in force has no such workflow."""
    policy = _policy(day)
    element = policy.elements.get(f"workflow.{name}") if policy else None
    steps = element.value("steps", day) if element else None
    if not element or not steps:
        return None
    return Workflow(list(steps), bool(element.traits.get("ordered", True)), tuple(element.clauses))


def convener_bounds(day: dt.date) -> Bounds:
    """From the duties that count the links `convener` and `first_convener` of a sector."""
    policy = _policy(day)
    least, most, first = 0, None, False
    for duty in policy.duties if policy else ():
        kinds = duty.where.kinds if duty.where and duty.where.family == "link" else ()
        if duty.subject.type == "sector" and kinds == ("convener",):
            least, most = int(duty.min or 0), None if duty.max is None else int(duty.max)
        if duty.subject.type == "sector" and kinds == ("first_convener",):
            first = bool(duty.min)
    return Bounds(least, most, first)


def setting(name: str, day: dt.date) -> Any:
    """A setting's value in the policy in force; None without."""
    policy = _policy(day)
    element = policy.elements.get(f"setting.{name}") if policy else None
    return element.value("value", day) if element else None


def clause_refs(ids: Collection[str], day: dt.date) -> list[str]:
    """Clauses of the policy in force as one says them: 第16条第2款."""
    policy = _policy(day)
    known = policy.clauses if policy else {}
    return list(dict.fromkeys(reference(known[one].ref) for one in ids if one in known))


def most_groups(day: dt.date) -> int | None:
    """In how many groups one may be in principle; None where the document does not say (DC17-4-2)."""
    value = setting("max_groups_per_member", day)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorLine:
    """One sector on the list."""

    sector: Sector
    members: int
    conveners: Sequence[Member]
    coordinators: Sequence[Member]
    committees: Sequence[str]
    pending: bool

    @property
    def url(self) -> str:
        return f"/organisation/sectors/{self.sector.pk}/"


def sector_lines(day: dt.date, *, q: str = "", ids: Collection[UUID] | None = None) -> list[SectorLine]:
    """Sectors with their people on a day, in order; `ids` limits to somebody's reach. Six statements."""
    found = Sector.objects.filter(name__icontains=q.strip()) if q.strip() else Sector.objects.all()
    if ids is not None:
        found = found.filter(pk__in=ids)
    numbers = dict(serving(day).order_by().values_list("sector").annotate(number=Count("pk")))
    conveners: dict[UUID, list[Member]] = defaultdict(list)
    for one in Convener.objects.filter(on_day(day)).select_related("member").order_by("-is_first", "since"):
        conveners[one.sector_id].append(one.member)
    committees: dict[UUID, list[SpecialCommittee]] = defaultdict(list)
    for link in SectorCommitteeLink.objects.filter(on_day(day)).select_related("special_committee"):
        committees[link.sector_id].append(link.special_committee)
    heads = directors(day)
    waiting = set(Nomination.objects.filter(state="under_review").values_list("sector_id", flat=True))
    return [
        SectorLine(
            sector=sector, members=numbers.get(sector.pk, 0), conveners=conveners[sector.pk],
            coordinators=[heads[one.pk] for one in committees[sector.pk] if one.pk in heads],
            committees=[one.name for one in committees[sector.pk]], pending=sector.pk in waiting,
        )
        for sector in found
    ]  # fmt: skip


def directors(day: dt.date) -> dict[UUID, Member]:
    """Special committee → its director; of the sectors it links, the general coordinator (YY21-16-6). One statement."""
    rows = Seat.in_committees.filter(on_day(day), role=SeatRole.DIRECTOR).select_related("member")
    return {row.special_committee_id: row.member for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeLine:
    """One special committee on the list."""

    committee: SpecialCommittee
    director: Member | None
    members: int
    sectors: Sequence[str]

    @property
    def url(self) -> str:
        return f"/organisation/committees/{self.committee.pk}/"


def committee_lines(day: dt.date, *, q: str = "", ids: Collection[UUID] | None = None) -> list[CommitteeLine]:
    """Special committees with director, members and sectors on a day. Four statements."""
    found = SpecialCommittee.objects.filter(name__icontains=q.strip()) if q.strip() else SpecialCommittee.objects.all()
    if ids is not None:
        found = found.filter(pk__in=ids)
    seats = Seat.in_committees.filter(on_day(day)).order_by()
    numbers = dict(seats.values_list("special_committee").annotate(number=Count("member", distinct=True)))
    sectors: dict[UUID, list[str]] = defaultdict(list)
    for link in SectorCommitteeLink.objects.filter(on_day(day)).select_related("sector"):
        sectors[link.special_committee_id].append(link.sector.name)
    heads = directors(day)
    return [
        CommitteeLine(
            committee=one, director=heads.get(one.pk), members=numbers.get(one.pk, 0), sectors=sectors[one.pk]
        )
        for one in found
    ]


def sector_by_id(id: UUID) -> Sector:
    """Raises NotFound."""
    found = Sector.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def special_committee_by_id(id: UUID) -> SpecialCommittee:
    """Raises NotFound."""
    found = SpecialCommittee.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def seats_of(committee: SpecialCommittee, day: dt.date) -> list[Seat]:
    """Who sits in it on a day, the director first."""
    order = {role: place for place, role in enumerate(SeatRole.values)}
    rows = committee.seats.filter(on_day(day)).select_related("member__sector")
    return sorted(rows, key=lambda row: (order[row.role], row.member.name_pinyin))


def links_of_sector(sector: Sector, day: dt.date) -> list[SectorCommitteeLink]:
    return list(sector.committee_links.filter(on_day(day)).select_related("special_committee"))


def links_of_committee(committee: SpecialCommittee, day: dt.date) -> list[SectorCommitteeLink]:
    return list(committee.sector_links.filter(on_day(day)).select_related("sector"))


def convening_of(sector: Sector) -> list[Convener]:
    """Everybody who has convened it, those in office first."""
    return list(sector.conveners.select_related("member").order_by("-until", "-is_first", "since"))


def nominations_of(sector: Sector) -> list[Nomination]:
    """Its proposals with who stands on them, the newest first."""
    return list(sector.nominations.prefetch_related("nominees__member")[:10])


@dataclass(slots=True)
class Holder:
    """One holder of a post, or nobody (`post` None): then the place is a named gap."""

    side: str
    role: str
    word: str
    post: Post | None = None

    @property
    def side_word(self) -> str:
        return str(Side(self.side).label)

    @property
    def name(self) -> str:
        return "" if self.post is None else self.post.member.name if self.post.member else self.post.holder

    @property
    def detail(self) -> str:
        if self.post is None:
            return ""
        return self.post.holder_post or (self.post.member.unit_post if self.post.member else "")


@dataclass(slots=True)
class UnitLine:
    """A unit with its posts on a day; of a group, how many of the six stand (S17)."""

    unit: Unit
    holders: list[Holder] = field(default_factory=list)
    members: int = 0

    @property
    def url(self) -> str:
        return f"/organisation/units/{self.unit.pk}/"

    @property
    def gaps(self) -> list[str]:
        return [
            f"{Side(one.side).label}{one.word}" if self.is_group else one.word
            for one in self.holders
            if one.post is None
        ]

    @property
    def gaps_said(self) -> str:
        return "、".join(self.gaps)

    @property
    def filled(self) -> int:
        return sum(one.post is not None for one in self.holders)

    @property
    def is_group(self) -> bool:
        return self.unit.kind == UnitKind.AREA_GROUP

    def of_side(self, side: str) -> str:
        return "、".join(f"{one.word} {one.name}" for one in self.holders if one.side == side and one.post)

    @property
    def cppcc(self) -> str:
        return self.of_side(Side.CPPCC)

    @property
    def subdistrict(self) -> str:
        return self.of_side(Side.SUBDISTRICT)


def unit_lines(kind: str, day: dt.date, *, q: str = "") -> list[UnitLine]:
    """Units of a kind with who holds what on a day. Three statements."""
    found = Unit.objects.filter(kind=kind).filter(Q(until=None) | Q(until__gt=day))
    if text := q.strip():
        found = found.filter(Q(name__icontains=text) | Q(place__icontains=text) | Q(aliases__icontains=text))
    lines = {unit.pk: UnitLine(unit) for unit in found}
    posts: dict[UUID, list[Post]] = defaultdict(list)
    for post in Post.of_units.filter(on_day(day), unit__in=lines).select_related("member").order_by("since", "id"):
        posts[post.unit_id].append(post)
    memberships = Seat.in_groups.filter(on_day(day), unit__in=lines).order_by()
    numbers = dict(memberships.values_list("unit").annotate(number=Count("pk")))
    for key, line in lines.items():
        line.members = numbers.get(key, 0)
        line.holders = _holders(line.unit.kind, posts[key])
    return list(lines.values())


def _holders(kind: str, posts: Sequence[Post]) -> list[Holder]:
    """Every post that is held, and those that ought to be: of a group both sides' three, of others its head."""
    held = {(post.side, post.role) for post in posts}
    sides = (Side.CPPCC, Side.SUBDISTRICT) if kind == UnitKind.AREA_GROUP else (Side.CPPCC,)
    asked = [(side, role) for role in _ROLES_OF_GROUP for side in sides]
    asked = asked if kind == UnitKind.AREA_GROUP else [(Side.CPPCC, UnitRole.LEADER)]
    found = [Holder(post.side, post.role, role_word(kind, post.role), post) for post in posts]
    found += [Holder(side, role, role_word(kind, role)) for side, role in asked if (side, role) not in held]
    order = {role: place for place, role in enumerate(UnitRole.values)}
    return sorted(found, key=lambda one: (order[one.role], one.side))


def unit_by_id(id: UUID) -> Unit:
    """Raises NotFound."""
    found = Unit.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def unit_line(unit: Unit, day: dt.date) -> UnitLine:
    posts = list(unit.posts.filter(on_day(day)).select_related("member").order_by("since", "id"))
    return UnitLine(unit, _holders(unit.kind, posts), unit.seats.filter(on_day(day)).count())


def memberships_of(unit: Unit, day: dt.date) -> QuerySet[Seat]:
    return unit.seats.filter(on_day(day)).select_related("member__sector").order_by("member__name_pinyin")


def groups_of(members: Collection[UUID], day: dt.date) -> dict[UUID, list[str]]:
    """Member → names of the groups they are in on a day. One statement."""
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = Seat.in_groups.filter(on_day(day), member__in=members).values_list("member_id", "unit__name")
    for member, name in rows:
        found[member].append(name)
    return found


def without_group(day: dt.date) -> list[Member]:
    """Serving members in no group of a street: the named gaps."""
    grouped = Seat.in_groups.filter(on_day(day)).values("member_id")
    return list(serving(day).exclude(pk__in=grouped).select_related("sector"))


def bodies_of(user: Any, day: dt.date) -> frozenset[str]:
    """The words of `bodies` whose part a user may take: the posts their member holds, the offices they lead."""
    key = getattr(user, "pk", None)
    member = Member.objects.filter(in_office(day), user_id=key).first() if key else None
    if member is None:
        return frozenset()
    found = set(Post.of_committee.filter(on_day(day), member=member).values_list("kind", flat=True))
    if "vice_chairperson" in found:
        found.add("vice_chairperson_in_charge")
    led = member.posts.filter(on_day(day), role=UnitRole.LEADER).exclude(unit__body="")
    found.update(led.values_list("unit__body", flat=True))
    if member.seats.filter(on_day(day), role=SeatRole.DIRECTOR).exists():
        found.add("special_committee")
    if member.convened.filter(on_day(day)).exists():
        found.update({"sector_convener", "sector"})
    return frozenset(found)


def nomination_url(id: UUID) -> str:
    """The page of the sector it is about."""
    sector = Nomination.objects.filter(pk=id).values_list("sector_id", flat=True).first()
    return f"/organisation/sectors/{sector}/"


def nomination_facts(id: UUID) -> list[tuple[str, str]]:
    """What the signers read: who is proposed, who would be the general coordinator."""
    found = Nomination.objects.select_related("sector").prefetch_related("nominees__member").get(pk=id)
    people = sorted(found.nominees.all(), key=lambda one: not one.is_first)
    first = next((one.member.name for one in people if one.is_first), "")
    heads = directors(found.nominated_on)
    committees = links_of_sector(found.sector, found.nominated_on)
    coordinators = "、".join(
        heads[one.special_committee_id].name for one in committees if one.special_committee_id in heads
    )
    facts = [
        ("界别", found.sector.name),
        ("推选", "、".join(one.member.name for one in people)),
        ("第一召集人", first or "未定"),
    ]
    if coordinators:
        facts.append(("总协调人", coordinators))
    return [*facts, *([("说明", found.note)] if found.note else [])]


def committee_of_seat(id: UUID) -> UUID:
    """Raises NotFound."""
    found = Seat.in_committees.filter(pk=id).values_list("special_committee_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def unit_of(id: UUID) -> UUID:
    """The unit of an appointment or a membership. Raises NotFound."""
    for rows in (Post.of_units, Seat.in_groups):
        found: UUID | None = rows.filter(pk=id).values_list("unit_id", flat=True).first()
        if found is not None:
            return found
    raise NotFound


def running_reviews() -> list[Process]:
    """Processes about proposals of conveners, whatever became of them."""
    return list(Process.objects.filter(subject_type="members.nomination").order_by("started_on"))
