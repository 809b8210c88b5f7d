"""The only writers of notices (settings.NOTICES; the words are `core.notices`')."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.roles import Role
from tenants.desk.models import Notice
from tenants.members.models import Member
from tenants.members.queries import reach_of


def put(
    *,
    title: str,
    url: str,
    at: dt.datetime,
    to: Collection[UUID | None] = (),
    may: str = "",
    text: str = "",
    about: UUID | None = None,
    member: UUID | None = None,
    due: dt.date | None = None,
    clauses: Collection[str] = (),
    key: str = "",
) -> int:
    """Tell each account once; see `core.notices.tell`. Statements grow with the narrowed offices alone.

    Raises RuntimeError outside a transaction: a notice of what did not happen is worse than none.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a notice belongs into the action's transaction")
    told = set(User.objects.filter(pk__in=[one for one in to if one], is_active=True).values_list("pk", flat=True))
    if may:
        told |= set(_holders(Permission(may), member))
    rows = [
        Notice(
            user_id=id, title=title[:200], text=text, url=url, about=about, member_id=member, due_on=due,
            clauses=list(clauses), key=key, sent_at=at,
        )
        for id in sorted(told)
    ]  # fmt: skip
    known = set(Notice.objects.filter(key=key, user__in=told).values_list("user_id", flat=True)) if key else set()
    fresh = [one for one in rows if one.user_id not in known]
    Notice.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=bool(key))
    return len(fresh)


def settle(*, about: Collection[UUID], at: dt.datetime) -> int:
    return Notice.objects.filter(about__in=list(about), settled_at=None).update(settled_at=at)


def _holders(permission: Permission, member: UUID | None) -> Iterable[UUID]:
    """Accounts that hold the permission, within reach of the member where one is named."""
    roles = [name for name, role in Role.by_name.items() if permission in role.permissions]
    grants = RoleGrant.objects.filter(role__in=roles)
    named = Member.objects.filter(pk=member).first() if member else None
    for user in User.objects.filter(is_active=True, pk__in=grants.values("user_id")):
        if named is None or reach_of(user, permission).has(named):
            yield user.pk
