"""Tokens by which a program signs in as the account that issued them: shown once, kept as a digest, with scope and end.

A token is a row among one's signed-in devices, so that whatever ends those ends it, too: a new password, the end of the
account, the suspension of the committee. The digest holds the committee, so a copied row opens nothing elsewhere.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import Session, User
from accounts.sessions import NOTICED, place
from core import audit, clock
from core.errors import DomainError, NotFound

PREFIX = "lxt_"  # so that a token that leaked is found by who looks for secrets
AT_MOST, DAYS = 10, (30, 90, 365)
Scope = Session.Scope


class TokenUnnamed(DomainError):
    code = "token_unnamed"

    def __init__(self) -> None:
        super().__init__("请写明令牌给哪个系统用。", fields={"name": "请写明给哪个系统用"})


class UnknownTerms(DomainError):
    code = "unknown_token_terms"

    def __init__(self) -> None:
        super().__init__("请选只读或读写，有效期最长 365 天。", fields={"days": "有效期 1 至 365 天"})


class PasswordDiffers(DomainError):
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("密码不对，没有生成令牌。", fields={"password": "密码不对，没有生成令牌"})


class TooManyTokens(DomainError):
    code = "too_many_tokens"

    def __init__(self) -> None:
        super().__init__(f"一个账号最多 {AT_MOST} 个令牌。请先撤销不用的。")


@dataclass(frozen=True, slots=True)
class Issued:
    """What is handed over, once."""

    row: Session
    secret: str


def issue_own_token(*, name: str, scope: str, days: int, password: str, by: User) -> Issued:
    """One's own token, the password given again. Raises PasswordDiffers and what `issue_token` raises."""
    if not by.check_password(password):
        raise PasswordDiffers
    return issue_token(name=name, scope=scope, days=days, by=by)


@transaction.atomic
def issue_token(*, name: str, scope: str, days: int, by: User) -> Issued:
    """A token for one's own account. Raises TokenUnnamed, UnknownTerms, TooManyTokens."""
    name = " ".join(name.split())
    if not name:
        raise TokenUnnamed
    if scope not in (Scope.READ, Scope.WRITE) or not 1 <= days <= max(DAYS):
        raise UnknownTerms
    User.objects.select_for_update().get(pk=by.pk)
    if len(tokens_of(by)) >= AT_MOST:
        raise TooManyTokens
    now, secret = clock.now(), PREFIX + secrets.token_urlsafe(32)
    row = Session.objects.create(
        session_key=digest_of(secret), session_data="", user=by, place=place(), device=name[:80], scope=scope,
        created_at=now, seen_at=now, expire_date=now + dt.timedelta(days=days),
    )  # fmt: skip
    audit.record(by=by, action="accounts.issue_token", subject=by, new={"scope": scope, "until": row.expire_date})
    return Issued(row, secret)


@transaction.atomic
def revoke_token(*, id: UUID, by: User) -> None:
    """One's own token opens nothing from now on. Raises NotFound."""
    gone, _ = Session.objects.filter(user=by, id=id).exclude(scope=Scope.BROWSER).delete()
    if not gone:
        raise NotFound
    audit.record(by=by, action="accounts.revoke_token", subject=by)


def tokens_of(user: User) -> list[Session]:
    """One's tokens that open something, the newest first."""
    rows = Session.objects.filter(user=user, place=place(), expire_date__gt=clock.now())
    return list(rows.exclude(scope=Scope.BROWSER).order_by("-created_at"))


def holder_of(secret: str) -> Session | None:
    """The token's row with its user, noted as used; None for one unknown, revoked, over, or of another committee."""
    if not secret.startswith(PREFIX):
        return None
    now = clock.now()
    rows = Session.objects.select_related("user").exclude(scope=Scope.BROWSER)
    row = rows.filter(session_key=digest_of(secret), place=place(), expire_date__gt=now, user__is_active=True).first()
    if row is not None and abs(now - row.seen_at) > NOTICED:
        Session.objects.filter(pk=row.pk).update(seen_at=now)
    return row


def digest_of(secret: str) -> str:
    """Forty hexadecimal digits, 160 bits, over committee and secret."""
    where = place().partition(":")[0]
    return salted_hmac(f"accounts.token {where}", secret, algorithm="sha256").hexdigest()[:40]
