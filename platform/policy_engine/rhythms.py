"""How often: the words and forms of `period`, and the periods they cut time into.

A word (month, week, year, …) cuts the committee's year. `every` counts on from a first day and may cross years; `windows` are
stretches that come round each year; `before` and `after` run from meeting to meeting.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from policy_engine.almanac import Almanac, day_in, months_later, moved
from policy_engine.periods import DAY, KEY, MONTHS_IN, Period, add_months, year_of

WORDS = ("day", "week", "month", "quarter", "half_year", "year", "term", "once", "event", "continuous")
FORMS = ("every", "windows", "before", "after")
SPAN = re.compile(r"^(\d{4}(-\d\d(-\d\d)?|-W\d\d)?)(-\d{4}(-\d\d(-\d\d)?|-W\d\d)?)?$")
UNBOUND = ("term", "once", "event", "continuous")
"""Words without a beat of their own: nothing can take turns in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of each year, both days included; `until` before `start` means that it crosses New Year."""

    id: str
    title: str
    start: tuple[int, int]
    until: tuple[int, int]

    def starting_in(self, year: int) -> Period:
        last = day_in(year + (self.until < self.start), *self.until)
        return Period(f"{year}-{self.id}", day_in(year, *self.start), last + DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """`word` is one of WORDS or FORMS; the rest belongs to a form."""

    word: str
    size: int = 1
    unit: str = ""
    start: date = date.min
    windows: tuple[Window, ...] = ()
    event: str = ""

    @property
    def is_awaiting(self) -> bool:
        """Do its periods depend on meetings?"""
        return self.word in ("before", "after")


YEARLY = Rhythm(word="year")


def rhythm_of(entry: str | Mapping[str, Any]) -> Rhythm:
    """From what `period` says."""
    if isinstance(entry, str):
        return _word(entry)
    if "every" in entry:
        return Rhythm(word="every", size=entry["every"], unit=entry["unit"], start=date.fromisoformat(entry["from"]))
    if "windows" in entry:
        return Rhythm(word="windows", windows=tuple(_window(one) for one in entry["windows"]))
    (form,) = (form for form in ("before", "after") if form in entry)
    return Rhythm(word=form, event=entry[form])


def said(rhythm: Rhythm, words: Callable[[str, str], str]) -> str:
    """A rhythm in words, as the head of a sentence; `words(category, word)` gives a word's title."""
    if rhythm.word == "every":
        units = {"week": "周", "month": "个月", "year": "年"}
        return f"每 {rhythm.size} {units[rhythm.unit]}"
    if rhythm.word == "windows":
        return "每年" + "、".join(f"{one.title}（{_stretch(one)}）" for one in rhythm.windows)
    if rhythm.is_awaiting:
        return f"每次{words('events', rhythm.event)}{'以前' if rhythm.word == 'before' else '以后'}"
    return words("periods", rhythm.word)


def _stretch(window: Window) -> str:
    (month, day), (last_month, last_day) = window.start, window.until
    return f"{month} 月 {day} 日至{'次年' if window.until < window.start else ''} {last_month} 月 {last_day} 日"


def month_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)


def begun(rhythm: Rhythm, as_of: date, almanac: Almanac) -> tuple[Period, ...]:
    """Every period that has begun by `as_of` and reaches into the year holding it.

    `event` and `continuous` have no rhythm of their own: they are shown over the year.
    """
    if rhythm.word in ("term", "once"):
        return (Period(rhythm.word, almanac.term[0] or date.min, almanac.term[1] or date.max),)
    year = year_of(as_of, almanac.year_start_month)
    return _begun_in(rhythm, year, as_of, almanac)


def earlier(rhythm: Rhythm, as_of: date, almanac: Almanac) -> tuple[Period, ...]:
    """The periods of the year before that reach into this one no more: what was due after their end may be due now."""
    if rhythm.word in ("term", "once"):
        return ()
    start = year_of(as_of, almanac.year_start_month).start
    last = moved(start, -1)
    return tuple(
        period
        for period in _begun_in(rhythm, year_of(last, almanac.year_start_month), last, almanac)
        if period.until <= start
    )


def looks_like_key(text: str, windows: Collection[str] = ()) -> bool:
    """Could this name a period (an event's id apart)?"""
    if KEY.match(text) or SPAN.match(text):
        return True
    return text[:4].isdigit() and text[4:5] == "-" and text[5:] in windows


def ordinal(rhythm: Rhythm, day: date, almanac: Almanac) -> int | None:
    """The number of the period holding a day, counted on without end; None where no period does."""
    if rhythm.word == "day":
        return day.toordinal()
    if rhythm.word == "week":
        return (day.toordinal() - 1) // 7  # 0001-01-01 is a Monday
    if rhythm.word in MONTHS_IN:
        return (day.year * 12 + day.month - almanac.year_start_month) // MONTHS_IN[rhythm.word]
    if rhythm.word == "every":
        return _index(rhythm, day)
    if rhythm.word == "windows":
        return next((number for number, one in _numbered_windows(rhythm, day) if one.start <= day < one.until), None)
    if rhythm.is_awaiting:
        days = [event.on for event in almanac.of_kind(rhythm.event)]
        return bisect_right(days, day)
    return None


