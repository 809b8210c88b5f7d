"""One-time links: to open an account the office made, or to set a new password.

The link's secret is shown once and kept as a digest that holds only in this committee. Unknown, used, expired, revoked
and another committee's links are refused in the same words.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts import actions
from accounts.models import Invitation, Session, User
from accounts.roles import Assignment
from core import audit, clock, tenancy
from core.errors import DomainError, NotFound

Purpose = Invitation.Purpose
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread when copied by hand


class LinkVoid(NotFound):
    code = "link_void"

    def __init__(self) -> None:
        super().__init__("这个链接不能用。它可能已用过、已过期或已作废，请向本会办公室要一个新的。")


class Deactivated(DomainError):
    code = "deactivated"

    def __init__(self) -> None:
        super().__init__("这个账号已停用，不能发链接。请先恢复使用。")


class NothingOpen(DomainError):
    code = "nothing_open"

    def __init__(self) -> None:
        super().__init__("没有可以撤销的链接：它已用过、已过期或已撤销。")


@dataclass(frozen=True, slots=True)
class Link:
    """What is handed to the person, once: `path` below the committee's own address."""

    user: User
    purpose: str
    token: str
    expires_at: dt.datetime

    @property
    def path(self) -> str:
        return f"/join/{self.token}/"


def _secret() -> str:
    """Twenty characters, 99 bits: nobody guesses it in seven days, and it can be typed from a printed list."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def digest_of(token: str) -> str:
    """What is kept of a link; the committee is part of it, so a copied row opens nothing elsewhere."""
    where = tenancy.current().code if tenancy.is_inside() else ""
    return salted_hmac(f"accounts.invitation {where}", token, algorithm="sha256").hexdigest()


@transaction.atomic
def invite(*, display_name: str, username: str, roles: Iterable[Assignment], by: audit.Actor) -> Link:
    """An account that waits for its person, and the link to it. Raises what create_user and refuse_roles raise."""
    wanted = list(roles)
    actions.refuse_roles(wanted)
    user = actions.create_user(username=username, display_name=display_name, password=None, roles=wanted, by=by)
    return issue(id=user.pk, by=by)


@transaction.atomic
def issue(*, id: UUID, by: audit.Actor) -> Link:
    """A fresh link: to join where there is no password yet, otherwise to set a new one. Older links are void. Raises NotFound, Deactivated."""
    (link,) = issue_to([id], by=by)
    return link


@transaction.atomic
def issue_to(ids: Sequence[UUID], *, by: audit.Actor) -> list[Link]:
    """A fresh link for each, in the order given, in four statements and one audit row. Raises NotFound, Deactivated."""
    now = clock.now()
    users = {one.pk: one for one in User.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    if len(users) != len(set(ids)):
        raise NotFound
    if not all(one.is_active for one in users.values()):
        raise Deactivated
    Invitation.objects.filter(user__in=users, used_at=None, revoked_at=None).update(revoked_at=now)
    links, rows = [], []
    for id in ids:
        user, token = users[id], _secret()
        purpose = Purpose.RESET if user.has_usable_password() else Purpose.JOIN
        row = Invitation(
            user=user, purpose=purpose, digest=digest_of(token), expires_at=now + settings.INVITATION_LIVES
        )
        rows.append(row)
        links.append(Link(user, purpose, token, row.expires_at))
    Invitation.objects.bulk_create(rows)
    if len(rows) == 1:
        audit.record(
            by=by, action=f"accounts.issue_{rows[0].purpose}", subject=rows[0].user, new={"until": rows[0].expires_at}
        )
    elif rows:
        told = {row.user_id: audit.Told(str(row.user), new={"username": row.user.username}) for row in rows}
        new = {"until": rows[0].expires_at}
        audit.record(by=by, action="accounts.issue_links", subject=None, new=new, people=told)
    return links


@transaction.atomic
def revoke(*, id: UUID, by: audit.Actor) -> None:
    """The account's open link is void. Raises NotFound, NothingOpen."""
    user = actions.user_by_id(id)
    open_ones = Invitation.objects.filter(user=user, used_at=None, revoked_at=None, expires_at__gt=clock.now())
    if not open_ones.update(revoked_at=clock.now()):
        raise NothingOpen
    audit.record(by=by, action="accounts.revoke_link", subject=user)


def find(token: str) -> Invitation:
    """The open invitation of a link. Raises LinkVoid."""
    return _usable(Invitation.objects.select_related("user").filter(digest=digest_of(token)).first())


def _usable(row: Invitation | None) -> Invitation:
    if row is None or row.used_at or row.revoked_at or row.expires_at <= clock.now() or not row.user.is_active:
        raise LinkVoid
    return row


@transaction.atomic
def accept(*, token: str, password: str, username: str = "") -> User:
    """Use the link: choose the password, and when joining the account name. All earlier sessions end.

    Raises LinkVoid, UsernameMissing, UsernameTaken, WeakPassword; then the link stays good.
    """
    row = _usable(Invitation.objects.select_for_update().select_related("user").filter(digest=digest_of(token)).first())
    user, old = row.user, row.user.username
    if row.purpose == Purpose.JOIN:
        actions.refuse_username(username.strip(), mine=user.pk)
        user.username = username.strip()
    actions.refuse_weak(password, user)
    user.set_password(password)
    user.save(update_fields=["username", "password"])
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    Session.objects.filter(user=user).delete()
    audit.record(
        by=user, action=f"accounts.accept_{row.purpose}", subject=user, old={"username": old}, new={"username": user.username}
    )  # fmt: skip
    return user
