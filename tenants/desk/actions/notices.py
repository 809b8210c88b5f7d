"""The only writers of notices (settings.NOTICES; the words are `core.notices`')."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.roles import Role
from core import clock
from core.errors import NotFound
from tenants.desk.models import Notice
from tenants.members.models import Member
from tenants.members.queries import reach_of

KEPT, KEPT_UNREAD = 183, 731  # days


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


def settle(*, about: Collection[UUID], at: dt.datetime, of: UUID | None = None) -> int:
    """See `core.notices.settle`."""
    found = Notice.objects.filter(about__in=list(about), settled_at=None)
    return (found.filter(user_id=of) if of else found).update(settled_at=at)


@transaction.atomic
def read_notice(*, id: UUID, by: User, at: dt.datetime) -> Notice:
    """Raises NotFound, also for another's. That one has read is told nobody, so it leaves no row of the trail."""
    notice = Notice.objects.select_for_update().filter(pk=id, user_id=by.pk).first()
    if notice is None:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


def read_all(*, by: User, at: dt.datetime) -> int:
    """Returns how many were new."""
    return Notice.objects.filter(user_id=by.pk, read_at=None, settled_at=None).update(read_at=at)


@transaction.atomic
def tidy(*, today: dt.date) -> int:
    """Away with what was read or dealt with half a year ago, and with everything older than two years."""
    old, oldest = (
        dt.datetime.combine(today - dt.timedelta(days=days), dt.time(), tzinfo=clock.ZONE)
        for days in (KEPT, KEPT_UNREAD)
    )
    done = ~Q(read_at=None) | ~Q(settled_at=None)
    number, _ = Notice.objects.filter(Q(sent_at__lt=oldest) | Q(done, sent_at__lt=old)).delete()
    return number


def _holders(permission: Permission, member: UUID | None) -> Iterable[UUID]:
    """Accounts that hold the permission, within reach of the member where one is named."""
    roles = [name for name, role in Role.by_name.items() if permission in role.permissions]
    grants = RoleGrant.objects.filter(role__in=roles)
    named = Member.objects.filter(pk=member).first() if member else None
    for user in User.objects.filter(is_active=True, pk__in=grants.values("user_id")):
        if named is None or reach_of(user, permission).has(named):
            yield user.pk
