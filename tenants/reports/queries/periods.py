"""Which periods there are to report: months, half-years, years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

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


def due_spans(today: dt.date, *, within: int, closed: Collection[str] = ()) -> Iterator[Period]:
    """The newest month that is over; the half-year and the year too while they ended at most `within` days ago.

    And what was passed over since the first of its kind among `closed`, for as many days: a month forgotten is still owed.
    """
    for kind in KINDS:
        found = due(today, kind)
        if kind == "month" or (today - found.last_day).days <= within:
            yield found
        for one in _back(found, kind, until=_first(kind, closed)):
            if one.key not in closed and (today - one.last_day).days <= within:
                yield one


def spans_until(today: dt.date, *, closed: Collection[str] = ()) -> list[Period]:
    """This year's periods begun by `today`, the last of each kind that is over, and all since the first of its kind among `closed`.

    The newest end first; of one end, the longer first.
    """
    months = [span(f"{today.year}-{number:02}") for number in range(1, today.month + 1)]
    halves = [span(f"{today.year}-H{number}") for number in ((1,) if today.month <= 6 else (1, 2))]
    over = {kind: due(today, kind) for kind in KINDS}  # in January: December, the second half-year, the year
    before = (one for kind in KINDS for one in _back(over[kind], kind, until=_first(kind, closed)))
    found = {one.key: one for one in (*months, *halves, span(str(today.year)), *over.values(), *before)}
    return in_order(list(found.values()))


def _first(kind: Kind, keys: Collection[str]) -> Period | None:
    return min((span(key) for key in keys if kind_of(key) == kind), key=lambda one: one.start, default=None)


def _back(newest: Period, kind: Kind, *, until: Period | None) -> Iterator[Period]:
    """Those of a kind before one, back to another."""
    one = newest
    while until is not None and one.start > until.start:
        one = holding(one.start - DAY, kind)
        yield one


def in_order(found: list[Period]) -> list[Period]:
    return sorted(found, key=lambda one: (one.until, -one.start.toordinal()), reverse=True)


def named(key: str) -> str:
    """What a return is called: 2022 年 11 月月报, 2022 年上半年报, 2022 年年报."""
    return f"{spoken(key)}{NAMES[kind_of(key)]}"
