"""A verdict says why: what excuses, what does not bind, what a grade was lost by; and no deadline lies before its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from policy_engine import Policy, Verdict, evaluate, load_overlay, resolve
from tests.policy_engine.test_judge import record
from tests.policy_engine.test_score import TABLE

Add = Callable[..., Policy]
COUNT = "kind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]\n"


def of(policy: Policy, *records: Any, as_of: str = "2021-11-30", duty: str = "d", **facts: Any) -> list[Verdict]:
    sheet: dict[str, Any] = {"subjects": [{"type": "member", "id": "m1"}], "records": list(records), **facts}
    return [one for one in evaluate(policy, sheet, date.fromisoformat(as_of)) if one.duty == duty]


def member(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "member", "id": "m1", **more}]


RICH = [
    *(record(n, "opinion_report", results=["instructed"]) for n in (1, 2)),
    *(record(n, "research", f"2021-03-{n:02}") for n in (3, 4, 5)),
    record(6, "training", amounts={"hours": 100}),
]


def test_a_lost_grade_names_the_duty_still_owed(with_duty: Add) -> None:
    (one,) = of(with_duty(TABLE), *RICH)
    assert (one.grade, one.reason) == ("fair", "分数够“优秀”，还欠着:走访")


def test_a_veto_names_what_fired_and_its_records(with_duty: Add) -> None:
    (one,) = of(with_duty(TABLE), *RICH, record(7, "visit"), record(8, "visit"), record(9, "hearing"))
    assert (one.grade, one.reason) == ("poor", "听取汇报 1 件，等次不高于“不合格”")
    assert "r9" in one.records


def test_who_is_below_the_grade_of_a_veto_stays_there(with_duty: Add) -> None:
    table = TABLE.replace("counts: {kinds: [hearing]}, grade: poor", "counts: {kinds: [hearing]}, grade: fair")
    (one,) = of(with_duty(table), record(9, "hearing"))
    assert (one.counted, one.grade) == (47, "poor")
    good, poor = (
        "  - {id: good, title: 优秀, from: 80, requires: [visits], quota_percent: 20}\n",
        "  - {id: poor, title: 不合格, from: 0}\n",
    )
    (none,) = of(with_duty(table.replace(good, "").replace(poor, "")), record(9, "hearing"))
    assert none.grade is None  # below every grade; the veto does not lift anybody into one


@pytest.mark.parametrize(
    ("subject", "person", "said"),
    [
        ("{type: member, posts: [standing_member]}", {}, "没有担任常委"),
        ("{type: member, except_posts: [chairperson]}", {"posts": ["chairperson"]}, "担任主席的除外"),
        ("{type: member, in: {sector: [s1]}}", {"sector": "s2"}, "不是所限界别、专委会或小组的"),
        ("{type: member, linked: [residency]}", {}, "没有“入驻阵地”的联系关系"),
        ("member", {"until": "2020-06-01"}, "2020-06-01 已离任，这一期不在任"),
        ("member", {"from": "2021-12-05"}, "2021-12-05 才任职，这一期还不在任"),
    ],
)
def test_who_is_not_bound_is_told_why(with_duty: Add, subject: str, person: dict[str, Any], said: str) -> None:
    (one,) = of(with_duty(COUNT + f"subject: {subject}"), subjects=member(**person))
    assert (one.state, one.reason) == ("not_applicable", said)


def test_a_document_not_yet_in_force_or_no_more_says_so(with_duty: Add) -> None:
    (early,) = of(with_duty(COUNT), as_of="2020-11-30")
    assert (early.state, early.reason) == ("not_applicable", "2021-01-01 起才施行")
    gone = load_overlay(
        {
            "overlay": "o", "base": "small", "from": "2021-03-01", "document": "x", "reason": "y",
            "decided_by": "standing_committee", "operations": [{"op": "remove", "path": "duty.d"}],
        }
    )  # fmt: skip
    (late,) = of(resolve(with_duty(COUNT), [gone]))
    assert late.reason == "2021-11-30 已不施行(取消、失效或被替换)"


def test_a_waiver_says_its_reason_and_one_may_cover_all_that_can_be_waived(with_duty: Add) -> None:
    policy = with_duty(COUNT + "waivable: true")
    (one,) = of(policy, waivers=[{"subject": "m1", "duty": "*", "period": 2021, "reason": "病假"}])
    assert (one.state, one.reason) == ("waived", "已豁免:病假")
    (other,) = of(policy, duty="visits", waivers=[{"subject": "m1", "duty": "*", "period": "*"}])
    assert other.state == "outstanding"  # cannot be waived


def test_who_is_away_throughout_is_asked_for_nothing(with_duty: Add) -> None:
    policy = with_duty(COUNT.replace("year", "quarter") + "pro_rata: {absences: true}")
    away = member(absences=[{"from": "2021-03-20", "until": "2021-08-01"}])
    states = [(one.state, one.reason) for one in of(policy, subjects=away)]
    assert states[1] == ("not_applicable", "这一期全在请假")
    assert states[2] == ("outstanding", None)


# Deadlines before their time

KINDS = {
    "count": "counts: {kinds: [talk]}\nvalues: [{min: 1}]",
    "range": "counts: {kinds: [talk]}\nvalues: [{min: 1, max: 3}]",
    "any_of": "parts: [{id: a, counts: {kinds: [talk]}}]\nvalues: [{min: 1}]",
    "all_of": "parts: [{id: a, counts: {kinds: [talk]}}]",
    "at_least_k_of": "parts: [{id: a, counts: {kinds: [talk]}}]\nvalues: [{k: 1}]",
    "coverage": "population: {links: [constituent]}\ncounts: {kinds: [talk]}\nvalues: [{percent: 100}]",
    "proportion": "counts: {kinds: [talk]}\nout_of: {kinds: [talk, visit]}\nvalues: [{percent: 100}]",
    "checklist": "checklist: c",
    "report_cycle": "report: r",
    "workflow": "workflow: w",
    "at_most": "counts: {kinds: [talk]}\nvalues: [{max: 0}]",
    "score": "parts: [{id: a, counts: {kinds: [talk]}, points: 1}]\nvalues: [{min: 1}]",
}
LISTS = {
    "checklists": "checklists: {c: {title: 清单, items: [{id: a, title: 甲}]}}",
    "reports": "reports: {r: {title: 报告, receivers: [party_group]}}",
    "workflows": "workflows: {w: {title: 流程, steps: [{id: a, title: 甲}]}}",
}
PAIR = {"links": [{"id": "l1", "kind": "constituent", "from": "m1", "to": "p1"}]}


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_overdue_before_document_or_member(with_duty: Add, kind: str) -> None:
    text = f"kind: {kind}\nperiod: year\n{KINDS[kind]}\ndue: {{month_day: 03-31}}\n"
    policy = with_duty(text, **LISTS)
    seen = [record(1, "visit", "2021-06-01")]
    (usual,) = of(policy, *seen, **PAIR)
    assert usual.overdue == (usual.state == "outstanding")
    (joined,) = of(policy, *seen, subjects=member(**{"from": "2021-05-01"}), **PAIR)
    assert (joined.due, joined.overdue, joined.late) == (None, False, 0)
    assert joined.reason == "截止日在任职以前，不算逾期"
    strict = with_duty(text + "late: not_counted\n", **LISTS)
    (never,) = of(strict, *seen, subjects=member(**{"from": "2021-05-01"}), **PAIR)
    assert (never.state, never.reason) == ("not_applicable", "截止日在任职以前，不评判")


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_judged_by_a_day_before_the_document(with_duty: Add, small: Any, kind: str) -> None:
    header = (small / "policy.yaml").read_text().replace("in_force_from: 2021-01-01", "in_force_from: 2021-05-01")
    policy = with_duty(
        f"kind: {kind}\nperiod: year\n{KINDS[kind]}\ndue: {{month_day: 03-31}}\n", policy=header, **LISTS
    )
    (one,) = of(policy, record(1, "visit", "2021-06-01"), **PAIR)
    assert (one.state, one.overdue, one.due) == ("not_applicable", False, None)
    assert one.reason == "截止日在这项职责施行以前，不评判"


STEPS = "workflows: {w: {title: 流程, steps: [{id: a, title: 甲}, {id: b, title: 乙, days: 5}]}}"
DONE = [{"id": "k", "subject": "m1", "checklist": "w", "item": "a", "met_on": "2021-02-01"}]


@pytest.mark.parametrize(
    ("begins", "joined", "due"),
    [
        ("2021-01-01", None, "2021-02-06"),
        ("2021-04-01", None, "2021-04-06"),
        ("2021-01-01", "2021-06-01", "2021-06-06"),
    ],
)
def test_a_steps_days_run_from_when_duty_and_member_were_there(
    with_duty: Add, small: Any, begins: str, joined: str | None, due: str
) -> None:
    header = (small / "policy.yaml").read_text().replace("in_force_from: 2021-01-01", f"in_force_from: {begins}")
    policy = with_duty("kind: workflow\nperiod: continuous\nworkflow: w", policy=header, workflows=STEPS)
    (one,) = of(policy, checks=DONE, subjects=member(**({"from": joined} if joined else {})))
    assert (str(one.due), one.overdue) == (due, True)
    (before,) = of(policy, checks=DONE, subjects=member(**({"from": joined} if joined else {})), as_of=due)
    assert not before.overdue


def test_what_happened_before_a_member_came_is_not_theirs_to_follow_up(with_duty: Add) -> None:
    policy = with_duty(
        "kind: follow_up\nperiod: year\nafter: {events: [plenary_session]}\nwithin: {days: 30}\ncounts: {kinds: [talk]}"
    )
    events = [{"id": f"q{month}", "kind": "plenary_session", "on": f"2021-0{month}-10"} for month in (1, 7)]
    (one,) = of(policy, events=events, subjects=member(**{"from": "2021-05-01"}))
    assert (one.denominator, one.missing, str(one.due)) == (1, ("q7",), "2021-08-09")


def test_a_day_gone_by_when_it_was_set_leaves_the_one_before_it(with_duty: Add) -> None:
    dues = "due: [{month_day: 11-30}, {from: 2021-03-01, month_day: 01-31}]\n"
    assert [str(one.due) for one in of(with_duty(COUNT + dues))] == ["2021-11-30"]
    assert [str(one.due) for one in of(with_duty(COUNT + dues), as_of="2022-03-01")] == ["2022-01-31"]
