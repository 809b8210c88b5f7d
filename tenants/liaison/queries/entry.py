"""Who may enter what for whom, and what a record is worth at birth. Shared by contacts, activities and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import Q

from accounts.access import may
from accounts.permissions import Permission
from core import audit
from core.errors import DomainError, NotAllowed, NotFound
from tenants.liaison.models import State
from tenants.members.models import Member
from tenants.members.queries import serving
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


def active_members(ids: Iterable[UUID], day: date) -> dict[UUID, Member]:
    """The members by id. Raises UnknownMember, MemberNotActive. One query."""
    wanted = set(ids)
    found: dict[UUID, Member] = Member.objects.in_bulk(list(wanted))
    if len(found) != len(wanted):
        raise UnknownMember
    for member in found.values():
        if member.joined_on > day or (member.left_on is not None and member.left_on <= day):
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


def people(day: date) -> list[tuple[str, str]]:
    """What a name field offers: `(张三（001）, 教育界)` for everybody serving on the day. One query."""
    rows = serving(day).values_list("name", "number", "sector__name")
    return [(f"{name}（{number}）", sector) for name, number, sector in rows]


def members_named(text: str) -> list[Member]:
    """Members whom the text means: `name（number）`, a number, a whole name, or a whole pinyin or its initials."""
    text = text.strip()
    name, _, rest = text.rstrip("）)").replace("(", "（").rpartition("（")
    if name and (found := list(Member.objects.filter(number=rest.strip(), name=name.strip()))):
        return found
    sound = text.lower().replace(" ", "")
    by_sound = Q(name_pinyin__startswith=f"{sound} ") | Q(name_pinyin__endswith=f" {sound}")
    for meaning in (Q(number=text), Q(name=text), by_sound):
        if text and (found := list(Member.objects.filter(meaning).select_related("sector")[:9])):
            return found
    return []
