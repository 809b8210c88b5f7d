"""What a newcomer is told: one mistake is one message, a failed case shows its sum, short forms work everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from policy_engine import Policy, TemplateErrors, check, evaluate, load_overlay, load_template, resolve
from policy_engine.directions import _weaker
from tests.policy_engine.conftest import write
from tests.policy_engine.test_commands import run
from tests.policy_engine.test_load import change, faults

Add = Callable[..., Policy]
LOCAL = "local: {kinds: {doorstep: {title: 上门, is_a: visit}}}\n"
FACTS = {
    "subjects": [{"type": "member", "id": "m1"}],
    "records": [
        {"id": "r1", "kind": "visit", "on": "2021-03-02", "participants": ["m1"]},
        {"id": "r2", "kind": "visit", "on": "2022-01-02", "participants": ["m1"], "period": 2021},
    ],
}


def with_local(small: Path, header: str, local: str = LOCAL) -> Path:
    text = (small / "policy.yaml").read_text(encoding="utf-8")
    return change(
        write(small, {"policy.yaml": text + header + local}), "duties/visits.yaml", "[visit]", "[visit, doorstep]"
    )


def test_a_mistake_in_policy_yaml_does_not_make_its_own_words_unknown(small: Path) -> None:
    (fault,) = faults(with_local(small, "parent: {title: null}\n"))
    assert (fault.file, fault.key) == ("policy.yaml", "parent.title")


@pytest.mark.parametrize(
    "local",
    [
        "local: [doorstep]\n",
        "local: {kinds: [doorstep]}\n",
        "local: {kinds: {doorstep: 上门}\n",
        "local: {kind: {doorstep: 上门}}\n",
        "local:\n",
    ],
)
def test_where_own_words_cannot_be_read_no_word_is_called_unknown(small: Path, local: str) -> None:
    found = faults(with_local(small, "", local))
    assert {fault.file for fault in found} == {"policy.yaml"}


def test_policy_yaml_is_told_first(small: Path) -> None:
    change(small, "duties/visits.yaml", "kind: range", "kind: sum")
    change(small, "clauses.yaml", "id: X-3", "id: 3")
    found = faults(with_local(small, "parent: {title: null}\n"))
    assert [fault.file for fault in found] == ["policy.yaml", "clauses.yaml", "duties/visits.yaml"]


def test_a_failed_case_shows_the_sum_part_by_part(with_duty: Add, small: Path) -> None:
    with_duty(
        "kind: any_of\nperiod: year\nvalues: [{min: 3}]\nparts:\n"
        "  - {id: a, title: 走访, counts: {kinds: [visit]}}\n  - {id: b, title: 座谈, counts: {kinds: [symposium]}}"
    )
    case = """\
name: 两次
as_of: 2021-12-31
facts:
  subjects: [{type: member, id: m1}]
  records: [{kind: visit, on: 2021-03-01, participants: [m1]}, {kind: symposium, on: 2021-04-01, participants: [m1]}]
expect:
  - {subject: m1, duty: d, period: 2021, counted: 3}
  - {subject: m2, duty: d, counted: 3}
  - {subject: m1, duty: d, period: 2020, counted: 3}
  - {subject: m1, duty: e, counted: 3}
