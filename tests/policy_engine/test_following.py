"""What follows what: steps in order, answers to what happened, and turns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, resolve
from policy_engine.almanac import Almanac
from policy_engine.kinds.follow_up import Answer, Trigger, _unlinked
from policy_engine.rhythms import rhythm_of
from policy_engine.turns import on_turn, turns_of

Add = Callable[..., Policy]
FLOW = "kind: workflow\nperiod: continuous\nworkflow: flow\n"


def found(policy: Policy, *, as_of: str = "2021-11-30", **facts: Any) -> list[Verdict]:
    sheet = {"subjects": [{"type": "member", "id": "m1"}], **facts}
    return [one for one in evaluate(policy, sheet, date.fromisoformat(as_of)) if one.duty == "d"]


def refused(with_duty: Add, text: str, **more: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text, **more)
    assert all(error.file and error.line and error.remedy for error in caught.value.errors)
    return {(error.key, error.code) for error in caught.value.errors}


# Workflows


def flow(steps: str, head: str = "") -> str:
    return f"workflows: {{flow: {{title: 审批, {head}steps: [{steps}]}}}}"


def met(**days: str) -> list[dict[str, str]]:
    return [
        {"id": f"k{item}", "subject": "m1", "checklist": "flow", "item": item, "met_on": day}
        for item, day in days.items()
    ]


THREE = "{id: a, title: 甲}, {id: b, title: 乙}, {id: c, title: 丙}"


def test_a_step_counts_only_behind_those_before_it(with_duty: Add) -> None:
    policy = with_duty(FLOW, workflows=flow(THREE))
    (one,) = found(policy, checks=met(a="2021-03-02", b="2021-03-01", c="2021-03-05"))
    assert (one.counted, one.outstanding, one.missing, one.next, one.out_of_order) == (
        1,
        2,
        ("b", "c"),
        ("b",),
        ("b", "c"),
    )
    (one,) = found(
        policy, checks=[*met(a="2021-03-02", b="2021-03-01", c="2021-03-05"), {**met(b="2021-03-02")[0], "id": "again"}]
    )
    assert (one.state, one.counted, one.missing, one.next, one.out_of_order) == ("met", 3, (), (), ())


def test_unordered_parallel_and_optional_steps(with_duty: Add) -> None:
    (one,) = found(with_duty(FLOW, workflows=flow(THREE, "ordered: false, ")), checks=met(c="2021-03-01"))
    assert (one.counted, one.next, one.out_of_order) == (1, ("a", "b"), ())
    steps = "{id: a, title: 甲}, {id: b, title: 乙, after: [a]}, {id: c, title: 丙, after: [a], optional: true}, {id: e, title: 丁}"
    policy = with_duty(FLOW, workflows=flow(steps))
    (one,) = found(policy, checks=met(a="2021-03-01"))
    assert (one.counted, one.min, one.next, one.missing) == (1, 3, ("b", "c"), ("b", "e"))
    (one,) = found(policy, checks=met(a="2021-03-01", b="2021-03-02", e="2021-03-03"))
    assert (one.state, one.counted, one.next) == ("met", 3, ("c",))


def test_a_step_has_so_many_days_once_it_can_be_taken(with_duty: Add) -> None:
    steps = "{id: a, title: 甲}, {id: b, title: 乙, days: 5, working_days: true}, {id: c, title: 丙, days: 10}"
    policy = with_duty(FLOW, workflows=flow(steps))
    (one,) = found(policy, checks=met(a="2021-03-04"), as_of="2021-03-12")  # Thursday: 5, 8, 9, 10, 11 March
    assert (one.due, one.overdue, one.late) == (date(2021, 3, 11), True, 0)
    (one,) = found(policy, checks=met(a="2021-03-04", b="2021-03-12"), as_of="2021-03-13")
    assert (one.due, one.overdue, one.late) == (date(2021, 3, 22), False, 1)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("{id: a, title: 甲, after: [b]}, {id: b, title: 乙}", "unknown_id"),
        ("{id: a, title: 甲, after: [a]}", "unknown_id"),
        ("{id: a, title: 甲, working_days: true}", "missing_key"),
        ("{id: a, title: 甲, days: -1}", "bad_value"),
    ],
)
def test_steps_that_could_never_be_taken_are_refused(with_duty: Add, steps: str, code: str) -> None:
    assert code in {one for _, one in refused(with_duty, FLOW, workflows=flow(steps))}


# Answers

ANSWER = "kind: follow_up\nperiod: year\nafter: {kinds: [micro_suggestion], by: target}\ncounts: {kinds: [talk]}\n"


def suggestion(number: int, on: str) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "kind": "micro_suggestion",
        "on": on,
        "target": "o1",
        "participants": [{"subject": "m1"}],
    }


def answer(number: int, on: str, to: str | None = None) -> dict[str, Any]:
    return {"id": f"t{number}", "kind": "talk", "on": on, "based_on": to, "participants": [{"subject": "o1"}]}


OFFICE = [{"type": "member", "id": "m1"}, {"type": "office", "id": "o1"}]


def test_each_suggestion_is_answered_in_its_time(with_duty: Add) -> None:
    policy = with_duty(ANSWER + "subject: office\nwithin: {days: 30}")
    records = [
        suggestion(1, "2021-03-01"),
        suggestion(2, "2021-04-01"),
        suggestion(3, "2021-11-20"),
        suggestion(4, "2021-05-01"),
        answer(1, "2021-03-31", "s1"),
        answer(2, "2021-05-02", "s2"),
        answer(3, "2021-05-03"),
    ]
    (one,) = found(policy, subjects=OFFICE, records=records)
    assert (one.state, one.counted, one.min, one.denominator, one.outstanding) == ("outstanding", 2, 4, 4, 2)
    assert (one.missing, one.late, one.due, one.overdue, one.records) == (
        ("s4", "s3"),
        1,
        date(2021, 5, 31),
        True,
        ("t1", "t2"),
    )
    (one,) = found(
        with_duty(ANSWER + "subject: office\nwithin: {days: 30}\nlate: not_counted"), subjects=OFFICE, records=records
    )
    assert (one.counted, one.late, one.missing) == (1, 1, ("s2", "s4", "s3"))


def test_nothing_to_answer_asks_nothing(with_duty: Add) -> None:
    (one,) = found(with_duty(ANSWER + "subject: office"), subjects=OFFICE)
    assert (one.state, one.reason, one.denominator) == ("not_applicable", "期间内没有需要回应的事", 0)


def test_what_happened_at_the_end_of_a_year_may_be_answered_in_the_next(with_duty: Add) -> None:
    policy = with_duty(ANSWER + "subject: office\nwithin: {days: 30}")
    old, new = found(
        policy,
        subjects=OFFICE,
        records=[suggestion(1, "2021-12-20"), answer(1, "2022-01-10", "s1")],
        as_of="2022-01-15",
    )
    assert (old.period.key, old.state, new.state) == ("2021", "met", "not_applicable")


def test_after_each_meeting_something_is_done(with_duty: Add) -> None:
    text = "kind: follow_up\nperiod: year\nafter: {events: [plenary_session]}\nwithin: {working_days: 10}\ncounts: {kinds: [talk]}"
    policy = with_duty(text)
    events = [
        {"id": "e1", "kind": "plenary_session", "on": "2021-01-20"},
        {"id": "e2", "kind": "plenary_session", "on": "2021-08-02"},
    ]
    talk = {"id": "r1", "kind": "talk", "on": "2021-02-03", "participants": [{"subject": "m1"}]}
    (one,) = found(policy, events=events, records=[talk])
    assert (one.counted, one.missing, one.late, one.due) == (1, ("e2",), 0, date(2021, 8, 16))
    assert explain(policy, "d")["sentence"].endswith(
        "每位委员每年，每次全体会议以后 10 个工作日内都要有谈心谈话，逐件回应。"
    )


def test_a_lower_committee_may_shorten_the_time(with_duty: Add) -> None:
    policy = with_duty(ANSWER + "subject: office\nwithin: {days: 30}\ndirection: {within: only_strengthen}")

    def moved(value: Any) -> Policy:
        change = {"op": "set", "path": "duty.d.within", "value": value}
        head = {
            "overlay": "o",
            "base": "small",
            "decided_by": "standing_committee",
            "reason": "x",
            "operations": [change],
        }
        return resolve(policy, [load_overlay(head)])

    assert moved({"days": 15}).duty("d").within == {"days": 15}
    for value in ({"days": 40}, None, {"months": 1}, {"days": 3, "months": 1}, {}):
        with pytest.raises(TemplateErrors):
            moved(value)


triggers = st.lists(st.integers(0, 20), max_size=6).map(
    lambda days: [
        Trigger(date(2021, 1, 1 + day), f"s{n}", date(2021, 1, 4 + day)) for n, day in enumerate(sorted(days))
    ]
)
answers = st.lists(st.integers(1, 28), max_size=6)


@settings(max_examples=200, deadline=None)
@given(asked=triggers, days=answers, more=st.integers(1, 28))
def test_another_answer_never_leaves_less_answered(asked: list[Trigger], days: list[int], more: int) -> None:
    def numbers(some: list[int]) -> tuple[int, int]:
        given = sorted(Answer(date(2021, 1, day), f"t{n}", None) for n, day in enumerate(some))
        result = _unlinked(asked, given)
        assert len({answer.record for answer in result.values()}) == len(result)
        return len(result), sum(answer.on <= (one.due or date.max) for one, answer in result.items())

    before, after = numbers(days), numbers([*days, more])
    assert after[0] >= before[0]
    assert after[1] >= before[1]


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        ("kind: follow_up\nperiod: year\ncounts: {kinds: [talk]}", "after", "missing_key"),
        (ANSWER + "within: {days: 3, months: 1}", "within", "one_limit"),
        (ANSWER + "due: {month_day: 11-30}", "due", "unknown_key"),
        (ANSWER + "late: not_counted", "late", "missing_key"),
        ("kind: follow_up\nperiod: year\nafter: {events: [plenary_session]}\nlinked: true\ncounts: {kinds: [talk]}", "linked", "bad_value"),
        ("kind: follow_up\nperiod: year\nafter: {links: [residency]}\ncounts: {kinds: [talk]}", "after", "kinds_only"),
        ("kind: follow_up\nperiod: year\nafter: {kinds: [visit]}\ncounts: {kinds: [talk], count: targets}", "counts.count", "unknown_key"),
        ("kind: count\nperiod: year\nwithin: {days: 3}\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]", "within", "unknown_key"),
    ],
)  # fmt: skip
def test_an_answer_nobody_can_give_is_refused(with_duty: Add, text: str, key: str, code: str) -> None:
    assert (key, code) in refused(with_duty, text)


# Turns

SHIFT = "kind: count\ncounts: {kinds: [duty_shift]}\nvalues: [{min: 1}]\n"
SECTORS = [{"type": "sector", "id": name} for name in ("s1", "s2", "s3")]


def test_sectors_take_turns_week_by_week(with_duty: Add) -> None:
    policy = with_duty(SHIFT + "subject: sector\nperiod: week\nturns: {starts: 2022-01-03}")
    bound = {
        one.period.key: one.subject
        for one in found(policy, subjects=SECTORS, as_of="2022-01-25")
        if one.state == "outstanding"
    }
    assert bound == {"2022-W01": "s1", "2022-W02": "s2", "2022-W03": "s3", "2022-W04": "s1"}
    free = [
        one
        for one in found(policy, subjects=SECTORS, as_of="2022-01-25")
        if one.period.key == "2022-W01" and one.subject == "s2"
    ]
    assert [(one.state, one.reason) for one in free] == [("not_applicable", "这一期没有轮到")]


def test_members_serve_when_their_sector_has_its_turn(with_duty: Add) -> None:
    policy = with_duty(
        SHIFT + "period: month\nturns: {starts: 2022-01-01, size: 2, rest: short, among: {type: sector}}"
    )
    people = [{"type": "member", "id": f"m{n}", "sector": f"s{n}"} for n in (1, 2, 3)]
    order = [{**one, "order": place} for one, place in zip(SECTORS, (3, 1, 2), strict=True)]
    bound = {
        (one.period.key, one.subject)
        for one in found(policy, subjects=[*people, *order], as_of="2022-02-25")
        if one.state == "outstanding"
    }
    assert bound == {("2022-01", "m2"), ("2022-01", "m3"), ("2022-02", "m1")}


@given(size=st.integers(1, 4), number=st.integers(1, 7))
def test_everybody_has_one_turn_a_round(size: int, number: int) -> None:
    roster = [f"m{n}" for n in range(number)]
    turns = turns_of({"starts": "2022-01-03", "size": size, "rest": "short"}, {"type": "member"})
    days = [date.fromordinal(date(2022, 1, 3).toordinal() + 7 * week) for week in range(-(-number // size))]
    served = [one for day in days for one in on_turn(turns, roster, rhythm_of("week"), day, Almanac())]
    assert sorted(served) == roster
    assert on_turn(turns, roster, rhythm_of("week"), date(2022, 1, 2), Almanac()) == frozenset()


@given(size=st.integers(1, 5), number=st.integers(1, 7), weeks=st.integers(1, 30))
def test_each_period_has_its_number_and_nobody_serves_twice_more_than_another(
    size: int, number: int, weeks: int
) -> None:
    roster = [f"m{n}" for n in range(number)]
    turns = turns_of({"starts": "2022-01-03", "size": size}, {"type": "member"})
    days = [date.fromordinal(date(2022, 1, 3).toordinal() + 7 * week) for week in range(weeks)]
    shifts = [on_turn(turns, roster, rhythm_of("week"), day, Almanac()) for day in days]
    assert {len(shift) for shift in shifts} == {min(size, number)}
    served = [sum(one in shift for shift in shifts) for one in roster]
    assert max(served) - min(served) <= 1


@pytest.mark.parametrize("period", ["term", "once", "event", "continuous"])
def test_there_are_no_turns_where_nothing_comes_round(with_duty: Add, period: str) -> None:
    assert ("turns", "bad_value") in refused(with_duty, SHIFT + f"period: {period}\nturns: {{starts: 2022-01-03}}")


def test_a_letter_that_names_only_the_office_it_went_to_is_to_be_answered(with_duty: Add) -> None:
    policy = with_duty(
        "kind: follow_up\nsubject: office\nperiod: year\nafter: {kinds: [contact], by: target}\nwithin: {days: 7}\n"
        "counts: {kinds: [talk]}\nlinked: false\n"
    )
    office, letter = {"type": "office", "id": "o1"}, {"kind": "contact", "on": "2021-05-01"}
    letters = [{"id": "p1", **letter, "target": office}, {"id": "p2", **letter, "target": "o1"}, {"id": "p3", **letter}]
    (one,) = found(policy, subjects=[office], records=letters)
    assert (one.state, one.min, one.missing, one.overdue) == ("outstanding", 2, ("p1", "p2"), True)


def test_what_names_nobody_is_nobodys_deed_but_everybodys(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nsubject: committee\nperiod: year\ncounts: {kinds: [visit], by: all}\nvalues: [{min: 1}]"
    )
    visits: list[dict[str, Any]] = [
        {"id": "r1", "kind": "visit", "on": "2021-05-01", "target": {"type": "person", "id": "h1"}},
        {"id": "r2", "kind": "visit", "on": "2021-05-02"},
        {"id": "r3", "kind": "visit", "on": "2021-05-03", "participants": [{"subject": "m1", "role": "absent"}]},
    ]
    (one,) = found(policy, records=visits)
    assert (one.subject, one.counted, one.records) == ("self", 3, ("r1", "r2", "r3"))
    (own,) = found(with_duty("kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]"), records=visits)
    assert own.counted == 0


@pytest.mark.parametrize("target", ["h1", {"type": "constituent", "id": "h1"}])
@pytest.mark.parametrize("told", ["link", "local link", "another record"])
def test_a_target_is_of_the_type_the_sheet_gives_it_elsewhere(
    with_duty: Add, target: Any, told: str, small: Path
) -> None:
    header = (small / "policy.yaml").read_text(encoding="utf-8")
    local = "local: {links: {neighbour: {title: 结对邻里, is_a: constituent}}}\n"
    policy = with_duty(
        "kind: count\nsubject: member\nperiod: year\ncounts: {kinds: [visit], target_types: [constituent]}\nvalues: [{min: 1}]",
        policy=header + local,
    )
    visit = {"id": "r1", "kind": "visit", "on": "2021-05-01", "participants": [{"subject": "m1"}], "target": target}
    stated = {"id": "r2", "kind": "contact", "on": "2021-06-01", "target": {"type": "constituent", "id": "h1"}}
    kind = "neighbour" if told == "local link" else "constituent"
    (one,) = found(
        policy,
        records=[visit, stated] if told == "another record" else [visit],
        links=[{"id": "l1", "kind": kind, "from": "m1", "to": "h1"}] if "link" in told else [],
    )
    assert one.counted == 1
