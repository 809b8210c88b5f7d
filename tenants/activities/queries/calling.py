"""Who is called to an activity, what they answered, and which guests came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core.errors import NotFound
from tenants.activities.models import AWAY, Activity, Answer, Guest, GuestLevel, Invitation
from tenants.members.models import Member
from tenants.members.queries import on_day
from tenants.policy.queries import NoPolicy, policy_on

_SAME = {"banner": GuestLevel.COUNTY, "district": GuestLevel.COUNTY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One member on the organiser's list: what they answered, and how they were there once attendance is taken."""

    member: Member
    answer: str
    reason: str
    role: str

    @property
    def expected(self) -> str:
        """What the list proposes: as noted, else as answered."""
        return self.role or {Answer.COMING.value: "participant", Answer.DECLINED.value: "on_leave"}.get(self.answer, "")

    @property
    def is_away(self) -> bool:
        return self.role in AWAY


def called(activity: Activity, seen: Collection[UUID] | None = None) -> list[Called]:
    """Everybody called or noted, by name; only those `seen` where given. Two statements."""
    answers = {one.member_id: one for one in activity.invitations.select_related("member__sector")}
    noted = {
        one.member_id: one
        for one in activity.participations.filter(withdrawn_at=None)
        .exclude(state="rejected")
        .select_related("member__sector")
    }
    found = [
        Called(
            member=(answers.get(id) or noted[id]).member,
            answer=answers[id].answer if id in answers else "",
            reason=answers[id].reason if id in answers else "",
            role=noted[id].role if id in noted else "",
        )
        for id in {**answers, **noted}
        if seen is None or id in seen
    ]
    return sorted(found, key=lambda one: (one.member.sector.order, one.member.name_pinyin, str(one.member.pk)))


def invitation_of(activity: Activity, member: Member | None) -> Invitation | None:
    return activity.invitations.filter(member=member).first() if member is not None else None


def members_called_by(
    day: date, *, within: Any, sector: UUID | None = None, special_committee: UUID | None = None
) -> list[UUID]:
    """Ids of those serving on the day in a sector or special committee, `within` what one may record for."""
    found = Member.objects.filter(within).filter(on_day(day, since="joined_on", until="left_on"))
    if sector is not None:
        found = found.filter(sector_id=sector)
    if special_committee is not None:
        found = found.filter(
            on_day(day, since="seats__since", until="seats__until"), seats__special_committee_id=special_committee
        )
    return list(found.values_list("pk", flat=True).distinct())


def guest_levels_on(day: date) -> dict[str, str]:
    """Which levels' members may be guests, word → name: what the policy lists; all where it says nothing."""
    everybody = dict(GuestLevel.choices)
    try:
        element = policy_on(day).elements.get("setting.guest_levels")
    except NoPolicy:
        return everybody
    listed = element.value("value", day) if element is not None else None
    if not isinstance(listed, list | tuple):
        return everybody
    wanted = {str(_SAME.get(word, word)) for word in listed} | {GuestLevel.OTHER.value}
    return {word: title for word, title in everybody.items() if word in wanted}


def guests_of(activity: Activity) -> list[Guest]:
    return list(activity.guests.order_by("created_at", "id"))


def activity_of_part(id: UUID) -> UUID:
    """Raises NotFound."""
    found = Activity.objects.filter(participations=id).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found