"""
    wrong, nobody, never, nothing = check(write(small, {"cases/one.yaml": case}))
    assert "应为 3，算出来是 2。其中:走访 1(r1)；座谈 1(r2)；记录 r1、r2" in wrong.message
    assert "可用的 subject:m1" in nobody.remedy
    assert "可用的:2021" in never.remedy
    assert "可用的 duty:visits、d" in nothing.remedy or "可用的 duty:d、visits" in nothing.remedy


def test_facts_take_bare_participants_and_a_year_as_a_number(with_duty: Add) -> None:
    policy = with_duty("kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 2}]")
    (verdict,) = [one for one in evaluate(policy, FACTS, date(2022, 1, 31)) if one.duty == "d"]
    assert (verdict.period.key, verdict.counted) == ("2022", 0)
    (verdict,) = [one for one in evaluate(policy, FACTS, date(2021, 12, 31)) if one.duty == "d"]
    assert verdict.counted == 1
    assert FACTS["records"][0]["participants"] == ["m1"], "what was handed in stays as it was"


def test_a_bare_participant_must_be_among_the_subjects(with_duty: Add) -> None:
    policy = with_duty("kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 2}]")
    facts = {**FACTS, "records": [{"id": "r", "kind": "visit", "on": "2021-03-02", "participants": ["m9"]}]}
    with pytest.raises(TemplateErrors) as caught:
        evaluate(policy, facts, date(2021, 12, 31))
    assert [fault.code for fault in caught.value.errors] == ["unknown_subject"]


@pytest.mark.parametrize(
    ("body", "key", "offered", "kept_back"),
    [
        ("kind: count\nperiod: year\ncount: 3\ncounts: {kinds: [visit]}\nvalues: [{min: 2}]", "count", "counts", "veto"),
        ("kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{mim: 2}]", "values.0.mim", "min", "points"),
        ("kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, point: 2}]", "parts.0.point", "points", "max"),
        ("kind: all_of\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, least: 2}]", "parts.0.least", "min", "points"),
        (
            "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, values: [{point: 2}]}]",
            "parts.0.values.0.point", "points", "percent",
        ),
    ],
)  # fmt: skip
def test_the_keys_offered_are_those_of_the_kind(
    with_duty: Add, body: str, key: str, offered: str, kept_back: str
) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(body)
    (fault,) = caught.value.errors
    names = fault.remedy.partition(":")[2].split("、")
    assert (fault.code, fault.key) == ("unknown_key", key)
    assert offered in names
    assert kept_back not in names


@pytest.mark.parametrize(("written", "meant"), [("走访", "visit"), ("vist", "visit"), ("qqq", None)])
def test_a_wrong_word_is_answered_with_the_one_meant_and_all_there_are(
    small: Path, written: str, meant: str | None
) -> None:
    (fault,) = faults(change(small, "duties/visits.yaml", "[visit]", f"[{written}]"))
    assert (f"要写“{meant}”吗" in fault.remedy) if meant else ("吗" not in fault.remedy)
    assert "……" not in fault.remedy


def test_an_empty_entry_of_values_is_to_be_left_out(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty("kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 1}]\nvalues: [{}]")
    assert "整个不写 values" in caught.value.errors[0].remedy


def test_evaluate_in_words_tells_the_grade_and_the_reason(with_duty: Add, small: Path, tmp_path: Path) -> None:
    with_duty(
        "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 1}]\n"
        "grades: [{id: good, title: 好, from: 1}, {id: poor, title: 差, from: 0}]",
        **{
            "duties/talks": "id: talks\ntitle: 谈\nclauses: [X-1]\nkind: count\nperiod: {before: plenary_session}\n"
            "counts: {kinds: [talk]}\nvalues: [{min: 1}]"
        },
    )
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(FACTS), encoding="utf-8")
    told = run("evaluate", small, "--facts", file, "--as-of", "2021-12-31").stdout.splitlines()
    assert any("等次：好" in line for line in told)
    assert not any("还没有" in line for line in told)
    assert told[-1] == "另有 1 条不适用，没有列出；加 --all 全部列出。"
    assert told[0].endswith("统计日 2021-12-31")
    every = run("evaluate", small, "--facts", file, "--as-of", "2021-12-31", "--all").stdout
    assert "还没有“全体会议”的日期" in every


PROGRAMMERS = ("bool", "映射", "列表", "整型", "整数", "null", "类型", "None")


@pytest.mark.parametrize(
    ("file", "old", "new", "example"),
    [
        ("duties/visits.yaml", "period: year", "period: year\nwaivable: 是", "waivable: true"),
        ("duties/visits.yaml", "counts: {kinds: [visit]}", "counts: visit", "counts: {kinds: [visit]}"),
        ("duties/visits.yaml", "[visit]", "visit", "kinds: [visit]"),
        ("duties/visits.yaml", "min: 2", "min: 两次", "min: 2"),
        ("duties/visits.yaml", "clauses: [X-1]", "clauses: X-1", "clauses: [X-1]"),
        ("policy.yaml", "title: 某市办法", "title: 2021", 'title: "2021"'),
        ("clauses.yaml", "clauses:\n", "clauses: 3\nmore:\n", "clauses: [X-1]"),
    ],
)
def test_a_value_of_the_wrong_sort_is_answered_with_a_line_to_copy(
    small: Path, file: str, old: str, new: str, example: str
) -> None:
    found = [fault for fault in faults(change(small, file, old, new)) if fault.code == "wrong_type"]
    assert example in found[0].remedy
    assert not [word for word in PROGRAMMERS if word in found[0].message + found[0].remedy]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("setting.data_entry", "setting.data_entry.value"),
        ("duty.visits", "可改的键"),
        ("duty.visit.min", "要写“duty.visits.min”吗"),
        ("duty.visits.counts.kinds", "duty.visits 的 counts 要整段改"),
    ],
)
def test_a_wrong_address_is_answered_with_the_one_meant(small: Path, path: str, said: str) -> None:
    head = {"overlay": "o", "base": "small", "document": "x", "decided_by": "standing_committee", "reason": "y"}
    operation = {"op": "set", "path": path, "value": 1}
    with pytest.raises(TemplateErrors) as caught:
        resolve(load_template(small), [load_overlay({**head, "from": "2022-01-01", "operations": [operation]})])
    assert said in caught.value.errors[0].remedy


def test_two_lists_of_the_same_names_are_told_apart() -> None:
    old, new = [{"id": "a", "title": "审核", "days": 5}], [{"id": "a", "title": "审核", "days": 9}]
    message, remedy = _weaker("steps", old, new)
    assert "名目和上级相同（a），“审核”写得不一样" in message
    assert "照原样写" in remedy
    assert "上级是 3，这里是 2" in _weaker("min", 3, 2)[0]
