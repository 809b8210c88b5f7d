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
    assert "计分，60 分以上算达到" in told["sentence"]
    said = {part["id"]: part["sentence"] for part in told["parts"]}
    assert "每件得 5 分，累计不超过 12 分" in said["led"]
    assert "得 8 分（取最高一档）" in said["days"]
    assert "领导批示 10 分" in said["prize"]
    assert said["walked"] == "看“走访”这一项，做到了得 6 分，还欠着扣 3 分"


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


TIERS = """values: [{base: 0}]
parts:
  - {id: first, title: 提案, counts: {kinds: [proposal]}, points: 15, to_nth: 1}
  - {id: more, title: 多交, counts: {kinds: [proposal]}, points: 5, from_nth: 2, cap: 20}
  - {id: third, title: 第三四次, counts: {kinds: [visit]}, points: 3, from_nth: 3, to_nth: 4}
  - {id: activity, title: 活动, counts: {kinds: [research]}, points: 7.5, cap: 30}
  - {id: alone, title: 个人, counts: {kinds: [opinion_report], roles: [lead]}, points: 4, cap: 12}
  - {id: joint, title: 联名, counts: {kinds: [opinion_report], roles: [co_signer]}, points: 3}
  - {id: kept, title: 到会, counts: {kinds: [meeting]}, base: 10, points: -5, floor: 0}
  - {id: missed, title: 缺席, counts: {kinds: [talk]}, points: -5}
  - {id: gone, title: 全会缺席, counts: {kinds: [hearing]}, points: -10}
groups:
  - {id: best, title: 取高, lines: [alone, joint], take: highest}
  - {id: meetings, title: 会议, lines: [missed, gone], base: 50, floor: 0}
"""


def times(kind: str, number: int, start: int, **keys: Any) -> list[dict[str, Any]]:
    return [record(start + n, kind, **keys) for n in range(number)]


@pytest.mark.parametrize(("number", "first", "more"), [(0, 0, 0), (1, 15, 0), (2, 15, 5), (5, 15, 20), (9, 15, 20)])
def test_points_from_the_nth_on(with_duty: Add, number: int, first: int, more: int) -> None:
    found = points(score(with_duty(HEAD + TIERS), *times("proposal", number, 1)))
    assert (found["first"], found["more"]) == (first, more)


@pytest.mark.parametrize(("number", "given"), [(2, 0), (3, 3), (4, 6), (7, 6)])
def test_points_from_one_to_another(with_duty: Add, number: int, given: int) -> None:
    assert points(score(with_duty(HEAD + TIERS), *times("visit", number, 1)))["third"] == given


def test_points_may_be_broken(with_duty: Add) -> None:
    assert points(score(with_duty(HEAD + TIERS), *times("research", 3, 1)))["activity"] == 22.5


def test_of_some_lines_the_highest_is_taken(with_duty: Add) -> None:
    rows = times("opinion_report", 2, 1, role="lead") + times("opinion_report", 3, 5, role="co_signer")
    found = points(score(with_duty(HEAD + TIERS), *rows))
    assert (found["alone"], found["joint"], found["best"]) == (8, 9, 9)


@pytest.mark.parametrize(("missed", "gone", "left"), [(0, 0, 50), (1, 0, 45), (2, 1, 30), (3, 4, 0)])
def test_a_block_that_starts_full_is_deducted_to_its_floor(with_duty: Add, missed: int, gone: int, left: int) -> None:
    found = score(with_duty(HEAD + TIERS), *times("talk", missed, 1), *times("hearing", gone, 50))
    assert points(found)["meetings"] == left
    assert found.counted == left + 10  # and the line that starts full


def test_a_line_may_start_full_too(with_duty: Add) -> None:
    policy = with_duty(HEAD + TIERS)
    assert [points(score(policy, *times("meeting", n, 1)))["kept"] for n in (0, 1, 3)] == [10, 5, 0]
    told = {part["id"]: part["sentence"] for part in explain(policy, "d")["parts"]}
    assert "先有 10 分，每次扣 5 分，扣完为止" in told["kept"]
    assert "只计第 3 到第 4 " in told["third"]


