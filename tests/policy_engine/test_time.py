"""Periods of every form, due days and what is late: dates small enough to check on a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, resolve, tallies
from policy_engine.almanac import Almanac, Event
from policy_engine.due import due_day, stricter
from policy_engine.periods import Period
from policy_engine.rhythms import begun, looks_like_key, ordinal, rhythm_of
from tests.policy_engine.conftest import SMALL

Add = Callable[..., Policy]
VISITS = "kind: count\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
SESSIONS = [
    {"id": "s21", "kind": "plenary_session", "on": "2021-01-20"},
    {"id": "s22", "kind": "plenary_session", "on": "2022-01-18"},
]


def visit(number: int, on: str, **more: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "kind": "visit", "on": on, "participants": [{"subject": "m1"}], **more}


def verdicts(policy: Policy, *records: dict[str, Any], as_of: str = "2021-11-30", **facts: Any) -> list[Verdict]:
    sheet = {"subjects": [{"type": "member", "id": "m1"}], "records": list(records), **facts}
    return [one for one in evaluate(policy, sheet, date.fromisoformat(as_of)) if one.duty == "d"]


def keys(policy: Policy, as_of: str, **facts: Any) -> list[str]:
    return [one.period.key for one in sorted(verdicts(policy, as_of=as_of, **facts), key=lambda one: one.period.start)]


def refused(with_duty: Add, text: str, **more: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text, **more)
    assert all(error.file and error.line and error.remedy for error in caught.value.errors)
    return {(error.key, error.code) for error in caught.value.errors}


# Periods


def test_weeks_are_iso_weeks_and_those_at_the_edge_belong_to_both_years(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: week")
    found = keys(policy, "2021-01-20")
    assert found == ["2020-W53", "2021-W01", "2021-W02", "2021-W03"]  # 1 January 2021 is a Friday
    one = {
        one.period.key: one
        for one in verdicts(policy, visit(1, "2020-12-28"), visit(2, "2021-01-10"), as_of="2021-01-20")
    }
    assert [one[key].state for key in found] == ["met", "met", "outstanding", "outstanding"]


def test_every_second_month_counts_on_from_its_first_day(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: {every: 2, unit: month, from: 2021-02-01}")
    assert keys(policy, "2021-06-01") == ["2021-02-2021-03", "2021-04-2021-05", "2021-06-2021-07"]
    assert keys(policy, "2022-01-15") == ["2021-12-2022-01"]


def test_every_two_years_crosses_the_year(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: {every: 2, unit: year, from: 2021-01-01}")
    (one,) = verdicts(policy, visit(1, "2021-03-01"), as_of="2022-05-01")
    assert (one.period.key, one.state, one.closed) == ("2021-2022", "met", False)


@pytest.mark.parametrize(
    ("form", "as_of", "expected"),
    [
        ({"every": 2, "unit": "week", "from": "2021-01-04"}, date(2021, 1, 20), ["2021-W01-2021-W02", "2021-W03-2021-W04"]),
        ({"every": 1, "unit": "month", "from": "2021-01-01"}, date(2021, 2, 1), ["2021-01", "2021-02"]),
        ({"every": 1, "unit": "month", "from": "2021-01-31"}, date(2021, 3, 1), ["2021-01-31-2021-02-27", "2021-02-28-2021-03-30"]),
        ({"every": 3, "unit": "year", "from": "2020-07-01"}, date(2021, 1, 1), ["2020-07-2023-06"]),
    ],
)  # fmt: skip
def test_counted_periods_are_named_by_their_first_and_last_unit(form: Any, as_of: date, expected: list[str]) -> None:
    assert [period.key for period in begun(rhythm_of(form), as_of, Almanac())] == expected


def test_windows_come_round_each_year_and_may_cross_new_year(with_duty: Add) -> None:
    policy = with_duty(
        VISITS
        + "period: {windows: [{id: spring, title: 集中走访月, from: 03-01, until: 05-31}, {id: winter, from: 12-01, until: 01-31}]}"
    )
    found = verdicts(policy, visit(1, "2021-01-31"), visit(2, "2021-05-31"), visit(3, "2021-06-01"), as_of="2021-12-01")
    assert [(one.period.key, one.counted) for one in found] == [
        ("2020-winter", 1),
        ("2021-spring", 1),
        ("2021-winter", 0),
    ]


def test_from_meeting_to_meeting(with_duty: Add) -> None:
    before, after = (with_duty(VISITS + f"period: {{{word}: plenary_session}}") for word in ("before", "after"))
    records = [visit(1, "2020-12-01"), visit(2, "2021-01-20"), visit(3, "2022-01-17")]
    found = verdicts(before, *records, as_of="2021-11-30", events=SESSIONS)
    assert [(one.period.key, one.counted) for one in found] == [("s21", 1), ("s22", 1)]
    found = verdicts(after, *records, as_of="2021-11-30", events=SESSIONS)
    assert [(one.period.key, one.counted, one.closed) for one in found] == [("s21", 1, False)]


def test_without_a_known_meeting_there_is_nothing_to_judge_and_the_reason_is_said(with_duty: Add) -> None:
    (one,) = verdicts(with_duty(VISITS + "period: {before: plenary_session}"))
    assert (one.state, one.outstanding, one.reason) == ("not_applicable", 0, "还没有“全体会议”的日期，不能评判")


@given(day=st.dates(date(2000, 1, 1), date(2040, 12, 31)), size=st.integers(1, 5), unit=st.sampled_from(["week", "month", "year"]))  # fmt: skip
def test_periods_counted_on_follow_each_other_without_gap(day: date, size: int, unit: str) -> None:
    rhythm = rhythm_of({"every": size, "unit": unit, "from": "2000-01-01"})
    found = begun(rhythm, day, Almanac())
    assert all(one.until == two.start for one, two in pairwise(found))
    assert found[-1].start <= day < found[-1].until
    numbers = [ordinal(rhythm, period.start, Almanac()) for period in found]
    assert numbers == list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers)))
    assert all(looks_like_key(period.key) for period in found)


# Due days

YEAR = Period("2021", date(2021, 1, 1), date(2022, 1, 1))
MARCH = Period("2021-03", date(2021, 3, 1), date(2021, 4, 1))
MEETINGS = Almanac(
    events=(Event(id="a", kind="plenary_session", on=date(2021, 1, 20)), Event(id="b", kind="plenary_session", on=date(2022, 1, 18))),
    holidays=frozenset({date(2021, 4, 5)}),
    workdays=frozenset({date(2021, 4, 10)}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("due", "period", "expected"),
    [
        ({"on": "2021-04-30"}, YEAR, "2021-04-30"),
        ({"on": "2020-04-30"}, YEAR, None),
        ({"month_day": "11-30"}, YEAR, "2021-11-30"),
        ({"month_day": "03-31", "after_end": True}, YEAR, "2022-03-31"),
        ({"month_day": "02-29"}, YEAR, "2021-02-28"),
        ({"day": 31}, Period("2021-02", date(2021, 2, 1), date(2021, 3, 1)), "2021-02-28"),
        ({"day": 25}, YEAR, "2021-12-25"),
        ({"day": 3, "working_days": True}, Period("2021-04", date(2021, 4, 1), date(2021, 5, 1)), "2021-04-06"),
        ({"days_after_start": 10}, YEAR, "2021-01-10"),
        ({"days_before_end": 10}, YEAR, "2021-12-21"),
        ({"days_after_end": 10}, MARCH, "2021-04-10"),
        ({"days_after_end": 3, "working_days": True}, MARCH, "2021-04-06"),  # 1, 2, 6 April: weekend, then a holiday
        ({"days_after_end": 7, "working_days": True}, MARCH, "2021-04-10"),  # a Saturday worked
        ({"days_before": 10, "event": "plenary_session"}, YEAR, "2021-01-10"),
        ({"days_before": 10, "event": "plenary_session", "after_end": True}, YEAR, "2022-01-08"),
        ({"days_after": 15, "event": "plenary_session"}, Period("b", date(2021, 1, 20), date(2022, 1, 18)), "2022-02-02"),
        ({"days_after": 15, "event": "election"}, YEAR, None),
        ({"days_after_end": 10}, Period("once", date.min, date.max), None),
    ],
)  # fmt: skip
def test_the_last_day_in_time(due: dict[str, Any], period: Period, expected: str | None) -> None:
    found = due_day(due, period, MEETINGS)
    assert (found.isoformat() if found else None) == expected


def test_done_late_is_met_but_shown_late(with_duty: Add) -> None:
    policy = with_duty(VISITS.replace("min: 1", "min: 2") + "period: year\ndue: {month_day: 06-30}")
    (one,) = verdicts(policy, visit(1, "2021-06-30"), as_of="2021-07-01")
    assert (one.state, one.due, one.overdue, one.late, one.outstanding) == (
        "outstanding",
        date(2021, 6, 30),
        True,
        0,
        1,
    )
    (one,) = verdicts(policy, visit(1, "2021-06-30"), visit(2, "2021-07-01"), as_of="2021-07-02")
    assert (one.state, one.overdue, one.late, one.counted) == ("met", False, 1, 2)
    (one,) = verdicts(policy, as_of="2021-06-30")
    assert (one.overdue, one.to_json()["due"]) == (False, "2021-06-30")


def test_what_is_late_may_not_count_at_all(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: year\ndue: {month_day: 06-30}\nlate: not_counted")
    (one,) = verdicts(policy, visit(1, "2021-07-01"))
    assert (one.state, one.counted, one.late, one.overdue, one.records) == ("outstanding", 0, 1, True, ())


def test_every_kind_says_what_was_late(with_duty: Add) -> None:
    due = "period: year\ndue: {month_day: 06-30}\n"
    parts = "parts: [{id: a, counts: {kinds: [visit]}}, {id: b, counts: {kinds: [talk]}}]\n"
    late = visit(1, "2021-07-01")
    for kind in ("any_of\nvalues: [{min: 2}]", "all_of", "at_least_k_of\nvalues: [{k: 2}]"):
        (one,) = verdicts(with_duty(f"kind: {kind}\n{parts}{due}"), late, visit(2, "2021-03-01", kind="talk"))
        assert (one.state, one.late) == ("met", 1)
    cover = (
        "kind: coverage\nsubject: committee\npopulation: member\ncounts: {kinds: [visit]}\nvalues: [{percent: 100}]\n"
    )
    (one,) = verdicts(with_duty(cover + due), late)
    assert (one.state, one.late) == ("met", 1)
    lists = "checklists: {tens: {title: 十有, items: [{id: a, title: 甲}, {id: b, title: 乙, yearly: true}]}}"
    checks = [
        {"id": f"k{item}", "subject": "m1", "checklist": "tens", "item": item, "met_on": "2021-07-05"} for item in "ab"
    ]
    (one,) = verdicts(with_duty("kind: checklist\nchecklist: tens\n" + due, checklists=lists), checks=checks)
    assert (one.state, one.late) == ("met", 2)


def test_a_due_day_and_a_filter_changed_in_mid_period_go_together(with_duty: Add) -> None:
    policy = with_duty(VISITS.replace("min: 1", "min: 9") + "period: year\ndue: {month_day: 06-30}")
    change = {"op": "set", "path": "duty.d.kinds", "value": ["visit", "talk"]}
    head = {"overlay": "o", "base": "small", "decided_by": "standing_committee", "reason": "x", "from": "2021-09-01", "operations": [change]}  # fmt: skip
    records = [
        visit(1, "2021-05-01"),
        visit(2, "2021-08-01"),
        visit(3, "2021-08-02", kind="talk"),
        visit(4, "2021-10-01", kind="talk"),
    ]
    (one,) = verdicts(resolve(policy, [load_overlay(head)]), *records)
    assert (one.counted, one.late, one.records) == (3, 2, ("r1", "r2", "r4"))


def test_a_report_about_a_period_may_be_sent_after_it(with_duty: Add) -> None:
    reports = "reports: {half: {title: 报告, receivers: [party_group, chairpersons_council]}}"
    text = "kind: report_cycle\nreport: half\nsubject: committee\nperiod: half_year\ndue: {days_after_end: 15}"
    policy = with_duty(text, reports=reports)
    check = {"subject": "self", "checklist": "half", "item": "party_group"}
    checks = [
        {**check, "id": "k1", "met_on": "2022-01-10", "period": "2021-H2"},
        {**check, "id": "k2", "met_on": "2022-01-20", "period": "2021-H2", "item": "chairpersons_council"},
    ]
    old, new = sorted(verdicts(policy, checks=checks, as_of="2022-01-31"), key=lambda one: one.period.start)
    assert (old.period.key, old.due, old.state, old.late, old.closed) == ("2021-H2", date(2022, 1, 15), "met", 1, True)
    assert (new.period.key, new.counted, new.due) == ("2022-H1", 0, date(2022, 7, 15))
    (old, _) = sorted(verdicts(policy, checks=checks[:1], as_of="2022-01-12"), key=lambda one: one.period.start)
    assert (old.state, old.overdue, old.closed) == ("outstanding", False, False)  # there are three days left


def test_a_report_about_a_month_counts_for_its_year(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: year")
    (one,) = verdicts(policy, visit(1, "2022-01-05", period="2021-12"), as_of="2022-02-01")
    assert one.counted == 0
    policy = with_duty(VISITS + "period: year\ndue: {days_after_end: 31}")
    old, new = verdicts(policy, visit(1, "2022-01-05", period="2021-12"), as_of="2022-02-01")
    assert (old.period.key, old.counted, new.counted) == ("2021", 1, 0)


def test_a_due_day_counted_from_a_meeting_nobody_has_fixed_is_open(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: year\ndue: {days_before: 30, event: plenary_session}")
    (one,) = verdicts(policy)
    assert (one.state, one.due, one.reason) == ("outstanding", None, "还没有“全体会议”的日期，截止日未定")
    (one,) = verdicts(policy, events=[{"id": "s", "kind": "plenary_session", "on": "2021-12-20"}])
    assert (one.due, one.overdue, one.reason) == (date(2021, 11, 20), True, None)


def test_before_each_meeting_so_many_days_ahead(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: {before: plenary_session}\ndue: {days_before: 30, event: plenary_session}")
    one, two = verdicts(policy, visit(1, "2021-12-25"), as_of="2022-01-01", events=SESSIONS)[-1:] * 2
    assert (one.period.key, one.due, one.late, two.state) == ("s22", date(2021, 12, 19), 1, "met")


def test_a_milestone_stays_the_day_whatever_year_is_shown(with_duty: Add) -> None:
    lists = "checklists: {tens: {title: 十有, items: [{id: a, title: 甲}]}}"
    text = "kind: checklist\nchecklist: tens\nperiod: continuous\ndue: {on: 2020-04-30}"
    (one,) = verdicts(with_duty(text, checklists=lists))
    assert (one.due, one.overdue) == (date(2020, 4, 30), True)


def test_a_lower_committee_may_bring_a_due_day_forward_and_no_other_way(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: year\ndue: {month_day: 11-30}\ndirection: {due: only_strengthen, late: free}")

    def moved(*operations: dict[str, Any]) -> Policy:
        head = {
            "overlay": "o",
            "base": "small",
            "decided_by": "standing_committee",
            "reason": "x",
            "from": "2021-03-01",
        }
        return resolve(policy, [load_overlay({**head, "operations": list(operations)})])

    change = {"op": "set", "path": "duty.d.due"}
    changed = moved(
        {**change, "value": {"month_day": "10-31"}}, {"op": "set", "path": "duty.d.late", "value": "not_counted"}
    )
    (one,) = verdicts(changed, visit(1, "2021-11-05"))
    assert (one.due, one.state, one.late) == (date(2021, 10, 31), "outstanding", 1)
    provenance = explain(changed, "d")["values"]["due"]["provenance"]
    assert [entry["value"] for entry in provenance] == [{"month_day": "11-30"}, {"month_day": "10-31"}]
    for value, code in [
        ({"month_day": "12-15"}, "direction"),
        (None, "direction"),
        ({"day": 3}, "direction"),
        ({"month_day": "13-01"}, "bad_id"),
        ({"month_day": "02-30"}, "bad_date"),
        ({"from": "2021-01-01", "month_day": "10-31"}, "unknown_key"),
    ]:
        with pytest.raises(TemplateErrors) as caught:
            moved({**change, "value": value})
        assert caught.value.errors[0].code == code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, {"day": 3}, True),
        ({"day": 3}, None, False),
        ({"day": 25}, {"day": 20}, True),
        ({"days_before_end": 10}, {"days_before_end": 5}, False),
        ({"days_after_end": 10}, {"days_after_end": 5}, True),
        ({"days_before": 10, "event": "plenary_session"}, {"days_before": 20, "event": "election"}, False),
        ({"days_after_end": 10, "working_days": True}, {"days_after_end": 5}, False),
    ],
)
def test_which_due_day_is_stricter(old: Any, new: Any, expected: bool) -> None:
    assert stricter(old, new) is expected


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        ("period: {}", "period", "one_period"),
        ("period: {every: 2, unit: month}", "period.from", "missing_key"),
        ("period: {every: 0, unit: month, from: 2021-01-01}", "period.every", "bad_value"),
        ("period: {before: plenary_session, unit: month}", "period.unit", "unknown_key"),
        ("period: {before: dinner}", "period.before", "unknown_word"),
        ("period: {windows: [{id: a, from: 03-01, until: 05-31}, {id: b, from: 05-31, until: 06-30}]}", "period.windows", "overlapping"),
        ("period: {windows: [{id: a, from: 02-30, until: 05-31}]}", "period.windows.0.from", "bad_date"),
        ("period: {windows: [{id: a, from: 3-1, until: 05-31}]}", "period.windows.0.from", "bad_id"),
        ("period: {windows: [{id: a, from: 03-01, until: 03-31}, {id: a, from: 05-01, until: 05-31}]}", "period.windows.1.id", "duplicate_id"),
        ("period: year\nlate: counts", "late", "missing_key"),
        ("period: year\ndue: {}", "due", "one_due"),
        ("period: year\ndue: {day: 3, month_day: 11-30}", "due", "one_due"),
        ("period: year\ndue: {days_before: 3}", "due.event", "missing_key"),
        ("period: year\ndue: {day: 3, event: plenary_session}", "due.event", "unknown_key"),
        ("period: year\ndue: {days_after_end: 3, after_end: true}", "due.after_end", "unknown_key"),
        ("period: month\ndue: {month_day: 11-30}", "due.month_day", "bad_due"),
        ("period: month\ndue: {on: 2021-11-30}", "due.on", "bad_due"),
        ("period: once\ndue: {days_after_end: 3}", "due.days_after_end", "bad_due"),
        ("period: week\ndue: {day: 3}", "due.day", "bad_due"),
        ("period: event\ndue: {days_after: 3, event: plenary_session}", "due", "unknown_key"),
        ("period: year\ndue: [{month_day: 11-30}, {month_day: 10-31}]", "due.1.from", "not_in_order"),
    ],
)  # fmt: skip
def test_a_time_nobody_can_mean_is_refused(with_duty: Add, text: str, key: str, code: str) -> None:
    assert (key, code) in refused(with_duty, VISITS + text)


def test_a_duty_that_is_only_counted_has_no_due_day(with_duty: Add) -> None:
    text = "kind: qualitative\ncounts: {kinds: [visit]}\nperiod: year\ndue: {day: 3}"
    assert ("due", "unknown_key") in refused(with_duty, text)


def test_a_due_day_may_change_from_a_day_on(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: year\ndue: [{month_day: 11-30}, {from: 2022-03-01, month_day: 10-31}]")
    assert [verdicts(policy, as_of=day)[0].due for day in ("2021-12-01", "2022-12-01")] == [date(2021, 11, 30), date(2022, 10, 31)]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"events": [{"id": "s", "kind": "dinner", "on": "2021-01-01"}]}, "unknown_word"),
        ({"events": [SESSIONS[0], SESSIONS[0]]}, "duplicate_id"),
        ({"events": [{"id": "s", "kind": "plenary_session"}]}, "missing_key"),
        ({"records": [visit(1, "2021-01-01", period="lately")]}, "bad_period"),
    ],
)
def test_odd_events_and_periods_of_a_fact_sheet_are_refused(with_duty: Add, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        evaluate(with_duty(VISITS + "period: year"), {"subjects": [], **facts}, date(2021, 11, 30))
    assert code in {error.code for error in caught.value.errors}


def test_holidays_are_days_that_exist(small: Any, with_duty: Add) -> None:
    file = small / "policy.yaml"
    file.write_text(file.read_text() + "  holidays: [2021-10-01, 2021-13-01]\n")
    with pytest.raises(TemplateErrors) as caught:
        with_duty(VISITS + "period: year")
    assert [(error.key, error.code) for error in caught.value.errors] == [("settings.holidays", "bad_date")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("period: {every: 2, unit: month, from: 2021-01-01}", "每位委员每 2 个月走访至少 1 次。"),
        ("period: {windows: [{id: a, title: 走访月, from: 12-01, until: 01-31}]}", "每位委员每年走访月（12 月 1 日至次年 1 月 31 日），走访至少 1 次。"),
        ("period: {before: plenary_session}\ndue: {days_before: 30, event: plenary_session}", "每位委员每次全体会议以前，走访至少 1 次。截止日：全体会议召开 30 天以前。"),
        ("period: year\ndue: {month_day: 11-30, working_days: true}\nlate: not_counted", "每位委员每年走访至少 1 次。截止日：11 月 30 日以前（逢休息日顺延）。逾期的不算。"),
    ],
)  # fmt: skip
def test_the_time_of_a_duty_in_words(with_duty: Add, text: str, sentence: str) -> None:
    assert explain(with_duty(VISITS + text), "d")["sentence"].endswith(sentence)


def test_a_policy_with_times_survives_json(with_duty: Add) -> None:
    policy = with_duty(VISITS + "period: {before: plenary_session}\ndue: {days_before: 30, event: plenary_session}")
    assert Policy.from_json(policy.to_json()) == policy


PARTS = (
    "period: year\ndue: {month_day: 06-30}\nparts:\n"
    "  - {id: visits, title: 走访, counts: {kinds: [visit]}%s}\n"
    "  - {id: online, title: 网上, counts: {kinds: [visit], modes: [online]}%s}\n"
)


@pytest.mark.parametrize("kind", ["any_of", "all_of", "at_least_k_of"])
@pytest.mark.parametrize("late", ["counts", "not_counted"])
def test_what_is_late_in_two_parts_is_late_once(with_duty: Add, kind: str, late: str) -> None:
    least = "" if kind == "any_of" else ", values: [{min: 1}]"
    rule = {"any_of": "values: [{min: 1}]\n", "all_of": "", "at_least_k_of": "values: [{k: 1}]\n"}[kind]
    policy = with_duty(f"kind: {kind}\nlate: {late}\n{rule}" + PARTS % (least, least))
    both, one_only = visit(1, "2021-07-01", mode="online"), visit(2, "2021-07-02")
    (one,) = verdicts(policy, both, one_only)
    assert (one.late, one.state) == (2, "met" if late == "counts" else "outstanding")
    assert all(tally.listed for tally in tallies(policy, date(2021, 11, 30)) if tally.duty == "d")


def test_a_period_without_a_known_start_or_end_shrinks_for_nobody(with_duty: Add) -> None:
    """Up to the first meeting on record, and from the last one on, there is no whole to have been a part of."""
    rule = "pro_rata: {unit: month}\n" + VISITS.replace("min: 1", "min: 12")
    late = [{"type": "member", "id": "m1", "from": "2021-07-01"}]

    def least(word: str) -> dict[str, float | None]:
        policy = with_duty(f"{rule}period: {{{word}: plenary_session}}\n")
        found = verdicts(policy, as_of="2021-11-30", subjects=late, events=SESSIONS)
        return {one.period.key: one.min for one in found if one.state != "not_applicable"}

    sheet = {"subjects": [{"type": "member", "id": "m1", "from": "2021-01-10"}], "events": SESSIONS}
    before = with_duty(f"{rule}period: {{before: plenary_session}}\n")
    first = next(one for one in verdicts(before, **sheet) if one.period.key == "s21")
    assert (first.period.start, first.min) == (date.min, 12)
    assert least("before") == {
        "s22": 7
    }  # July to January, of the thirteen months the year between the meetings touches
    assert verdicts(with_duty(f"{rule}period: {{after: plenary_session}}\n"), as_of="2022-03-01", subjects=late, events=SESSIONS)[-1].min == 12  # fmt: skip


def test_nobody_is_late_for_a_day_before_the_rule_was_in_force(with_duty: Add) -> None:
    end = "counts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
    before = "period: {before: plenary_session}\ndue: {days_before: 30, event: plenary_session}"
    policy = with_duty(f"kind: count\nsubject: member\n{before}\n{end}")
    session = [{"id": "q5", "kind": "plenary_session", "on": "2021-01-18"}]
    (one,) = verdicts(policy, visit(1, "2021-01-03"), as_of="2021-02-01", events=session)
    assert (one.state, one.due, one.overdue, one.late) == ("not_applicable", None, False, 0)
    assert one.reason == "截止日在这项职责施行以前，不评判"
    policy = with_duty(f"kind: count\nsubject: member\nperiod: month\ndue: {{day: 25}}\n{end}")
    text = {"id": "d2", "title": "新的", "clauses": ["X-1"], "kind": "count", "subject": "member", "period": "month"}
    text |= {"due": {"day": 25}, "counts": {"kinds": ["visit"]}, "values": [{"min": 1}]}
    added = {"op": "add", "path": "duty.d2", "value": text}
    head = {"overlay": "o", "base": "small", "document": "d", "decided_by": "standing_committee", "reason": "r"}
    whole = resolve(policy, [load_overlay({**head, "from": "2021-03-28", "operations": [added]})])
    facts = {"subjects": [{"type": "member", "id": "m1"}]}
    found = [
        one for one in evaluate(whole, facts, date(2021, 4, 30)) if one.duty == "d2" and one.state != "not_applicable"
    ]
    assert [(one.period.key, one.overdue) for one in found] == [("2021-04", True)]


def test_what_was_to_be_answered_before_the_rule_was_in_force_is_not_asked_for(with_duty: Add) -> None:
    policy = with_duty(
        "kind: follow_up\nsubject: member\nperiod: year\nafter: {kinds: [visit]}\nwithin: {days: 7}\n"
        "counts: {kinds: [talk]}\n",
        policy=SMALL["policy.yaml"].replace("in_force_from: 2021-01-01", "in_force_from: 2021-03-01"),
    )
    (one,) = verdicts(policy, visit(1, "2021-02-01"), visit(2, "2021-02-25"), as_of="2021-04-01")
    assert (one.min, one.missing) == (1, ("r2",))
