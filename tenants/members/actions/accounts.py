"""Members' sign-ins: made ready by the office, opened by the member with a one-time link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from accounts import actions as accounts
from accounts import invitations
from accounts.invitations import Link
from accounts.models import User
from accounts.roles import Assignment
from core import audit
from core.errors import DomainError
from core.personal.erase import is_erased
from tenants.members import queries
from tenants.members.models import Member


class Nameless(DomainError):
    code = "nameless"

    def __init__(self) -> None:
        super().__init__("此人已经匿名处理，不能再修改或开通账号。重新担任委员的，请按新委员添加。")


def refuse_nameless(member: Member) -> None:
    """Whoever was made nameless stays so. Raises Nameless."""
    if is_erased(member):
        raise Nameless


class AlreadyHasAccount(DomainError):
    code = "already_has_account"

    def __init__(self, name: str, username: str) -> None:
        super().__init__(f"{name}已有账号“{username}”，无需再开通。要重新发链接，请到“账号”。")


class NobodyToInvite(DomainError):
    code = "nobody_to_invite"

    def __init__(self) -> None:
        super().__init__("在任委员都已邀请过，没有要生成的链接。")


@transaction.atomic
def give_account(
    *, id: UUID, username: str, password: str | None, by: audit.Actor, roles: Iterable[str | Assignment] = ("member",)
) -> User:
    """A sign-in of the member's own. Raises NotFound, Nameless, AlreadyHasAccount, UsernameMissing, UsernameTaken, UnknownRole."""
    member = _without_account(id)
    user = accounts.create_user(username=username, display_name=member.name, password=password, roles=roles, by=by)
    _tie(member, user, by)
    return user


@transaction.atomic
def invite_member(*, id: UUID, username: str, roles: Sequence[Assignment], by: audit.Actor) -> Link:
    """An account that waits for the member, and the link to it. Raises as give_account, RoleMissing, ScopeMissing."""
    member = _without_account(id)
    link = invitations.invite(display_name=member.name, username=username, roles=roles, by=by)
    _tie(member, link.user, by)
    return link


def _without_account(id: UUID) -> Member:
    """Locked: two presses of the button must not make two accounts."""
    list(Member.objects.select_for_update(of=("self",)).filter(pk=id).values_list("pk"))
    member = queries.member_by_id(id)
    refuse_nameless(member)
    if member.user is not None:
        raise AlreadyHasAccount(member.name, member.user.username)
    return member


def _tie(member: Member, user: User, by: audit.Actor) -> None:
    member.user = user
    member.save(update_fields=["user"])
    audit.record(by=by, action="members.give_account", subject=member, new={"username": user.username})


@transaction.atomic
def invite_members(*, day: dt.date, again: bool, by: audit.Actor) -> list[tuple[Member, Link]]:
    """Accounts and links for every serving member who has none, in name order; a bounded number of statements.

    `again` also makes fresh links for those invited who have not opened their account; their old links are void.
    Raises NobodyToInvite.
    """
    new = list(queries.without_account(day).select_for_update(of=("self",)))
    users = accounts.create_users(
        people=[(name, member.name) for member, name in zip(new, _names(new), strict=True)], role="member", by=by
    )
    for member, user in zip(new, users, strict=True):
        member.user = user
    Member.objects.bulk_update(new, ["user"], batch_size=500)
    waiting = queries.not_yet_opened(day) if again else []
    invited = sorted([*new, *(one for one in waiting if one not in new)], key=lambda one: (one.name_pinyin, one.number))
    if not invited:
        raise NobodyToInvite
    links = invitations.issue_to([one.user_id for one in invited if one.user_id], by=by)
    if new:
        told = {
            one.pk: audit.Told(one.name, new={"username": user.username}) for one, user in zip(new, users, strict=True)
        }
        audit.record(by=by, action="members.invite_members", subject=None, new={"counts": len(new)}, people=told)
    return list(zip(invited, links, strict=True))


def _names(members: Sequence[Member]) -> list[str]:
    """An account name for each, free in this committee: the phone, or the member's number; the member may change it."""
    wanted = {name for one in members for name in (one.phone, one.number) if name}
    taken = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
    found = []
    for one in members:
        phone = "".join(one.phone.split())
        name = next(
            name for name in (phone, one.number, f"{one.number}-{one.pk.hex[-6:]}") if name and name not in taken
        )
        taken.add(name)
        found.append(name)
    return found
