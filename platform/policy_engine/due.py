"""By when: the forms of `due`, the day each means in a period, and which of two is stricter.

A due day is the last day in time. Done later is late: it counts, and is shown as late, unless the duty says `late: not_counted`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from policy_engine.almanac import Almanac, day_in, moved
from policy_engine.periods import DAY, Period
from policy_engine.rhythms import Rhythm, month_day

Due = Mapping[str, Any]
"""As written: one of FORMS with its value, and what goes with it."""

FORMS = (
    "on", "month_day", "day", "days_after_start", "days_before_end", "days_after_end", "days_before", "days_after",
)  # fmt: skip
OF_EVENT = ("days_before", "days_after")
AFTER_END = ("days_after_end", "month_day", "day", "days_before", "days_after")
"""Forms whose day may lie behind the period's end."""
CALENDAR_YEARS = ("year", "continuous", "windows", "every")
MONTHLY = ("month", "quarter", "half_year", "year", "every")
WHOLE_ONLY = ("once", "event", "continuous")
"""Words under which a period's first and last day say nothing about the duty."""
LATER_IS_STRICTER = ("days_before_end", "days_before")


def form_of(due: Due) -> str:
    return next(form for form in FORMS if form in due)


def due_day(due: Due, period: Period, almanac: Almanac, *, standing: bool = False) -> date | None:
    """The last day in time; None where the period has no such day, or the meeting it counts from is not known.

    `standing`: judged as things stand, so that a day once fixed stays the day whatever year is shown.
    """
    form, working = form_of(due), bool(due.get("working_days"))
    if form in OF_EVENT:
        return _from_event(due, form, period, almanac)
    day = date.fromisoformat(due["on"]) if standing and form == "on" else _DAYS[form](due, period, almanac)
    if day is None or form.startswith("days_"):
        return day
    return almanac.next_worked(day) if working else day


def awaited(due: Due | None, period: Period, almanac: Almanac) -> str | None:
    """The kind of meeting a due day counts from, where that meeting's day is not known."""
    if due is None or form_of(due) not in OF_EVENT or _event_day(due, period, almanac):
        return None
    return str(due["event"])


def may_lie_behind(due: Due) -> bool:
    form = form_of(due)
    return form == "days_after_end" or form in OF_EVENT or bool(due.get("after_end"))


def stricter(old: Due | None, new: Due | None) -> bool:
    """At least as early on every day; two forms that cannot be compared are only alike where they are equal."""
    if old is None or old == new:
        return True
    if new is None or {*old} != {*new} or any(old[key] != new[key] for key in old if key not in FORMS):
        return False
    form = form_of(old)
    return bool(new[form] >= old[form] if form in LATER_IS_STRICTER else new[form] <= old[form])


def due_faults(due: Due, rhythm: Rhythm) -> Iterator[tuple[str, str, str, str]]:
    """(key, code, message, remedy) of what a schema cannot see: two forms at once, or a form that means nothing in such a period."""
    forms = [form for form in FORMS if form in due]
    if len(forms) != 1:
        yield "", "one_due", "截止日要写一种写法，且只写一种", f"从 {'、'.join(FORMS)} 里选一种"
        return
    form = forms[0]
    if form in OF_EVENT and "event" not in due:
        yield "event", "missing_key", f"{form} 要写明从哪种会议算起", "补上 event，如 event: plenary_session"
    if form not in OF_EVENT and "event" in due:
        yield "event", "unknown_key", f"{form} 不用 event", "删去 event，或改用 days_before、days_after"
    if "after_end" in due and form not in ("month_day", "day", *OF_EVENT):
        yield "after_end", "unknown_key", f"{form} 不用 after_end", "删去；期末以后几天写 days_after_end"
    if "month_day" in due and not _exists(due["month_day"]):
        yield "month_day", "bad_date", f"没有 {due['month_day']} 这一天", "写成 11-30 的样子"
    if not _fits(form, due, rhythm):
        yield form, "bad_due", f"{form} 与这样的 period 对不上", _REMEDIES.get(form, "换一种写法，或改 period")


