"""The calendar of a year, read off a policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_engine import find_template, load_template, resolve
from policy_engine.agenda import calendar
from policy_engine.almanac import Event
from policy_engine.commands import policy as command

EXAMPLE = Path(__file__).parent / "examples" / "time"


def test_a_year_is_listed_by_rhythm_with_its_due_days() -> None:
    session = Event(id="q5", kind="plenary_session", on=date(2022, 1, 18))
    found = calendar(resolve(load_template(EXAMPLE)), 2022, [session])["obligations"]
    assert [one["rhythm"] for one in found] == ["week", "quarter", "year", "every", "windows", "before", "continuous"]
    by_title = {one["title"]: one for one in found}
    assert [day["due"] for day in by_title["季度情况"]["days"]] == [
        "2022-04-07",
        "2022-07-07",
        "2022-10-07",
        "2023-01-06",
    ]
    assert by_title["会前提案"]["days"] == [{"period": "q5", "due": "2021-12-19"}]
    assert by_title["走访"]["often"] == "每 2 个月"


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
    found = calendar(resolve(load_template(find_template(name))), 2022)["obligations"]
    assert clauses <= {clause for one in found if one["rhythm"] == rhythm for clause in one["clauses"]}


def test_the_command_says_it_in_lines() -> None:
    answer = CliRunner().invoke(command, ["calendar", str(EXAMPLE), "--year", "2022"])
    assert answer.exit_code == 0
    assert "每周\t值周" in answer.output
