"""Working days: Monday to Friday, but for the public holidays and the weekends worked instead, as announced year by year.

The announced years come with the library; a new year needs its next release. Until then such a year has weekends only,
and whoever shows a day counted so says it (`told`).
"""

from __future__ import annotations

import datetime as dt

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

_SATURDAY = 5
FIRST, LAST = min(holidays).year, max(holidays).year


def is_known(day: dt.date) -> bool:
    """Whether the holidays of its year are announced, as far as this release knows."""
    return FIRST <= day.year <= LAST


def is_worked(day: dt.date) -> bool:
    return bool(is_workday(day)) if is_known(day) else day.weekday() < _SATURDAY


def after(day: dt.date, number: int) -> dt.date:
    """The last of so many working days, the first of which is the one after `day`."""
    while number > 0:
        day += dt.timedelta(days=1)
        number -= is_worked(day)
    return day


def told(until: dt.date) -> str:
    """By which calendar the days up to `until` are counted, for the page that shows one."""
    if is_known(until):
        return "工作日按国务院办公厅公布的当年放假和调休安排计算。"
    return f"{until.year} 年的放假安排还没有录入，暂按周一至周五计算，遇到节假日请自行顺延。"
