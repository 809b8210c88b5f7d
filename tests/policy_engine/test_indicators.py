"""Indicators of a document's own: what may be written, what is refused, and where they show."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import (
    Indicator,
    Policy,
    TemplateErrors,
    compare,
    explain,
    load_overlay,
    load_template,
    resolve,
)  # fmt: skip
from policy_engine.coverage import coverage
from policy_engine.measures import measures
from policy_engine.succession import together
from tests.policy_engine.conftest import SMALL, write

OWN = """\
indicators:
  R05: {duties: [visits]}
  X1: {name_zh: 走访达标率, definition: 走访达到次数的委员占比, kind: attainment, duties: [visits], clauses: [X-1]}
  X2:
    name_zh: 每百名委员走访数
    definition: 走访总次数除以委员数
    kind: ratio
    records: {kinds: [visit], modes: [offline]}
    per: 100
    period: quarter
    dimensions: [sector]
    clauses: [X-3]
  X3: {name_zh: 线上走访数, definition: 线上走访的次数, kind: count, records: {kinds: [visit], modes: [online]}}
"""
HEAD = {"overlay": "o", "base": "small", "reason": "本地", "decided_by": "standing_committee", "from": "2022-03-01"}


@pytest.fixture
def policy(small: Path) -> Policy:
    return resolve(load_template(write(small, {"indicators.yaml": OWN})))


def own(policy: Policy) -> dict[str, Indicator]:
    return {one.id: one for one in policy.indicators if one.is_own}


def changed(policy: Policy, *operations: dict[str, Any]) -> Policy:
    return resolve(policy, [load_overlay({**HEAD, "operations": list(operations)})])


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


def test_own_indicators_stand_beside_the_catalogue(policy: Policy) -> None:
    found = own(policy)
    assert [one.id for one in policy.indicators[-3:]] == ["X1", "X2", "X3"] == list(found)
    assert (found["X1"].kind, found["X1"].duties, found["X1"].clauses) == ("attainment", ("visits",), ("X-1",))
    ratio = found["X2"]
    assert (ratio.title, ratio.per, ratio.period, ratio.dimensions) == ("每百名委员走访数", 100, "quarter", ("sector",))
    assert ratio.where is not None
    assert (ratio.where.kinds, ratio.where.modes) == (("visit",), ("offline",))
    assert found["X3"].applicable
    shared = next(one for one in policy.indicators if one.id == "R05")
    assert (shared.duties, shared.is_own) == (("visits",), False)


def test_they_come_back_from_json(policy: Policy) -> None:
    back = Policy.from_json(policy.to_json())
    assert (back.indicators, back.digest) == (policy.indicators, policy.digest)


X = "name_zh: 名, definition: 说"


@pytest.mark.parametrize(
    ("entry", "key", "code"),
    [
        ("R05: {name_zh: 另一个, duties: [visits]}", "R05.name_zh", "redefined"),
        ("R10: {duties: [visits], records: {kinds: [visit]}}", "R10.records", "redefined"),
        ("R05: {note: 空}", "R05.duties", "missing_key"),
        (f"R99: {{{X}, kind: attainment, duties: [visits]}}", "R99", "unknown_indicator"),
        ("X1: {duties: [visits]}", "X1", "unknown_indicator"),
        ("X1: {name_zh: 名, kind: attainment, duties: [visits]}", "X1.definition", "missing_key"),
        (f"X1: {{{X}, duties: [visits]}}", "X1.kind", "missing_key"),
        (f"X1: {{{X}, kind: attainment}}", "X1.duties", "missing_key"),
        (f"X1: {{{X}, kind: attainment, duties: []}}", "X1.duties", "bad_value"),
        (f"X1: {{{X}, kind: attainment, duties: [nothing]}}", "X1.duties.0", "unknown_duty"),
        (f"X1: {{{X}, kind: attainment, duties: [visits], records: {{kinds: [visit]}}}}", "X1.records", "unknown_key"),
        (f"X1: {{{X}, kind: count}}", "X1.records", "missing_key"),
        (f"X1: {{{X}, kind: count, records: {{kinds: [visit]}}, per: 100}}", "X1.per", "unknown_key"),
        (f"X1: {{{X}, kind: ratio, records: {{kinds: [visit]}}, per: 0}}", "X1.per", "bad_value"),
        (f"X1: {{{X}, kind: ratio, records: {{kinds: [vist]}}}}", "X1.records.kinds.0", "unknown_word"),
        (f"X1: {{{X}, kind: ratio, records: {{modes: [online]}}}}", "X1.records", "kinds_or_links"),
        (f"X1: {{{X}, kind: ratio, records: {{kinds: [visit]}}, period: yearly}}", "X1.period", "unknown_word"),
        (f"X1: {{{X}, kind: average, records: {{kinds: [visit]}}}}", "X1.kind", "unknown_word"),
        (f"X1: {{{X}, kind: count, records: {{kinds: [visit]}}, colour: red}}", "X1.colour", "unknown_key"),
        (f"X1: {{{X}, kind: count, records: {{kinds: [visit]}}, clauses: [X-9]}}", "X1.clauses", "dangling_clause"),
        ("X1: {name_zh: 走访排名, definition: 说, kind: count, records: {kinds: [visit]}}", "X1.name_zh", "ranking"),
    ],
)
def test_what_means_nothing_is_refused_at_its_place(small: Path, entry: str, key: str, code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        load_template(write(small, {"indicators.yaml": f"indicators:\n  {entry}\n"}))
    assert [(one.file, one.line, one.key, one.code) for one in caught.value.errors] == [
        ("indicators.yaml", 2, f"indicators.{key}", code)
    ]
    assert caught.value.errors[0].remedy


def test_an_overlay_may_change_add_and_remove_them(policy: Policy) -> None:
    more = {"name_zh": "座谈数", "definition": "座谈的次数", "kind": "count", "records": {"kinds": ["symposium"]}}
    duty = {"title": "座谈", "clauses": [], "kind": "count", "period": "year", "counts": {"kinds": ["symposium"]}, "values": [{"min": 1}]}  # fmt: skip
    after = changed(
        policy,
        {"op": "add", "path": "duty.talks", "value": duty},
        put("indicator.X1.duties", ["visits", "talks"]),
        put("indicator.X2.records", {"kinds": ["visit", "talk"]}),
        put("indicator.X2.name_zh", "走访率"),
        put("indicator.X2.period", "month"),
        {"op": "remove", "path": "indicator.X3"},
        {"op": "remove", "path": "indicator.R05"},
        {"op": "add", "path": "indicator.Y1", "value": more},
    )
    found = own(after)
    assert list(found) == ["X1", "X2", "Y1"]
    assert found["X1"].duties == ("visits", "talks")
    assert (found["X2"].title, found["X2"].where and found["X2"].where.kinds) == ("走访率", ("visit", "talk"))
    assert found["X2"].period == "month"
    assert not next(one for one in after.indicators if one.id == "R05").applicable
    chain = {one["id"]: one["values"] for one in after.elements_json()}["indicator.X1"]["duties"]["provenance"]
    assert [one["document"] for one in chain] == ["某协〔2021〕1号", "o"]
    assert Policy.from_json(after.to_json()).indicators == after.indicators


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (put("indicator.X1.duties", ["nothing"]), "unknown_duty"),
        (put("indicator.X1.kind", "count"), "unknown_id"),
        (put("indicator.X1.records", {"kinds": ["visit"]}), "unknown_id"),
        (put("indicator.X2.records", {"kinds": ["vist"]}), "unknown_word"),
        (put("indicator.X2.records", {"modes": ["online"]}), "kinds_or_links"),
        (put("indicator.X2.per", 0), "bad_value"),
        (put("indicator.X2.name_zh", "走访排名"), "ranking"),
        (put("indicator.R05.name_zh", "另一个"), "unknown_id"),
        ({"op": "add", "path": "indicator.X9", "value": {"duties": ["visits"]}}, "unknown_indicator"),
        ({"op": "add", "path": "indicator.R10", "value": {"kind": "count", "duties": ["visits"]}}, "redefined"),
        ({"op": "add", "path": "indicator.R09", "value": {"duties": ["nothing"]}}, "unknown_duty"),
    ],
)
def test_an_overlay_is_held_to_the_same(policy: Policy, operation: dict[str, Any], code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        changed(policy, operation)
    assert code in {one.code for one in caught.value.errors}


def test_a_fixed_document_lets_nobody_change_them(small: Path) -> None:
    fixed = SMALL["policy.yaml"].replace("direction: free", "direction: fixed")
    policy = resolve(load_template(write(small, {"policy.yaml": fixed, "indicators.yaml": OWN})))
    with pytest.raises(TemplateErrors):
        changed(policy, put("indicator.X2.per", 1000))


def test_they_are_explained(policy: Policy) -> None:
    assert explain(policy, "visits")["indicators"][-1] == {"id": "X1", "title": "走访达标率"}
    said = {code: explain(policy, f"indicator.{code}")["sentence"] for code in ("X1", "X2", "X3", "R05", "R09")}
    assert said["X1"] == "达到“走访”的占委员数的比例，每年。本文件自己的指标，不上报。"
    assert "走访（以线下的方式），除以委员数，乘以 100，每季度" in said["X2"]
    assert "共多少次" in said["X3"]
    assert "不上报" not in said["R05"]
    assert "不适用" in said["R09"]
    whole = explain(policy, "indicator.X2")
    assert (whole["clauses"][0]["id"], whole["values"]["per"]["value"]) == ("X-3", 100)
    with pytest.raises(TemplateErrors, match="没有指标"):
        explain(policy, "indicator.X8")


def test_they_are_compared_and_carry_clauses(policy: Policy, small: Path) -> None:
    other = changed(policy, put("indicator.X2.per", 1000))
    rows = {one["id"]: one for one in compare(policy, other)["parameters"]}
    assert (rows["indicator.X2.per"]["a"], rows["indicator.X2.per"]["b"]) == (100, 1000)
    lines = {one["id"]: one for one in coverage([(policy, small)])["clauses"]}
    assert (lines["X-3"]["state"], lines["X-3"]["elements"]) == ("operative", ["indicator.X2"])


def test_two_documents_may_not_give_one_code_two_meanings(tmp_path: Path) -> None:
    def document(name: str, per: int) -> Any:
        files = {"policy.yaml": SMALL["policy.yaml"].replace("id: small", f"id: {name}"),
                 "clauses.yaml": f"clauses: [{{id: {name}-1, ref: 一, summary: 说明}}]\n",
                 "indicators.yaml": f"indicators: {{X1: {{{X}, kind: ratio, per: {per}, records: {{kinds: [visit]}}}}}}\n"}  # fmt: skip
        return load_template(write(tmp_path / name, files))

    assert len(own(resolve(together([document("a", 10), document("b", 10)])))) == 1
    with pytest.raises(TemplateErrors, match=r"indicator\.X1"):
        together([document("c", 10), document("d", 100)])


def test_they_are_computed_from_facts(small: Path) -> None:
    """m1 made three visits, m2 one, m3 is waived; r9 is joint and counts once; s1 is the only sector."""
    own = OWN + (
        "  X4: {name_zh: 每界别走访, definition: 走访除以界别, kind: ratio, records: {kinds: [visit]}, population: sector}\n"
        "  X5: {name_zh: 常委达标率, definition: 常委中做到的, kind: attainment, duties: [visits], population: {type: member, posts: [standing_member]}}\n"
        "  X6: {name_zh: 每组走访, definition: 走访除以组, kind: ratio, records: {kinds: [visit]}, population: group}\n"
    )
    waivable = SMALL["duties/visits.yaml"] + "waivable: true\n"
    policy = resolve(load_template(write(small, {"indicators.yaml": own, "duties/visits.yaml": waivable})))
    facts = {
        "subjects": [
            {"type": "member", "id": "m1", "posts": ["standing_member"]},
            *({"type": "member", "id": name} for name in ("m2", "m3")),
            {"type": "sector", "id": "s1"},
        ],
        "records": [
            {"id": "r1", "kind": "visit", "on": "2021-02-01", "mode": "offline", "participants": ["m1"]},
            {"id": "r2", "kind": "visit", "on": "2021-10-01", "mode": "offline", "participants": ["m1"]},
            {"id": "r9", "kind": "visit", "on": "2021-11-01", "mode": "offline", "participants": ["m1", "m2"]},
        ],
        "waivers": [{"subject": "m3", "duty": "visits", "period": "2021"}],
    }
    found = {one.indicator.id: one.to_json() for one in measures(policy, facts, date(2021, 11, 30))}
    shown = {name: (one["numerator"], one["denominator"], one["rate"]) for name, one in found.items()}
    assert shown["X2"] == (2, 3, 66.6667)  # the fourth quarter: r2 and r9
    assert found["X2"]["period"]["key"] == "2021-Q4"
    assert shown["X3"] == (0, None, 0)
    assert shown["X4"] == (3, 1, 3)
    assert shown["X5"] == (1, 1, 100)
    assert (found["X6"]["applicable"], found["X6"]["reason"]) == (False, "分母是 0，无从计算")
    assert shown["X1"] == (1, 2, 50)  # m3 is excused
    assert not [name for name in found if name.startswith("R")]
