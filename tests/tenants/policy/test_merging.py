"""Several adaptations as one, and documents that follow one another, each with the deviations made upon it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy_engine import TemplateErrors, load_overlay, resolve, together
from tenants.policy.queries.merging import merged
from tenants.policy.queries.stack import composed
from tests.policy_engine.shipped import shipped

YIYANG = shipped("yiyang-2021")
OLD, NEW = date(2022, 12, 31), date(2023, 1, 1)
VISITS = {
    "title": "走访", "clauses": [], "kind": "count", "period": "year", "counts": {"kinds": ["visit"]}, "values": [{"min": 1}],
}  # fmt: skip


def overlay(*operations, base="yiyang-2021", first="2022-07-01", name="o"):
    return load_overlay(
        {"overlay": name, "base": base, "reason": "试", "decided_by": "party_group", "from": first, "operations": list(operations)}
    )  # fmt: skip


def put(path, value):
    return {"op": "set", "path": path, "value": value}


def add(path, value):
    return {"op": "add", "path": path, "value": value}


def gone(path):
    return {"op": "remove", "path": path}


def said(*overlays):
    return [(one.op, one.path, one.value) for one in merged(overlays)]


def test_the_last_word_on_a_value_counts():
    assert said(overlay(put("duty.constituents.max", 8)), overlay(put("duty.constituents.max", 9))) == [
        ("set", "duty.constituents.max", 9)
    ]


def test_what_is_changed_within_an_addition_becomes_part_of_it():
    later = overlay(put("duty.own_1.min", 2), put("duty.own_1.title", "常走访"), put("duty.own_1.kinds", ["talk"]))
    ((op, path, value),) = said(overlay(add("duty.own_1", VISITS)), later)
    assert (op, path, value["values"], value["title"], value["counts"]) == (
        "add", "duty.own_1", [{"min": 2}], "常走访", {"kinds": ["talk"]},
    )  # fmt: skip


def test_what_came_and_went_is_gone_and_what_was_removed_takes_its_changes_along():
    assert said(overlay(add("duty.own_1", VISITS)), overlay(gone("duty.own_1"))) == []
    assert said(overlay(put("duty.contacts.min", 4)), overlay(gone("duty.contacts"))) == [
        ("remove", "duty.contacts", None)
    ]


def test_lines_of_a_list_set_whole_are_changed_within_it():
    items = [{"id": "plan", "title": "计划"}, {"id": "staff", "title": "专人"}]
    path = "checklist.five_haves.items"
    later = overlay(
        put(f"{path}.plan.title", "年度计划"), gone(f"{path}.staff"), add(f"{path}.room", {"title": "场所"})
    )
    ((_, _, value),) = said(overlay(put(path, items)), later)
    assert value == [{"id": "plan", "title": "年度计划"}, {"title": "场所", "id": "room"}]


@pytest.fixture
def versions():
    header = {**YIYANG.header, "id": "v2", "in_force_from": "2023-01-01", "replaces": ["yiyang-2021"]}
    return [YIYANG, replace(YIYANG, id="v2", header=header)]


def test_a_new_version_speaks_of_the_same_clauses_and_another_document_may_not(versions):
    assert len(together(versions).clauses) == len(YIYANG.clauses)
    beside = replace(versions[1], header={**versions[1].header, "replaces": []})
    with pytest.raises(TemplateErrors):
        together([YIYANG, beside])


def test_a_deviation_ends_with_the_document_it_was_made_upon(versions):
    ours = overlay(put("duty.constituents.max", 8), gone("duty.contacts"))
    template, left = composed(versions, [ours])
    policy = resolve(template, left)
    assert left == ()
    assert [policy.duty("constituents", day).max for day in (date(2022, 6, 30), OLD, NEW)] == [5, 8, 5]
    assert [policy.duty("contacts", day).in_force for day in (date(2022, 6, 30), OLD, NEW)] == [True, False, True]


def test_one_kept_upon_the_new_version_goes_on_without_a_gap(versions):
    old = overlay(put("duty.constituents.max", 8), add("duty.own_1", VISITS))
    new = overlay(put("duty.constituents.max", 8), add("duty.own_1", VISITS), base="v2", first="2023-01-01", name="n")
    template, left = composed(versions, [old, new])
    policy = resolve(template, left)
    assert [policy.duty("constituents", day).max for day in (OLD, NEW)] == [8, 8]
    assert [policy.duty("own_1", day).in_force for day in (date(2022, 6, 30), OLD, NEW)] == [False, True, True]


def test_what_stands_cannot_be_added_again():
    with pytest.raises(TemplateErrors):
        resolve(YIYANG, [overlay(add("duty.contacts", VISITS))])
