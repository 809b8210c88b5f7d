"""Over more than a year, what other duties came to in all of it counts, though only this year's verdicts are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from policy_engine import Policy, Verdict, evaluate

Add = Callable[..., Policy]
ONES = {
    "duties/ones": "id: ones\ntitle: 走访一次\nclauses: [X-1]\nkind: count\nperiod: year\n"
    "counts: {kinds: [symposium]}\nvalues: [{min: 1}]"
}
TWO_YEARS = "period: {every: 2, unit: year, from: 2023-01-01}\n"
MEETS = (
    "kind: coverage\nsubject: committee\npopulation: member\n" + TWO_YEARS + "meets: [ones]\nvalues: [{percent: 100}]"
)
POINTS = "kind: score\n" + TWO_YEARS + "values: [{base: 2}]\nparts: [{id: ones, duty: ones, met: 7, outstanding: -1}]"
NEW_YEAR = (
    "kind: score\nperiod: {windows: [{id: winter, title: 冬, from: 12-01, until: 01-31}]}\n"
    "parts: [{id: ones, duty: ones, met: 1}]"
)


def symposia(*days: str) -> dict[str, Any]:
    return {
        "subjects": [{"type": "member", "id": "m1"}],
        "records": [
            {"id": f"r{day}", "kind": "symposium", "on": day, "participants": [{"subject": "m1"}]} for day in days
        ],
    }


def of(policy: Policy, duty: str, as_of: date, *days: str) -> list[Verdict]:
    return [one for one in evaluate(policy, symposia(*days), as_of) if one.duty == duty]


def test_a_year_not_met_is_not_forgotten_in_the_next(with_duty: Add) -> None:
    policy = with_duty(MEETS, **ONES)
    (late,) = of(policy, "d", date(2024, 12, 31), "2024-05-01")
    assert (late.state, late.numerator, late.denominator, late.missing) == ("outstanding", 0, 1, ("m1",))
    (both,) = of(policy, "d", date(2024, 12, 31), "2023-05-01", "2024-05-01")
    assert (both.state, both.numerator) == ("met", 1)


def test_a_score_line_gives_points_for_each_year(with_duty: Add) -> None:
    policy = with_duty(POINTS, **ONES)
    (verdict,) = of(policy, "d", date(2024, 12, 31), "2024-05-01")
    assert verdict.counted == 8


def test_only_this_years_verdicts_are_shown(with_duty: Add) -> None:
    policy = with_duty(MEETS, **ONES)
    assert [one.period.key for one in of(policy, "ones", date(2024, 12, 31))] == ["2024"]


def test_what_lies_before_the_longer_period_is_not_asked(with_duty: Add) -> None:
    (verdict,) = of(with_duty(POINTS, **ONES), "d", date(2023, 12, 31), "2022-05-01")
    assert verdict.counted == 1


def test_a_stretch_across_new_year_sees_the_months_before_it(with_duty: Add) -> None:
    monthly = {"duties/ones": ONES["duties/ones"].replace("period: year", "period: month")}
    policy = with_duty(NEW_YEAR, **monthly)
    found = {one.period.key: one.counted for one in of(policy, "d", date(2024, 1, 31), "2023-12-05", "2024-01-05")}
    assert found["2023-winter"] == 2


def test_a_whole_term_without_days_looks_back_to_the_documents_first_year(with_duty: Add) -> None:
    policy = with_duty(POINTS.replace(TWO_YEARS, "period: term\n"), **ONES)
    (verdict,) = of(policy, "d", date(2024, 12, 31), "2021-05-01", "2022-05-01", "2024-05-01")
    assert verdict.counted == 2 + 7 + 7 - 1 + 7


def test_what_looks_at_one_that_looks_back_sees_all_of_it(with_duty: Add) -> None:
    middle = {
        "duties/all": "id: all\ntitle: 都做\nclauses: [X-1]\nkind: score\nperiod: year\nvalues: [{min: 1}]\n"
        "parts: [{id: a, duty: ones, met: 1}]"
    }
    policy = with_duty(POINTS.replace("duty: ones", "duty: all"), **ONES, **middle)
    (verdict,) = of(policy, "d", date(2024, 12, 31), "2023-05-01")
    assert verdict.counted == 2 + 7 - 1
