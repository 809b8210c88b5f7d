"""Overlays may also change words: titles, periods, whom a duty binds, its parts, the header, local words. Each in its direction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, Template, TemplateErrors, evaluate, explain, load_template, resolve
from policy_engine.model import Subject
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.test_resolve import codes, overlay, put

BEFORE, AFTER = date(2022, 2, 1), date(2022, 4, 1)
PARTS = """\
kind: {kind}
period: year
{values}
parts:
  - {{id: study, title: 学习, counts: {{kinds: [collective_study]}}}}
  - {{id: tour, title: 视察, counts: {{kinds: [inspection]}}}}
"""


def with_overlay(template: Template, *operations: dict[str, Any]) -> Policy:
    return resolve(template, [overlay(*operations, base=template.id)])


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def test_words_of_a_duty_change_on_the_overlays_day(yiyang: Template) -> None:
    policy = with_overlay(
        yiyang,
        put("duty.contacts.title", "经常走访群众"),
        put("duty.contacts.period", "quarter"),
        put("duty.contacts.subject", {"type": "member", "except_posts": ["chairperson"]}),
        put("duty.contacts.waivable", True),
        put("duty.contacts.pro_rata", True),
        put("duty.contacts.count", "targets"),
        put("duty.contacts.at_venue", True),
    )
    before, after = policy.duty("contacts", BEFORE), policy.duty("contacts", AFTER)
    assert before == yiyang.duty("contacts", BEFORE)
    assert (after.title, after.period, after.waivable, bool(after.pro_rata)) == ("经常走访群众", "quarter", True, True)
    assert after.subject == Subject(type="member", except_posts=("chairperson",))
    assert (after.distinct, after.where and after.where.at_venue) == ("target", True)


def test_a_changed_word_remembers_the_documents_own_word(yiyang: Template) -> None:
    policy = with_overlay(yiyang, put("duty.contacts.title", "经常走访群众"))
    chain = explain(policy, "contacts")["values"]["title"]["provenance"]
    assert [(one["document"], one["value"]) for one in chain] == [
        ("益协发〔2021〕6号", "经常联系界别群众"),
        ("县协〔2022〕3号", "经常走访群众"),
    ]
    shown = {element["id"]: element["title"] for element in policy.elements_json()}
    assert shown["duty.contacts"] == "经常走访群众"


def test_a_shorter_period_is_judged_from_the_first_one_that_ends_under_it(yiyang: Template) -> None:
    policy = with_overlay(yiyang, put("duty.contacts.period", "quarter"), put("duty.contacts.min", 1))
    facts = {"subjects": [{"type": "member", "id": "m1"}]}
    found = {
        day: [one.period.key for one in evaluate(policy, facts, day) if one.duty == "contacts"]
        for day in (BEFORE, AFTER)
    }
    assert found == {BEFORE: ["2022"], AFTER: ["2022-Q1", "2022-Q2"]}


@pytest.mark.parametrize(("kind", "values"), [("any_of", "values: [{min: 2}]"), ("all_of", "")])
def test_parts_come_and_go(with_duty: Callable[..., Policy], kind: str, values: str) -> None:
    template = with_duty(PARTS.format(kind=kind, values=values))
    policy = with_overlay(
        template,
        add("duty.d.parts.visit", {"title": "走访", "counts": {"kinds": ["visit"]}}),
        {"op": "remove", "path": "duty.d.parts.tour"},
    )
    assert [part.id for part in policy.duty("d", BEFORE).parts] == ["study", "tour"]
    assert [part.id for part in policy.duty("d", AFTER).parts] == ["study", "visit"]
    facts = {
        "subjects": [{"type": "member", "id": "m1"}],
        "records": [
            {"id": f"r{n}", "kind": kind, "on": day, "participants": [{"subject": "m1", "role": "participant"}]}
            for n, (kind, day) in enumerate([("visit", "2022-01-05"), ("visit", "2022-05-05"), ("collective_study", "2022-02-02")])
        ],
    }  # fmt: skip
    (found,) = (one for one in evaluate(policy, facts, date(2022, 11, 30)) if one.duty == "d")
    assert [(part["id"], part["counted"]) for part in found.parts] == [("study", 1), ("visit", 1)]
    assert found.state == "met"


def test_a_selection_of_parts_keeps_those(with_duty: Callable[..., Policy]) -> None:
    policy = with_overlay(
        with_duty(PARTS.format(kind="all_of", values="")),
        {"op": "select", "path": "duty.d.parts", "value": ["study"]},
    )
    assert [part.id for part in policy.duty("d").parts] == ["study"]


def test_what_a_selection_keeps_may_be_changed_besides(yiyang: Template) -> None:
    keep = {"op": "select", "path": "duty", "value": ["contacts"]}
    policy = with_overlay(yiyang, keep, put("duty.contacts.min", 4))
    assert ([duty.id for duty in policy.duties], policy.duty("contacts").min) == (["contacts"], 4)
    assert codes(yiyang, keep, put("duty.residency.percent", 90)) == ["two_operations"]


def test_more_parts_wanted_than_left_is_refused(with_duty: Callable[..., Policy]) -> None:
    template = with_duty(PARTS.format(kind="at_least_k_of", values="values: [{k: 2}]"))
    assert codes(template, {"op": "remove", "path": "duty.d.parts.tour"}, base="small") == ["bad_value"]
    assert with_overlay(template, {"op": "remove", "path": "duty.d.parts.tour"}, put("duty.d.k", 1)).duty("d").min == 1


def test_settings_and_local_words_may_be_added(yiyang: Template) -> None:
    policy = with_overlay(
        yiyang,
        add("setting.voice_reply", {"value": 15, "title": "答复天数"}),
        add("local.kinds.doorstep", {"title": "上门走访", "is_a": "visit"}),
        put("local.kinds.talk.title", "恳谈"),
        put("duty.contacts.min", 2),
    )
    assert policy.setting("voice_reply") == 15
    words = policy.header["local"]["kinds"]
    assert words["doorstep"] == {"title": "上门走访", "is_a": "visit"}
    assert words["talk"] == {"title": "恳谈", "group": "contact"}
    facts = {
        "subjects": [{"type": "member", "id": "m1"}],
        "records": [{"id": "r1", "kind": "doorstep", "on": "2022-05-05", "participants": [{"subject": "m1"}]}],
    }
    (found,) = (one for one in evaluate(policy, facts, date(2022, 11, 30)) if one.duty == "contacts")
    assert (found.counted, found.outstanding) == (1, 1)
    assert resolve(policy) == policy
    assert Policy.from_json(policy.to_json()) == policy


def test_a_later_overlay_may_use_the_words_of_an_earlier_one(yiyang: Template) -> None:
    city = overlay(add("local.kinds.doorstep", {"title": "上门走访", "is_a": "visit"}))
    county = overlay(put("duty.contacts.kinds", ["doorstep"]), overlay="town")
    assert resolve(yiyang, [city, county]).duty("contacts").where.kinds == ("doorstep",)  # type: ignore[union-attr]


def test_the_header_may_bear_the_countys_own_words(yiyang: Template) -> None:
    policy = with_overlay(yiyang, put("header.title", "某县办法"), put("header.level", "county"))
    assert (policy.header["title"], policy.header["level"], policy.header["number"]) == (
        "某县办法",
        "county",
        "益协发〔2021〕6号",
    )
    shown = {element["id"]: element["values"] for element in policy.elements_json()}
    assert [one["value"] for one in shown["header"]["title"]["provenance"]][1] == "某县办法"


def test_reports_and_venues_change_their_words_too(yiyang: Template) -> None:
    policy = with_overlay(
        yiyang, put("report.circular.author", "special_committee"), put("report.circular.title", "半年通报")
    )
    element = policy.elements["report.circular"]
    assert (element.read("author"), element.read("author", BEFORE)) == ("special_committee", "general_office")
    assert element.read("title") == "半年通报"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (put("duty.contacts.period", "fortnight"), "unknown_word"),
        (put("duty.contacts.subject", "planet"), "unknown_word"),
        (put("duty.contacts.population", "member"), "unknown_id"),
        (put("duty.contacts.kind", "range"), "unknown_id"),
        (put("duty.contacts.title", 5), "wrong_type"),
        (put("header.id", "x"), "unknown_id"),
        (put("header.level", "moon"), "unknown_word"),
        (put("header.direction", "free"), "unknown_id"),
        (put("local.kinds.nothing.title", "x"), "unknown_id"),
        (put("report.circular.form", "song"), "unknown_word"),
        (add("local.kinds.visit", "走访"), "duplicate_id"),
        (add("local.kinds.new", {"title": "新", "is_a": "nothing"}), "unknown_word"),
        (add("local.stars.new", "新"), "unknown_word"),
        (add("local.kinds", "新"), "bad_id"),
        (add("setting.year_start_month", 3), "duplicate_id"),
        (add("setting.term_from", "tomorrow"), "bad_date"),
        (add("duty.contacts.parts.x", {"counts": {"kinds": ["visit"]}}), "unknown_id"),
        ({"op": "remove", "path": "header"}, "unknown_id"),
        ({"op": "remove", "path": "local.kinds.visit"}, "unknown_id"),
    ],
)
def test_a_faulty_word_is_refused(yiyang: Template, operation: dict[str, Any], code: str) -> None:
    assert code in codes(yiyang, operation)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (add("duty.d.parts.study", {"counts": {"kinds": ["visit"]}}), "duplicate_id"),
        (add("duty.d.parts.x", {"counts": {"kinds": ["vist"]}}), "unknown_word"),
        (add("duty.d.parts.x", {"id": "y", "counts": {"kinds": ["visit"]}}), "wrong_id"),
        (add("duty.d.parts.x", {"counts": {"roles": ["host"]}}), "kinds_or_links"),
        (add("duty.d.parts.x", {"counts": {"kinds": ["visit"]}, "clauses": ["Z-1"]}), "dangling_clause"),
        (add("duty.d.parts.x", 5), "wrong_type"),
    ],
)
def test_a_faulty_part_is_refused(with_duty: Callable[..., Policy], operation: dict[str, Any], code: str) -> None:
    assert code in codes(with_duty(PARTS.format(kind="all_of", values="")), operation, base="small")


def strict(folder: Path, kind: str, values: str = "", default: str = "only_strengthen") -> Template:
    text = SMALL["policy.yaml"].replace("direction: free", f"direction: {default}")
    write(folder, {"policy.yaml": text, "duties/d.yaml": "id: d\ntitle: 某事\nclauses: [X-1]\n" + PARTS.format(kind=kind, values=values)})  # fmt: skip
    return load_template(folder)


NEW_PART = add("duty.d.parts.x", {"counts": {"kinds": ["visit"]}})
LESS = {"op": "remove", "path": "duty.d.parts.tour"}


@pytest.mark.parametrize(
    ("kind", "operation", "fits"),
    [
        ("all_of", NEW_PART, True),
        ("all_of", LESS, False),
        ("any_of", NEW_PART, False),
        ("any_of", LESS, True),
        ("all_of", put("duty.d.title", "另一名称"), True),
        ("all_of", put("duty.d.period", "quarter"), True),
        ("all_of", put("duty.d.period", "term"), False),
        ("all_of", put("duty.d.subject", {"type": "member", "posts": ["standing_member"]}), False),
        ("all_of", put("duty.d.subject", "sector"), False),
        ("all_of", put("duty.d.pro_rata", True), False),
        ("all_of", put("duty.d.waivable", False), True),
        ("all_of", put("duty.d.waivable", True), False),
        ("all_of", put("header.title", "某县办法"), True),
        ("all_of", add("local.kinds.doorstep", "上门走访"), True),
    ],
)
def test_where_only_strengthening_is_allowed(small: Path, kind: str, operation: dict[str, Any], fits: bool) -> None:
    template = strict(small, kind, "values: [{min: 1}]" if kind == "any_of" else "")
    if fits:
        with_overlay(template, operation)
    else:
        assert codes(template, operation, base="small") == ["direction"]


@pytest.mark.parametrize(
    "operation",
    [NEW_PART, LESS, put("duty.d.title", "x"), put("header.title", "x"), add("local.kinds.doorstep", "上门走访")],
)
def test_where_all_is_fixed_not_even_a_name_moves(small: Path, operation: dict[str, Any]) -> None:
    assert codes(strict(small, "all_of", default="fixed"), operation, base="small") == ["direction"]


def test_a_duty_may_free_or_fix_its_words_by_itself(small: Path) -> None:
    duty = SMALL["duties/visits.yaml"].replace(
        "force: fixed}", "force: fixed, title: fixed, period: only_strengthen, subject: free}"
    )
    template = load_template(write(small, {"duties/visits.yaml": duty}))
    with_overlay(template, put("duty.visits.subject", "sector"), put("duty.visits.period", "month"))
    assert codes(template, put("duty.visits.title", "x"), base="small") == ["direction"]
    with pytest.raises(TemplateErrors):
        with_overlay(template, put("duty.visits.period", "term"))


def test_a_scoring_table_is_not_made_a_ranking_by_its_name(with_duty: Callable[..., Policy]) -> None:
    template = with_duty(
        "kind: score\nperiod: year\nvalues: [{base: 50}]\nparts:\n  - {id: visits, title: 走访, counts: {kinds: [visit]}, points: 5}\n"
    )
    for path in ("duty.d.title", "duty.d.parts.visits.title"):
        assert codes(template, put(path, "履职排名"), base="small") == ["ranking"]
        with_overlay(template, put(path, "履职得分"))
