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


# Several years running

YEARS = "kind: consecutive\nperiod: year\nof: visits\nvalues: [{max: 1}]\n"
LONG_AGO = {"subjects": [{"type": "member", "id": "m1", "from": "2018-01-01"}]}


@pytest.fixture
def since_2018(small: Path) -> None:
    header = (small / "policy.yaml").read_text(encoding="utf-8")
    write(small, {"policy.yaml": header.replace("in_force_from: 2021-01-01", "in_force_from: 2018-01-01")})


def twice(year: int) -> list[dict[str, Any]]:
    return [did(f"v{year}{n}", "visit", f"{year}-05-0{n}", "m1") for n in (1, 2)]


@pytest.mark.parametrize(
    ("met", "as_of", "said"),
    [
        ((), "2022-12-31", ("exceeded", 2, "连续 2 期:2021、2022")),
        ((2021,), "2022-12-31", ("met", 1, "连续 1 期:2022")),
        ((2022,), "2022-12-31", ("met", 0, None)),
        ((2020,), "2022-06-30", ("met", 1, "连续 1 期:2021")),  # this year is not over
    ],
)
def test_two_years_running_are_one_too_many(
    since_2018: None, with_duty: Add, met: tuple[int, ...], as_of: str, said: tuple[str, int, str | None]
) -> None:
    records = [one for year in met for one in twice(year)]
    (one,) = of(with_duty(YEARS), *records, as_of=as_of, **LONG_AGO)
    assert (one.state, one.counted, one.reason) == said


def test_a_year_that_was_waived_or_asked_nothing_is_passed_over(since_2018: None, with_duty: Add, small: Path) -> None:
    visits = (small / "duties/visits.yaml").read_text(encoding="utf-8")
    policy = with_duty(YEARS.replace("max: 1", "max: 2"), **{"duties/visits": visits + "waivable: true\n"})
    excused = [{"subject": "m1", "duty": "visits", "period": "2021", "reason": "病假"}]
    (one,) = of(policy, as_of="2022-12-31", waivers=excused, **LONG_AGO)
    assert one.reason == "连续 2 期:2020、2022"
    new = [{"type": "member", "id": "m1", "from": "2022-11-01"}]
    (none,) = of(policy, as_of="2022-11-30", subjects=new)
    assert (none.state, none.reason) == ("not_applicable", "“走访”还没有过完的一期可看")


def test_a_grade_running_lowers_the_next(since_2018: None, with_duty: Add, small: Path) -> None:
    table = (
        "id: points\ntitle: 计分\nclauses: [X-1]\nkind: score\nperiod: year\n"
        "parts: [{id: a, counts: {kinds: [visit]}, points: 30}]\n"
        "grades: [{id: good, title: 好, from: 60}, {id: poor, title: 差, from: 0}]\n"
    )
    write(small, {"duties/points.yaml": table})
    policy = with_duty(YEARS.replace("visits", "points") + "when: {grades: [poor]}\n")
    (one,) = of(policy, *twice(2020), as_of="2022-12-31", **LONG_AGO)
    assert (one.state, one.counted) == ("exceeded", 2)
    (better,) = of(changed(policy, "duty.d.max", 2), as_of="2022-12-31", **LONG_AGO)
    assert better.state == "exceeded"  # 2020 to 2022
    (other,) = of(changed(policy, "duty.d.when", {"grades": ["good"]}), *twice(2022), as_of="2022-12-31", **LONG_AGO)
    assert (other.state, other.counted) == ("met", 1)
    assert "“计分”连续差不超过 1 期" in explain(policy, "d")["sentence"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (YEARS.replace("of: visits", "of: nothing"), ("of", "unknown_duty")),
        (YEARS.replace("of: visits", "of: d"), ("of", "unknown_duty")),
        (YEARS + "when: {grades: [poor]}", ("when.grades.0", "unknown_grade")),
        (YEARS + "subject: sector", ("of", "bad_value")),
        (YEARS.replace("of: visits\n", ""), ("of", "missing_key")),
    ],
)
def test_a_row_of_nothing_is_refused(with_duty: Add, text: str, fault: tuple[str, str]) -> None:
    assert fault in refused(with_duty, text)


