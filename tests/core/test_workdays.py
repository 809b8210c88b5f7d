"""Working days: the weekends and holidays of each year as announced; a year not announced yet has weekends and says so."""

from __future__ import annotations

import datetime as dt

import pytest

from core import workdays


@pytest.mark.parametrize(
    ("day", "number", "until"),
    [
        ("2022-11-23", 1, "2022-11-24"),
        ("2022-11-25", 1, "2022-11-28"),  # a Friday
        ("2022-09-30", 5, "2022-10-12"),  # a week of holidays, then Saturday and Sunday are worked
        ("2022-01-28", 2, "2022-01-30"),  # the weekend before the Spring Festival is worked
        ("2022-12-30", 3, "2023-01-05"),  # over the end of the year: New Year's Day was kept on Monday
    ],
)
def test_days_are_counted_by_the_announced_calendar(day: str, number: int, until: str) -> None:
    assert workdays.after(dt.date.fromisoformat(day), number) == dt.date.fromisoformat(until)
    assert "放假和调休" in workdays.told(dt.date.fromisoformat(until))


def test_a_year_not_announced_yet_has_weekends_and_says_so() -> None:
    friday = dt.date(2099, 1, 2)
    assert not workdays.is_known(friday)
    assert workdays.after(friday, 1) == dt.date(2099, 1, 5)
    assert "2099 年的放假安排还没有录入" in workdays.told(friday)
