"""Three invented documents of other shape, written from the reference page alone. They came after the engine, and changed nothing in it.

`yunzhou-2023`: any two of five each quarter, a share of members, households, pro rata, letters; a county's overlay.
`linze-points-2023`: points with caps, shares of co-authors, deductions, grades, a veto.
`heping-2025`: deadlines before and after meetings, duties of a whole term, shifts in turn, steps side by side.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from policy_engine import Template, TemplateErrors, check, explain, load_overlay, load_template, resolve, tallies
from policy_engine.coverage import coverage

FOLDER = Path(__file__).parent / "documents"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@cache
def template(name: str) -> Template:
    return load_template(FOLDER / name)


def test_there_are_three() -> None:
    assert len(NAMES) == 3


@pytest.mark.parametrize("name", NAMES)
def test_it_is_sound_and_the_engine_reckons_as_its_cases_do_by_hand(name: str) -> None:
    assert len(list((FOLDER / name / "cases").iterdir())) >= 3
    assert check(FOLDER / name) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_is_carried_or_says_why_not(name: str) -> None:
    found = coverage([(template(name), FOLDER / name)])
    assert found["counts"]["planned"] == 0
    assert found["counts"]["operative"] > found["total"] / 2


@pytest.mark.parametrize("name", NAMES)
def test_every_duty_is_explained_in_chinese(name: str) -> None:
    policy = resolve(template(name))
    for duty in policy.duties:
        sentence = explain(policy, duty.id)["sentence"]
        assert len(sentence) > 8
        assert not re.search(r"[a-z_]{3,}", sentence), sentence


@pytest.mark.parametrize("name", NAMES)
def test_it_survives_being_kept_as_json_and_asks_for_something_on_any_day(name: str) -> None:
    kept = Template.from_json(template(name).to_json())
    assert kept == template(name)
    first = date.fromisoformat(str(kept.header["in_force_from"]))
    assert tallies(resolve(kept), first)


def test_a_county_asks_for_more_and_may_not_ask_for_less() -> None:
    county = load_overlay(FOLDER / "baizhi.yaml")
    changed = resolve(template("yunting-2023"), [county])
    assert (changed.duty("two_of_five").min, changed.duty("households").min) == (3, 4)
    looser = {
        "overlay": "looser", "base": "yunting-2023", "document": "芷协〔2023〕2号", "decided_by": "standing_committee",
        "meeting": "第7次会议", "from": "2023-05-01", "reason": "试",
        "operations": [
            {
                "op": "add",
                "path": "duty.two_of_five.parts.letter",  # a sixth way to reach two of five
                "value": {"title": "处理来信", "counts": {"kinds": ["letter_reply"]}},
            }
        ],
    }  # fmt: skip
    with pytest.raises(TemplateErrors, match="不许增加"):
        resolve(template("yunting-2023"), [load_overlay(looser)])


def test_points_are_changed_within_the_range_the_document_leaves() -> None:
    def change(value: float) -> dict:
        return {
            "overlay": "zewu-own", "base": "zewu-points-2024", "document": "芜协〔2024〕3号", "decided_by": "standing_committee",
            "meeting": "第11次会议", "from": "2024-06-01", "reason": "试",
            "operations": [{"op": "set", "path": "duty.points.parts.service.cap", "value": value}],
        }  # fmt: skip

    assert resolve(template("zewu-points-2024"), [load_overlay(change(20))])
    with pytest.raises(TemplateErrors):
        resolve(template("zewu-points-2024"), [load_overlay(change(200))])
