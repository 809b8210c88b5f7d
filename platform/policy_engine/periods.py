"""Periods a duty is judged over. Half-open: `start` belongs to the period, `until` does not.

None of the documents defines its year; the calendar year is the default and `year_start_month` moves it (reading U1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

MONTHS_IN = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAY = timedelta(days=1)
KEY = re.compile(r"^(\d{4})(-(0[1-9]|1[0-2])|-Q[1-4]|-H[12])?$|^(term|once)$")  # of the plain words


@dataclass(frozen=True, slots=True)
class Period:
    """`key` is one of `2021`, `2021-H1`, `2021-Q3`, `2021-05`, `2021-W05`, `2021-05-07`, `term`, `once`, first and last unit (`2021-2022`),
    year and window (`2021-spring`) or an event's id; an open end is date.min or date.max.

    `due` is the last day on which what it asks for is in time; `awaits` the kind of meeting whose day
    is not known so that there is no period, `awaits_due` the one without which there is no due day;
    `carried` says that it belongs to the year before and is still in sight, `background` that only other duties look at it.
    """

    key: str
    start: date
    until: date
    due: date | None = None
    awaits: str | None = None
    awaits_due: str | None = None
    carried: bool = False
    background: bool = False

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


def year_of(day: date, year_start_month: int = 1) -> Period:
    """The year that holds `day`; its key is the calendar year in which it starts."""
    number = day.year if day.month >= year_start_month else day.year - 1
    start = date(number, year_start_month, 1)
    return Period(str(number), start, add_months(start, 12))


@lru_cache(maxsize=1024)
def names_within(period: Period) -> tuple[str, ...]:
    """The keys by which a record may say that it is about this period: its own, and those of the halves, quarters and months in it."""
    if period.key == str(period.start.year):
        parts = [f"{period.key}-{name}" for name in ("H1", "H2", "Q1", "Q2", "Q3", "Q4")]
    elif period.key.endswith(("-H1", "-H2")):
        half = int(period.key[-1])
        parts = [f"{period.key[:-3]}-Q{2 * half - 1}", f"{period.key[:-3]}-Q{2 * half}"]
    elif period.key[-3:-1] == "-Q":
        parts = []
    else:
        return (period.key,)
    months = (add_months(period.start, index) for index in range(12))
    return (period.key, *parts, *(f"{month.year}-{month.month:02}" for month in months if month < period.until))


def is_long(period: Period) -> bool:
    """More than a year and a bit: a term, once for all, or years counted together."""
    return (period.until - period.start).days > 400


def next_day(day: date) -> date:
    """The day after; the last day there is has none."""
    return day if day == date.max else day + DAY


def add_months(start: date, months: int) -> date:
    """The first of a month, `months` later."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1) if year <= date.max.year else date.max
