"""Whom may this user see, whom may they record for: answered here and nowhere else.

A role is given for the whole committee or narrowed to subjects (accounts.roles.ScopeKind): a special committee's office
to its members, a convener to the sector, a district's recorder to those who live or work there (GZ20-4.4-4). The answer
depends on the permission, so that a narrow right to write never borrows the width of a right to read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.permissions import Permission
from accounts.roles import Role, ScopeKind
from core import audit, clock
from core.ids import ids_in
from tenants.members.models import Convener, Member, Seat, Sector, SectorCommitteeLink, SpecialCommittee
from tenants.members.queries.roster import on_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who is within somebody's reach on a day. Without anything: nobody."""

    day: dt.date
    is_everybody: bool = False
    sectors: frozenset[UUID] = frozenset()
    convened_by: UUID | None = None  # an account: the sectors it convenes, and its member's own
    special_committees: frozenset[UUID] = frozenset()
    districts: frozenset[str] = frozenset()

    def q(self, path: str = "", *, or_: Q | None = None) -> Q:
        """A filter on members, or on rows whose member stands at `path` (`member`). Costs no statement of its own.

        `or_` widens it; never write `reach.q() | more`, for everybody's empty filter would become `more` alone.
        """
        if self.is_everybody:
            return Q()
        at = f"{path}__" if path else ""
        wanted = Q(pk__in=[]) if or_ is None else or_
        if self.sectors:
            wanted |= Q(**{f"{at}sector__in": self.sectors})
        if self.convened_by:
            wanted |= Q(**{f"{at}sector__in": self._convened()}) | Q(
                **{f"{at}sector__in": Member.objects.filter(user_id=self.convened_by).values("sector_id")}
            )
        if self.special_committees:
            seats = Seat.in_committees.filter(on_day(self.day), special_committee__in=self.special_committees)
            wanted |= Q(**{f"{at}pk__in" if path else "pk__in": seats.values("member_id")})
        if self.districts:
            wanted |= Q(**{f"{at}district__in": self.districts})
        return wanted

    def members(self) -> QuerySet[Member]:
        """Those within reach, whenever they served."""
        return Member.objects.filter(self.q())

    def among(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these members are within reach. One statement, none for everybody."""
        wanted = set(ids)
        if self.is_everybody or not wanted:
            return wanted
        return set(self.members().filter(pk__in=wanted).values_list("pk", flat=True))

    def has(self, member: Member) -> bool:
        return bool(self.among([member.pk]))

    def sector_ids(self) -> frozenset[UUID] | None:
        """The sectors whose own duties may be looked at; None is all. A special committee's are those it links. One statement."""
        if self.is_everybody:
            return None
        links = SectorCommitteeLink.objects.filter(on_day(self.day), special_committee__in=self.special_committees)
        wanted = Q(pk__in=self.sectors) | Q(pk__in=links.values("sector_id"))
        if self.convened_by:
            own = Member.objects.filter(user_id=self.convened_by)
            wanted |= Q(pk__in=self._convened()) | Q(pk__in=own.values("sector_id"))
        return frozenset(Sector.objects.filter(wanted).values_list("pk", flat=True))

    def _convened(self) -> Any:
        convening = Convener.objects.filter(on_day(self.day), member__user__in=[self.convened_by])
        return convening.values("sector_id")


def reach_of(user: Any, permission: Permission) -> Reach:
    """Whom `user` may do with what `permission` says; nobody where they lack it. No statement beyond the user's roles.

    Asks the clock itself, as `accounts.access.may` does: a right is a right today, whatever day the page is about.
    """
    day = clock.today()
    if user is audit.SYSTEM:
        return Reach(day=day, is_everybody=True)
    if not getattr(user, "is_active", False):
        return Reach(day=day)
    scopes: dict[ScopeKind, set[str]] = {kind: set() for kind in ScopeKind}
    convenes = False
    for one in user.assignments:
        role = Role.by_name.get(one.role)
        if role is None or permission not in role.permissions:
            continue
        if role.narrowed_by is None:
            return Reach(day=day, is_everybody=True)
        convenes = convenes or role.narrowed_by is ScopeKind.SECTOR
        if one.scope:
            scopes[role.narrowed_by].add(one.scope)
    return Reach(
        day=day, sectors=frozenset(ids_in(scopes[ScopeKind.SECTOR])), convened_by=user.pk if convenes else None,
        special_committees=frozenset(ids_in(scopes[ScopeKind.SPECIAL_COMMITTEE])), districts=frozenset(scopes[ScopeKind.DISTRICT]),
    )  # fmt: skip


def role_subjects() -> Mapping[ScopeKind, Mapping[str, str]]:
    """What a role can be narrowed to, key → name (settings.ROLE_SUBJECTS). Three statements."""
    districts = Member.objects.exclude(district="").order_by("district").values_list("district", flat=True).distinct()
    return {
        ScopeKind.SPECIAL_COMMITTEE: {str(one.pk): one.name for one in SpecialCommittee.objects.all()},
        ScopeKind.DISTRICT: {name: name for name in districts},
        ScopeKind.SECTOR: {str(one.pk): one.name for one in Sector.objects.all()},
    }


def account_holders(ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Account id → the member it is: name and page (settings.ACCOUNT_HOLDERS). One statement."""
    rows = Member.objects.filter(user__in=list(ids)).values_list("user_id", "name", "number", "pk")
    return {user: (f"{name}（{number}）", f"/members/{key}/") for user, name, number, key in rows}


def not_yet_opened(day: dt.date) -> list[Member]:
    """Serving members who were invited and have not chosen a password."""
    found = Member.objects.filter(on_day(day, since="joined_on", until="left_on"), user__password__startswith="!")
    return list(found.filter(user__is_active=True).select_related("user"))


def without_account(day: dt.date) -> QuerySet[Member]:
    """Serving members nobody has invited yet."""
    return Member.objects.filter(on_day(day, since="joined_on", until="left_on"), user=None)
