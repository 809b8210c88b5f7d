"""Scoring tables: points by head, line by line; grades; what may not be a yardstick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, explain, load_overlay, load_template, resolve
from policy_engine.check import check
from tests.policy_engine.conftest import write
from tests.policy_engine.test_judge import record, verdicts

Add = Callable[..., Policy]
HEAD = "kind: score\nperiod: year\n"
TABLE = (
    HEAD
    + """values: [{min: 60, base: 50, cap: 100, floor: 0}]
parts:
  - {id: led, title: 提案, counts: {kinds: [proposal], share: equal}, points: 5, cap: 12}
  - {id: days, counts: {kinds: [research], count: days}, steps: [{at: 1, points: 2}, {at: 3, points: 8}]}
  - {id: prize, counts: {kinds: [opinion_report]}, table: {filed: 3, adopted: 5, instructed: 10}, cap: 20}
  - {id: hours, counts: {kinds: [training], count: {sum: hours}}, points: 1, each: 10}
  - {id: called, counts: {kinds: [talk]}, points: -4, floor: -10}
  - {id: walked, duty: visits, met: 6, outstanding: -3}
groups:
  - {id: words, title: 建言, lines: [led, prize], cap: 15}
grades:
  - {id: good, title: 优秀, from: 80, requires: [visits], quota_percent: 20}
  - {id: fair, title: 合格, from: 60}
  - {id: poor, title: 不合格, from: 0}
veto:
  - {counts: {kinds: [hearing]}, grade: poor}
