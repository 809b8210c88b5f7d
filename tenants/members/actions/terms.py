"""届满: one act ends a term for everybody who sat in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actions import shut
from accounts.models import User
from core import audit
from core.errors import DomainError
from tenants.members.actions.ending import end_all
from tenants.members.actions.holdings import lock_roster
from tenants.members.models import Member, Term

_OF_MEMBERS = frozenset(
    {"member", "convener", "leader"}
)  # an account with another role is a member of staff's and stays


class TermUnnamed(DomainError):
    code = "term_unnamed"

    def __init__(self) -> None:
        super().__init__("请填写届次，例如第十届。", fields={"name": "请填写届次"})


class TermClosed(DomainError):
    code = "term_closed"

    def __init__(self) -> None:
        super().__init__("这一届或这一天已经办过届满，请核对。", fields={"name": "已经办过届满"})


class TermInFuture(DomainError):
    code = "term_in_future"

    def __init__(self) -> None:
        super().__init__("届满日还没有到，请到那一天再办。", fields={"ends_on": "还没有到"})


class NobodyServes(DomainError):
    code = "nobody_serves"

    def __init__(self, day: dt.date) -> None:
        text = f"{day:%Y-%m-%d} 之前没有在任的委员，请核对届满日。"
        super().__init__(text, fields={"ends_on": text})


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing did, or would do: members, of them continuing, accounts closed, and per kind of row how many ended."""

    members: int
    continuing: int
    accounts: int
    ended: dict[str, int]


def what_would_end(
    *, name: str, ends_on: dt.date, continuing: Collection[UUID], today: dt.date, by: audit.Actor
) -> Closing:
    """Exactly what `close_term` would do: done and undone. Raises what it raises."""
    with transaction.atomic():
        closing = close_term(name=name, ends_on=ends_on, continuing=continuing, today=today, by=by)
        transaction.set_rollback(True)
    return closing


@transaction.atomic
def close_term(
    *, name: str, ends_on: dt.date, continuing: Collection[UUID], today: dt.date, by: audit.Actor, why: str = ""
) -> Closing:
    """From `ends_on` nobody of this term is a member: memberships, posts, seats, convening, pairings and links end with it.

    Whoever joined on that day or later belongs to the next term. Accounts close but for `continuing` members' (they sit
    in the next term too) and for staff's. Raises TermUnnamed, TermInFuture, TermClosed, NobodyServes.
    """
    name = " ".join(name.split())
    if not name:
        raise TermUnnamed
    if ends_on > today:
        raise TermInFuture
    lock_roster()
    if Term.objects.filter(Q(name=name) | Q(ends_on=ends_on)).exists():
        raise TermClosed
    sat = list(Member.objects.filter(Q(left_on=None) | Q(left_on__gt=ends_on), joined_on__lt=ends_on))
    if not sat:
        raise NobodyServes(ends_on)
    term = Term.objects.create(name=name, ends_on=ends_on)
    ids = {member.pk for member in sat}
    stays = ids & set(continuing)
    ended = end_all(ids, ends_on)
    Member.objects.filter(pk__in=stays).update(continues=True)
    accounts = _close_accounts(ids - stays, by)
    closing = Closing(len(ids), len(stays), accounts, ended)
    told = {
        "ends_on": ends_on,
        "persons": len(ids),
        "continuing": len(stays),
        "accounts": accounts,
        "ended": sum(ended.values()),
    }
    audit.record(by=by, action="members.close_term", subject=term, new=told, why=why, people=_told(sat, stays, ends_on))
    return closing


def _told(sat: list[Member], stays: set[UUID], ends_on: dt.date) -> dict[UUID, audit.Told]:
    return {
        one.pk: audit.Told(
            label=one.name, old={"left_on": one.left_on}, new={"left_on": ends_on, "continues": one.pk in stays}
        )
        for one in sat
    }


def _close_accounts(ids: set[UUID], by: audit.Actor) -> int:
    users = User.objects.filter(member__in=ids, is_active=True).prefetch_related("grants")
    closing = [user for user in users if {grant.role for grant in user.grants.all()} <= _OF_MEMBERS]
    for user in closing:
        shut(user=user, by=by)
    return len(closing)
