"""The calendar of a year, read off a policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_engine import Policy, load_overlay, load_template, resolve
from policy_engine.agenda import calendar
from policy_engine.almanac import Event
from policy_engine.commands import policy as command
from tests.policy_engine.shipped import shipped

EXAMPLE = Path(__file__).parent / "examples" / "time"


def test_a_year_is_listed_by_rhythm_with_its_due_days() -> None:
    session = Event(id="q5", kind="plenary_session", on=date(2022, 1, 18))
    found = calendar(resolve(load_template(EXAMPLE)), 2022, [session])["obligations"]
    assert [one["rhythm"] for one in found] == ["week", "quarter", "year", "every", "windows", "before", "continuous"]
    by_title = {one["title"]: one for one in found}
    assert [day["due"] for day in by_title["季度情况"]["days"]] == [
        "2022-01-07",
        "2022-04-07",
        "2022-07-07",
        "2022-10-07",
    ]
    assert by_title["会前提案"]["days"] == []
    assert by_title["走访"]["often"] == "每 2 个月"


def due_days(policy: Policy, year: int, *events: Event) -> list[tuple[str, str]]:
    (line,) = (one for one in calendar(policy, year, events)["obligations"] if one["element"] == "duty.d")
    return [(day["period"], day["due"]) for day in line["days"]]


def test_a_due_day_is_listed_in_the_year_in_which_it_falls(with_duty: Callable[[str], Policy]) -> None:
    end = "counts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
    policy = with_duty(f"kind: count\nsubject: member\nperiod: half_year\ndue: {{days_after_end: 10}}\n{end}")
    assert due_days(policy, 2021) == [("2021-H1", "2021-07-10")]
    assert due_days(policy, 2022) == [("2021-H2", "2022-01-10"), ("2022-H1", "2022-07-10")]
    two = "{every: 2, unit: year, from: 2022-01-01}"
    policy = with_duty(f"kind: count\nsubject: member\nperiod: {two}\ndue: {{days_after_end: 10}}\n{end}")
    assert [due_days(policy, year) for year in (2022, 2023, 2024, 2025)] == [[], [], [("2022-2023", "2024-01-10")], []]
    before = "period: {before: plenary_session}\ndue: {days_before: 30, event: plenary_session}"
    policy = with_duty(f"kind: count\nsubject: member\n{before}\n{end}")
    sessions = [Event(id=f"q{year}", kind="plenary_session", on=date(year, 1, 18)) for year in (2022, 2023)]
    assert due_days(policy, 2022, *sessions) == [("q2023", "2022-12-19")]
    policy = with_duty(f"kind: count\nsubject: member\nperiod: continuous\ndue: {{on: 2022-06-30}}\n{end}")
    assert [due_days(policy, year) for year in (2021, 2022, 2023)] == [[], [("2022", "2022-06-30")], []]


def test_each_due_day_is_read_by_the_rule_of_its_own_period(with_duty: Callable[[str], Policy]) -> None:
    end = "counts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
    policy = with_duty(f"kind: count\nsubject: member\nperiod: month\ndue: {{day: 25}}\n{end}")
    change = {
        "overlay": "o",
        "base": "small",
        "document": "d",
        "decided_by": "standing_committee",
        "reason": "r",
        "from": "2023-03-01",
        "operations": [{"op": "set", "path": "duty.d.due", "value": {"day": 20}}],
    }
    found = due_days(resolve(policy, [load_overlay(change)]), 2023)
    assert [day for _, day in found][:4] == ["2023-01-25", "2023-02-25", "2023-03-20", "2023-04-20"]


@pytest.mark.parametrize(
    ("name", "rhythm", "clauses"),
    [
        ("dongcheng-2020", "month", {"DC20-A3-4.2-1", "DC20-A3-3.1-2"}),
        ("dongcheng-2020", "quarter", {"DC20-A1-4.3-2"}),
        ("dongcheng-2020", "half_year", {"DC20-5.2-5", "DC20-A2-5-3", "DC20-A3-4.1-4", "DC20-A3-3.2-2"}),
        ("guangzhou-2020", "year", {"GZ20-3.1-1", "GZ20-3.2-1", "GZ20-3.6-1", "GZ20-3.3-3", "GZ20-4.1-6"}),
        ("yiyang-2021", "year", {"YY21-18-1", "YY21-17-1"}),
    ],
)
def test_the_calendars_of_the_shipped_documents_hold_what_they_ask(name: str, rhythm: str, clauses: set[str]) -> None:
    found = calendar(resolve(shipped(name)), 2022)["obligations"]
    assert clauses <= {clause for one in found if one["rhythm"] == rhythm for clause in one["clauses"]}


def test_the_command_says_it_in_lines() -> None:
    answer = CliRunner().invoke(command, ["calendar", str(EXAMPLE), "--year", "2022"])
    assert answer.exit_code == 0
    assert "每周\t值周" in answer.output