def said(due: Due, words: Callable[[str, str], str]) -> str:
    """A due day in words; `words(category, word)` gives a word's title."""
    form, value = form_of(due), due[form_of(due)]
    unit = "个工作日" if due.get("working_days") else "天"
    event = words("events", str(due.get("event", "")))
    after = "期满以后的 " if due.get("after_end") else ""
    month, day = month_day(value) if form == "month_day" else (0, 0)
    sentences = {
        "on": f"{value} 以前",
        "month_day": f"{after}{month} 月 {day} 日以前",
        "day": f"{'期满以后第一个月' if due.get('after_end') else '每期最后一个月'}的 {value} 日以前",
        "days_after_start": f"每期开始后 {value} {unit}内",
        "days_before_end": f"每期结束 {value} {unit}以前",
        "days_after_end": f"每期结束后 {value} {unit}内",
        "days_before": f"{after}{event}召开 {value} {unit}以前",
        "days_after": f"{after}{event}后 {value} {unit}内",
    }
    shifted = "（逢休息日顺延）" if due.get("working_days") and not form.startswith("days_") else ""
    return sentences[form] + shifted


def _on(due: Due, period: Period, _: Almanac) -> date | None:
    day = date.fromisoformat(due["on"])
    return day if period.key in ("once", "term") or period.start <= day < period.until else None


def _month_day(due: Due, period: Period, _: Almanac) -> date | None:
    """The last such day within the period, or the first behind it."""
    wanted = month_day(due["month_day"])
    last = period.until - DAY
    if period.until == date.max or period.start == date.min:
        return None
    if due.get("after_end"):
        return next(day for year in (last.year, last.year + 1) if (day := day_in(year, *wanted)) > last)
    days = (day_in(year, *wanted) for year in (last.year, last.year - 1))
    return next((day for day in days if period.start <= day <= last), None)


def _day(due: Due, period: Period, _: Almanac) -> date | None:
    if period.until == date.max:
        return None
    month = period.until if due.get("after_end") else period.until - DAY
    return day_in(month.year, month.month, due["day"])


def _after_start(due: Due, period: Period, almanac: Almanac) -> date | None:
    """The first day of the period is the first of the days."""
    if period.start == date.min:
        return None
    return _shifted(due, "days_after_start", moved(period.start, -1), almanac)


def _before_end(due: Due, period: Period, almanac: Almanac) -> date | None:
    if period.until == date.max:
        return None
    return _shifted(due, "days_before_end", period.until - DAY, almanac, -1)


def _after_end(due: Due, period: Period, almanac: Almanac) -> date | None:
    return None if period.until == date.max else _shifted(due, "days_after_end", period.until - DAY, almanac)


def _from_event(due: Due, form: str, period: Period, almanac: Almanac) -> date | None:
    day = _event_day(due, period, almanac)
    return _shifted(due, form, day, almanac, -1 if form == "days_before" else 1) if day else None


def _event_day(due: Due, period: Period, almanac: Almanac) -> date | None:
    """Of the meeting that names the period, of the first within it, or (`after_end`) of the first behind it."""
    named = [event for event in almanac.of_kind(due["event"]) if event.id == period.key]
    if named:
        return named[0].on
    bounds = (period.until, date.max) if due.get("after_end") else (period.start, period.until)
    found = almanac.first_event(due["event"], *bounds)
    return found.on if found else None


def _shifted(due: Due, form: str, day: date, almanac: Almanac, sign: int = 1) -> date:
    return almanac.shifted(day, sign * due[form], working=bool(due.get("working_days")))


_DAYS: Mapping[str, Callable[[Due, Period, Almanac], date | None]] = {
    "on": _on,
    "month_day": _month_day,
    "day": _day,
    "days_after_start": _after_start,
    "days_before_end": _before_end,
    "days_after_end": _after_end,
}
_REMEDIES: Mapping[str, str] = {
    "on": "on 写给不重复的职责（once、term、continuous、year）；每年的某一天写 month_day",
    "month_day": "month_day 写给按年的职责；按月、按季的写 day 或 days_after_end",
    "day": "day 写给按月、季、半年、年的职责；时段（windows）的写 month_day",
}


def _fits(form: str, due: Due, rhythm: Rhythm) -> bool:
    """Does such a day exist in such periods?"""
    if rhythm.word == "event":
        return False
    if form == "on":
        return rhythm.word in ("once", "term", "continuous", "year")
    if form == "month_day":
        yearly = rhythm.word != "every" or (rhythm.unit == "year") or rhythm.size * (rhythm.unit == "month") >= 12
        return rhythm.word in CALENDAR_YEARS and yearly
    if form == "day":
        return rhythm.word in MONTHLY and rhythm.unit != "week"
    if form in OF_EVENT:
        return True
    return rhythm.word not in WHOLE_ONLY


def _exists(text: str) -> bool:
    month, day = month_day(text)
    return day_in(2020, month, day).day == day
