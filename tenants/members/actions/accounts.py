"""Members' sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from accounts.actions import create_user
from accounts.models import User
from core import audit
from core.errors import DomainError
from tenants.members import queries


class AlreadyHasAccount(DomainError):
    code = "already_has_account"

    def __init__(self, name: str, username: str) -> None:
        super().__init__(f"{name}已有账号“{username}”，无需再开通。")


@transaction.atomic
def give_account(
    *, id: UUID, username: str, password: str | None, by: audit.Actor, roles: Iterable[str] = ("member",)
) -> User:
    """A sign-in of the member's own. Raises NotFound, AlreadyHasAccount, UsernameTaken, UnknownRole."""
    member = queries.member_by_id(id)
    if member.user is not None:
        raise AlreadyHasAccount(member.name, member.user.username)
    user = create_user(username=username, display_name=member.name, password=password, roles=roles, by=by)
    member.user = user
    member.save(update_fields=["user"])
    audit.record(by=by, action="members.give_account", subject=member, new={"username": username})
    return user
