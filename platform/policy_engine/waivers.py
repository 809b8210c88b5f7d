"""Who is excused from what: for a period, for a longer one that holds it, or (`*`) for as long as the duty stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policy_engine.periods import Period, add_months

ALWAYS = "*"
NAMED = re.compile(r"^(\d{4})(?:-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$")
MONTHS = {"H": 6, "Q": 3}


@dataclass(frozen=True, slots=True)
class Waiver:
    """`duty`: its id, or `*` for all that may be waived. `period`: the key of one of the duty's periods, of a year, half-year, quarter or month around it, or `*`."""

    subject: str
    duty: str
    period: str
    reason: str = ""


class Excused:
    """The waivers of one sitting."""

    def __init__(self, waivers: Iterable[Waiver], year_start_month: int) -> None:
        self._written: dict[tuple[str, str], list[Waiver]] = defaultdict(list)
        self._start = year_start_month
        for one in waivers:
            self._written[one.subject, one.duty].append(one)

    def covers(self, subject: str, duty: str, period: Period) -> bool:
        return self.waiver(subject, duty, period) is not None

    def waiver(self, subject: str, duty: str, period: Period) -> Waiver | None:
        """The one that excuses from this duty, or from all that may be waived (`*`)."""
        written = (*self._written.get((subject, duty), ()), *self._written.get((subject, ALWAYS), ()))
        return next((one for one in written if self._names(one.period, period)), None)

    def _names(self, text: str, period: Period) -> bool:
        return text in (ALWAYS, period.key) or self._holds(text, period)

    def _holds(self, text: str, period: Period) -> bool:
        """A period that crosses the edge of the one named is not excused by it."""
        found = NAMED.match(text)
        if not found or not 1 <= int(found[1]) <= 9998:
            return False
        first, until = _span(int(found[1]), found[2] or "", self._start)
        return first <= period.start and period.until <= until


def _span(year: int, part: str, start_month: int) -> tuple[date, date]:
    """A month is the calendar's; halves and quarters are counted from where the year starts."""
    if part.isdigit():
        first = date(year, int(part), 1)
        return first, add_months(first, 1)
    size = MONTHS.get(part[:1], 12)
    first = add_months(date(year, start_month, 1), size * (int(part[1:] or 1) - 1))
    return first, add_months(first, size)
