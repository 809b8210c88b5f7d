"""Who joined late in the year, due days of the month after, points for all other records, and what is refused beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, resolve
from policy_engine.directions import stricter
from policy_engine.due import due_day, said
from policy_engine.periods import Period
from policy_engine.plan import almanac_of

Add = Callable[..., Policy]
QUARTERS = "kind: count\nperiod: quarter\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"


def of(policy: Policy, *records: Any, as_of: str = "2021-12-31", since: str | None = None) -> list[Verdict]:
    sheet = {"subjects": [{"type": "member", "id": "m1", "from": since}], "records": list(records)}
    return [one for one in evaluate(policy, sheet, date.fromisoformat(as_of)) if one.duty == "d"]


def refused(with_duty: Add, text: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(text)
    return {(error.key, error.code) for error in caught.value.errors}


# Joined before a day of the year


@pytest.mark.parametrize(("since", "asked"), [("2021-06-30", 3), ("2021-07-01", 0), ("2020-11-01", 4), (None, 4)])
def test_those_who_joined_in_the_second_half_are_asked_nothing_that_year(
    with_duty: Add, since: str | None, asked: int
) -> None:
    policy = with_duty(QUARTERS + "subject: {type: member, joined: {before: 07-01}}")
    found = of(policy, since=since)
    assert sum(one.state != "not_applicable" for one in found) == asked
    if since == "2021-07-01":
        assert found[-1].reason == "2021-07-01 才任职，当年不作要求"
        assert {one.state for one in of(policy, since=since, as_of="2022-12-31")} == {"outstanding"}
    assert "当年 7 月 1 日以前任职" in explain(policy, "d")["sentence"]


def test_a_day_that_is_none(with_duty: Add) -> None:
    found = refused(with_duty, QUARTERS + "subject: {type: member, joined: {before: 02-30}}")
    assert found == {("subject.joined.before", "bad_date")}


# The fifth of the next month, or the working day after it


def test_a_day_of_the_month_after(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nperiod: month\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
        "due: {day: 5, after_end: true, working_days: true}"
    )
    found = {one.period.key: str(one.due) for one in of(policy)}
    assert (found["2021-05"], found["2021-08"]) == (
        "2021-06-07",
        "2021-09-06",
    )  # 5 June is a Saturday, 5 September a Sunday
    assert found["2021-11"] == "2021-12-06"
    assert "期满以后第一个月的 5 日以前（逢休息日顺延）" in explain(policy, "d")["sentence"]
    year = Period("2021", date(2021, 1, 1), date(2022, 1, 1))
    assert due_day({"day": 31, "after_end": True}, year, almanac_of(policy, date(2021, 5, 1))) == date(2022, 1, 31)
    assert said({"day": 5}, lambda _, word: word) == "每期最后一个月的 5 日以前"


# Points for the records a table does not name


def test_all_other_records_give_points_too(with_duty: Add) -> None:
    text = (
        "kind: score\nperiod: year\nvalues: [{base: 0}]\nparts:\n"
        "  - {id: a, title: 信息, counts: {kinds: [opinion_report]}, table: {adopted: 5, instructed: 10}, otherwise: 2}"
    )
    records = [
        {"id": name, "kind": "opinion_report", "on": "2021-05-01", "participants": ["m1"]} | results
        for name, results in {
            "x": {},
            "y": {"results": ["adopted"]},
            "z": {"results": ["adopted", "instructed"]},
            "w": {"results": ["published"]},
        }.items()
    ]
    policy = with_duty(text)
    (one,) = of(policy, *records)
    assert one.counted == 19  # 2 + 5 + 10 + 2
    assert "采用 5 分、领导批示 10 分、其余的得 2 分" in explain(policy, "d")["says"][1]["text"]
    operation = {"op": "set", "path": "duty.d.parts.a.otherwise", "value": 1}
    head = {"overlay": "o", "base": "small", "from": "2021-01-01", "document": "x", "reason": "y"}
    overlay = load_overlay({**head, "decided_by": "standing_committee", "operations": [operation]})
    assert of(resolve(policy, [overlay]), *records)[0].counted == 17
    line = "kind: score\nperiod: year\nvalues: [{base: 0}]\nparts:\n  - {id: a, counts: {kinds: [visit]}, points: 1, otherwise: 2}"
    assert refused(with_duty, line) == {("parts.0.otherwise", "unknown_key")}


# Said in right words, and yet nonsense


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (QUARTERS + "subject: {type: member, served: {months: 6}}", {("subject.served", "binds_nobody")}),
        (
            "kind: count\nperiod: day\ncounts: {kinds: [visit], count: days}\nvalues: [{min: 2}]",
            {("values.0.min", "bad_value")},
        ),
        (
            "kind: at_least_k_of\nperiod: year\nvalues: [{k: 2}]\nparts:\n"
            "  - {id: a, counts: {kinds: [visit]}}\n  - {id: b, counts: {kinds: [visit]}}",
            {("parts.1.counts", "bad_value")},
        ),
        (
            "kind: proportion\nperiod: year\nvalues: [{percent: 50}]\n"
            "counts: {kinds: [meeting], roles: [participant, absent]}\nout_of: {kinds: [meeting], roles: [participant]}",
            {("counts.roles", "wider_than_whole")},
        ),
        (
            "kind: proportion\nperiod: year\nvalues: [{percent: 50}]\ncounts: {kinds: [visit]}\nout_of: {kinds: [talk]}",
            {("counts.kinds", "wider_than_whole")},
        ),
        (
            "kind: proportion\nperiod: year\nvalues: [{percent: 50}]\n"
            "counts: {kinds: [visit]}\nout_of: {kinds: [visit], modes: [online]}",
            {("counts.modes", "wider_than_whole")},
        ),
    ],
)
def test_what_says_nothing_is_refused(with_duty: Add, text: str, found: set[tuple[str, str]]) -> None:
    assert refused(with_duty, text) == found


def test_a_share_of_links_is_one_of_links(with_duty: Add) -> None:
    with_duty(
        "kind: proportion\nperiod: continuous\nvalues: [{percent: 50}]\n"
        "counts: {links: [residency], modes: [online]}\nout_of: {links: [residency]}"
    )


def test_a_larger_size_is_stricter() -> None:
    assert stricter("at_least", {"people": 10}, {"people": 15, "hours": 2})
    assert not stricter("at_least", {"people": 10}, {"people": 5})
    assert not stricter("at_least", {"people": 10}, None)
