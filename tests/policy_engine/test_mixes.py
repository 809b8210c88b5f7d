"""Mixes: parts that are other duties, parts that count up to a limit, so many people, no more than a share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_engine import Policy, TemplateErrors, evaluate, explain, resolve
from policy_engine.kinds.composed import capped_sum
from policy_engine.overlay import load_overlay
from policy_engine.tally import Counted
from tests.policy_engine.test_judge import record, verdicts

Add = Callable[[str], Policy]
NESTED = """kind: {kind}
period: year
{values}
parts:
  - {{id: talk, counts: {{kinds: [talk]}}}}
  - {{id: visits, title: 走访, duty: visits}}
"""


def test_a_part_may_be_another_duty(with_duty: Add) -> None:
    policy = with_duty(NESTED.format(kind="all_of", values=""))
    (one,) = verdicts(policy, record(1, "talk"), record(2, "visit"))  # visits asks for two
    assert (one.state, one.counted, one.min, one.missing) == ("outstanding", 1, 2, ("visits",))
    assert [(part["id"], part["state"], part.get("duty")) for part in one.parts] == [
        ("talk", "met", None),
        ("visits", "outstanding", "visits"),
    ]
    (one,) = verdicts(policy, *(record(number, kind) for number, kind in enumerate(("talk", "visit", "visit"))))
    assert one.state == "met"
    assert "做到“走访”" in str(explain(policy, "d")["parts"])


def test_a_part_that_asks_this_one_for_nothing_is_no_part(with_duty: Add, small: Path) -> None:
    visits = (small / "duties/visits.yaml").read_text(encoding="utf-8")
    (small / "duties/visits.yaml").write_text(
        visits.replace("subject: member", "subject: {type: member, posts: [chairperson]}"), encoding="utf-8"
    )
    policy = with_duty(NESTED.format(kind="all_of", values=""))
    (one,) = verdicts(policy, record(1, "talk"))
    assert (one.state, [part["state"] for part in one.parts]) == ("met", ["met", "not_applicable"])


def test_one_of_two_may_be_another_duty(with_duty: Add) -> None:
    policy = with_duty(NESTED.format(kind="at_least_k_of", values="values: [{k: 1}]"))
    (one,) = verdicts(policy, record(1, "visit"), record(2, "visit"))
    assert (one.state, one.counted) == ("met", 1)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("{id: a, duty: nothing}", "unknown_duty"),
        ("{id: a, duty: d}", "unknown_duty"),
        ("{id: a, duty: visits, min: 2}", "unknown_key"),
        ("{id: a, duty: visits, counts: {kinds: [talk]}}", "missing_key"),
        ("{id: a}", "missing_key"),
        ("{id: a, duty: visits, points: 3}", "unknown_key"),
    ],
)
def test_what_makes_no_part_is_refused(with_duty: Add, part: str, code: str) -> None:
    with pytest.raises(TemplateErrors) as refused:
        with_duty(f"kind: all_of\nperiod: year\nparts: [{part}]")
    assert code in [one.code for one in refused.value.errors]


def test_any_of_takes_no_duty_for_a_part(with_duty: Add) -> None:
    with pytest.raises(TemplateErrors) as refused:
        with_duty("kind: any_of\nperiod: year\nvalues: [{min: 1}]\nparts: [{id: a, duty: visits}]")
    assert {one.key for one in refused.value.errors} >= {"parts.0.duty"}


def test_an_overlay_adds_such_a_part_and_no_circle(with_duty: Add) -> None:
    policy = with_duty("kind: all_of\nperiod: year\nparts: [{id: talk, counts: {kinds: [talk]}}]")

    def overlay(path: str, duty: str) -> Any:
        head = {"overlay": "o", "base": "small", "document": "x", "decided_by": "standing_committee", "from": "2021-02-01", "reason": "试"}  # fmt: skip
        return load_overlay(
            {**head, "operations": [{"op": "add", "path": path, "value": {"title": "走访", "duty": duty}}]}
        )

    changed = resolve(policy, [overlay("duty.d.parts.more", "visits")])
    (one,) = verdicts(changed, record(1, "talk"))
    assert one.missing == ("more",)
    with pytest.raises(TemplateErrors):
        resolve(policy, [overlay("duty.d.parts.more", "d")])


MIX = """kind: any_of
period: year
values: [{min: 4}]
parts:
  - {id: visit, counts: {kinds: [visit]}, min: 1}
  - {id: online, counts: {kinds: [talk], modes: [online]}, max: 1}
  - {id: talk, counts: {kinds: [symposium]}}
