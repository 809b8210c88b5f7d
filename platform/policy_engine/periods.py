"""Periods a duty is judged over. Half-open: `start` belongs to the period, `until` does not.

None of the documents defines its year; the calendar year is the default and `year_start_month` moves it (reading U1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

MONTHS_IN = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAY = timedelta(days=1)
KEY = re.compile(r"^(\d{4})(-(0[1-9]|1[0-2])|-Q[1-4]|-H[12])?$|^(term|once)$")


@dataclass(frozen=True, slots=True)
class Period:
    """`key` is one of `2021`, `2021-H1`, `2021-Q3`, `2021-05`, `term`, `once`; an open end is date.min or date.max."""

    key: str
    start: date
    until: date

    @property
    def last_day(self) -> date:
        return self.until if self.until == date.max else self.until - DAY

    def closed(self, as_of: date) -> bool:
        """Over, so that nothing can be added any more: as-of lies after the last day."""
        return as_of > self.last_day

    def reference_day(self, as_of: date) -> date:
        """The day whose rule judges this period: its last day, or as-of while it is open."""
        return min(as_of, self.last_day)

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "from": None if self.start == date.min else self.start.isoformat(),
            "until": None if self.until == date.max else self.until.isoformat(),
        }


def begun(
    name: str, as_of: date, *, year_start_month: int = 1, term: tuple[date | None, date | None] = (None, None)
) -> tuple[Period, ...]:
    """Every period called `name` that has begun by `as_of` in the year holding it.

    `event` and `continuous` have no rhythm of their own: they are shown over the year.
    """
    if name in ("term", "once"):
        return (Period(name, term[0] or date.min, term[1] or date.max),)
    year = year_of(as_of, year_start_month)
    size = MONTHS_IN.get(name, 12)
    cut = (_slice(year, index, size) for index in range(12 // size))
    return tuple(period for period in cut if period.start <= as_of)


def year_of(day: date, year_start_month: int = 1) -> Period:
    """The year that holds `day`; its key is the calendar year in which it starts."""
    number = day.year if day.month >= year_start_month else day.year - 1
    start = date(number, year_start_month, 1)
    return Period(str(number), start, add_months(start, 12))


def next_day(day: date) -> date:
    """The day after; the last day there is has none."""
    return day if day == date.max else day + DAY


def add_months(start: date, months: int) -> date:
    """The first of a month, `months` later."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1) if year <= date.max.year else date.max


def _slice(year: Period, index: int, size: int) -> Period:
    start = add_months(year.start, index * size)
    names = {
        1: f"{start.year}-{start.month:02}",
        3: f"{year.key}-Q{index + 1}",
        6: f"{year.key}-H{index + 1}",
        12: year.key,
    }
    return Period(names[size], start, add_months(start, size))
