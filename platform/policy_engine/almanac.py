"""What the engine must know of days: the committee's year and term, its meetings, and which days are worked.

A leaf. The year, the term, `holidays` and `workdays` are settings of the policy; meetings are facts, known ahead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
FAR = 3660  # days; no term of a rule is longer, and a loop over days must end


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated event of the committee's calendar: a plenary session, a standing committee meeting, …"""

    id: str
    kind: str
    on: date
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Almanac:
    """`term`: first day and the day after the last, None where not stated. `events` in order of their days."""

    year_start_month: int = 1
    term: tuple[date | None, date | None] = (None, None)
    events: tuple[Event, ...] = ()
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def of_kind(self, kind: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.kind == kind)

    def first_event(self, kind: str, start: date, until: date) -> Event | None:
        """The first event of a kind with start <= its day < until."""
        return next((event for event in self.of_kind(kind) if start <= event.on < until), None)

    def is_worked(self, day: date) -> bool:
        """Monday to Friday without holidays, and the days worked instead."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def shifted(self, day: date, days: int, *, working: bool = False) -> date:
        """So many days, or working days, later (negative: earlier)."""
        if not working:
            return moved(day, days)
        step, left = (1 if days > 0 else -1), abs(days)
        while left and date.min < day < date.max:
            day = moved(day, step)
            left -= self.is_worked(day)
        return day

    def next_worked(self, day: date) -> date:
        """The day itself, or the first worked day after it."""
        for _ in range(FAR):
            if day == date.max or self.is_worked(day):
                break
            day = moved(day, 1)
        return day


NO_DAYS = Almanac()


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: (event.on, event.id)))


def moved(day: date, days: int) -> date:
    """So many days later, never past the ends of the calendar."""
    return date.fromordinal(max(date.min.toordinal(), min(date.max.toordinal(), day.toordinal() + days)))


def month_end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - DAY


def day_in(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last."""
    return min(month_end(year, month), date(year, month, min(day, 28)) + timedelta(days=max(0, day - 28)))


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year < date.max.year:
        return date.max if months > 0 else date.min
    return day_in(year, month + 1, day.day)