"""
)


def score(policy: Policy, *rows: dict[str, Any], **facts: Any) -> Verdict:
    (found,) = verdicts(policy, *rows, **facts)
    return found


def points(found: Verdict) -> dict[str, float]:
    return {part["id"]: part["points"] for part in found.parts}


def test_nothing_done_leaves_the_base_and_what_is_taken_away(with_duty: Add) -> None:
    found = score(with_duty(TABLE))
    assert (found.counted, found.state, found.outstanding, found.grade) == (47, "outstanding", 13, "poor")
    assert points(found) == {"led": 0, "days": 0, "prize": 0, "hours": 0, "called": 0, "walked": -3, "words": 0}


def test_each_line_gives_points_in_its_way(with_duty: Add) -> None:
    rows = [
        record(1, "proposal", role="lead"),
        record(2, "research", "2021-03-01"),
        record(3, "research", "2021-03-01"),
        record(4, "opinion_report", results=["filed", "adopted"]),  # the best of both
        record(5, "opinion_report"),  # nothing came of it
        record(6, "training", amounts={"hours": 19.5}),  # one full ten
        record(7, "talk"),
    ]
    found = score(with_duty(TABLE), *rows)
    assert points(found) == {"led": 5, "days": 2, "prize": 5, "hours": 1, "called": -4, "walked": -3, "words": 10}
    assert (found.counted, found.state, found.outstanding) == (56, "outstanding", 4)
    assert "r5" not in found.records


def test_caps_hold_per_line_per_group_and_for_the_whole(with_duty: Add) -> None:
    rows = [record(n, "proposal", role="lead") for n in range(1, 6)]
    rows += [record(n, "opinion_report", results=["instructed"]) for n in range(6, 9)]
    rows += [record(n, "research", f"2021-03-{n:02}") for n in range(9, 13)]
    rows += [record(n, "visit") for n in (13, 14)]
    rows += [record(15, "training", amounts={"hours": 990})]
    found = score(with_duty(TABLE), *rows)
    assert points(found) == {"led": 12, "days": 8, "prize": 20, "hours": 99, "called": 0, "walked": 6, "words": 15}
    assert (found.counted, found.state, found.grade) == (100, "met", "good")


def test_deductions_stop_at_their_floor(with_duty: Add) -> None:
    found = score(with_duty(TABLE), *(record(n, "talk") for n in range(1, 9)))
    assert (points(found)["called"], found.counted) == (-10, 37)


def test_a_grade_asks_for_its_duties_and_a_veto_lowers_it(with_duty: Add) -> None:
    policy = with_duty(TABLE)
    rows = [record(n, "opinion_report", results=["instructed"]) for n in (1, 2)]
    rows += [record(n, "research", f"2021-03-{n:02}") for n in (3, 4, 5)] + [
        record(6, "training", amounts={"hours": 100})
    ]
    assert (score(policy, *rows).counted, score(policy, *rows).grade) == (80, "fair")  # without the visits not good
    walked = [*rows, record(7, "visit"), record(8, "visit")]
    assert score(policy, *walked).grade == "good"
    assert score(policy, *walked, record(9, "hearing")).grade == "poor"


def test_authors_share_a_lines_points(with_duty: Add) -> None:
    people = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}]
    both = record(1, "proposal", role="lead")
    both["participants"].append({"subject": "m2", "role": "co_signer"})
    found = verdicts(with_duty(TABLE), both, subjects=people)
    assert [points(one)["led"] for one in found] == [2.5, 2.5]


def test_a_table_may_add_up_and_knows_local_results(small: Path) -> None:
    text = (small / "policy.yaml").read_text() + "local: {results: {gold: {title: 金奖, is_a: awarded}}}\n"
    duty = HEAD + "parts: [{id: a, counts: {kinds: [proposal]}, table: {filed: 1, awarded: 4}, best: false}]"
    files = {"policy.yaml": text, "duties/d.yaml": f"id: d\ntitle: 某事\nclauses: [X-1]\n{duty}"}
    found = score(resolve(load_template(write(small, files))), record(1, "proposal", results=["filed", "gold"]))
    assert (found.counted, found.state) == (5, "counted")


def test_a_line_may_look_at_a_duty_of_many_periods(with_duty: Add, small: Path) -> None:
    monthly = "id: monthly\ntitle: 每月\nclauses: [X-1]\nkind: count\nperiod: month\nvalues: [{min: 1}]\ncounts: {kinds: [talk]}"
    write(small, {"duties/monthly.yaml": monthly})
    policy = with_duty(HEAD + "parts: [{id: a, duty: monthly, met: 1, outstanding: -2}]")
    assert score(policy, record(1, "talk", "2021-02-01"), record(2, "talk", "2021-03-01")).counted == 2 - 9 * 2


def test_every_number_may_be_changed_by_an_overlay(with_duty: Add) -> None:
    changes = {
        "duty.d.min": 40, "duty.d.base": 41, "duty.d.parts.called.points": -1, "duty.d.parts.hours.cap": 2,
        "duty.d.parts.days.steps": [{"at": 2, "points": 1}], "duty.d.parts.prize.table": {"filed": 9},
        "duty.d.grades": [{"id": "poor", "title": "差", "from": 0}],
    }  # fmt: skip
    policy = resolve(with_duty(TABLE), [_overlay(changes)])
    rows = [
        record(1, "talk"),
        record(2, "opinion_report", results=["filed"]),
        record(3, "training", amounts={"hours": 90}),
    ]
    found = score(policy, *rows)
    assert points(found) == {"led": 0, "days": 0, "prize": 9, "hours": 2, "called": -1, "walked": -3, "words": 9}
    assert (found.counted, found.state, found.grade) == (48, "met", "poor")


def _overlay(changes: dict[str, Any]) -> Any:
    operations = [{"op": "set", "path": path, "value": value} for path, value in changes.items()]
    head = {"overlay": "o", "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    return load_overlay({**head, "decided_by": "standing_committee", "operations": operations})


def test_explain_says_what_each_line_gives(with_duty: Add) -> None:
    told = explain(with_duty(TABLE), "d")
    assert "以下各项计分，至少 60 分" in told["sentence"]
    said = {part["id"]: part["sentence"] for part in told["parts"]}
    assert "每 1 得 5 分，至多 12 分" in said["led"]
    assert "满 3 得 8 分" in said["days"]
    assert "领导批示 10 分" in said["prize"]
    assert said["walked"] == "走访:做到 6 分，欠着 -3 分"


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("points: 5", "points: 5, steps: [{at: 1, points: 1}]", "missing_key", "parts.0"),
        ("points: 5, ", "", "missing_key", "parts.0"),
        ("cap: 12", "cap: 12, floor: 13", "min_above_max", "parts.0.floor"),
        ("{at: 1, points: 2}", "{at: 3, points: 2}", "not_in_order", "parts.1.steps"),
        ("filed: 3", "field: 3", "unknown_word", "parts.2.table"),
        ("duty: visits", "duty: nothing", "unknown_duty", "parts.5.duty"),
        ("duty: visits", "duty: d", "unknown_duty", "parts.5.duty"),
        ("duty: visits, met: 6, outstanding: -3", "duty: visits", "missing_key", "parts.5"),
        ("points: 1, each: 10", "points: 1, max: 10", "unknown_key", "parts.3.max"),
        ("lines: [led, prize]", "lines: [led, price]", "unknown_line", "groups.0.lines.1"),
        ("id: words", "id: led", "duplicate_id", "groups.0.id"),
        ("from: 60", "from: 80", "bad_value", "grades.1.from"),
        ("grade: poor", "grade: bad", "unknown_grade", "veto.0.grade"),
        ("requires: [visits]", "requires: [vist]", "unknown_duty", "grades.0.requires.0"),
        ("title: 优秀", "title: 排名前十", "ranking", "grades.0.title"),
        ("title: 提案", "title: 平台签到", "banned_source", "parts.0.title"),
        ("id: hours", "id: online_time", "banned_source", "parts.3.id"),
        ("kinds: [talk]", "kinds: [check_in]", "unknown_word", "parts.4.counts.kinds.0"),
    ],
)
def test_a_table_that_means_nothing_or_may_not_be_is_refused(
    with_duty: Add, old: str, new: str, code: str, key: str
) -> None:
    assert old in TABLE
    with pytest.raises(TemplateErrors) as caught:
        with_duty(TABLE.replace(old, new, 1))
    fault = next(fault for fault in caught.value.errors if fault.key == key)
    assert (fault.file, fault.code, bool(fault.remedy), fault.line > 0) == ("duties/d.yaml", code, True, True)


@pytest.mark.parametrize(
    "local",
    [
        "{kinds: {dianzan: 点赞次数}}",
        "{kinds: {dianzan: {title: 互动, is_a: liked}, liked: {title: 文章转发}}}",
        "{kinds: {dianzan: 手机登录天数}}",
    ],
)
def test_a_banned_yardstick_under_another_name_is_refused(with_duty: Add, small: Path, local: str) -> None:
    write(small, {"policy.yaml": (small / "policy.yaml").read_text() + f"local: {local}\n"})
    with pytest.raises(TemplateErrors) as caught:
        with_duty(HEAD + "parts: [{id: a, counts: {kinds: [dianzan]}, points: 1}]")
    (fault,) = caught.value.errors
    assert (fault.code, fault.key) == ("banned_source", "parts.0.counts.kinds.0")
    assert "国办函〔2026〕12号" in fault.message


def test_an_overlay_cannot_bring_a_banned_yardstick_in(with_duty: Add, small: Path) -> None:
    write(small, {"policy.yaml": (small / "policy.yaml").read_text() + "local: {kinds: {dianzan: 点赞次数}}\n"})
    policy = with_duty(TABLE)
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [_overlay({"duty.d.parts.called.kinds": ["dianzan"]})])
    assert [fault.code for fault in caught.value.errors] == ["banned_source"]


def test_points_belong_to_scoring_tables_alone(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(
            "kind: any_of\nperiod: year\nvalues: [{min: 1}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 2}]"
        )
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [("unknown_key", "parts.0.points")]


CASE = """\
name: 一件提案一次调研
as_of: 2021-12-31
# 50 + 5 + 2 - 3 = 54，离及格还差 6
facts:
  subjects: [{type: member, id: m1}]
  records:
    - {kind: proposal, on: 2021-03-01, participants: [m1]}
    - {kind: research, on: 2021-04-01, participants: [m1]}
expect:
  - {subject: m1, duty: d, counted: 54, state: outstanding, outstanding: 6, grade: poor}
"""


def test_a_worked_case_of_a_score(with_duty: Add, small: Path) -> None:
    with_duty(TABLE)
    assert check(write(small, {"cases/one.yaml": CASE})) == []
