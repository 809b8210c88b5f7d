"""The only writers of accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import RoleGrant, User
from accounts.roles import Role
from core import audit
from core.errors import DomainError


class UsernameTaken(DomainError):
    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"账号“{username}”已有人使用，请换一个。", fields={"username": "已有人使用"})


class UnknownRole(DomainError):
    code = "unknown_role"

    def __init__(self, name: str) -> None:
        super().__init__(f"没有“{name}”这种角色。可选：{'、'.join(Role.by_name)}。")


@transaction.atomic
def create_user(
    *, username: str, display_name: str, password: str | None, roles: Iterable[str], by: audit.Actor
) -> User:
    """An account of this host with its roles; without a password it cannot sign in yet."""
    names = list(roles)
    for name in names:
        if name not in Role.by_name:
            raise UnknownRole(name)
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(username)
    user = User(username=username, display_name=display_name)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(force_insert=True)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=name) for name in names])
    audit.record(by=by, action="accounts.create_user", subject=user, new={"username": username, "roles": names})
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: audit.Actor) -> None:
    """A new password; the old one stops working at once."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=by, action="accounts.set_password", subject=user)
