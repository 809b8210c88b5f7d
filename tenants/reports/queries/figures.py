"""Which figures a return carries and how each is worked out: the shared catalogue's word, never this code's.

What a figure is and how figures are summed stands in `exchange.figures`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from exchange.figures import Figure, figure, figures_in, summed
from exchange.spans import kind_of
from policy_engine import Indicator, Policy
from policy_engine.load import load_catalogue
from policy_engine.periods import MONTHS_IN, Period, add_months, year_of
from tenants.reports.models import Basis

__all__ = [
    "CARRIED", "Figure", "bases_of", "entry_of", "figure", "figures_in", "indicators_of", "shared_indicators", "summed",
    "waiting_indicators", "window",
]  # fmt: skip

# The catalogue names forty; those whose records are still to come keep their codes and say what they wait for.
CARRIED = tuple(entry["code"] for entry in load_catalogue() if "waits_for" not in entry)


def bases_of(indicator: Indicator) -> tuple[Basis, ...]:
    """Attainment is judged by one's own value and by the parent's (S29); a count of records is the same by both."""
    return (Basis.OWN, Basis.PARENT) if indicator.kind == "attainment" else (Basis.OWN,)


def window(code: str, span: Period, *, year_start_month: int = 1) -> Period:
    """The days whose records a figure counts in a return of `span`: the return's own period where the catalogue names it for
    this indicator, else the indicator's, as far as it has run by the return's last day."""
    entry = entry_of(code)
    named = [entry.get("period", "year"), *entry.get("also_periods", ())]
    asked = kind_of(span.key)
    if asked in named:
        return span
    long = (
        named[0]
        if MONTHS_IN.get(named[0], 12) >= MONTHS_IN[asked]
        else max(named, key=lambda one: MONTHS_IN.get(one, 12))
    )
    months = MONTHS_IN.get(long, 12)  # `on_date`: links stand on the last day, what periods there are is the year's
    if months == 12:
        return year_of(span.last_day, year_start_month)
    start = dt.date(span.last_day.year, (span.last_day.month - 1) // months * months + 1, 1)
    return Period(f"{start:%Y-%m}", start, add_months(start, months))


def days_counted(code: str, span: Period) -> str:
    """Which days' records a figure counts in a return of `span`, in words, where the year begins in January."""
    if entry_of(code).get("period") == "on_date":
        return f"{span.last_day:%Y-%m-%d} 当天"
    return f"{window(code, span).start:%Y-%m-%d} 至 {span.last_day:%Y-%m-%d}"


@lru_cache(maxsize=1)
def shared_indicators() -> Mapping[str, Indicator]:
    """The shared catalogue by code, bound to no policy: names and definitions for whoever reads figures."""
    every = Policy(id="", header={}, clauses={}, elements={}, catalogue=load_catalogue()).indicators
    return {one.id: one for one in every if one.id in CARRIED}


def waiting_indicators() -> list[tuple[str, str, str]]:
    """Code, name and what it waits for, of those no return carries yet."""
    return [(one["code"], one["name_zh"], one["waits_for"]) for one in load_catalogue() if "waits_for" in one]


def entry_of(code: str) -> Mapping[str, Any]:
    """What the catalogue says of one indicator, with how it is worked out."""
    return next(entry for entry in load_catalogue() if entry["code"] == code)


def indicators_of(policy: Policy) -> Mapping[str, Indicator]:
    """The carried indicators as a policy binds them, by code; a document's own are nobody else's and stay out of returns.

    Of an adopted document only what it binds and names counts: the catalogue is the one shipped, also for a document adopted before.
    """
    bound = {one.id: one.duties for one in policy.indicators if not one.is_own}
    shipped = Policy(
        id=policy.id, header=policy.header, clauses={}, elements=policy.elements, catalogue=load_catalogue()
    ).indicators
    return {one.id: one for one in shipped if one.id in CARRIED and not one.is_own and one.id in bound}
