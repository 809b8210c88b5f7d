"""Reading use, limits and the monthly statement. A committee sees its own, as the database enforces; the operator all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min, Q, Sum, Value
from django.db.models.functions import Coalesce

from billing_free.models import Balance, Meter, Quota
from billing_free.quotas import ITEMS, PRICE, Item, What, default_limit, spoken
from core import clock
from core.errors import NotFound
from dispatch.models import Job

_STANDS = """
WITH stood AS (
    SELECT DISTINCT ON (what) what, month, amount FROM public.billing_free_balance WHERE committee = %(committee)s
    ORDER BY what, month DESC)
SELECT what, sum(amount) FROM (
    SELECT what, amount FROM stood UNION ALL
    SELECT what, amount FROM public.billing_free_meter m WHERE committee = %(committee)s
    AND month > coalesce((SELECT s.month FROM stood s WHERE s.what = m.what), '')) AS all_of_it
GROUP BY what"""

MONTH = re.compile(r"\A\d{4}-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What stands against one limit now; `why` is filled where the operator set the limit."""

    what: What
    used: int
    limit: int
    why: str = ""

    @property
    def item(self) -> Item:
        return ITEMS[self.what]

    @property
    def share(self) -> int:
        """Whole percent of the limit; 100 also where nothing is allowed."""
        return min(100, self.used * 100 // self.limit) if self.limit else 100

    @property
    def spoken_used(self) -> str:
        return spoken(self.what, self.used)

    @property
    def spoken_limit(self) -> str:
        return spoken(self.what, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One thing in one month: what stood before, came, went, stands; jobs begin at nothing each month."""

    what: What
    before: int
    added: int
    removed: int

    @property
    def item(self) -> Item:
        return ITEMS[self.what]

    @property
    def stands(self) -> int:
        return self.before + self.added - self.removed

    @property
    def price(self) -> Decimal:
        return PRICE

    @property
    def cost(self) -> Decimal:
        return self.stands * PRICE

    def cells(self) -> Mapping[str, str]:
        names = ("before", "added", "removed", "stands")
        return {name: spoken(self.what, getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A committee's month at no price."""

    month: str
    lines: Sequence[StatementLine]

    @property
    def total(self) -> Decimal:
        return sum((line.cost for line in self.lines), PRICE)


def use(code: str, level: str, today: dt.date) -> list[Use]:
    """Everything the committee uses against its limits, in the order of the table. Three statements."""
    stands = _stands(code)
    stands[What.JOBS] = _jobs(code, f"{today:%Y-%m}")
    limits = {row.what: row for row in Quota.objects.filter(committee=code)}
    return [
        Use(
            what=what,
            used=stands.get(what, 0),
            limit=limits[what].amount if what in limits else default_limit(level, what),
            why=limits[what].why if what in limits else "",
        )
        for what in What
    ]


def use_of_one(code: str, level: str, what: What) -> Use:
    """What stands against one limit; for the words of a refusal."""
    return next(line for line in use(code, level, clock.today()) if line.what == what)


def jobs_and_limit(code: str, level: str, today: dt.date) -> tuple[int, int]:
    """Jobs people asked for in the month and how many it may be; one statement."""
    begins, ends = bounds(f"{today:%Y-%m}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM public.dispatch_job WHERE committee = %s AND by_id IS NOT NULL "
            "AND created_at >= %s AND created_at < %s), "
            "coalesce((SELECT amount FROM public.billing_free_quota WHERE committee = %s AND what = %s), %s)",
            [code, begins, ends, code, str(What.JOBS), default_limit(level, What.JOBS)],
        )
        used, limit = cursor.fetchone()
    return int(used), int(limit)


def statement(code: str, month: str, *, today: dt.date) -> Statement:
    """The month's use from the ledger. Raises NotFound for what is no month, or one that has not begun."""
    if not MONTH.match(month) or month > f"{today:%Y-%m}":
        raise NotFound("没有这个月份的用量单。请从列表里选一个月。")
    rows = (
        Meter.objects.filter(committee=code, month__lte=month)
        .values("what")
        .annotate(
            before=Coalesce(Sum("amount", filter=Q(month__lt=month)), Value(0)),
            added=Coalesce(Sum("amount", filter=Q(month=month, amount__gt=0)), Value(0)),
            removed=Coalesce(Sum("amount", filter=Q(month=month, amount__lt=0)), Value(0)),
        )
    )
    found = {row["what"]: row for row in rows}
    kept = Balance.objects.filter(committee=code, what=What.JOBS, month=month).values_list("amount", flat=True).first()
    jobs = _jobs(code, month) if kept is None else kept
    return Statement(month=month, lines=[_line(what, found.get(what), jobs) for what in What])


def months(code: str, *, today: dt.date) -> list[str]:
    """The months there is a statement for, newest first: from the first use to the running one."""
    first = Meter.objects.filter(committee=code).aggregate(first=Min("month"))["first"]
    current = f"{today:%Y-%m}"
    found, year, month = [], *map(int, current.split("-"))
    first = min(first or current, current)
    while f"{year:04}-{month:02}" >= first:
        found.append(f"{year:04}-{month:02}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def spoken_month(month: str) -> str:
    return f"{int(month[:4])} 年 {int(month[5:])} 月"


def _line(what: What, row: Mapping[str, Any] | None, jobs: int) -> StatementLine:
    if what == What.JOBS:
        return StatementLine(what=what, before=0, added=jobs, removed=0)
    if row is None:
        return StatementLine(what=what, before=0, added=0, removed=0)
    return StatementLine(what=what, before=row["before"], added=row["added"], removed=-row["removed"])


def _stands(code: str) -> dict[str, int]:
    """What stands in the ledger: the newest balance and what came after it."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, {"committee": code})
        return {what: int(amount) for what, amount in cursor.fetchall()}


def _jobs(code: str, month: str) -> int:
    begins, ends = bounds(month)
    return Job.objects.filter(committee=code, by_id__isnull=False, created_at__gte=begins, created_at__lt=ends).count()


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """First moment of the month and of the next, in the committees' zone."""
    year, number = map(int, month.split("-"))
    begins = dt.datetime(year, number, 1, tzinfo=clock.ZONE)
    ends = dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=clock.ZONE)
    return begins, ends
