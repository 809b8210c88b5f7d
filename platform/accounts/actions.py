"""The only writers of accounts, roles and sessions. Links to join or to set a password: `accounts.invitations`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Invitation, RoleGrant, Session, User
from accounts.permissions import Permission
from accounts.roles import Assignment, Role
from core import audit, clock
from core.errors import DomainError, NotFound


class UsernameTaken(DomainError):
    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"账号“{username}”已有人使用，请换一个。", fields={"username": "已有人使用"})


class UsernameMissing(DomainError):
    code = "username_missing"

    def __init__(self) -> None:
        super().__init__("请填写账号，不含空格，可用手机号。", fields={"username": "请填写账号，不含空格"})


class NameMissing(DomainError):
    code = "name_missing"

    def __init__(self) -> None:
        super().__init__("请填写姓名。", fields={"display_name": "请填写姓名"})


class UnknownRole(DomainError):
    code = "unknown_role"

    def __init__(self, name: str) -> None:
        super().__init__(f"没有“{name}”这种角色。可选：{'、'.join(Role.by_name)}。")


class RoleMissing(DomainError):
    code = "role_missing"

    def __init__(self) -> None:
        super().__init__("请至少选一种角色。不再使用的账号请停用。", fields={"roles": "请至少选一种角色"})


class ScopeMissing(DomainError):
    """A narrowed role without its subject would reach nobody; it is never taken for the whole committee."""

    code = "scope_missing"

    def __init__(self, role: type[Role]) -> None:
        text = f"请选“{role.label}”负责的范围。"
        super().__init__(text, fields={str(role.narrowed_by): text})


class LastOffice(DomainError):
    code = "last_office"

    def __init__(self) -> None:
        super().__init__("这是本会最后一个能管理账号的账号，不能停用或去掉办公室角色。请先邀请接替的人并等其开通。")


class OwnAccount(DomainError):
    code = "own_account"

    def __init__(self) -> None:
        super().__init__("不能停用自己正在用的账号。请由办公室另一位同事操作。")


class WeakPassword(DomainError):
    code = "weak_password"

    def __init__(self, reasons: Iterable[str]) -> None:
        text = " ".join(reasons)
        super().__init__(text, fields={"password": text})


class WrongPassword(DomainError):
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("现在的密码不对，密码没有改。", fields={"current": "现在的密码不对"})


def user_by_id(id: UUID) -> User:
    """Raises NotFound; another committee's id is as unknown as any."""
    found = User.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def create_user(
    *, username: str, display_name: str, password: str | None, roles: Iterable[str | Assignment], by: audit.Actor
) -> User:
    """An account of this host with its roles; without a password it cannot sign in yet.

    Raises UsernameMissing, UsernameTaken, NameMissing, UnknownRole.
    """
    wanted = _assignments(roles)
    username, display_name = username.strip(), " ".join(display_name.split())
    if not display_name:
        raise NameMissing
    refuse_username(username)
    user = User(username=username, display_name=display_name)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(force_insert=True)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=one.role, scope=one.scope) for one in wanted])
    new = {"username": username, "roles": _told(wanted)}
    audit.record(by=by, action="accounts.create_user", subject=user, new=new)
    return user


@transaction.atomic
def create_users(*, people: Sequence[tuple[str, str]], role: str, by: audit.Actor) -> list[User]:
    """Accounts of one role, `(account name, name)` each, without passwords; three statements. The names must be free.

    Raises UnknownRole, UsernameTaken.
    """
    (wanted,) = _assignments([role])
    if taken := User.objects.filter(username__in=[name for name, _ in people]).first():
        raise UsernameTaken(taken.username)
    users = [User(username=username, display_name=shown) for username, shown in people]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users, batch_size=500)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=wanted.role) for user in users], batch_size=500)
    if users:
        told = {user.pk: audit.Told(str(user), new={"username": user.username}) for user in users}
        audit.record(by=by, action="accounts.create_users", subject=None, new={"roles": [role]}, people=told)
    return users


def refuse_username(username: str, *, mine: UUID | None = None) -> None:
    """Raises UsernameMissing, UsernameTaken (by anybody of this host but `mine`)."""
    if not username or any(char.isspace() for char in username):
        raise UsernameMissing
    holder = User.objects.filter(username=username).first()
    if holder is not None and holder.pk != mine:
        raise UsernameTaken(username)


def _assignments(roles: Iterable[str | Assignment]) -> list[Assignment]:
    wanted = list(dict.fromkeys(one if isinstance(one, Assignment) else Assignment(one) for one in roles))
    for one in wanted:
        if one.role not in Role.by_name:
            raise UnknownRole(one.role)
    return wanted


def refuse_roles(roles: Iterable[Assignment]) -> None:
    """What an office may give within a committee. Raises RoleMissing, UnknownRole, ScopeMissing."""
    wanted = _assignments(roles)
    if not wanted:
        raise RoleMissing
    for one in wanted:
        role = Role.by_name[one.role]
        if role.of_platform:
            raise UnknownRole(one.role)
        if role.needs_scope and not one.scope:
            raise ScopeMissing(role)


