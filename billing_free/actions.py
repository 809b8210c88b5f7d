"""Claiming and releasing in the caller's transaction; setting limits; balancing months."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from billing_free import queries
from billing_free.models import Meter, Quota
from billing_free.quotas import ITEMS, What, default_limit, spoken
from core import audit, clock, tenancy
from core.errors import DomainError

# The newest balance and what came after it, compared with the limit, and the claim: one statement. The months are
# bounded by a subselect, for under row-level security a bare coalesce() counts as leaky and would not reach the index.
_CLAIM = """
WITH stood AS (
    SELECT month, amount FROM public.billing_free_balance WHERE committee = %(committee)s AND what = %(what)s
    ORDER BY month DESC LIMIT 1)
INSERT INTO public.billing_free_meter (id, created_at, committee, what, amount, month, by_id)
SELECT %(id)s, %(now)s, %(committee)s, %(what)s, %(amount)s, %(month)s, %(by)s
WHERE %(amount)s + coalesce((SELECT amount FROM stood), 0) + (
        SELECT coalesce(sum(amount), 0) FROM public.billing_free_meter
        WHERE committee = %(committee)s AND what = %(what)s AND month > (SELECT coalesce(max(month), '') FROM stood))
    <= coalesce((SELECT amount FROM public.billing_free_quota WHERE committee = %(committee)s AND what = %(what)s),
        %(default)s)"""

_BALANCE = """
INSERT INTO public.billing_free_balance (id, created_at, committee, what, month, amount)
SELECT gen_random_uuid(), %(now)s, committee, what, %(month)s, sum(amount) FROM public.billing_free_meter
WHERE month <= %(month)s GROUP BY committee, what
UNION ALL
SELECT gen_random_uuid(), %(now)s, committee, 'jobs', %(month)s, count(*) FROM public.dispatch_job
WHERE committee <> '' AND by_id IS NOT NULL AND created_at >= %(begins)s AND created_at < %(ends)s GROUP BY committee
ON CONFLICT DO NOTHING"""


class OverQuota(DomainError):
    """The limit would be passed; nothing was written."""

    code = "over_quota"

    def __init__(self, what: What, *, limit: int, used: int, amount: int) -> None:
        item = ITEMS[what]
        super().__init__(
            f"{what.label}已到本会的{item.period}限额：最多 {spoken(what, limit)}，已用 {spoken(what, used)}，"
            f"这次还要 {spoken(what, amount)}，所以没有保存。{item.remedy}；仍不够，请联系平台运维调高，不收费。"
        )
        self.what, self.limit, self.used = what, limit, used


class NoReason(DomainError):
    code = "no_reason"

    def __init__(self) -> None:
        super().__init__("请写明为什么调整这项限额。", fields={"why": "请写明原因"})


def claim(*, what: What, amount: int = 1, by: audit.Actor) -> None:
    """Count `amount` more of `what` for the committee entered, in the running transaction; one statement.

    Raises OverQuota where its limit would be passed. Two claims that run at the same instant do not see each other
    and may pass a limit by one another's amount: it guards a machine, not a till. RuntimeError outside a transaction.
    """
    if amount < 0:
        raise ValueError("give back with release()")
    if amount == 0:
        return
    _refuse_outside_transaction()
    committee = tenancy.current()
    values = _row(what, amount, by) | {"default": default_limit(committee.level, what)}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        if cursor.rowcount:
            return
    _refuse(what, amount)


def release(*, what: What, amount: int = 1, by: audit.Actor) -> None:
    """Give back what was claimed and is no longer kept. RuntimeError outside a transaction."""
    if amount < 0:
        raise ValueError("take with claim()")
    if amount == 0:
        return
    _refuse_outside_transaction()
    row = _row(what, -amount, by)
    Meter(
        id=row["id"], created_at=row["now"], committee=row["committee"], what=what, amount=-amount, month=row["month"],
        by_id=row["by"],
    ).save(force_insert=True)  # fmt: skip


def allow_job(*, by: audit.Actor) -> None:
    """Asked by `dispatch.enqueue`: jobs meter themselves, their rows are counted. Raises OverQuota at the month's limit.

    The timetable's own jobs neither count nor are refused: a month must close, and who uses none must not run out of them.
    """
    if by.actor_id is None:
        return
    committee = tenancy.current()
    used, limit = queries.jobs_and_limit(committee.code, committee.level, clock.today())
    if used >= limit:
        raise OverQuota(What.JOBS, limit=limit, used=used, amount=1)


@transaction.atomic
def set_quota(*, code: str, what: What, amount: int | None, why: str, by: audit.Actor) -> None:
    """Another limit for one committee, or the level's again (None). As the operator. Raises NoReason, UnknownCommittee."""
    if not why.strip():
        raise NoReason
    old = Quota.objects.filter(committee=code, what=what).first()
    if amount is None:
        Quota.objects.filter(committee=code, what=what).delete()
    else:
        Quota.objects.update_or_create(committee=code, what=what, defaults={"amount": amount, "why": why.strip()})
    audit.record(
        by=by, action="billing_free.set_quota", subject=None, why=why.strip(),
        old={"committee": code, "what": what, "amount": old.amount if old else None},
        new={"committee": code, "what": what, "amount": amount},
    )  # fmt: skip


def balance_month(month: str) -> int:
    """Write what stood at the end of `month` (`2022-10`); again, it changes nothing. As the operator; returns the rows made.

    The month must be over for so long that no transaction of it can still be open. For jobs, whose rows are cleaned away
    after some months, the balance is the month's number.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        begins, ends = queries.bounds(month)
        cursor.execute(_BALANCE, {"month": month, "now": clock.now(), "begins": begins, "ends": ends})
        return int(cursor.rowcount)


def _row(what: What, amount: int, by: audit.Actor) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": uuid7(), "now": now, "committee": tenancy.current().code, "what": str(what), "amount": amount,
        "month": f"{now:%Y-%m}", "by": by.actor_id,
    }  # fmt: skip


def _refuse(what: What, amount: int) -> None:
    committee = tenancy.current()
    line = queries.use_of_one(committee.code, committee.level, what)
    raise OverQuota(what, limit=line.limit, used=line.used, amount=amount)


def _refuse_outside_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("claim() and release() must run inside transaction.atomic()")
