"""Reading accounts: who may sign in here, as what, in what state; one's own sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.module_loading import import_string

from accounts.models import Invitation, RoleGrant, Session, User
from accounts.roles import Assignment, Role, ScopeKind
from core import clock, tenancy
from core.models import AuditEvent

STATES = {
    "active": "使用中",
    "invited": "已邀请",
    "expired": "链接过期",
    "uninvited": "没有链接",
    "deactivated": "已停用",
}
RECENT = 12
SIGN_INS = {"accounts.sign_in": "登录", "accounts.sign_in_refused": "密码输错"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilters:
    """`state`: a key of STATES; `q`: a part of name or account name."""

    q: str = ""
    role: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One line of the list, plain values. `holder` is the member it is: name and page."""

    id: UUID
    name: str
    username: str
    roles: tuple[str, ...]
    state: str
    until: dt.datetime | None  # an open link's end
    last_login: dt.datetime | None
    holder: tuple[str, str] | None

    @property
    def url(self) -> str:
        return f"/accounts/{self.id}/"


def subjects() -> Mapping[ScopeKind, Mapping[str, str]]:
    """What each kind of role can be narrowed to: key → name. From the app that owns them (settings.ROLE_SUBJECTS); none on the bare host."""
    if not tenancy.is_inside():
        return {}
    found: Mapping[ScopeKind, Mapping[str, str]] = import_string(settings.ROLE_SUBJECTS)()
    return found


def accounts(filters: AccountFilters) -> QuerySet[User]:
    """In name order, ready for `rows_of` or a paginator. People of the platform have none here."""
    now = clock.now()
    open_links = Invitation.objects.filter(
        user=OuterRef("pk"), used_at=None, revoked_at=None, expires_at__gt=now, purpose=Invitation.Purpose.JOIN
    )
    expired = Invitation.objects.filter(
        user=OuterRef("pk"), used_at=None, revoked_at=None, expires_at__lte=now, purpose=Invitation.Purpose.JOIN
    )
    waiting = Q(is_active=True, password__startswith="!")
    states = {
        "active": Q(is_active=True) & ~Q(password__startswith="!"),
        "deactivated": Q(is_active=False),
        "invited": waiting & Exists(open_links),
        "expired": waiting & Exists(expired),
        "uninvited": waiting & ~Exists(open_links) & ~Exists(expired),
    }
    found = User.objects.order_by("display_name", "username")
    if text := "".join(filters.q.split()):
        found = found.filter(Q(display_name__icontains=text) | Q(username__icontains=text))
    if filters.role:
        found = found.filter(pk__in=RoleGrant.objects.filter(role=filters.role).values("user_id"))
    return found.filter(states[filters.state]) if filters.state in states else found


def rows_of(users: Any) -> list[Account]:
    """Plain rows of a slice or page. At most six statements."""
    open_first = Invitation.objects.filter(used_at=None, revoked_at=None)
    ids = [one.pk for one in users]
    full = User.objects.filter(pk__in=ids).prefetch_related("grants", Prefetch("invitations", open_first, "open_links"))
    by_id = {one.pk: one for one in full}
    names, holders = subjects(), import_string(settings.ACCOUNT_HOLDERS)(ids)
    return [_row(by_id[id], names, holders.get(id)) for id in ids]


def _row(user: Any, names: Mapping[ScopeKind, Mapping[str, str]], holder: tuple[str, str] | None) -> Account:
    link = user.open_links[0] if user.open_links else None
    grants = [Assignment(one.role, one.scope) for one in user.grants.all()]
    return Account(
        id=user.pk, name=user.display_name, username=user.username, roles=tuple(role_words(grants, names)),
        state=_state(user, link), until=link.expires_at if link and link.expires_at > clock.now() else None,
        last_login=user.last_login, holder=holder,
    )  # fmt: skip


def _state(user: User, link: Invitation | None) -> str:
    if not user.is_active:
        return "deactivated"
    if user.has_usable_password():
        return "active"
    return "uninvited" if link is None else "invited" if link.expires_at > clock.now() else "expired"


def account(user: User) -> Account:
    (row,) = rows_of([user])
    return row


def role_words(roles: Iterable[Assignment], names: Mapping[ScopeKind, Mapping[str, str]]) -> list[str]:
    """`区政协录入员（天河区）`, in the order the roles are declared."""
    order = list(Role.by_name)
    known = sorted(
        (one for one in roles if one.role in Role.by_name), key=lambda one: (order.index(one.role), one.scope)
    )
    return [_word(Role.by_name[one.role], one.scope, names) for one in known]


def _word(role: type[Role], scope: str, names: Mapping[ScopeKind, Mapping[str, str]]) -> str:
    if role.narrowed_by is None or not scope:
        return f"{role.label}（未定范围）" if role.needs_scope else role.label
    return f"{role.label}（{names.get(role.narrowed_by, {}).get(scope, '已不存在')}）"


def sessions_of(user: User) -> list[Session]:
    """One's signed-in browsers at this host, the latest seen first; those over are left out."""
    now = clock.now()
    rows = Session.objects.filter(user=user, scope="", expire_date__gt=now).order_by("-seen_at")
    idle = {True: settings.REMEMBERED_IDLE, False: settings.SESSION_IDLE}
    return [one for one in rows if one.seen_at + idle[one.is_remembered] > now]


@dataclass(frozen=True, slots=True)
class SignedIn:
    at: dt.datetime
    what: str
    device: str


def sign_ins_of(user: User) -> list[SignedIn]:
    """The latest sign-ins and wrong passwords of an account, newest first."""
    rows = AuditEvent.objects.filter(subject_id=user.pk, action__in=SIGN_INS).order_by("-created_at")[:RECENT]
    return [SignedIn(row.created_at, SIGN_INS[row.action], (row.new or {}).get("device", "")) for row in rows]
