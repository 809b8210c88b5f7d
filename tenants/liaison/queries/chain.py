"""The link chain: which rungs the policy asks for, how far each is covered, who is left out, and whom one might propose.

Council members keep in touch with standing members, these with members, members with people (DC20-A3-2.1-1); elsewhere
council members with sectors (YY21-18-2) or special committees (GZ20-4.1-2). Which of them is the policy's word.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from core import pinyin
from tenants.liaison.models import ConstituentLink, Level, LinkAssignment
from tenants.members.models import Member, Post, PostKind, Seat, Sector, SectorCommitteeLink, SpecialCommittee
from tenants.members.queries import on_day, serving, setting
from tenants.policy.queries import NoPolicy, policy_on

COUNCIL = (PostKind.CHAIRPERSON, PostKind.VICE_CHAIRPERSON, PostKind.SECRETARY_GENERAL)
BASES = {
    "balanced": "人数均衡",
    "special_committee": "同一专委会优先",
    "sector": "同一界别优先",
    "district": "同一所在区优先",
}
_OTHER_RUNGS = {
    "committee_to_sector": "专委会联系界别",
    "constituent": "委员结对界别群众",
    "grid_worker": "委员结对网格员",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Who or what is to be kept in touch with."""

    id: UUID
    name: str
    detail: str
    url: str
    sector: UUID | None = None
    district: str = ""
    committees: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One rung on a day: everybody it should reach and those it does not yet."""

    level: str
    title: str
    total: int
    linked: int
    gaps: Sequence[Target]
    clauses: tuple[str, ...] = ()
    is_asked: bool = True

    @property
    def is_full(self) -> bool:
        return self.linked == self.total

    @property
    def percent(self) -> str:
        return f"{self.linked * 100 / self.total:.1f}%" if self.total else "—"

    @property
    def is_assigned(self) -> bool:
        """Given out by the office on its page here; the others come about elsewhere."""
        return self.level in Level.values

    @property
    def url(self) -> str:
        elsewhere = {
            "committee_to_sector": "/organisation/sectors/",
            "constituent": "/constituents/",
            "grid_worker": "/links/grid/",
        }
        return elsewhere.get(self.level, f"/links/{self.level}/")


@dataclass(frozen=True, slots=True)
class Tiers:
    """Serving members by the post that decides their rung, in name order."""

    council: Sequence[Target]
    standing: Sequence[Target]
    members: Sequence[Target]


def tiers(day: dt.date) -> Tiers:
    """Three statements, however many members there are."""
    kinds: dict[UUID, set[str]] = defaultdict(set)
    for member, kind in Post.of_committee.filter(on_day(day)).values_list("member_id", "kind"):
        kinds[member].add(kind)
    seats: dict[UUID, set[UUID]] = defaultdict(set)
    for member, committee in Seat.in_committees.filter(on_day(day)).values_list("member_id", "special_committee_id"):
        seats[member].add(committee)
    found: tuple[list[Target], list[Target], list[Target]] = ([], [], [])
    rows = serving(day).order_by("name_pinyin", "number")
    for id, name, number, sector, sector_name, district in rows.values_list(
        "pk", "name", "number", "sector_id", "sector__name", "district"
    ):
        tier = 0 if kinds[id] & set(COUNCIL) else 1 if PostKind.STANDING_MEMBER in kinds[id] else 2
        detail = f"{sector_name} · {number}"
        found[tier].append(Target(id, name, detail, f"/members/{id}/", sector, district, frozenset(seats[id])))
    return Tiers(*found)


def sources(level: str, people: Tiers) -> Sequence[Target]:
    """Who may be charged with a link of that level."""
    return people.standing if level == Level.STANDING_TO_MEMBER else people.council


def targets(level: str, people: Tiers) -> Sequence[Target]:
    """Everybody and everything the level should reach. At most one statement."""
    if level == Level.COUNCIL_TO_STANDING:
        return people.standing
    if level == Level.STANDING_TO_MEMBER:
        return people.members
    if level in (Level.COUNCIL_TO_SECTOR, "committee_to_sector"):
        rows = Sector.objects.values_list("pk", "name")
        return [Target(id, name, "", f"/organisation/sectors/{id}/", id) for id, name in rows]
    committees = SpecialCommittee.objects.values_list("pk", "name")
    return [
        Target(id, name, "", f"/organisation/committees/{id}/", committees=frozenset({id})) for id, name in committees
    ]


def asked_levels(day: dt.date) -> dict[str, tuple[str, ...]]:
    """Level → clauses, for the rungs the policy in force speaks of: its settings, and its duties about such links."""
    try:
        policy = policy_on(day)
    except NoPolicy:
        return {}
    known = {*Level.values, *_OTHER_RUNGS}
    found: dict[str, tuple[str, ...]] = {}
    for name in ("link_levels", "council_links"):
        value, element = setting(name, day), policy.elements.get(f"setting.{name}")
        for level in [value] if isinstance(value, str) else value or ():
            if level in known and element:
                found.setdefault(level, tuple(element.clauses))
    for duty in policy.duties:
        for kind in duty.where.kinds if duty.where and duty.where.family == "link" else ():
            if kind in known:
                found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), *duty.clauses)))
    order = [*Level.values, *_OTHER_RUNGS]
    return {level: found[level] for level in sorted(found, key=order.index)}


def rungs(day: dt.date) -> list[Rung]:
    """Every rung the policy asks for or the office has begun, with coverage and the named gaps. About ten statements."""
    people, asked = tiers(day), asked_levels(day)
    reached = _reached(day)
    levels = [*asked, *(level for level in reached if level not in asked and level in Level.values)]
    return [_rung(level, people, reached.get(level, set()), asked.get(level)) for level in levels]


def _rung(level: str, people: Tiers, reached: set[UUID], clauses: tuple[str, ...] | None) -> Rung:
    if level in ("constituent", "grid_worker"):
        wanted: Sequence[Target] = sorted(
            [*people.council, *people.standing, *people.members], key=lambda one: one.name
        )
    else:
        wanted = targets(level, people)
    gaps = [one for one in wanted if one.id not in reached]
    return Rung(
        level=level, title=_OTHER_RUNGS.get(level) or str(Level(level).label), total=len(wanted),
        linked=len(wanted) - len(gaps), gaps=gaps, clauses=clauses or (), is_asked=clauses is not None,
    )  # fmt: skip


def _reached(day: dt.date) -> dict[str, set[UUID]]:
    """Level → ids of those reached on the day. A link counts while whoever it was given to serves. Three statements."""
    found: dict[str, set[UUID]] = defaultdict(set)
    standing = LinkAssignment.objects.filter(on_day(day), from_member__in=serving(day))
    for level, *ids in standing.values_list("level", "to_member_id", "to_sector_id", "to_special_committee_id"):
        found[level].update(id for id in ids if id)
    found["committee_to_sector"].update(
        SectorCommitteeLink.objects.filter(on_day(day)).values_list("sector_id", flat=True)
    )
    for kind, member in ConstituentLink.objects.filter(on_day(day)).values_list("kind", "member_id"):
        found[kind].add(member)
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """A link that stands: who, whom, since when, on what basis."""

    id: UUID
    source: UUID
    target: UUID
    name: str
    url: str
    since: dt.date
    basis: str


def given(level: str, day: dt.date) -> list[Given]:
    """The links of a level standing on a day. One statement."""
    rows = LinkAssignment.objects.filter(on_day(day), level=level).select_related(
        "to_member", "to_sector", "to_special_committee"
    )
    found = []
    for row in rows.order_by("since", "id"):
        target: Any = row.to_member or row.to_sector or row.to_special_committee
        place = "members" if row.to_member else f"organisation/{'sectors' if row.to_sector else 'committees'}"
        found.append(
            Given(row.pk, row.from_member_id, target.pk, target.name, f"/{place}/{target.pk}/", row.since, row.basis)
        )
    return sorted(found, key=lambda one: one.name)


@dataclass(frozen=True, slots=True)
class Charge:
    """One source with everybody given to them."""

    source: Target
    links: Sequence[Given]


def charges(level: str, day: dt.date, *, q: str = "") -> list[Charge]:
    """Who is charged with whom; `q` a part of either's name. Sources without anybody stand at the end. Four statements."""
    people, links = tiers(day), given(level, day)
    by_source: dict[UUID, list[Given]] = defaultdict(list)
    for link in links:
        by_source[link.source].append(link)
    known = {one.id: one for one in (*people.council, *people.standing, *people.members)}
    tier = sources(level, people)
    others = [known[id] for id in by_source if id in known and known[id] not in tier]
    found = [Charge(one, by_source[one.id]) for one in (*tier, *others)]
    if text := q.strip():
        found = [
            one for one in found if sounds(text, one.source.name) or any(sounds(text, link.name) for link in one.links)
        ]
    return sorted(found, key=lambda one: not one.links)


