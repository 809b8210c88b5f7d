"""`after: {duty: …}`: something must follow where another duty was not met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_template, resolve
from tests.policy_engine.conftest import write

TALK = (
    "id: talk\ntitle: 约谈\nclauses: [X-1]\nkind: follow_up\nperiod: year\nwithin: {days: 15}\n"
    "counts: {kinds: [talk], by: target}\nafter: "
)
TWICE = "id: twice\ntitle: 连续\nclauses: [X-1]\nkind: consecutive\nperiod: quarter\nof: d\nvalues: [{max: 1}]"
QUARTERS = "kind: count\nperiod: quarter\ncounts: {kinds: [reception]}\nvalues: [{min: 1}]"
SCORE = (
    "kind: score\nperiod: year\nvalues: [{base: 0}]\n"
    "parts: [{id: a, counts: {kinds: [reception]}, points: 60}]\n"
    "grades: [{id: good, title: 合格, from: 60}, {id: poor, title: 不合格, from: 0}]"
)
Add = Callable[..., Policy]


def both(small: Path, duty: str, after: str) -> Policy:
    files = {"duties/d.yaml": f"id: d\ntitle: 接待\nclauses: [X-1]\n{duty}", "duties/talk.yaml": TALK + after}
    return resolve(load_template(write(small, files | ({"duties/twice.yaml": TWICE} if "twice" in after else {}))))


def talked(policy: Policy, as_of: str, *days: str, received: tuple[str, ...] = ()) -> dict[str, Verdict]:
    people: list[Any] = [{"type": "member", "id": "m1"}, {"type": "sector", "id": "s1"}]
    records: list[Any] = [
        {"id": f"t{day}", "kind": "talk", "on": day, "organiser": {"type": "sector", "id": "s1"}, "target": "m1"}
        for day in days
    ]
    records += [{"id": f"r{day}", "kind": "reception", "on": day, "participants": ["m1"]} for day in received]
    found = evaluate(policy, {"subjects": people, "records": records}, date.fromisoformat(as_of))
    return {one.period.key: one for one in found if (one.subject, one.duty) == ("m1", "talk")}


def test_two_quarters_running_call_for_a_talk(small: Path) -> None:
    policy = both(small, QUARTERS, "{duty: twice}")
    one = talked(policy, "2021-07-20", received=("2021-10-01",))["2021"]
    # the first and the second quarter without any: by 15 July
    assert (one.state, one.missing, str(one.due), one.overdue) == ("outstanding", ("2021-Q2",), "2021-07-15", True)
    assert talked(policy, "2021-07-20", "2021-07-15")["2021"].state == "met"
    early = talked(policy, "2021-07-20", "2021-06-20")["2021"]
    assert early.state == "outstanding"  # what went before does not follow
    assert talked(policy, "2021-06-29")["2021"].state == "not_applicable"
    said = explain(policy, "talk")["sentence"]
    assert "“连续”每有一期没有做到，期满以后 15 天内都要有谈心谈话" in said


def test_what_was_graded_badly_last_year_is_talked_about_in_this(small: Path) -> None:
    policy = both(small, SCORE, "{duty: d, grades: [poor]}")
    found = talked(policy, "2022-01-10")
    assert (found["2021"].state, str(found["2021"].due)) == ("outstanding", "2022-01-15")
    assert talked(policy, "2022-01-10", "2022-01-05")["2021"].state == "met"
    assert "2021" not in talked(policy, "2022-01-10", received=("2021-05-01",))
    assert "评为不合格" in explain(policy, "talk")["sentence"]


@pytest.mark.parametrize(
    ("duty", "after", "key", "code"),
    [
        (QUARTERS, "{duty: nobody}", "after.duty", "unknown_duty"),
        (QUARTERS, "{duty: talk}", "after.duty", "unknown_duty"),
        (QUARTERS, "{duty: d, grades: [poor]}", "after.grades.0", "unknown_grade"),
        (SCORE, "{duty: d}", "after.duty", "unjudged"),
        (QUARTERS.replace("quarter", "term"), "{duty: d}", "after.duty", "bad_value"),
        (QUARTERS, "{duty: d}\nlinked: true", "linked", "bad_value"),
        (QUARTERS + "\nsubject: sector", "{duty: d}", "after.duty", "bad_value"),
    ],
)
def test_what_nobody_can_follow_is_refused(small: Path, duty: str, after: str, key: str, code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        both(small, duty, after)
    assert (key, code) in {(error.key, error.code) for error in caught.value.errors}