# Leave

RATE = "kind: proportion\nperiod: year\ncounts: {kinds: [meeting], roles: [participant]}\nvalues: [{percent: 80}]\n"
ALL, OWN = (
    "out_of: {kinds: [meeting], by: all}\n",
    "out_of: {kinds: [meeting], roles: [participant, absent, on_leave]}\n",
)


def meetings(*roles: str) -> list[dict[str, Any]]:
    return [
        did(f"r{n}", "meeting", f"2021-0{n}-10", {"subject": "m1", "role": role}, {"subject": "m2"})
        for n, role in enumerate(roles, 1)
    ]


PEOPLE = {"subjects": [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}]}


@pytest.mark.parametrize("whole", [ALL, OWN])
def test_leave_may_be_left_out_of_the_whole(with_duty: Add, whole: str) -> None:
    records = meetings("participant", "on_leave", "absent")
    (usual,) = of(with_duty(RATE + whole), *records, **PEOPLE)
    assert (usual.numerator, usual.denominator) == (1, 3)
    policy = with_duty(RATE + whole + "leave: excluded\n")
    (one,) = of(policy, *records, **PEOPLE)
    assert (one.numerator, one.denominator, one.outstanding) == (1, 2, 1)
    assert "请假的不算在内" in explain(policy, "d")["sentence"]
    (again,) = of(changed(policy, "duty.d.leave", "counted"), *records, **PEOPLE)
    assert again.denominator == 3


def test_days_of_absence_are_leave_unless_one_came(with_duty: Add) -> None:
    away = [
        {"type": "member", "id": "m1", "absences": [{"from": "2021-01-01", "until": "2021-03-01"}]},
        {"type": "member", "id": "m2"},
    ]
    records = meetings("participant", "absent", "participant")
    (one,) = of(with_duty(RATE + ALL + "leave: excluded\n"), *records, subjects=away)
    assert (one.numerator, one.denominator, one.state) == (2, 2, "met")


# Handed over


def test_a_successor_goes_on_where_the_link_was_handed_over(with_duty: Add) -> None:
    text = "kind: coverage\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{percent: 100, each: 2}]\npopulation: "
    links = [
        {"id": "l1", "kind": "constituent", "from": "m2", "to": "p1", "since": "2020-01-01", "until": "2021-06-01"},
        {"id": "l2", "kind": "constituent", "from": "m1", "to": "p1", "since": "2021-06-01"},
    ]
    target = {"type": "constituent", "id": "p1"}
    records = [
        did("v1", "visit", "2021-03-01", "m2", target=target),
        did("v2", "visit", "2021-07-01", "m1", "m2", target=target),
    ]
    (alone,) = of(with_duty(text + "{links: [constituent]}"), *records, links=links, **PEOPLE)
    assert (alone.state, alone.missing) == ("outstanding", ("p1",))
    policy = with_duty(text + "{links: [constituent], handover: true}")
    (one,) = of(policy, *records, links=links, **PEOPLE)
    assert (one.state, one.records) == ("met", ("v1", "v2"))
    (short,) = of(policy, records[1], links=links, **PEOPLE)
    assert short.state == "outstanding"  # what both did is one
    (gone,) = of(policy, *records, who="m2", links=links, **PEOPLE)
    assert gone.state == "not_applicable"
    assert policy.duty("d").needs_others
    assert "前任" in explain(policy, "d")["sentence"]


def test_a_handover_needs_links_of_ones_own(with_duty: Add) -> None:
    text = "kind: coverage\nsubject: committee\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{percent: 100}]\n"
    assert ("population.handover", "unknown_key") in refused(
        with_duty, text + "population: {type: member, handover: true}"
    )
