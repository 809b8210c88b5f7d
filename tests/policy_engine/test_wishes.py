"""What documents say besides: organised by oneself, day by day, leave, succession, several years running."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, load_template, resolve
from tests.policy_engine.conftest import write

Add = Callable[..., Policy]


def of(policy: Policy, *records: Any, as_of: str = "2021-12-31", who: str = "m1", **facts: Any) -> list[Verdict]:
    sheet: dict[str, Any] = {"subjects": [{"type": "member", "id": "m1"}], "records": list(records), **facts}
    found = evaluate(policy, sheet, date.fromisoformat(as_of))
    return [one for one in found if (one.subject, one.duty) == (who, "d")]


def did(name: str, kind: str, on: str = "2021-05-01", *people: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "on": on, "participants": list(people), **more}


def refused(with_duty: Add, text: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text)
    return {(error.key, error.code) for error in caught.value.errors}


def changed(policy: Policy, path: str, value: Any) -> Policy:
    operation = {"op": "set", "path": path, "value": value}
    head = {"overlay": "o", "base": "small", "from": "2021-01-01", "document": "x", "reason": "y"}
    return resolve(policy, [load_overlay({**head, "decided_by": "standing_committee", "operations": [operation]})])


# Organised by the subject itself


def test_what_a_sector_organised_itself_counts(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nsubject: sector\nperiod: year\ncounts: {kinds: [research], organisers: [subject]}\nvalues: [{min: 2}]"
    )
    sectors = [{"type": "sector", "id": name} for name in ("s1", "s2")]
    records = [
        did("a", "research", organiser={"type": "sector", "id": "s1"}),
        did("b", "research", "2021-06-01", "s1", organiser={"type": "sector", "id": "s2"}),
    ]
    (one,) = of(policy, *records, who="s1", subjects=sectors)
    assert (one.counted, one.records) == (1, ("a",))
    assert "本身组织的" in explain(policy, "d")["sentence"]
    (all_of_them,) = of(
        changed(policy, "duty.d.organisers", ["subject", "sector"]), *records, who="s1", subjects=sectors
    )
    assert all_of_them.counted == 2


# Day by day


def test_a_duty_of_every_day(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nperiod: day\nsubject: {type: member, linked: [residency]}\ncounts: {kinds: [reception]}\nvalues: [{min: 1}]"
    )
    shift = [{"id": "l", "kind": "residency", "from": "m1", "to": "v1", "since": "2021-03-01", "until": "2021-03-03"}]
    found = of(policy, did("a", "reception", "2021-03-02", "m1"), as_of="2021-03-05", links=shift)
    asked = {one.period.key: one.state for one in found if one.state != "not_applicable"}
    assert asked == {"2021-03-01": "outstanding", "2021-03-02": "met"}
    assert found[-1].reason == "没有“入驻阵地”的联系关系"
    assert explain(policy, "d")["sentence"].startswith("必须")


# How part of a year is measured, for all duties


def test_pro_rata_in_particular_may_be_a_setting(small: Path) -> None:
    header = (small / "policy.yaml").read_text(encoding="utf-8")
    way = "{unit: quarter, round: down}"
    files = {"policy.yaml": header + f"  pro_rata: {{value: {way}}}\n"}
    duty = "id: d\ntitle: 某事\nclauses: [X-1]\nkind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 6}]"
    policy = resolve(load_template(write(small, files | {"duties/d.yaml": duty})))
    (one,) = of(policy, subjects=[{"type": "member", "id": "m1", "from": "2021-06-01"}])
    assert one.min == 4  # three quarters of six, rounded down
    write(small, {"policy.yaml": header + "  pro_rata: {value: {unit: fortnight}}\n"})
    with pytest.raises(TemplateErrors) as caught:
        load_template(small)
    assert {(error.key, error.code) for error in caught.value.errors} == {("settings.pro_rata", "unknown_word")}


# Answered by somebody else

ANSWERED = "kind: follow_up\nperiod: year\nwithin: {days: 30}\n"


def test_the_organ_answers_and_the_member_sees_it(with_duty: Add) -> None:
    people = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}, {"type": "office", "id": "o1"}]
    records = [
        did("p1", "proposal", "2021-03-01", "m1"),
        did("p2", "proposal", "2021-03-02", "m1"),
        did("a1", "talk", "2021-03-20", "o1", based_on="p1"),
    ]
    mine = with_duty(ANSWERED + "after: {kinds: [proposal]}\ncounts: {kinds: [talk], by: all}")
    (one,) = of(mine, *records, subjects=people)
    assert (one.counted, one.denominator, one.missing, str(one.due)) == (1, 2, ("p2",), "2021-04-01")
    (other,) = of(mine, *records, who="m2", subjects=people)
    assert other.state == "not_applicable"
    office = with_duty(ANSWERED + "subject: office\nafter: {kinds: [proposal], by: all}\ncounts: {kinds: [talk]}")
    (all_of_them,) = of(office, *records, who="o1", subjects=people)
    assert (all_of_them.counted, all_of_them.missing) == (1, ("p2",))


def test_answers_of_anybody_must_say_what_they_answer(with_duty: Add) -> None:
    text = ANSWERED + "after: {kinds: [proposal]}\nlinked: false\ncounts: {kinds: [talk], by: all}"
    assert refused(with_duty, text) == {("counts.by", "bad_value")}
