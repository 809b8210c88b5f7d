"""Several documents as one policy: a rule reversed in time is judged by the rule of each day, in one run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from policy_engine import Policy, Template, TemplateErrors, evaluate, load_template, resolve, together
from policy_engine.commands import policy as command_line
from policy_engine.resolve import resolve as resolved
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.shipped import shipped
from tests.policy_engine.test_resolve import overlay, put

GROUPS = """\
id: groups
title: 参加小组
clauses: [{clause}]
kind: range
subject: member
period: continuous
counts: {{links: [group_membership]}}
values: [{values}]
"""
Make = Callable[..., Template]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A document of one rule on groups: its id, first day, what it replaces, and what its duty says."""

    def build(name: str, since: str | None, values: str, more: str = "", duty: str = GROUPS) -> Template:
        head = f"id: {name}\ntitle: {name}\nin_force_from: {since or 'null'}\n{more}"
        clauses = f"clauses:\n  - {{id: {name}-1, ref: 第一条, summary: 小组}}\n"
        files = {
            "policy.yaml": head,
            "clauses.yaml": clauses,
            "duties/groups.yaml": duty.format(clause=f"{name}-1", values=values),
        }
        return load_template(write(tmp_path / name, files))  # fmt: skip

    return build


def codes(*templates: Template) -> list[str]:
    with pytest.raises(TemplateErrors) as caught:
        together(templates)
    assert all(error.message and error.remedy and error.file for error in caught.value.errors)
    return [error.code for error in caught.value.errors]


def standing(policy: Policy, day: date, duty: str = "groups") -> tuple[str, float, Any]:
    facts = {
        "subjects": [{"type": "member", "id": "m1"}],
        "links": [{"id": f"l{n}", "kind": "group_membership", "from": "m1", "to": f"g{n}"} for n in range(2)],
    }
    found = next(one for one in evaluate(policy, facts, day) if one.duty == duty)
    return found.state, found.over, found.clauses


def test_a_rule_reversed_in_time_is_one_series(make: Make) -> None:
    old = make("old", "2017-01-01", "{min: 2}")
    new = make("new", "2020-06-01", "{max: 1}", "replaces: [old]\n")
    policy = resolve(together([new, old]))
    assert standing(policy, date(2019, 5, 1)) == ("met", 0, ("old-1",))
    assert standing(policy, date(2021, 5, 1)) == ("met", 1, ("new-1",))
    assert (policy.duty("groups", date(2019, 1, 1)).min, policy.duty("groups").min) == (2, None)
    chain = next(one for one in policy.elements_json() if one["id"] == "duty.groups")["values"]["min"]["provenance"]
    assert [(one["document"], one["value"]) for one in chain] == [("old", 2), ("new", None)]
    assert Policy.from_json(policy.to_json()) == policy


def test_dongchengs_two_documents_stand_together_each_in_its_time() -> None:
    both = together([shipped(name) for name in ("dongcheng-2017", "dongcheng-2020")])
    policy = resolve(both)
    assert standing(policy, date(2017, 6, 1), "several_groups")[0] == "counted"
    assert standing(policy, date(2017, 6, 1), "one_group")[0] == "not_applicable"
    assert standing(policy, date(2021, 6, 1), "several_groups")[0] == "not_applicable"
    assert standing(policy, date(2021, 6, 1), "one_group")[:2] == ("met", 1)
    limit = [policy.setting("max_groups_per_member", day) for day in (date(2017, 6, 1), date(2021, 6, 1))]
    assert limit == [None, 1]


def test_between_an_ended_document_and_the_next_nothing_is_asked(make: Make) -> None:
    old = make("old", "2017-01-01", "{min: 1}", "in_force_until: 2018-01-01\n")
    policy = resolve(together([old, make("new", "2020-06-01", "{min: 2}")]))
    days = (date(2016, 6, 1), date(2017, 6, 1), date(2019, 6, 1), date(2021, 6, 1))
    assert [policy.duty("groups", day).in_force for day in days] == [False, True, False, True]
    assert standing(policy, date(2019, 6, 1))[0] == "not_applicable"


def test_three_documents_follow_one_another(make: Make) -> None:
    one = make("one", "2012-01-01", "{min: 1}", "in_force_until: 2013-01-01\n")
    two = make("two", "2015-01-01", "{min: 2}", "in_force_until: 2016-01-01\n")
    policy = resolve(together([one, two, make("three", "2020-01-01", "{min: 3}")]))
    years = {year: policy.duty("groups", date(year, 6, 1)) for year in (2012, 2014, 2015, 2018, 2021)}
    assert {year: duty.min for year, duty in years.items() if duty.in_force} == {2012: 1, 2015: 2, 2021: 3}


