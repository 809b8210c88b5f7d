"""Who may enter what for whom, and what a record is worth at birth. Shared by contacts, activities and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from accounts.access import may
from accounts.permissions import Permission
from core import audit
from core.errors import DomainError, NotAllowed, NotFound
from tenants.liaison.models import State
from tenants.members.models import Member
from tenants.members.queries import name_choices, on_day, reach_of
from tenants.policy.queries import data_entry_on


class UnknownMember(NotFound):
    code = "unknown_member"

    def __init__(self) -> None:
        super().__init__("没有找到这位委员。请从本会名册里选。")


class MemberNotActive(DomainError):
    code = "member_not_active"

    def __init__(self, member: Member, day: date) -> None:
        super().__init__(
            f"{day:%Y-%m-%d} {member.name}不在任，不能记在名下。请核对日期和姓名。",
            fields={"held_on": f"这一天{member.name}不在任，请核对"},
        )


class NotYourRecord(NotAllowed):
    code = "not_your_record"

    def __init__(self) -> None:
        super().__init__("只能记录自己参加的。别人的记录请本人或办公室来记。")


def enters_for_others(by: audit.Actor) -> bool:
    """Offices and the deployment itself; a member enters for themselves."""
    return by is audit.SYSTEM or may(by, Permission.RECORDS_WRITE)


def born_as(*, by: audit.Actor, day: date) -> State:
    """A member's own entry waits for confirmation where the policy of that day has the office enter records (GZ20-4.4-4)."""
    if enters_for_others(by) or data_entry_on(day) != "office":
        return State.CONFIRMED
    return State.CLAIMED


def enterable(by: audit.Actor) -> Q:
    """A filter on members: whom `by` may name in a record. Who enters for others names only those within reach; a member
    names whom they met."""
    if by is audit.SYSTEM or not enters_for_others(by):
        return Q()
    own = Q(user_id=by.actor_id) if may(by, Permission.RECORDS_OWN) else None
    return reach_of(by, Permission.RECORDS_WRITE).q(or_=own)


def active_members(ids: Iterable[UUID], day: date, *, by: audit.Actor) -> dict[UUID, Member]:
    """The members by id. Raises UnknownMember (also for one beyond the reach of `by`), MemberNotActive. One query."""
    wanted = set(ids)
    found: dict[UUID, Member] = Member.objects.filter(enterable(by)).in_bulk(list(wanted))
    if len(found) != len(wanted):
        raise UnknownMember
    for member in found.values():
        away = member.joined_on > day or (member.left_on is not None and member.left_on <= day)
        if away and not member.spells.filter(on_day(day)).exists():
            raise MemberNotActive(member, day)
    return found


def refuse_strangers(*, by: audit.Actor, members: Mapping[UUID, Member]) -> None:
    """A member enters only what they took part in themselves. Raises NotYourRecord."""
    if not enters_for_others(by) and by.actor_id not in {member.user_id for member in members.values()}:
        raise NotYourRecord


def audience_of(user: object) -> Literal["office", "member"]:
    """Whose type size and density a page takes: a table for an office, cards for a member."""
    offices = (Permission.RECORDS_READ, Permission.RECORDS_WRITE)
    return "office" if any(may(user, one) for one in offices) else "member"


def people(day: date, user: Any) -> list[tuple[str, str]]:
    """What a name field offers: `(张三（001）, 教育界)` for those serving on the day. One query.

    Whom one may enter for; a member is offered the own sector, anybody else is found by the whole name or number.
    """
    within = enterable(user)
    if not enters_for_others(user):
        within = Q(sector__in=Member.objects.filter(user_id=user.pk).values("sector_id"))
    return name_choices(day, within)


def as_typed(member: Member) -> str:
    """How a field for people writes one: the name with the number that tells apart."""
    return f"{member.name}（{member.number}）"