"""


def test_a_part_counts_up_to_its_limit_and_its_own_least_must_be_there(with_duty: Add) -> None:
    policy = with_duty(MIX)
    online = [record(number, "talk", mode="online") for number in range(1, 4)]
    others = [record(number, "symposium") for number in range(5, 8)]
    (one,) = verdicts(policy, *online, *others)  # 1 of three online, 3 symposia: 4, but no visit yet
    assert (one.state, one.counted, one.outstanding) == ("outstanding", 4, 1)
    assert [(part["counted"], part["over"]) for part in one.parts] == [(0, 0), (3, 2), (3, 0)]
    (one,) = verdicts(policy, *online, *others[:2], record(9, "visit"))
    assert (one.state, one.counted) == ("met", 4)


@given(
    parts=st.lists(st.tuples(st.sets(st.integers(1, 6)), st.none() | st.integers(0, 3)), min_size=1, max_size=4),
    more=st.sets(st.integers(0, 3), min_size=1),
)
def test_the_sum_is_the_best_sharing_out_and_one_more_record_never_lowers_it(
    parts: list[tuple[set[int], int | None]], more: set[int]
) -> None:
    def total(sets: list[set[int]]) -> float:
        found = [Counted(len(one), tuple(map(str, sorted(one)))) for one in sets]
        return capped_sum(found, [cap for _, cap in parts])

    def best(sets: list[set[int]], rooms: list[float], left: list[int]) -> float:
        if not left:
            return 0
        one, rest = left[0], left[1:]
        ways = [best(sets, rooms, rest)]
        for place, held in enumerate(sets):
            if one in held and rooms[place] > 0:
                fewer = [room - (index == place) for index, room in enumerate(rooms)]
                ways.append(1 + best(sets, fewer, rest))
        return max(ways)

    sets = [set(one) for one, _ in parts]
    rooms = [float("inf") if cap is None else cap for _, cap in parts]
    assert total(sets) == best(sets, rooms, sorted(set().union(*sets)))
    grown = [one | {7} if place in more else one for place, one in enumerate(sets)]
    assert total(grown) >= total(sets)


COVER = "kind: coverage\nsubject: committee\npopulation: member\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [%s]\n"


@pytest.mark.parametrize(
    ("values", "state", "owed", "least"),
    [
        ("{number: 3}", "outstanding", 1, 3),
        ("{number: 2}", "met", 0, 2),
        ("{percent: 50, number: 3}", "outstanding", 1, 50),
        ("{percent: 100, number: 1}", "outstanding", 2, 100),
    ],
)
def test_so_many_of_a_population(with_duty: Add, values: str, state: str, owed: int, least: int) -> None:
    people = [{"type": "member", "id": f"m{number}"} for number in range(4)]
    rows = [record(number, "visit", by=f"m{number}") for number in range(2)]
    (one,) = [
        one
        for one in evaluate(with_duty(COVER % values), {"subjects": people, "records": rows}, date(2021, 11, 30))
        if one.duty == "d"
    ]
    assert (one.state, one.outstanding, one.min, one.numerator) == (state, owed, least, 2)


@pytest.mark.parametrize(("online", "state", "over"), [(1, "met", 0), (2, "exceeded", 1)])
def test_no_more_than_a_share(with_duty: Add, online: int, state: str, over: int) -> None:
    text = "kind: proportion\nperiod: year\ncounts: {kinds: [visit], modes: [online]}\nout_of: {kinds: [visit]}\nvalues: [{max: 30}]"
    rows = [record(number, "visit", **({"mode": "online"} if number < online else {})) for number in range(5)]
    (one,) = verdicts(with_duty(text), *rows)  # 30 % of five is one and a half
    assert (one.state, one.over, one.max, one.denominator) == (state, over, 30, 5)


JOINED = [("2021-03-01", "m1"), ("2021-07-01", "m2"), ("2021-07-02", "m3")]


@pytest.mark.parametrize(
    ("served", "asked"),
    [("{months: 6}", {"m1", "m2"}), ("{days: 184}", {"m1", "m2"}), ("{months: 10, in_all: true}", {"m0", "m1"})],
)
def test_who_has_not_served_long_enough_is_asked_for_nothing(with_duty: Add, served: str, asked: set[str]) -> None:
    policy = with_duty(
        f"kind: count\nsubject: {{type: member, served: {served}}}\nperiod: year\ncounts: {{kinds: [talk]}}\nvalues: [{{min: 1}}]"
    )
    people = [{"type": "member", "id": one, "from": day} for day, one in [("2018-01-01", "m0"), *JOINED]]
    found = {one.subject: one for one in verdicts(policy, subjects=people)}
    assert {name for name, one in found.items() if one.state == "outstanding"} == asked | {"m0"}
    assert found["m3"].reason == "任职的时间不够长，这一期不作要求"


def test_within_a_month_of_joining_somebody_is_paired_with_a_constituent(with_duty: Add) -> None:
    policy = with_duty(
        "kind: follow_up\nperiod: year\nafter: {joining: true}\nwithin: {months: 1}\ncounts: {links: [constituent]}"
    )
    people = [{"type": "member", "id": one, "from": day} for day, one in [("2018-01-01", "m0"), *JOINED]]
    links = [
        {"id": f"l{number}", "kind": "constituent", "from": one, "to": f"p{number}", "since": since}
        for number, (one, since) in enumerate((("m1", "2021-04-01"), ("m2", "2021-08-02")))
    ]
    found = {one.subject: one for one in verdicts(policy, subjects=people, links=links)}
    assert found["m0"].state == "not_applicable"  # joined long ago
    assert (found["m1"].state, found["m1"].late) == ("met", 0)
    assert (found["m2"].state, found["m2"].late) == ("met", 1)
    assert (found["m3"].state, found["m3"].overdue, str(found["m3"].due)) == ("outstanding", True, "2021-08-02")


def test_a_new_convener_reports_within_thirty_days(with_duty: Add) -> None:
    policy = with_duty(
        "kind: follow_up\nperiod: year\nafter: {appointed: [standing_member]}\nwithin: {days: 30}\ncounts: {kinds: [talk]}"
    )
    people = [
        {"type": "member", "id": one, "posts": [{"kind": "standing_member", "from": day}]}
        for one, day in (("m1", "2021-05-01"), ("m2", "2020-05-01"))
    ]
    found = {one.subject: one.state for one in verdicts(policy, record(1, "talk", "2021-05-20"), subjects=people)}
    assert found == {"m1": "met", "m2": "not_applicable"}
    assert "担任常委以后 30 天内" in explain(policy, "d")["sentence"]


@pytest.mark.parametrize(
    "after",
    [
        "{joining: false}",
        "{}",
        "{joining: true, kinds: [talk]}",
        "{appointed: [nobody]}",
        "{joining: true}\nlinked: true",
    ],
)
def test_what_is_no_beginning_is_refused(with_duty: Add, after: str) -> None:
    with pytest.raises(TemplateErrors):
        with_duty(f"kind: follow_up\nperiod: year\nafter: {after}\nwithin: {{days: 30}}\ncounts: {{kinds: [talk]}}")


TEAM = """kind: score
subject: sector
period: year
values: [{{min: 60}}]
parts:
  - {{id: people, title: 委员, duty: points, take: {take}, population: {{type: member, of: subject}}, {gives}}}