def test_part_of_a_document_may_be_replaced(make: Make, tmp_path: Path) -> None:
    write(tmp_path / "old", {"duties/visits.yaml": SMALL["duties/visits.yaml"].replace("X-1", "old-1")})
    old = make("old", "2017-01-01", "{min: 1}")
    new = make("new", "2020-06-01", "{min: 2}", "replaces: [{document: old, paths: [duty.groups]}]\n")
    policy = resolve(together([old, new]))
    assert (policy.duty("visits").in_force, policy.duty("groups").min) == (True, 2)
    whole = make("whole", "2020-06-01", "{min: 2}", "replaces: [old]\n")
    assert not resolve(together([old, whole])).duty("visits").in_force


def test_another_kind_of_duty_keeps_the_old_one_under_its_own_name(make: Make) -> None:
    parts = """\
id: groups
title: 小组活动
clauses: [{clause}]
kind: all_of
period: year
parts:
  - {{id: a, counts: {{kinds: [visit]}}}}
"""
    old = make("old", "2017-01-01", "{min: 1}", duty=parts)
    new = make("new", "2020-06-01", "{min: 2}", "replaces: [old]\n")
    policy = resolve(together([old, new]))
    assert [duty.id for duty in policy.duties] == ["groups"]
    earlier = policy.duty("groups_old", date(2019, 1, 1))
    assert (earlier.in_force, [part.id for part in earlier.parts]) == (True, ["a"])
    assert not policy.duty("groups", date(2019, 1, 1)).in_force


def test_parts_come_and_go_with_their_documents(make: Make) -> None:
    text = "id: groups\ntitle: 小组\nclauses: [{clause}]\nkind: all_of\nperiod: year\nparts:\n{values}\n"
    line, kinds = "  - {{id: {0}, counts: {{kinds: [{1}]}}}}", {"a": "visit", "b": "talk", "c": "symposium"}
    old = make("old", "2017-01-01", "\n".join(line.format(one, kinds[one]) for one in "ab"), duty=text)
    new = make(
        "new", "2020-06-01", "\n".join(line.format(one, kinds[one]) for one in "bc"), "replaces: [old]\n", duty=text
    )
    policy = resolve(together([old, new]))
    days = (date(2019, 1, 1), date(2021, 1, 1))
    assert [[part.id for part in policy.duty("groups", day).parts] for day in days] == [["a", "b"], ["b", "c"]]


def test_an_overlay_may_rest_on_any_of_the_documents(make: Make) -> None:
    both = together([make("old", "2017-01-01", "{min: 1}"), make("new", "2020-06-01", "{min: 2}", "replaces: [old]\n")])
    for base in ("old", "new"):
        policy = resolved(both, [overlay(put("duty.groups.min", 3), base=base)])
        assert [policy.duty("groups", date(year, 6, 1)).min for year in (2018, 2021, 2023)] == [1, 2, 3]


def test_documents_side_by_side_must_not_say_two_things(make: Make) -> None:
    one, other = make("one", "2017-01-01", "{min: 1}"), make("other", "2020-06-01", "{min: 2}")
    assert codes(one, other) == ["duplicate_id"]
    assert codes(one, make("undated", None, "{min: 2}", "replaces: [one]\n")) == ["missing_key"]
    assert codes(one, make("lost", "2020-01-01", "{min: 2}", "replaces: [{document: one, paths: [duty.x]}]\n")) == ["unknown_id"]  # fmt: skip
    assert codes(one, one) == ["duplicate_id"]


def test_what_is_replaced_is_only_registered_where_it_is_not_kept(make: Make) -> None:
    new = make("new", "2020-06-01", "{min: 2}", "replaces: [某市旧办法]\n")
    assert together([new]) is new


def test_the_command_line_takes_several_documents(make: Make, tmp_path: Path) -> None:
    make("old", "2017-01-01", "{min: 1}")
    make("new", "2020-06-01", "{min: 3}", "replaces: [old]\n")
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"subjects": [{"type": "member", "id": "m1"}]}))
    names = [str(tmp_path / "new"), "--with", str(tmp_path / "old")]
    for day, least in (("2018-06-01", 1), ("2021-06-01", 3)):
        ran = CliRunner().invoke(command_line, ["evaluate", *names, "--facts", str(facts), "--as-of", day, "--json"])
        assert [one["min"] for one in json.loads(ran.stdout)["verdicts"]] == [least]
    shown = CliRunner().invoke(command_line, ["resolve", *names, "--json"])
    assert json.loads(shown.stdout)["policy"]["id"] == "old+new"
    told = CliRunner().invoke(command_line, ["explain", names[0], "groups", *names[1:], "--json"])
    assert json.loads(told.stdout)["values"]["min"]["value"] == 3