def sounds(text: str, name: str) -> bool:
    """The text is a part of the name, of its pinyin or of its initials."""
    return text in name or text.lower() in pinyin.of(name)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A target nobody is charged with, and who might be."""

    target: Target
    source: Target | None
    why: str


def proposal(level: str, basis: str, day: dt.date) -> tuple[list[Proposed], dict[UUID, int]]:
    """For every gap a source: who fits by the basis and has the fewest; and each source's number, proposals included.

    The same input gives the same proposal; nothing is written.
    """
    people = tiers(day)
    candidates = list(sources(level, people))
    load = Counter({one.id: 0 for one in candidates})
    load.update(link.source for link in given(level, day) if link.source in load)
    reached = _reached(day)[level]
    fits = _FITS[basis]
    found = []
    for target in targets(level, people):
        if target.id in reached:
            continue
        near = [one for one in candidates if one.id != target.id and fits(one, target)]
        pool = near or [one for one in candidates if one.id != target.id]
        best = min(pool, key=lambda one: (load[one.id], candidates.index(one)), default=None)
        if best:
            load[best.id] += 1
        found.append(Proposed(target, best, BASES[basis] if near and basis != "balanced" else BASES["balanced"]))
    return found, dict(load)


_FITS: Mapping[str, Callable[[Target, Target], bool]] = {
    "balanced": lambda one, target: True,
    "special_committee": lambda one, target: bool(one.committees & target.committees),
    "sector": lambda one, target: one.sector == target.sector and target.sector is not None,
    "district": lambda one, target: bool(target.district) and one.district == target.district,
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who contacts whom: a row per target, a column per source; `marks` of (target, source)."""

    columns: Sequence[Target]
    rows: Sequence[Target]
    marks: frozenset[tuple[UUID, UUID]]

    def cells(self, row: Target) -> list[bool]:
        return [(row.id, column.id) in self.marks for column in self.columns]