def _told(roles: Iterable[Assignment]) -> list[str]:
    return sorted(f"{one.role}:{one.scope}" if one.scope else one.role for one in roles)


@transaction.atomic
def change_roles(*, id: UUID, roles: Iterable[Assignment], by: audit.Actor) -> User:
    """These roles and no others, at once. Raises NotFound, RoleMissing, UnknownRole, ScopeMissing, LastOffice."""
    wanted = set(_assignments(roles))
    refuse_roles(wanted)
    user = _locked(id)
    had = set(user.assignments)
    if had == wanted:
        return user
    if not _manages(wanted):
        _refuse_last_office(user)
    for gone in had - wanted:
        RoleGrant.objects.filter(user=user, role=gone.role, scope=gone.scope).delete()
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=one.role, scope=one.scope) for one in wanted - had])
    user.__dict__.pop("assignments", None)
    user.__dict__.pop("permissions", None)
    audit.record(
        by=by, action="accounts.change_roles", subject=user, old={"roles": _told(had)}, new={"roles": _told(wanted)}
    )
    return user


@transaction.atomic
def deactivate(*, id: UUID, why: str, by: audit.Actor) -> User:
    """The account opens nothing any more: its sessions end now, its open link is void. Again changes nothing.

    Raises NotFound, OwnAccount, LastOffice.
    """
    user = _locked(id)
    if user.pk == by.actor_id:
        raise OwnAccount
    _refuse_last_office(user)
    shut(user=user, by=by, why=why)
    return user


@transaction.atomic
def shut(*, user: User, by: audit.Actor, why: str = "") -> None:
    """The account opens nothing from now on, whoever it is: its sessions end, its open link is void. Again changes nothing."""
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    Session.objects.filter(user=user).delete()
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=clock.now())
    audit.record(
        by=by, action="accounts.deactivate", subject=user, old={"is_active": True}, new={"is_active": False}, why=why.strip()
    )  # fmt: skip


@transaction.atomic
def reactivate(*, id: UUID, by: audit.Actor) -> User:
    """The account works again, with the password and roles it had. Raises NotFound."""
    user = _locked(id)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record(by=by, action="accounts.reactivate", subject=user)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: audit.Actor, keep: str | None = None) -> None:
    """A new password; the old one stops working at once and every session ends but the one with the key `keep`."""
    user.set_password(password)
    user.save(update_fields=["password"])
    Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
    audit.record(by=by, action="accounts.set_password", subject=user)


def change_password(*, user: User, current: str, password: str, keep: str | None) -> None:
    """One's own password, the old one given. Raises WrongPassword, WeakPassword."""
    if not user.check_password(current):
        raise WrongPassword
    refuse_weak(password, user)
    set_password(user=user, password=password, by=user, keep=keep)


def refuse_weak(password: str, user: User) -> None:
    """Raises WeakPassword with what is wrong."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(error.messages) from error


@transaction.atomic
def end_session(*, user: User, id: UUID) -> None:
    """End one of one's own sessions. Raises NotFound."""
    gone, _ = Session.objects.filter(user=user, id=id, scope="").delete()
    if not gone:
        raise NotFound
    audit.record(by=user, action="accounts.end_session", subject=user)


@transaction.atomic
def end_other_sessions(*, user: User, keep: str | None) -> int:
    """End all of one's own sessions but the one with the key `keep`; how many were ended."""
    gone, _ = Session.objects.filter(user=user, scope="").exclude(session_key=keep or "").delete()
    audit.record(by=user, action="accounts.end_other_sessions", subject=user, new={"ended": gone})
    return gone


@transaction.atomic
def note_sign_in(*, user: User, device: str) -> None:
    """Who signed in when, in the trail and on the account."""
    User.objects.filter(pk=user.pk).update(last_login=clock.now())  # Django noted the machine's clock, not ours
    audit.record(by=user, action="accounts.sign_in", subject=user, new={"device": device})


@transaction.atomic
def note_refusal(*, username: str, device: str) -> None:
    """A wrong password for an account that exists leaves a line its owner can read; the lock bounds how many."""
    user = User.objects.filter(username=username).first()
    if user is not None:
        audit.record(by=audit.SYSTEM, action="accounts.sign_in_refused", subject=user, new={"device": device})


def _manages(roles: Iterable[Assignment]) -> bool:
    known = (Role.by_name.get(one.role) for one in roles)
    return any(role is not None and Permission.ACCOUNTS_MANAGE in role.permissions for role in known)


def _locked(id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=id).first()
    if user is None:
        raise NotFound
    return user


def _refuse_last_office(user: User) -> None:
    """Two offices must not end each other at once: all of them are locked, in one order, before they are counted."""
    if not user.is_active or not _manages(user.assignments):
        return
    names = [name for name, role in Role.by_name.items() if Permission.ACCOUNTS_MANAGE in role.permissions]
    holders = RoleGrant.objects.filter(role__in=names).values("user_id")
    active = User.objects.select_for_update().filter(pk__in=holders, is_active=True).order_by("pk")
    if not any(one.pk != user.pk and one.has_usable_password() for one in active):
        raise LastOffice
