"""Members' sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from accounts.actions import create_user
from accounts.models import User
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
        super().__init__(f"{name}已有账号“{username}”，无需再开通。")


@transaction.atomic
def give_account(
    *, id: UUID, username: str, password: str | None, by: audit.Actor, roles: Iterable[str] = ("member",)
) -> User:
    """A sign-in of the member's own. Raises NotFound, Nameless, AlreadyHasAccount, UsernameTaken, UnknownRole."""
    member = queries.member_by_id(id)
    refuse_nameless(member)
    if member.user is not None:
        raise AlreadyHasAccount(member.name, member.user.username)
    user = create_user(username=username, display_name=member.name, password=password, roles=roles, by=by)
    member.user = user
    member.save(update_fields=["user"])
    audit.record(by=by, action="members.give_account", subject=member, new={"username": username})
    return user


@transaction.atomic
def close_account(*, user: User, by: audit.Actor) -> None:
    """The account opens nothing from now on; an account closed before stays as it is."""
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(by=by, action="accounts.deactivate", subject=user, old={"is_active": True}, new={"is_active": False})
