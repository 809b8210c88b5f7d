"""Which months there are to report."""

from __future__ import annotations

import datetime as dt
import re

from core.errors import DomainError
from policy_engine.periods import DAY, Period, add_months

MONTH = re.compile(r"\A(20[0-9]{2})-(0[1-9]|1[0-2])\Z")


class BadPeriod(DomainError):
    code = "bad_period"
    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(f"没有“{key[:20]}”这一期。月份写成 2022-11 的样子。")


def month(key: str) -> Period:
    """The month a key names. Raises BadPeriod."""
    found = MONTH.match(key)
    if found is None:
        raise BadPeriod(key)
    start = dt.date(int(found[1]), int(found[2]), 1)
    return Period(key, start, add_months(start, 1))


def month_of(day: dt.date) -> Period:
    return month(f"{day:%Y-%m}")


def due_month(today: dt.date) -> Period:
    """The newest month that is over: the current one on its last day, the one before otherwise."""
    current = month_of(today)
    return current if current.last_day == today else month_of(current.start - DAY)


def months_until(today: dt.date) -> list[Period]:
    """This year's months begun by `today`, the newest first."""
    return [month(f"{today.year}-{number:02}") for number in range(today.month, 0, -1)]


def spoken(key: str) -> str:
    """2022-11 as a clerk reads it: 2022 年 11 月."""
    start = month(key).start
    return f"{start.year} 年 {start.month} 月"
