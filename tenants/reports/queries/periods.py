"""Which periods there are to report: months, half-years, years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from core.errors import DomainError
from exchange.spans import Kind, kind_of, span_of, spoken
from policy_engine.periods import DAY, Period

__all__ = ["BadPeriod", "due_month", "due_spans", "kind_of", "named", "span", "spans_until", "spoken"]

KINDS: tuple[Kind, ...] = ("month", "half_year", "year")
NAMES = {"month": "月报", "half_year": "报", "year": "年报"}  # 上半年报


class BadPeriod(DomainError):
    code = "bad_period"
    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(f"没有“{key[:20]}”这一期。月份写成 2022-11，半年写成 2022-H1，全年写成 2022。")


def span(key: str) -> Period:
    """The days a key names. Raises BadPeriod."""
    found = span_of(key)
    if found is None:
        raise BadPeriod(key)
    return found


def month_of(day: dt.date) -> Period:
    return span(f"{day:%Y-%m}")


def holding(day: dt.date, kind: Kind) -> Period:
    """The month, half-year or year that holds a day."""
    half = f"{day.year}-H{1 if day.month <= 6 else 2}"
    return span({"month": f"{day:%Y-%m}", "half_year": half, "year": str(day.year)}[kind])


def due(today: dt.date, kind: Kind) -> Period:
    """The newest of its kind that is over: the current one on its last day, the one before otherwise."""
    current = holding(today, kind)
    return current if current.last_day == today else holding(current.start - DAY, kind)


def due_month(today: dt.date) -> Period:
    return due(today, "month")


def due_spans(today: dt.date, *, within: int) -> Iterator[Period]:
    """The newest month that is over; the half-year and the year too while they ended at most `within` days ago."""
    for kind in KINDS:
        found = due(today, kind)
        if kind == "month" or (today - found.last_day).days <= within:
            yield found


def spans_until(today: dt.date) -> list[Period]:
    """This year's periods begun by `today`, and the last of each kind that is over.

    The newest end first; of one end, the longer first.
    """
    months = [span(f"{today.year}-{number:02}") for number in range(1, today.month + 1)]
    halves = [span(f"{today.year}-H{number}") for number in ((1,) if today.month <= 6 else (1, 2))]
    over = (due(today, kind) for kind in KINDS)  # in January: December, the second half-year, the year
    found = {one.key: one for one in (*months, *halves, span(str(today.year)), *over)}
    return in_order(list(found.values()))


def in_order(found: list[Period]) -> list[Period]:
    return sorted(found, key=lambda one: (one.until, -one.start.toordinal()), reverse=True)


def named(key: str) -> str:
    """What a return is called: 2022 年 11 月月报, 2022 年上半年报, 2022 年年报."""
    return f"{spoken(key)}{NAMES[kind_of(key)]}"
