"""A limit: what lies above it is a breach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, resolve

Add = Callable[..., Policy]
TEXT = "kind: at_most\nperiod: year\ncounts: {kinds: [meeting]}\nvalues: [{max: 2}]\n"


def judged(policy: Policy, meetings: int, **facts: object) -> Verdict:
    records = [
        {"id": f"r{number}", "kind": "meeting", "on": "2021-05-05", "participants": [{"subject": "m1"}]}
        for number in range(meetings)
    ]
    sheet = {"subjects": [{"type": "member", "id": "m1"}], "records": records, **facts}
    return next(one for one in evaluate(policy, sheet, date(2021, 11, 30)) if one.duty == "d")


@pytest.mark.parametrize(
    ("meetings", "state", "over"), [(0, "met", 0), (2, "met", 0), (3, "exceeded", 1), (5, "exceeded", 3)]
)
def test_above_the_limit_is_exceeded_by_as_much(with_duty: Add, meetings: int, state: str, over: int) -> None:
    one = judged(with_duty(TEXT), meetings)
    assert (one.state, one.counted, one.max, one.over, one.outstanding) == (state, meetings, 2, over, 0)


def test_an_unjudged_limit_is_only_counted(with_duty: Add) -> None:
    assert judged(with_duty(f"{TEXT}force: encouraged\n"), 3).state == "counted"


def test_a_limit_may_be_waived(with_duty: Add) -> None:
    one = judged(with_duty(f"{TEXT}waivable: true\n"), 3, waivers=[{"subject": "m1", "duty": "d", "period": "2021"}])
    assert (one.state, one.over) == ("waived", 1)


def test_a_limit_has_no_minimum(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as refused:
        with_duty(TEXT.replace("max: 2", "min: 2"))
    assert {(one.key, one.code) for one in refused.value.errors} == {
        ("values.0.min", "unknown_key"),
        ("values", "missing_key"),
    }


def test_a_lower_committee_may_only_lower_a_limit_that_may_only_be_strengthened(with_duty: Add) -> None:
    policy = with_duty(f"{TEXT}direction: {{max: only_strengthen}}\n")
    change = {
        "overlay": "o",
        "base": "small",
        "reason": "加严",
        "decided_by": "standing_committee",
        "from": "2021-01-01",
    }
    lower, higher = (
        load_overlay({**change, "operations": [{"op": "set", "path": "duty.d.max", "value": value}]})
        for value in (1, 3)
    )
    assert judged(resolve(policy, [lower]), 2).state == "exceeded"
    with pytest.raises(TemplateErrors):
        resolve(policy, [higher])


def test_the_sentence_says_at_most(with_duty: Add) -> None:
    assert "至多 2 次" in explain(with_duty(TEXT), "d")["sentence"]
