"""One value of one line of a list has an address of its own: a step's days, a field's label, a group's cap, where a grade begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, load_overlay, rebase, resolve, settle
from tests.policy_engine.conftest import write

Add = Callable[..., Policy]
LISTS = {
    "workflows.yaml": "workflows:\n  w: {title: 审批, clauses: [], steps: [{id: office, title: 审核}, {id: site, title: 实地, days: 10}]}\n",
    "forms.yaml": "forms:\n  f: {title: 表, clauses: [], fields: [{id: phone, title: 电话, type: text, required: true}]}\n",
}
SCORE = """kind: score
period: year
values: [{base: 0, cap: 100}]
parts: [{id: a, counts: {kinds: [visit]}, points: 5}, {id: b, counts: {kinds: [talk]}, points: 5}]
groups: [{id: work, lines: [a, b], cap: 25}]
grades: [{id: good, title: 优秀, from: 85}, {id: poor, title: 一般, from: 0}]
"""


def overlay(*puts: tuple[str, Any]) -> Any:
    head = {"overlay": "o", "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    operations = [{"op": "set", "path": path, "value": value} for path, value in puts]
    return load_overlay({**head, "decided_by": "standing_committee", "operations": operations})


PUTS = (
    ("workflow.w.steps.site.days", 5),
    ("workflow.w.steps.office.title", "初审"),
    ("form.f.fields.phone.title", "手机"),
    ("duty.d.groups.work.cap", 30),
    ("duty.d.grades.good.from", 90),
)


def test_one_line_changes_and_the_rest_stands(with_duty: Add, small: Path) -> None:
    policy = with_duty(SCORE) if write(small, LISTS) else None
    assert policy
    change = overlay(*PUTS)
    found = resolve(policy, [change])
    steps = found.elements["workflow.w"].value("steps")
    assert steps == [{"id": "office", "title": "初审"}, {"id": "site", "title": "实地", "days": 5}]
    assert found.elements["workflow.w"].value("steps", date(2021, 1, 15))[1]["days"] == 10
    assert found.elements["form.f"].value("fields")[0]["title"] == "手机"
    terms = found.duty("d").terms
    assert (terms["groups"][0]["cap"], terms["grades"][0]["from"]) == (30, 90)
    assert found.elements["workflow.w"].values["steps"][-1].source.reason == "y"
    assert resolve(found) == found == resolve(policy, [change])
    held = rebase(change, policy, policy)
    assert {line.outcome for line in held.lines} == {"kept"}
    assert (held.lines[0].old, held.lines[0].local) == (10, 5)
    assert settle(held) == change


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("workflow.w.steps.nobody.days", 5, "unknown_id"),
        ("workflow.w.steps.site.colour", 5, "unknown_key"),
        ("workflow.w.steps.site.days", "five", "wrong_type"),
        ("workflow.w.steps.office.days", 3, "bad_value"),
        ("workflow.w.steps.site.id", "x", "unknown_id"),
        ("form.f.fields.phone.title", None, "missing_key"),
        ("duty.d.groups.work.floor", 50, "min_above_max"),
    ],
)
def test_what_does_not_fit_is_refused(with_duty: Add, small: Path, path: str, value: Any, code: str) -> None:
    write(small, LISTS)
    with pytest.raises(TemplateErrors) as caught:
        resolve(with_duty(SCORE), [overlay((path, value))])
    assert code in [fault.code for fault in caught.value.errors]
    assert all(fault.remedy and fault.key for fault in caught.value.errors)


@pytest.mark.parametrize(("days", "fits"), [(5, True), (20, False)])
def test_a_parent_that_allows_stricter_only_lets_a_step_be_quicker(
    with_duty: Add, small: Path, days: int, fits: bool
) -> None:
    write(
        small,
        {
            **LISTS,
            "workflows.yaml": LISTS["workflows.yaml"].replace("clauses: []", "clauses: [], direction: only_strengthen"),
        },
    )
    policy, change = with_duty(SCORE), overlay(("workflow.w.steps.site.days", days))
    if fits:
        assert resolve(policy, [change]).elements["workflow.w"].value("steps")[1]["days"] == days
    else:
        with pytest.raises(TemplateErrors) as caught:
            resolve(policy, [change])
        assert [fault.code for fault in caught.value.errors] == ["direction"]
