"""One value of one line of a list has an address of its own: a step's days, a field's label, a group's cap, where a grade begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


MORE = LISTS | {
    "workflows.yaml": LISTS["workflows.yaml"].replace("days: 10}", "days: 10}, {id: told, title: 告知}"),
    "checklists.yaml": "checklists:\n  c: {title: 五有, clauses: [], items: [{id: place, title: 场所}, {id: plan, title: 计划}]}\n",
    "reports.yaml": "reports:\n  r: {title: 半年报告, clauses: [], author: general_office, form: written, period: half_year, receivers: [party_group]}\n",
}


def lines(*operations: dict[str, Any], name: str = "o") -> Any:
    head = {"overlay": name, "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    return load_overlay({**head, "decided_by": "standing_committee", "operations": list(operations)})


def plus(path: str, **value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value} if value else {"op": "add", "path": path}


def minus(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


CHANGES = (
    plus("checklist.c.items.staff", title="人员"),
    minus("checklist.c.items.plan"),
    plus("workflow.w.steps.check", title="复核", after=["site"]),
    minus("workflow.w.steps.told"),
    plus("report.r.receivers.chairpersons_council"),
    plus("form.f.fields.name", title="姓名", type="text"),
    plus("duty.d.grades.fair", title="合格", before="poor", **{"from": 60}),
)


def test_one_line_more_or_less_and_the_rest_stands(small: Path, with_duty: Add) -> None:
    policy = with_duty(SCORE) if write(small, MORE) else None
    assert policy
    change = lines(*CHANGES)
    found = resolve(policy, [change])
    said = {
        path: [one["id"] if isinstance(one, dict) else one for one in found.elements[path].value(key)]
        for path, key in (("checklist.c", "items"), ("workflow.w", "steps"), ("report.r", "receivers"), ("duty.d", "grades"))
    }  # fmt: skip
    assert said == {
        "checklist.c": ["place", "staff"],
        "workflow.w": ["office", "site", "check"],
        "report.r": ["party_group", "chairpersons_council"],
        "duty.d": ["good", "fair", "poor"],
    }
    assert [one["id"] for one in found.elements["checklist.c"].value("items", date(2021, 1, 15))] == ["place", "plan"]
    assert found.elements["checklist.c"].values["items"][-1].source.reason == "y"
    held = rebase(change, policy, policy)
    assert {line.outcome for line in held.lines} == {"kept"}
    assert not held.news
    assert settle(held) == change == load_overlay(change.to_json())


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (plus("checklist.c.items.plan", title="计划"), "duplicate_id"),
        (minus("checklist.c.items.nobody"), "unknown_id"),
        (plus("checklist.nobody.items.x", title="某"), "unknown_id"),
        (plus("checklist.c.items.x", colour="某"), "unknown_key"),
        (plus("checklist.c.items.x", id="y", title="某"), "wrong_id"),
        (plus("report.r.receivers.nobody"), "unknown_word"),
        (plus("workflow.w.steps.x", title="某", after=["nobody"]), "unknown_id"),
        (plus("checklist.c.items.x", title="某", before="nobody"), "unknown_id"),
        (minus("workflow.w.steps.office"), "bad_value"),
        ({"op": "add", "path": "checklist.c.items.x"}, "missing_key"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(small: Path, with_duty: Add, operation: Any, code: str) -> None:
    write(small, MORE)
    with pytest.raises(TemplateErrors) as caught:
        resolve(with_duty(SCORE), [lines(operation)])
    assert code in [fault.code for fault in caught.value.errors]
    assert all(fault.remedy and fault.key for fault in caught.value.errors)


def test_a_parent_that_allows_stricter_only_lets_lines_be_added_not_removed(small: Path, with_duty: Add) -> None:
    strict = MORE["checklists.yaml"].replace("clauses: []", "clauses: [], direction: only_strengthen")
    write(small, MORE | {"checklists.yaml": strict})
    policy = with_duty(SCORE)
    assert resolve(policy, [lines(plus("checklist.c.items.staff", title="人员"))])
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [lines(minus("checklist.c.items.plan"))])
    assert [fault.code for fault in caught.value.errors] == ["direction"]


def test_a_new_parent_is_held_against_each_line_once(small: Path, with_duty: Add, tmp_path: Path) -> None:
    """The parent adds the same line, takes the one away, and renames another: a line each, and no news of the list besides."""
    old = with_duty(SCORE) if write(small, MORE) else None
    newer = MORE["checklists.yaml"].replace("{id: plan, title: 计划}", "{id: staff, title: 人员}")
    write(small, {"checklists.yaml": newer, "workflows.yaml": MORE["workflows.yaml"].replace("days: 10", "days: 8")})
    new = with_duty(SCORE)
    assert old
    change = lines(*CHANGES[:2], {"op": "set", "path": "workflow.w.steps.site.days", "value": 5})
    held = rebase(change, old, new)
    assert [line.outcome for line in held.lines] == ["redundant", "redundant", "conflict"]
    assert held.news == ()
    kept = settle(held, {"workflow.w.steps.site.days": "ours"})
    assert [one.path for one in kept.operations] == ["workflow.w.steps.site.days"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.sampled_from([0, 1, 4, 5, 6, *range(7, 12)]), unique=True))
def test_lines_changed_in_any_order_come_to_the_same(both: Policy, chosen: list[int]) -> None:
    """Each address is its own affair: one overlay or several, in whichever order; resolving twice is resolving once."""
    puts = [{"op": "set", "path": path, "value": value} for path, value in PUTS]
    operations = [(*CHANGES, *puts)[index] for index in chosen]
    whole = resolve(both, [lines(*operations)])
    onward = resolve(both, [lines(one, name=f"o{index}") for index, one in enumerate(operations)])
    backward = resolve(both, [lines(*operations[::-1])])
    assert _said(whole) == _said(onward) == _said(backward)
    assert resolve(whole) == whole
    change = lines(*operations)
    held = rebase(change, both, both)
    assert {line.outcome for line in held.lines} <= {"kept"}
    assert settle(held) == change


@pytest.fixture
def both(small: Path, with_duty: Add) -> Policy:
    write(small, MORE)
    return with_duty(SCORE)


def _said(policy: Policy) -> dict[str, Any]:
    return {
        name: {key: sorted(map(str, series[-1].value)) if isinstance(series[-1].value, list) else series[-1].value for key, series in one.values.items()}
        for name, one in policy.elements.items()
    }  # fmt: skip


def test_turns_may_be_changed(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nperiod: week\nturns: {starts: 2021-01-04}\ncounts: {kinds: [duty_shift]}\nvalues: [{min: 1}]"
    )
    found = resolve(policy, [overlay(("duty.d.turns", {"starts": "2021-02-01", "size": 2}))])
    now, before = (found.duty("d", day).turns for day in (date(2021, 3, 1), date(2021, 1, 15)))
    assert now
    assert before
    assert (now.size, before.size) == (2, 1)
    with pytest.raises(TemplateErrors):
        resolve(policy, [overlay(("duty.d.turns", {"starts": "2021-02-01", "size": 0}))])
    with pytest.raises(TemplateErrors):
        resolve(policy, [overlay(("duty.visits.turns", {"starts": "2021-02-01"}))])
