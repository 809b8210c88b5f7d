"""Duties that look at other duties: what is looked at is judged first, and nobody looks at itself by a way round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, load_overlay, resolve
from tests.policy_engine.conftest import write
from tests.policy_engine.test_judge import record, verdicts

Add = Callable[..., Policy]


def duty(name: str, text: str) -> str:
    return f"id: {name}\ntitle: 某事{name}\nclauses: [X-1]\nperiod: year\n{text}"


def line(other: str) -> str:
    return f"kind: score\nvalues: [{{min: 5}}]\nparts: [{{id: l, duty: {other}, met: 5}}]"


def share_of(other: str) -> str:
    return f"kind: coverage\nsubject: committee\npopulation: member\nmeets: [{other}]\nvalues: [{{percent: 50}}]"


def judged(policy: Policy, name: str, *rows: dict[str, Any], **facts: Any) -> list[Verdict]:
    sheet = {"subjects": [{"type": "member", "id": "m1"}], "records": list(rows), **facts}
    return [one for one in evaluate(policy, sheet, date(2021, 11, 30)) if one.duty == name]


def test_a_chain_is_judged_from_its_end_whatever_the_names(with_duty: Add, small: Path) -> None:
    """a looks at b, b at c, c at visits: by name they would be judged the other way round."""
    write(small, {"duties/a.yaml": duty("a", line("b")), "duties/b.yaml": duty("b", line("c"))})
    write(small, {"duties/c.yaml": duty("c", line("visits")), "duties/aa.yaml": duty("aa", share_of("a"))})
    policy = with_duty("kind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]")
    people = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}]
    found = {
        (one.duty, one.subject): one.state
        for name in ("a", "b", "c", "aa")
        for one in judged(policy, name, record(1, "visit"), record(2, "visit"), subjects=people)
    }
    assert [found[name, "m1"] for name in "abc"] == ["met"] * 3
    assert [found[name, "m2"] for name in "abc"] == ["outstanding"] * 3
    assert found["aa", "self"] == "met"  # one of two is half


@pytest.mark.parametrize(
    ("period", "points"), [("term", 5), ("continuous", 5), ("half_year", 5), ("week", 0)]
)  # two visits in March: one half-year of two is met, of the weeks one or none
def test_periods_of_another_length_are_looked_at_too(with_duty: Add, small: Path, period: str, points: int) -> None:
    text = f"kind: count\ncounts: {{kinds: [visit]}}\nvalues: [{{min: 2}}]\nperiod: {period}"
    write(small, {"duties/other.yaml": duty("other", text).replace("period: year\n", "", 1)})
    file = small / "policy.yaml"
    file.write_text(
        file.read_text().replace("settings:\n", "settings:\n  term_from: '2017-01-01'\n  term_until: '2022-01-01'\n")
    )
    (found,) = verdicts(
        with_duty("period: year\n" + line("other")), record(1, "visit", "2021-03-01"), record(2, "visit", "2021-03-09")
    )
    assert found.counted == points


@pytest.mark.parametrize(
    ("other", "way"),
    [
        ("kind: score\nvalues: [{min: 1}]\nparts: [{id: l, duty: d, met: 1}]", "parts.0.duty"),
        ("kind: score\nvalues: [{min: 1}]\nparts: [{id: l, counts: {kinds: [talk]}, points: 1}]\ngrades: [{id: g, title: 好, from: 0, requires: [d]}]", "grades.0.requires.0"),
        (
            "kind: score\nvalues: [{min: 1}]\nparts: [{id: l, counts: {kinds: [talk]}, points: 1}]\ngrades: [{id: g, title: 好, from: 0}]\nveto: [{duty: d, grade: g}]",
            "veto.0.duty",
        ),
    ],
)  # fmt: skip
def test_a_circle_is_refused_once_with_its_place(with_duty: Add, small: Path, other: str, way: str) -> None:
    write(small, {"duties/a.yaml": duty("a", other)})
    with pytest.raises(TemplateErrors) as caught:
        with_duty("period: year\n" + line("a"))
    (fault,) = caught.value.errors
    assert (fault.file, fault.code, fault.key, bool(fault.line), bool(fault.remedy)) == (
        "duties/a.yaml", "circle", way, True, True,
    )  # fmt: skip
    assert "a → d → a" in fault.message


def test_coverages_that_look_at_each_other_are_refused(with_duty: Add, small: Path) -> None:
    other = share_of("d").replace("population: member", "population: committee")
    write(small, {"duties/a.yaml": duty("a", other)})
    with pytest.raises(TemplateErrors) as caught:
        with_duty("period: year\n" + share_of("a").replace("population: member", "population: committee"))
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [("circle", "meets.0")]


def test_a_line_cannot_look_at_somebody_elses_duty(with_duty: Add, small: Path) -> None:
    write(
        small, {"duties/a.yaml": duty("a", "kind: count\nsubject: sector\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]")}
    )
    with pytest.raises(TemplateErrors) as caught:
        with_duty("period: year\n" + line("a"))
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [("bad_value", "parts.0.duty")]


def overlay(*operations: dict[str, Any]) -> Any:
    head = {"overlay": "o", "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    return load_overlay({**head, "decided_by": "standing_committee", "operations": list(operations)})


@pytest.mark.parametrize(
    ("path", "op", "value", "code"),
    [
        ("duty.a.parts.new", "add", {"duty": "d", "met": 1}, "circle"),
        ("duty.a.grades", "set", [{"id": "g", "title": "好", "from": 0, "requires": ["d"]}], "circle"),
        ("duty.all.meets", "set", ["nothing"], "unknown_duty"),
        ("duty.all.meets", "set", ["all"], "circle"),
        ("duty.all.meets", "set", ["talks"], "bad_value"),
    ],
)
def test_an_overlay_closes_no_circle(with_duty: Add, small: Path, path: str, op: str, value: Any, code: str) -> None:
    table = "kind: score\nvalues: [{min: 1}]\nparts: [{id: l, counts: {kinds: [talk]}, points: 1}]\ngrades: [{id: g, title: 好, from: 0}]"
    talks = "kind: count\nsubject: sector\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]"
    write(small, {"duties/a.yaml": duty("a", table), "duties/all.yaml": duty("all", share_of("visits"))})
    write(small, {"duties/talks.yaml": duty("talks", talks)})
    policy = with_duty("period: year\n" + line("a"))
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [overlay({"op": op, "path": path, "value": value})])
    (fault,) = caught.value.errors
    assert (fault.code, fault.key, bool(fault.remedy)) == (code, path, True)


def test_an_overlay_may_name_other_duties(with_duty: Add, small: Path) -> None:
    write(small, {"duties/all.yaml": duty("all", share_of("visits"))})
    policy = with_duty("kind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]")
    local = resolve(policy, [overlay({"op": "set", "path": "duty.all.meets", "value": ["d"]})])
    talked = [record(1, "talk")]
    (before,), (after,) = (judged(one, "all", *talked) for one in (policy, local))
    assert (before.state, after.state) == ("outstanding", "met")