def matrix(level: str, day: dt.date) -> Matrix:
    """The whole level on a day; columns are sources with at least one link. Five statements."""
    people, links = tiers(day), given(level, day)
    marks = frozenset((link.target, link.source) for link in links)
    known = {one.id: one for one in (*people.council, *people.standing, *people.members)}
    columns = [known[id] for id in dict.fromkeys(link.source for link in links) if id in known]
    return Matrix(sorted(columns, key=lambda one: one.name), targets(level, people), marks)


def links_of(member: Member, day: dt.date) -> tuple[list[LinkAssignment], list[LinkAssignment]]:
    """(those charged with this member, those this member is charged with) on a day. Two statements."""
    named = ("from_member", "to_member__sector", "to_sector", "to_special_committee")
    rows = LinkAssignment.objects.filter(on_day(day)).select_related(*named).order_by("since")
    return list(rows.filter(to_member=member)), list(rows.filter(from_member=member))


def grid_pairings(day: dt.date, *, q: str = "", within: Q) -> Any:
    """Members with their grid workers on a day, in name order."""
    found = ConstituentLink.grids.filter(on_day(day), member__in=Member.objects.filter(within))
    if text := q.strip():
        found = found.filter(
            Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower()) | Q(constituent__name__icontains=text)
            | Q(constituent__area__icontains=text)
        )  # fmt: skip
    return found.select_related("member__sector", "constituent").order_by("member__name_pinyin", "constituent__area")


def target_of(link: LinkAssignment) -> tuple[str, str]:
    """(name, page) of whom a link leads to."""
    if link.to_member:
        return link.to_member.name, f"/members/{link.to_member_id}/"
    if link.to_sector:
        return link.to_sector.name, f"/organisation/sectors/{link.to_sector_id}/"
    committee: Any = link.to_special_committee
    return committee.name, f"/organisation/committees/{link.to_special_committee_id}/"