"""
POINTS = """id: points
title: 记分
clauses: [X-1]
kind: score
subject: member
period: half_year
values: [{min: 10}]
parts:
  - {id: visits, counts: {kinds: [visit]}, points: 10}
"""
CREW = [
    {"type": "sector", "id": "s1"},
    {"type": "member", "id": "m1", "sector": "s1"},
    {"type": "member", "id": "m2", "sector": "s1"},
    {"type": "member", "id": "m3", "sector": "elsewhere"},
]


@pytest.mark.parametrize(
    ("take", "gives", "points"),
    [
        ("sum", "points: 1", 40),  # m1: 20 and 10, m2: 10 and 0
        ("average", "points: 2", 20),  # four half-years, ten each
        ("share_met", "points: 40", 30),  # three of four
        ("average", "steps: [{at: 5, points: 3}, {at: 10, points: 8}]", 8),
    ],
)
def test_a_line_may_take_what_another_duty_came_to(
    with_duty: Add, small: Path, take: str, gives: str, points: float
) -> None:
    (small / "duties/points.yaml").write_text(POINTS, encoding="utf-8")
    policy = with_duty(TEAM.format(take=take, gives=gives))
    rows = [
        record(number, "visit", on, by=by)
        for number, (by, on) in enumerate(
            [
                ("m1", "2021-02-01"),
                ("m1", "2021-03-01"),
                ("m1", "2021-09-01"),
                ("m2", "2021-02-01"),
                ("m3", "2021-02-01"),
            ]
        )
    ]
    (one,) = verdicts(policy, *rows, subjects=CREW)
    assert (one.counted, one.parts[0]["points"]) == (points, points)
    assert "“记分”" in explain(policy, "d")["parts"][0]["sentence"]


@pytest.mark.parametrize(
    "line",
    [
        "{id: a, counts: {kinds: [visit]}, take: sum, points: 1}",
        "{id: a, duty: points, population: member, met: 1}",
        "{id: a, duty: points, take: sum, met: 1}",
        "{id: a, duty: points, take: sum}",
        "{id: a, duty: points, take: sum, points: 1}",  # a sector has no such points of its own
    ],
)
def test_a_line_that_takes_nothing_is_refused(with_duty: Add, small: Path, line: str) -> None:
    (small / "duties/points.yaml").write_text(POINTS, encoding="utf-8")
    with pytest.raises(TemplateErrors):
        with_duty(f"kind: score\nsubject: sector\nperiod: year\nparts: [{line}]")


@pytest.mark.parametrize(
    ("members", "asked"), [("{min: 2}", {"s1"}), ("{max: 1}", {"s2"}), ("{min: 1, max: 2}", {"s1", "s2"})]
)
def test_a_duty_for_sectors_of_a_size(with_duty: Add, members: str, asked: set[str]) -> None:
    policy = with_duty(
        f"kind: count\nsubject: {{type: sector, members: {members}}}\nperiod: year\ncounts: {{kinds: [talk]}}\nvalues: [{{min: 1}}]"
    )
    people = [
        *CREW[:3],
        {"type": "sector", "id": "s2"},
        {"type": "member", "id": "m4", "sector": "s2"},
        {"type": "sector", "id": "s3"},
    ]
    found = {one.subject: one for one in verdicts(policy, subjects=people)}
    s3 = found.pop("s3")
    assert {name for name, one in found.items() if one.state == "outstanding"} == asked
    assert s3.state == "outstanding" if members == "{max: 1}" else s3.reason == "委员人数不在这项职责所说的范围里"
    assert policy.duty("d").needs_others


@pytest.mark.parametrize("subject", ["{type: member, members: {min: 2}}", "{type: sector, members: {min: 3, max: 2}}"])
def test_a_size_that_nobody_has_is_refused(with_duty: Add, subject: str) -> None:
    with pytest.raises(TemplateErrors):
        with_duty(f"kind: count\nsubject: {subject}\nperiod: year\ncounts: {{kinds: [talk]}}\nvalues: [{{min: 1}}]")


def test_a_group_may_hold_groups(with_duty: Add) -> None:
    policy = with_duty(
        """kind: score
period: year
values: [{base: 1}]
parts:
  - {id: a, counts: {kinds: [visit]}, points: 10}
  - {id: b, counts: {kinds: [talk]}, points: 10}
  - {id: c, counts: {kinds: [symposium]}, points: 10}
groups:
  - {id: ab, lines: [a, b], cap: 25}
  - {id: abc, lines: [ab, c], cap: 30}
"""
    )
    rows = [record(number, kind) for number, kind in enumerate(["visit"] * 2 + ["talk"] * 2 + ["symposium"])]
    (one,) = verdicts(policy, *rows)  # 20 + 20 → 25; 25 + 10 → 30; 30 + 1
    assert one.counted == 31
    assert [part["points"] for part in one.parts] == [20, 20, 10, 25, 30]


@pytest.mark.parametrize("groups", ["[{id: x, lines: [y]}, {id: y, lines: [a]}]", "[{id: x, lines: [x]}]"])
def test_a_group_holds_only_what_stands_above_it(with_duty: Add, groups: str) -> None:
    with pytest.raises(TemplateErrors):
        with_duty(
            f"kind: score\nperiod: year\nparts: [{{id: a, counts: {{kinds: [visit]}}, points: 1}}]\ngroups: {groups}"
        )