@lru_cache(maxsize=64)
def _word(word: str) -> Rhythm:
    return Rhythm(word=word)


def _window(entry: Mapping[str, Any]) -> Window:
    return Window(
        id=entry["id"],
        title=entry.get("title", entry["id"]),
        start=month_day(entry["from"]),
        until=month_day(entry["until"]),
    )


def _begun_in(rhythm: Rhythm, year: Period, as_of: date, almanac: Almanac) -> tuple[Period, ...]:
    if rhythm.word == "day":
        found: Iterator[Period] = _days(year)
    elif rhythm.word == "week":
        found = _weeks(year)
    elif rhythm.word == "every":
        found = _counted_on(rhythm, year)
    elif rhythm.word == "windows":
        found = (one for _, one in _numbered_windows(rhythm, year.start, year.until))
    elif rhythm.is_awaiting:
        found = _between_events(rhythm, almanac)
    else:
        size = MONTHS_IN.get(rhythm.word, 12)
        found = (_slice(year, index, size) for index in range(12 // size))
    begun = [one for one in found if one.start <= as_of and one.start < year.until and one.until > year.start]
    return tuple(begun) or _awaiting(rhythm, year)


def _awaiting(rhythm: Rhythm, year: Period) -> tuple[Period, ...]:
    """Without a known meeting there is no period; the year stands in and says what it waits for."""
    return (replace(year, awaits=rhythm.event),) if rhythm.is_awaiting else ()


def _slice(year: Period, index: int, size: int) -> Period:
    start = add_months(year.start, index * size)
    names = {
        1: f"{start.year}-{start.month:02}",
        3: f"{year.key}-Q{index + 1}",
        6: f"{year.key}-H{index + 1}",
        12: year.key,
    }
    return Period(names[size], start, add_months(start, size))


def _days(year: Period) -> Iterator[Period]:
    for number in range((year.until - year.start).days):
        day = moved(year.start, number)
        yield Period(day.isoformat(), day, moved(day, 1))


def _weeks(year: Period) -> Iterator[Period]:
    """ISO weeks, Monday to Sunday, that touch the year."""
    monday = moved(year.start, -year.start.weekday())
    while monday < year.until:
        yield Period(_week_key(monday), monday, moved(monday, 7))
        monday = moved(monday, 7)


def _week_key(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _counted_on(rhythm: Rhythm, year: Period) -> Iterator[Period]:
    index = max(0, _index(rhythm, year.start) or 0)
    while (start := _start(rhythm, index)) < year.until and start < date.max:
        until = _start(rhythm, index + 1)
        yield Period(_span_key(rhythm, start, until), start, until)
        index += 1


def _start(rhythm: Rhythm, index: int) -> date:
    steps = index * rhythm.size
    if rhythm.unit == "week":
        return moved(rhythm.start, 7 * steps)
    return months_later(rhythm.start, steps * MONTHS_IN[rhythm.unit])


def _index(rhythm: Rhythm, day: date) -> int | None:
    """Which of the counted periods holds a day; None before the first."""
    if day < rhythm.start:
        return None
    if rhythm.unit == "week":
        return (day - rhythm.start).days // (7 * rhythm.size)
    months = (day.year - rhythm.start.year) * 12 + day.month - rhythm.start.month
    index = months // (rhythm.size * MONTHS_IN[rhythm.unit])
    return index if _start(rhythm, index) <= day else index - 1


def _span_key(rhythm: Rhythm, start: date, until: date) -> str:
    """`2021-2022`, `2021-01-2021-02`, `2021-W05-2021-W06`; by days where it does not begin with a whole unit. One unit: its own name."""
    last = until - DAY
    if rhythm.unit == "week" and start.weekday() == 0:
        names = [_week_key(start), _week_key(last)]
    elif rhythm.unit == "year" and (start.month, start.day) == (1, 1):
        names = [str(start.year), str(last.year)]
    elif rhythm.unit != "week" and start.day == 1:
        names = [f"{day.year}-{day.month:02}" for day in (start, last)]
    else:
        names = [start.isoformat(), last.isoformat()]
    return "-".join(dict.fromkeys(names))


def _numbered_windows(rhythm: Rhythm, start: date, until: date | None = None) -> Iterator[tuple[int, Period]]:
    """The windows that may touch these days, in order, numbered through the years."""
    windows = sorted(rhythm.windows, key=lambda window: window.start)
    for year in range(max(1, start.year - 1), min(9998, (until or start).year) + 1):
        for place, window in enumerate(windows):
            yield year * len(windows) + place, window.starting_in(year)


def _between_events(rhythm: Rhythm, almanac: Almanac) -> Iterator[Period]:
    """From the meeting before to this one, or from this one to the next; named by this one.

    Half-open like every period, so the day of a meeting belongs to what follows it.
    """
    events = almanac.of_kind(rhythm.event)
    days = [date.min, *(event.on for event in events), date.max]
    for place, event in enumerate(events):
        bounds = (days[place], event.on) if rhythm.word == "before" else (event.on, days[place + 2])
        if bounds[0] < bounds[1]:
            yield Period(event.id, *bounds)
