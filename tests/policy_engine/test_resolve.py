"""Overlays: what they may do, what they may not, and that every value remembers where it comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import (
    Policy,
    Template,
    TemplateErrors,
    compare,
    evaluate,
    explain,
    load_overlay,
    load_template,
    resolve,
)
from tests.policy_engine.shipped import shipped

YIYANG = shipped("yiyang-2021")


def overlay(*operations: dict[str, Any], base: str = "yiyang-2021", **more: Any) -> Any:
    head = {
        "overlay": "county",
        "base": base,
        "document": "县协〔2022〕3号",
        "decided_by": "standing_committee",
        "meeting": "第3次会议",
    }
    return load_overlay({**head, "from": "2022-03-01", "reason": "县域群众多", "operations": list(operations), **more})


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


FIVE_TO_EIGHT = (put("duty.constituents.min", 5), put("duty.constituents.max", 8))


def codes(template: Template, *operations: dict[str, Any], base: str = "yiyang-2021") -> list[str]:
    with pytest.raises(TemplateErrors) as caught:
        resolve(template, [overlay(*operations, base=base)])
    assert all(error.message and error.remedy for error in caught.value.errors)
    return [error.code for error in caught.value.errors]


def test_an_empty_overlay_changes_nothing(yiyang: Template) -> None:
    assert resolve(yiyang, [overlay()]) == resolve(yiyang)
    assert resolve(yiyang, [overlay()]).digest == resolve(yiyang).digest


def test_a_set_value_holds_from_its_day_and_remembers_both_documents(yiyang: Template) -> None:
    policy = resolve(yiyang, [overlay(*FIVE_TO_EIGHT)])
    before, after = policy.duty("constituents", date(2022, 2, 28)), policy.duty("constituents", date(2022, 3, 1))
    assert (before.min, before.max, after.min, after.max) == (3, 5, 5, 8)
    shown = {entry["id"]: entry["values"] for entry in policy.elements_json()}
    chain = shown["duty.constituents"]["min"]["provenance"]
    assert [(source["document"], source["value"], source["since"]) for source in chain] == [
        ("益协发〔2021〕6号", 3, "2021-12-25"),
        ("县协〔2022〕3号", 5, "2022-03-01"),
    ]
    assert chain[1]["reason"] == "县域群众多"


def test_the_elements_of_an_earlier_day_show_the_base_value(yiyang: Template) -> None:
    policy = resolve(yiyang, [overlay(*FIVE_TO_EIGHT)], date(2022, 1, 1))
    shown = {entry["id"]: entry["values"] for entry in policy.elements_json()}
    assert shown["duty.constituents"]["min"]["value"] == 3
    assert len(shown["duty.constituents"]["min"]["provenance"]) == 1


def test_a_removed_duty_ends_and_an_added_one_begins_on_the_overlays_day(yiyang: Template) -> None:
    new = {
        "title": "走访",
        "clauses": [],
        "kind": "count",
        "period": "year",
        "counts": {"kinds": ["visit"]},
        "values": [{"min": 1}],
    }
    policy = resolve(
        yiyang, [overlay({"op": "remove", "path": "duty.contacts"}, {"op": "add", "path": "duty.visits", "value": new})]
    )
    assert [policy.duty(name, date(2022, 2, 1)).in_force for name in ("contacts", "visits")] == [True, False]
    assert [policy.duty(name, date(2022, 4, 1)).in_force for name in ("contacts", "visits")] == [False, True]


def test_select_keeps_only_what_it_names(yiyang: Template) -> None:
    policy = resolve(yiyang, [overlay({"op": "select", "path": "duty", "value": ["constituents", "residency"]})])
    assert [duty.id for duty in policy.duties] == ["constituents", "residency"]


def test_a_second_layer_builds_on_the_first(yiyang: Template) -> None:
    town = overlay(put("duty.constituents.min", 6), **{"overlay": "town", "from": "2022-06-01"})
    policy = resolve(yiyang, [overlay(*FIVE_TO_EIGHT), town])
    assert [policy.duty("constituents", day).min for day in (date(2022, 1, 1), date(2022, 4, 1), date(2022, 7, 1))] == [
        3,
        5,
        6,
    ]
    assert policy.layers == ("county", "town")
    assert resolve(resolve(yiyang, [overlay(*FIVE_TO_EIGHT)]), [town]) == policy


def test_changes_to_different_elements_commute(yiyang: Template) -> None:
    one, other = overlay(*FIVE_TO_EIGHT), overlay(put("duty.residency.percent", 90), overlay="county")
    assert resolve(yiyang, [one, other]).elements == resolve(yiyang, [other, one]).elements


def test_four_levels_each_add_a_link_to_the_chain(yiyang: Template) -> None:
    levels = [
        overlay(put("duty.contacts.min", number), **{"overlay": f"level{number}", "from": f"202{number}-01-01"})
        for number in (2, 3, 4, 5)
    ]
    policy = resolve(yiyang, levels)
    shown = {entry["id"]: entry["values"] for entry in policy.elements_json()}
    assert [source["value"] for source in shown["duty.contacts"]["min"]["provenance"]] == [None, 2, 3, 4, 5]
    assert [policy.duty("contacts", date(2020 + number, 6, 1)).min for number in (2, 3, 4, 5)] == [2, 3, 4, 5]


def test_an_added_duty_may_rest_on_a_checklist_added_with_it(yiyang: Template) -> None:
    lines = {"title": "三项", "items": [{"id": "a", "title": "甲"}]}
    duty = {
        "title": "三项",
        "clauses": [],
        "kind": "checklist",
        "subject": "sector",
        "period": "year",
        "checklist": "three",
    }
    policy = resolve(
        yiyang,
        [
            overlay(
                {"op": "add", "path": "checklist.three", "value": lines},
                {"op": "add", "path": "duty.three", "value": duty},
            )
        ],
    )
    assert policy.duty("three").items[0].title == "甲"
    assert codes(yiyang, {"op": "add", "path": "duty.three", "value": duty}) == ["unknown_list"]


def test_a_decision_earlier_than_the_document_waits_for_it(yiyang: Template) -> None:
    early = overlay(*FIVE_TO_EIGHT, **{"from": "2020-01-01"})
    assert resolve(yiyang, [early]).duty("constituents", date(2021, 12, 25)).min == 5


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([put("duty.nothing.min", 1)], "unknown_id"),
        ([put("duty.constituents.colour", 1)], "unknown_id"),
        ([{"op": "remove", "path": "duty.nothing"}], "unknown_id"),
        ([{"op": "select", "path": "duty", "value": ["nothing"]}], "unknown_id"),
        ([{"op": "add", "path": "planet.mars", "value": {}}], "unknown_id"),
        ([{"op": "add", "path": "duty.constituents", "value": {}}], "duplicate_id"),
        ([{"op": "add", "path": "duty.new", "value": {"title": "x"}}], "missing_key"),
        ([put("duty.constituents.min", 4), put("duty.constituents.min", 5)], "two_operations"),
        ([{"op": "remove", "path": "duty.constituents"}, put("duty.constituents.min", 5)], "two_operations"),
        ([put("duty.constituents.min", 6)], "min_above_max"),
        ([put("duty.constituents.min", "many")], "wrong_type"),
        ([put("duty.contacts.kinds", ["vist"])], "unknown_word"),
        ([put("setting.data_entry.value", "nobody")], "not_an_option"),
        ([put("setting.year_start_month.value", 13)], "bad_value"),
        ([put("indicator.R05.duties", ["nothing"])], "unknown_duty"),
        ([put("duty.constituents.max", 5.5)], "wrong_type"),
        (
            [
                {
                    "op": "add",
                    "path": "duty.new",
                    "value": {
                        "id": "residency",
                        "title": "x",
                        "clauses": [],
                        "kind": "qualitative",
                        "period": "year",
                        "counts": {"kinds": ["visit"]},
                    },
                }
            ],
            "wrong_id",
        ),
    ],
)
def test_a_faulty_operation_is_refused(yiyang: Template, operations: list[dict[str, Any]], code: str) -> None:
    assert code in codes(yiyang, *operations)


@pytest.mark.parametrize(
    ("operation", "fits"),
    [
        (put("duty.visits.min", 3), True),
        (put("duty.visits.min", 1), False),
        (put("duty.visits.min", None), False),
        (put("duty.visits.max", 9), True),
        (put("duty.visits.max", 10), False),
        (put("duty.visits.max", None), False),
        (put("duty.visits.force", "required"), True),
        (put("duty.visits.force", "may"), False),
        ({"op": "remove", "path": "duty.visits"}, False),
    ],
)
def test_a_parent_says_how_far_a_value_may_move(small: Path, operation: dict[str, Any], fits: bool) -> None:
    template = load_template(small)
    if fits:
        resolve(template, [overlay(operation, base="small")])
    else:
        assert codes(template, operation, base="small") == ["direction"]


def test_what_the_parent_has_announced_for_later_may_not_be_undercut(small: Path) -> None:
    duty = small / "duties/visits.yaml"
    duty.write_text(
        duty.read_text().replace("- {min: 2, max: 6}", "- {min: 2, max: 6}\n  - {from: 2023-01-01, min: 4}")
    )
    template = load_template(small)
    assert codes(template, put("duty.visits.min", 3), base="small") == ["direction"]
    assert resolve(template, [overlay(put("duty.visits.min", 4), base="small")]).duty("visits").min == 4


def test_a_layer_may_rest_on_the_layer_before_it(yiyang: Template) -> None:
    county, town = overlay(*FIVE_TO_EIGHT), overlay(put("duty.constituents.min", 6), overlay="town", base="county")
    assert resolve(yiyang, [county, town]).layers == ("county", "town")
    with pytest.raises(TemplateErrors) as caught:
        resolve(yiyang, [town, county])
    assert [error.code for error in caught.value.errors] == ["wrong_base"]


def test_no_value_is_not_null(yiyang: Template) -> None:
    with pytest.raises(TemplateErrors) as caught:
        overlay({"op": "set", "path": "duty.constituents.min"})
    assert [error.code for error in caught.value.errors] == ["missing_key"]
    assert resolve(yiyang, [overlay(put("duty.constituents.min", None))]).duty("constituents").min is None


def test_a_district_may_only_tighten_guangzhous_measures(guangzhou: Template) -> None:
    assert codes(guangzhou, put("duty.station_visits.min", 1), base="guangzhou-2020") == ["direction"]
    policy = resolve(guangzhou, [overlay(put("duty.station_visits.min", 3), base="guangzhou-2020")])
    assert policy.duty("station_visits").min == 3


def test_an_overlay_needs_reason_and_body_and_its_own_base(yiyang: Template) -> None:
    with pytest.raises(TemplateErrors) as caught:
        load_overlay({"overlay": "x", "base": "yiyang-2021", "operations": [put("duty.constituents.min", 4)]})
    assert [error.code for error in caught.value.errors] == ["missing_key"]
    assert codes(yiyang, base="guangzhou-2020") == ["wrong_base"]


def test_explain_tells_the_rule_its_clause_and_the_chain(yiyang: Template) -> None:
    answer = explain(resolve(yiyang, [overlay(*FIVE_TO_EIGHT)]), "constituents")
    assert "5 到 8" in answer["sentence"]
    assert answer["clauses"][0]["id"] == "YY21-15-5"
    assert len(answer["values"]["min"]["provenance"]) == 2
    with pytest.raises(TemplateErrors):
        explain(resolve(yiyang), "nothing")


def test_compare_names_every_parameter_once(yiyang: Template, guangzhou: Template) -> None:
    lines = {line["id"]: line for line in compare(yiyang, guangzhou)["parameters"]}
    assert lines["duty.constituents.min"]["state"] == "same"
    assert lines["duty.station_visits.min"] == {"id": "duty.station_visits.min", "a": None, "b": 2, "state": "only_b"}
    assert {line["state"] for line in compare(yiyang, yiyang)["parameters"]} == {"same"}


numbers = st.one_of(st.none(), st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(
    least=numbers,
    most=numbers,
    day=st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    as_of=st.dates(date(2020, 1, 1), date(2026, 1, 1)),
)
def test_resolution_is_pure_idempotent_and_complete(
    least: int | None, most: int | None, day: date, as_of: date
) -> None:
    change = overlay(
        put("duty.constituents.min", least), put("duty.constituents.max", most), **{"from": day.isoformat()}
    )
    try:
        policy = resolve(YIYANG, [change])
    except TemplateErrors as errors:
        assert {error.code for error in errors.errors} == {"min_above_max"}  # noqa: PT017
        assert least is not None
        assert most is not None
        assert least > most
        return
    assert resolve(policy) == policy == resolve(YIYANG, [change])
    assert resolve(policy).digest == policy.digest
    assert Policy.from_json(policy.to_json()) == policy
    expected = least if as_of >= max(day, date(2021, 12, 25)) else 3 if as_of >= date(2021, 12, 25) else None
    assert policy.duty("constituents", as_of).min == expected
    for element in policy.elements_json():
        for value in element["values"].values():
            assert value["provenance"][-1]["value"] == value["value"]
            assert value["provenance"][0]["document"] == "益协发〔2021〕6号"


def test_the_verdict_before_the_overlays_day_is_the_parents(yiyang: Template) -> None:
    policy = resolve(yiyang, [overlay(*FIVE_TO_EIGHT)])
    facts = {
        "subjects": [{"type": "member", "id": "m1"}],
        "links": [{"id": f"l{n}", "kind": "constituent", "from": "m1", "to": f"p{n}"} for n in range(4)],
    }
    states = [
        next(one.state for one in evaluate(policy, facts, day) if one.duty == "constituents")
        for day in (date(2022, 2, 1), date(2022, 4, 1))
    ]
    assert states == ["met", "outstanding"]
