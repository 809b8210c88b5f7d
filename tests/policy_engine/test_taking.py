"""What one duty takes of another: its figure, what is still owed, over those linked with the subject; and how a number of parts shrinks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, evaluate, explain, load_overlay, load_template, resolve
from policy_engine.wording import away_said
from tests.policy_engine.conftest import write

Add = Callable[..., Policy]
HEAD = "title: 甲\nclauses: []\nperiod: year\n"
POINTS = (
    f"id: e\n{HEAD}kind: score\nvalues: [{{base: 100}}]\nparts: [{{id: a, counts: {{kinds: [talk]}}, points: 10}}]\n"
)
VENUE = """kind: score
subject: venue
period: year
values: [{base: 0}]
parts: [{id: people, title: 委员, duty: e, take: average, population: WHOM, points: 0.5}]
"""
PARTS = ", ".join(f"{{id: p{index}, counts: {{kinds: [{kind}]}}}}" for index, kind in enumerate(("visit", "talk", "research", "proposal", "symposium", "inspection")))  # fmt: skip
PEOPLE = [
    {"type": "venue", "id": "v1", "kind": "station"},
    {"type": "venue", "id": "v2", "kind": "station"},
    *({"type": "member", "id": one} for one in ("m1", "m2", "m3")),
]
LINKS = [{"id": f"l{one}", "kind": "residency", "from": one, "to": "v1", "since": "2021-01-01"} for one in ("m1", "m2")]
TALK = {"id": "r1", "kind": "talk", "on": "2021-05-01", "participants": ["m1"]}


def found(policy: Policy, subjects: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    verdicts = evaluate(policy, {"subjects": subjects, **more}, date(2021, 12, 31))
    return {one.subject: one for one in verdicts if one.duty == "d"}


def said(policy: Policy) -> str:
    return "".join(line["text"] for line in explain(policy, "d")["says"])


def test_a_venue_takes_the_average_of_those_linked_with_it(with_duty: Add) -> None:
    """m1 110, m2 100: on average 105, half of it 52.5; nobody is linked with v2. The points of e are judged by nobody."""
    policy = with_duty(VENUE.replace("WHOM", "{links: [residency], as: to}"), **{"duties/e": POINTS})
    one = found(policy, PEOPLE, links=LINKS, records=[TALK])
    assert (one["v1"].counted, one["v2"].counted) == (52.5, 0)
    assert "委员：以“入驻阵地”联系自己的“甲”的平均数，每 1 分得 0.5 分" in said(policy)


def test_a_population_of_a_line_is_narrowed_by_a_link(with_duty: Add) -> None:
    text = VENUE.replace("subject: venue", "subject: committee").replace(
        "WHOM", "{type: member, of: subject, linked: [residency]}"
    )
    one = found(with_duty(text, **{"duties/e": POINTS}), PEOPLE, links=LINKS, records=[TALK])
    assert one["self"].counted == 52.5


def test_points_for_each_thing_still_owed(with_duty: Add) -> None:
    other = f"id: e\n{HEAD}kind: at_least_k_of\nvalues: [{{k: 4}}]\nparts: [{PARTS}]\n"
    text = "kind: score\nperiod: year\nvalues: [{base: 100}]\nparts: [{id: a, title: 少项, duty: e, take: outstanding, points: -5}]\n"
    policy = with_duty(text, **{"duties/e": other})
    assert found(policy, [{"type": "member", "id": "m1"}], records=[TALK])["m1"].counted == 100 - 3 * 5
    assert "“甲”还欠的数，每欠一个扣 5 分" in said(policy)
    most = f"id: e\n{HEAD}kind: at_most\ncounts: {{kinds: [talk]}}\nvalues: [{{max: 1}}]\n"
    policy = with_duty(text.replace("outstanding", "over"), **{"duties/e": most})
    records = [TALK | {"id": f"r{index}"} for index in range(3)]
    assert found(policy, [{"type": "member", "id": "m1"}], records=records)["m1"].counted == 100 - 2 * 5


def test_what_is_owed_asks_for_a_duty_that_is_judged(with_duty: Add) -> None:
    text = "kind: score\nperiod: year\nparts: [{id: a, duty: e, take: outstanding, points: -5}]\n"
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text, **{"duties/e": POINTS})
    assert [(error.key, error.code) for error in caught.value.errors] == [("parts.0.duty", "unjudged")]


def test_an_overlay_may_touch_points_that_another_table_takes(with_duty: Add) -> None:
    policy = with_duty(VENUE.replace("WHOM", "{links: [residency], as: to}"), **{"duties/e": POINTS})
    head = {"overlay": "o", "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    put = [{"op": "set", "path": "duty.e.parts.a.points", "value": 20}]
    change = load_overlay({**head, "decided_by": "standing_committee", "operations": put})
    assert found(resolve(policy, [change]), PEOPLE, links=LINKS, records=[TALK])["v1"].counted == 55


@pytest.mark.parametrize(
    ("since", "wanted"), [("2021-01-01", 4), ("2021-07-01", 2), ("2021-08-20", 2), ("2021-10-01", 1)]
)
def test_how_many_parts_shrinks_and_not_the_parts(with_duty: Add, since: str, wanted: int) -> None:
    rule = "pro_rata: {unit: quarter, round: nearest, of: k}\n"
    policy = with_duty(f"kind: at_least_k_of\nperiod: year\n{rule}values: [{{k: 4}}]\nparts: [{PARTS}]\n")
    one = found(policy, [{"type": "member", "id": "m1", "from": since}])["m1"]
    assert (one.min, one.counted, one.outstanding) == (wanted, 0, wanted)
    assert "要做的项数按季折算，四舍五入" in said(policy)


def test_only_parts_have_a_number_to_shrink(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty("kind: count\nperiod: year\npro_rata: {of: k}\ncounts: {kinds: [visit]}\nvalues: [{min: 12}]\n")
    assert [error.key for error in caught.value.errors] == ["pro_rata.of"]


@pytest.mark.parametrize(("until", "wanted"), [("2021-06-30", 12), ("2021-07-01", 9), (None, 3)])
def test_only_long_absences_are_taken_off(with_duty: Add, until: str | None, wanted: int) -> None:
    rule = "pro_rata: {unit: month, absences: {months: 3}}\n"
    policy = with_duty(f"kind: count\nperiod: year\n{rule}counts: {{kinds: [visit]}}\nvalues: [{{min: 12}}]\n")
    person = {"type": "member", "id": "m1", "absences": [{"from": "2021-04-01", "until": until}]}
    assert found(policy, [person])["m1"].min == wanted
    assert away_said(policy.duty("d").pro_rata.longer) == "，扣除请假的日子（满 3 个月的才扣）"  # type: ignore[union-attr]


def test_a_length_of_absence_must_be_one(small: Path) -> None:
    text = (
        f"id: d\n{HEAD}kind: count\npro_rata: {{absences: {{}}}}\ncounts: {{kinds: [visit]}}\nvalues: [{{min: 12}}]\n"
    )
    write(small, {"duties/d.yaml": text})
    with pytest.raises(TemplateErrors) as caught:
        load_template(small)
    assert [error.key for error in caught.value.errors] == ["pro_rata.absences.days"]
