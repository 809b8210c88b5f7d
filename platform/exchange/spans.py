"""The periods a return can be of: a month, a half-year, a year. Pure."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from policy_engine.periods import Period, add_months

Kind = Literal["month", "half_year", "year"]
WRITTEN = "(20[0-9]{2})(?:-(0[1-9]|1[0-2])|-(H[12]))?"  # also of the API's schema
KEY = re.compile(rf"\A{WRITTEN}\Z")
MONTHS: dict[Kind, int] = {"month": 1, "half_year": 6, "year": 12}


def span_of(key: str) -> Period | None:
    """`2022-11`, `2022-H1` or `2022` as days; None for any other text."""
    found = KEY.match(key)
    if found is None:
        return None
    start = dt.date(int(found[1]), int(found[2] or 1), 1)
    if found[3] == "H2":
        start = dt.date(int(found[1]), 7, 1)
    return Period(key, start, add_months(start, MONTHS[kind_of(key)]))


def kind_of(key: str) -> Kind:
    return "year" if len(key) == 4 else "half_year" if "H" in key else "month"


def spoken(key: str) -> str:
    """A period as a clerk reads it: 2022 年 11 月, 2022 年上半年, 2022 年. Other text as it stands."""
    span = span_of(key)
    if span is None:
        return key
    year = f"{span.start.year} 年"
    if kind_of(key) == "year":
        return year
    return (
        f"{year}{'上' if span.start.month == 1 else '下'}半年"
        if kind_of(key) == "half_year"
        else f"{year} {span.start.month} 月"
    )