def test_a_group_proposal_credits_its_three_main_authors(with_duty: Add) -> None:
    """By the order of names; whoever stands fourth or later gets nothing."""
    text = (
        "parts: [{id: a, counts: {kinds: [proposal], authorship: [group], share: {order: [1, 1, 1, 0]}}, points: 10}]"
    )
    people = [{"type": "member", "id": f"m{n}"} for n in range(1, 6)]
    row = record(1, "proposal", role="lead")
    row["authorship"] = "group"
    row["participants"] = [{"subject": one["id"], "role": "group_member"} for one in people]
    assert [one.counted for one in verdicts(with_duty(HEAD + text), row, subjects=people)] == [10, 10, 10, 0, 0]


@pytest.mark.parametrize(
    ("written", "code", "key"),
    [
        ("values: [{points: 1, cap: 2, floor: 3}]", "min_above_max", "values.0.floor"),
        ("points: 1, from_nth: 3, to_nth: 2", "min_above_max", "to_nth"),
        ("values: [{points: 1, from_nth: 3, to_nth: 2}]", "min_above_max", "values.0.to_nth"),
        ("points: 1, each: 0", "bad_value", "each"),
        ("values: [{points: 1, each: 0}]", "bad_value", "values.0.each"),
        ("values: [{points: 1, min: 0}]", "unknown_key", "values.0.min"),
        ("values: [{points: 1, percent: 5}]", "unknown_key", "values.0.percent"),
        ("points: 1, values: [{cap: 2}]", "unknown_key", "points"),
        ("values: [{points: 1}, {from: 2021-06-01, cap: 2}]", "missing_key", "values.1"),
        ("steps: [{at: 1, points: 1}], values: [{each: 2}]", "unknown_key", "values.0.each"),
        ("steps: [{at: 1, points: 1}], from_nth: 2", "unknown_key", "from_nth"),
        ("points: 1, values: [{points: 2, met: 1}]", "unknown_key", "values.0.met"),
        ("points: 1, best: true", "unknown_key", "best"),
        ("points: 1, from_nth: 0", "bad_value", "from_nth"),
    ],
)
def test_dated_numbers_of_a_line_are_checked_like_those_beside_it(
    with_duty: Add, written: str, code: str, key: str
) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(HEAD + f"parts: [{{id: a, counts: {{kinds: [talk]}}, {written}}}]")
    assert (code, f"parts.0.{key}") in [(fault.code, fault.key) for fault in caught.value.errors]


def test_the_whole_of_a_table_keeps_its_floor_below_its_cap(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(TABLE.replace("cap: 100, floor: 0", "cap: 100, floor: 101"))
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [("min_above_max", "values.0.floor")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"duty.d.parts.more.floor": 21}, "min_above_max"),
        ({"duty.d.parts.more.to_nth": 1}, "min_above_max"),
        ({"duty.d.parts.more.each": 0}, "bad_value"),
        ({"duty.d.parts.more.points": None}, "bad_value"),
        ({"duty.d.groups": [{"id": "g", "lines": ["more"], "cap": 1, "floor": 2}]}, "min_above_max"),
        ({"duty.d.groups": [{"id": "g", "lines": ["more"], "take": "lowest"}]}, "unknown_word"),
    ],
)
def test_an_overlay_is_held_to_the_same(with_duty: Add, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        resolve(with_duty(HEAD + TIERS), [_overlay(changes)])
    assert [fault.code for fault in caught.value.errors] == [code]


def test_an_overlay_moves_the_first_that_gives_points(with_duty: Add) -> None:
    policy = resolve(
        with_duty(HEAD + TIERS), [_overlay({"duty.d.parts.more.from_nth": 4, "duty.d.parts.missed.base": 1})]
    )
    found = points(score(policy, *times("proposal", 4, 1)))
    assert (found["more"], found["missed"]) == (5, 1)
