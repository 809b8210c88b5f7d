"""`by: members`: what those who belong to a sector, a special committee or a group did, together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, evaluate, explain, load_overlay, resolve
from policy_engine.tally import Counted, gathered

Add = Callable[..., Policy]
PEOPLE = [
    {"type": "sector", "id": "s1"},
    {"type": "sector", "id": "s2"},
    *({"type": "member", "id": one, "sector": "s1"} for one in ("m1", "m2", "m3")),
    {"type": "member", "id": "n1", "sector": "s2"},
]
RECORDS = [
    {"id": "a", "kind": "opinion_report", "on": "2021-03-01", "participants": ["m1", "m2"], "results": ["adopted"]},
    {"id": "b", "kind": "opinion_report", "on": "2021-04-01", "participants": ["m3", "n1"]},
    {"id": "c", "kind": "opinion_report", "on": "2021-05-01", "organiser": {"type": "sector", "id": "s1"}},
]
DUTY = "kind: count\nsubject: sector\nperiod: year\nvalues: [{min: 4}]\n"


def sectors(policy: Policy, **more: Any) -> dict[str, Any]:
    found = evaluate(policy, {"subjects": PEOPLE, "records": RECORDS, **more}, date(2021, 12, 31))
    return {one.subject: one for one in found if one.duty == "d"}


def test_a_record_of_several_members_counts_once_for_their_sector(with_duty: Add) -> None:
    policy = with_duty(DUTY + "counts: {kinds: [opinion_report], by: members}")
    found = sectors(policy)
    assert (found["s1"].counted, found["s1"].records, found["s1"].outstanding) == (2, ("a", "b"), 2)
    assert (found["s2"].counted, found["s2"].records) == (1, ("b",))
    assert "所属委员做的，合起来算" in explain(policy, "d")["sentence"]
    assert policy.duty("d").needs_others


def test_shares_of_one_record_are_added_up_within_a_sector(with_duty: Add) -> None:
    found = sectors(with_duty(DUTY + "counts: {kinds: [opinion_report], share: equal, by: members}"))
    assert (found["s1"].counted, found["s2"].counted) == (1.5, 0.5)


def test_how_many_members_did_something_and_what_was_late(with_duty: Add) -> None:
    people = sectors(with_duty(DUTY + "counts: {kinds: [opinion_report], count: subjects, by: members}"))
    assert people["s1"].counted == 3
    late = with_duty(
        DUTY + "counts: {kinds: [opinion_report], by: members}\ndue: {month_day: 03-31}\nlate: not_counted"
    )
    one = sectors(late)["s1"]
    assert (one.counted, one.late, one.overdue) == (1, 1, True)


def test_the_adopted_out_of_all(with_duty: Add) -> None:
    one = sectors(
        with_duty(
            "kind: proportion\nsubject: sector\nperiod: year\nvalues: [{percent: 50}]\n"
            "counts: {kinds: [opinion_report], results: [adopted], by: members}\n"
            "out_of: {kinds: [opinion_report], by: members}"
        )
    )["s1"]
    assert (one.state, one.numerator, one.denominator) == ("met", 1, 2)


def test_what_is_kept_of_a_change_within_the_year(with_duty: Add) -> None:
    policy = with_duty(DUTY + "counts: {kinds: [opinion_report], by: members}")
    operation = {"op": "set", "path": "duty.d.kinds", "value": ["opinion_report", "visit"]}
    head = {"overlay": "o", "base": "small", "from": "2021-04-01", "document": "x", "reason": "y"}
    overlay = load_overlay({**head, "decided_by": "standing_committee", "operations": [operation]})
    assert sectors(resolve(policy, [overlay]))["s1"].records == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "kind: count\nperiod: year\nvalues: [{min: 4}]\ncounts: {kinds: [visit], by: members}",
        "kind: count\nsubject: committee\nperiod: year\nvalues: [{min: 4}]\ncounts: {kinds: [visit], by: members}",
        "kind: follow_up\nsubject: sector\nperiod: year\nafter: {kinds: [proposal]}\ncounts: {kinds: [visit], by: members}",
    ],
)
def test_nobody_belongs_there(with_duty: Add, text: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text)
    assert {(error.key, error.code) for error in caught.value.errors} == {("counts.by", "bad_value")}


def test_an_overlay_is_asked_the_same(with_duty: Add) -> None:
    policy = with_duty("kind: count\nperiod: year\nvalues: [{min: 4}]\ncounts: {kinds: [visit]}")
    operation = {"op": "set", "path": "duty.d.by", "value": "members"}
    head = {"overlay": "o", "base": "small", "from": "2021-01-01", "document": "x", "reason": "y"}
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [load_overlay({**head, "decided_by": "standing_committee", "operations": [operation]})])
    assert [error.code for error in caught.value.errors] == ["bad_value"]


def test_values_are_put_together_once() -> None:
    found = gathered([Counted(2, ("a", "b"), ("x", "y")), Counted(1, ("b",), ("y",))], shared=False)
    assert found == Counted(2, ("a", "b"), ("x", "y"))
