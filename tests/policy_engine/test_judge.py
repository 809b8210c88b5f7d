"""Counting and judging, kind by kind, with sums small enough to do by head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import (
    Policy,
    TemplateErrors,
    Verdict,
    count,
    evaluate,
    load_overlay,
    resolve,
    tallies,
)
from policy_engine.facts import rows
from tests.policy_engine.shipped import shipped

Add = Callable[..., Policy]
GUANGZHOU = resolve(shipped("guangzhou-2020"))


def record(number: int, kind: str, on: str = "2021-05-05", *, by: str = "m1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "kind": kind,
        "on": on,
        "participants": [{"subject": by, "role": more.pop("role", "participant")}],
        **more,
    }


def verdicts(policy: Policy, *records: dict[str, Any], as_of: date = date(2021, 11, 30), **facts: Any) -> list[Verdict]:
    sheet = {"subjects": [{"type": "member", "id": "m1"}], "records": list(records), **facts}
    return [one for one in evaluate(policy, sheet, as_of) if one.duty == "d"]


def test_parts_of_any_of_add_up(with_duty: Add) -> None:
    text = "kind: any_of\nperiod: year\nvalues: [{min: 3}]\nparts: [{id: a, counts: {kinds: [visit]}}, {id: b, counts: {kinds: [talk]}}]"
    (one,) = verdicts(with_duty(text), record(1, "visit"), record(2, "talk"))
    assert (one.state, one.counted, one.outstanding, [part["counted"] for part in one.parts]) == (
        "outstanding",
        2,
        1,
        [1, 1],
    )


def test_all_of_wants_every_part(with_duty: Add) -> None:
    text = "kind: all_of\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}}, {id: b, min: 2, counts: {kinds: [talk]}}]"
    (one,) = verdicts(with_duty(text), record(1, "visit"), record(2, "visit"))
    assert (one.state, one.counted, one.min, one.outstanding, one.missing) == ("outstanding", 1, 2, 2, ("b",))


def test_two_of_three_each_quarter(with_duty: Add) -> None:
    parts = "".join(f"\n  - {{id: {kind}, counts: {{kinds: [{kind}]}}}}" for kind in ("visit", "talk", "research"))
    policy = with_duty(f"kind: at_least_k_of\nperiod: quarter\nvalues: [{{k: 2}}]\nparts:{parts}")
    found = verdicts(
        policy, record(1, "visit", "2021-02-01"), record(2, "talk", "2021-03-31"), record(3, "visit", "2021-04-01")
    )
    assert [(one.period.key, one.state, one.outstanding, one.closed) for one in found] == [
        ("2021-Q1", "met", 0, True),
        ("2021-Q2", "outstanding", 1, True),
        ("2021-Q3", "outstanding", 2, True),
        ("2021-Q4", "outstanding", 2, False),
    ]


def test_distinct_targets_count_once(with_duty: Add) -> None:
    policy = with_duty(
        "kind: range\nperiod: month\nvalues: [{min: 1, max: 2}]\ncounts: {kinds: [visit], count: targets}"
    )
    targets = ["p1", "p1", "p2", "p3", None]
    found = verdicts(
        policy,
        *(
            record(n, "visit", "2021-11-02", target=target and {"type": "person", "id": target})
            for n, target in enumerate(targets)
        ),
    )
    assert (found[-1].counted, found[-1].over, found[-1].state) == (4, 2, "met")
    assert [one.period.key for one in found] == [f"2021-{month:02}" for month in range(1, 12)]


@pytest.mark.parametrize("force", ["encouraged", "explore", "may", "info"])
def test_what_is_not_required_is_counted_and_never_owed(with_duty: Add, force: str) -> None:
    (one,) = verdicts(
        with_duty(f"kind: count\nforce: {force}\nperiod: year\nvalues: [{{min: 2}}]\ncounts: {{kinds: [visit]}}")
    )
    assert (one.state, one.outstanding) == ("counted", 0)


def test_a_waiver_only_where_the_rule_bends(with_duty: Add) -> None:
    policy = with_duty("kind: count\nforce: in_principle\nperiod: year\nvalues: [{min: 1}]\ncounts: {kinds: [visit]}")
    waivers = [{"subject": "m1", "duty": "d", "period": "2021", "reason": "病假"}]
    assert verdicts(policy, waivers=waivers)[0].state == "waived"
    assert verdicts(policy, record(1, "visit"), waivers=waivers)[0].state == "met"
    with pytest.raises(TemplateErrors) as caught:
        verdicts(policy, waivers=[{"subject": "m1", "duty": "visits", "period": "2021"}])
    assert caught.value.errors[0].code == "not_waivable"


def test_a_post_held_on_any_day_of_the_period_binds(with_duty: Add) -> None:
    text = "kind: count\nsubject: {type: member, posts: [standing_member]}\nperiod: half_year\nvalues: [{min: 1}]\ncounts: {kinds: [symposium]}"
    posts = [{"kind": "standing_member", "from": "2021-06-30", "until": "2021-07-01"}]
    found = verdicts(with_duty(text), subjects=[{"type": "member", "id": "m1", "posts": posts}])
    assert [one.state for one in found] == ["outstanding", "not_applicable"]


def test_the_rule_of_the_periods_last_day_judges_it(with_duty: Add) -> None:
    policy = with_duty(
        "kind: count\nperiod: month\nvalues: [{from: 2021-02-15, min: 1}, {from: 2021-03-31, min: 2}]\ncounts: {kinds: [visit]}"
    )
    found = verdicts(policy, as_of=date(2021, 4, 1))
    assert [(one.state, one.min) for one in found] == [
        ("not_applicable", None),
        ("outstanding", 1),
        ("outstanding", 2),
        ("outstanding", 2),
    ]


def test_the_rule_of_the_records_day_says_whether_it_counts(with_duty: Add) -> None:
    """From July talks count beside visits: the talk of June stays out, the one of July is in; a person met twice is one."""
    policy = with_duty("kind: count\nperiod: year\nvalues: [{min: 9}]\ncounts: {kinds: [visit], count: targets}")
    change = {"op": "set", "path": "duty.d.kinds", "value": ["visit", "talk"]}
    head = {
        "overlay": "o",
        "base": "small",
        "decided_by": "standing_committee",
        "reason": "x",
        "from": "2021-07-01",
        "operations": [change],
    }
    entries = [
        ("visit", "2021-02-01", "p1"),
        ("talk", "2021-06-30", "p2"),
        ("talk", "2021-07-01", "p1"),
        ("talk", "2021-08-01", "p3"),
    ]
    records = [record(n, kind, on, target={"type": "person", "id": who}) for n, (kind, on, who) in enumerate(entries)]
    (one,) = verdicts(resolve(policy, [load_overlay(head)]), *records)
    assert (one.counted, one.records) == (2, ("r0", "r2", "r3"))


def test_guangzhous_member_duties_share_no_kind_so_nothing_counts_twice() -> None:
    kinds = [
        kind
        for duty in GUANGZHOU.duties
        if duty.subject.type == "member" and duty.judged and duty.where
        for kind in duty.where.kinds
    ]
    assert len(kinds) == len(set(kinds))


def test_a_year_may_begin_in_july(small: Any, with_duty: Add) -> None:
    file = small / "policy.yaml"
    file.write_text(file.read_text().replace("settings:", "settings:\n  year_start_month: 7"))
    policy = with_duty("kind: count\nperiod: half_year\nvalues: [{min: 1}]\ncounts: {kinds: [visit]}")
    found = verdicts(policy, as_of=date(2022, 2, 1))
    assert [(one.period.key, one.period.start) for one in found] == [
        ("2021-H1", date(2021, 7, 1)),
        ("2021-H2", date(2022, 1, 1)),
    ]


def test_part_year_members_owe_their_share_only_where_the_policy_says_so(with_duty: Add) -> None:
    text = "kind: count\nperiod: year\npro_rata: {}\nvalues: [{{min: 4}}]\ncounts: {{kinds: [visit]}}"
    joined = [{"type": "member", "id": "m1", "from": "2021-07-02"}]
    assert verdicts(with_duty(text.format("false")), subjects=joined)[0].outstanding == 4
    assert (
        verdicts(with_duty(text.format("true")), subjects=joined)[0].outstanding == 3
    )  # 183 of 365 days: 4 × 183 / 365 = 2.005, rounded up


def test_local_kinds_count_as_what_they_are(small: Any, with_duty: Add) -> None:
    file = small / "policy.yaml"
    file.write_text(
        file.read_text()
        + "local: {kinds: {doorstep: {title: 上门, is_a: visit}, night: {title: 夜访, is_a: doorstep}}}\n"
    )
    policy = with_duty("kind: count\nperiod: year\nvalues: [{min: 2}]\ncounts: {kinds: [visit]}")
    (one,) = verdicts(policy, record(1, "doorstep"), record(2, "night"))
    assert (one.state, one.records) == ("met", ("r1", "r2"))


def test_an_organiser_takes_part_and_a_record_counts_once(with_duty: Add) -> None:
    policy = with_duty("kind: count\nperiod: year\nvalues: [{min: 2}]\ncounts: {kinds: [talk]}")
    (one,) = verdicts(policy, record(1, "talk", organiser={"type": "member", "id": "m1"}))
    assert one.counted == 1


def test_coverage_by_the_one_who_is_linked(with_duty: Add) -> None:
    policy = with_duty(
        "kind: coverage\nsubject: committee\npopulation: {type: member, except_posts: [chairperson]}\nperiod: continuous\n"
        "counts: {links: [council_to_standing], by: target}\nvalues: [{percent: 60}]"
    )
    subjects = [
        {"type": "member", "id": "boss", "posts": ["chairperson"]},
        *({"type": "member", "id": f"m{n}"} for n in range(3)),
    ]
    links = [{"id": "l1", "kind": "council_to_standing", "from": "boss", "to": "m0"}]
    (one,) = verdicts(policy, subjects=subjects, links=links)
    # 60 % of 3 is 1.8, so 2 are needed and 1 is owed
    assert (one.subject, one.numerator, one.denominator, one.outstanding, one.missing) == (
        "self",
        1,
        3,
        1,
        ("m1", "m2"),
    )


@pytest.mark.parametrize(
    ("venue", "link", "covered"),
    [
        ({}, {}, 1),
        ({"kind": "online_studio"}, {}, 0),
        ({"mode": "online"}, {}, 0),
        ({"mode": "hybrid"}, {}, 1),
        ({}, {"mode": "online"}, 0),
    ],
)
def test_residency_is_where_the_venue_is_unless_the_link_says_otherwise(
    venue: dict[str, Any], link: dict[str, Any], covered: int
) -> None:
    policy = resolve(shipped("yiyang-2021"))
    facts = {
        "subjects": [{"type": "member", "id": "m1"}, {"type": "venue", "id": "v1", **venue}],
        "links": [{"id": "l1", "kind": "residency", "from": "m1", "to": "v1", **link}],
    }
    (one,) = [one for one in evaluate(policy, facts, date(2022, 11, 30)) if one.duty == "residency"]
    assert one.numerator == covered


def test_an_unlisted_checklist_wants_a_number_of_items(with_duty: Add) -> None:
    policy = with_duty(
        "kind: checklist\nperiod: continuous\nchecklist: tens",
        checklists="checklists: {tens: {title: 十有, items: [], size: 3}}",
    )
    checks = [
        {"id": f"k{n}", "subject": "m1", "checklist": "tens", "item": item, "met_on": "2020-01-01"}
        for n, item in enumerate("aab")
    ]
    (one,) = verdicts(policy, checks=checks)
    assert (one.counted, one.min, one.outstanding) == (2, 3, 1)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"records": [record(1, "vist")]}, "unknown_word"),
        ({"records": [record(1, "visit", "2021-13-01")]}, "bad_date"),
        ({"records": [record(1, "visit"), record(1, "talk")]}, "duplicate_id"),
        ({"records": [record(1, "visit", by="nobody")]}, "unknown_subject"),
        ({"subjects": [{"type": "planet", "id": "m1"}]}, "unknown_word"),
        ({"subjects": "everyone"}, "wrong_type"),
        ({"sheep": []}, "unknown_key"),
        ({"subjects": [{"type": "member", "id": " "}]}, "bad_id"),
        (
            {
                "subjects": [
                    {
                        "type": "member",
                        "id": "m1",
                        "posts": [{"kind": "member", "from": "2021-02-01", "until": "2021-01-01"}],
                    }
                ]
            },
            "backwards",
        ),
        ({"links": [{"id": "l1", "kind": "constituent", "from": "x", "to": "y"}]}, "unknown_subject"),
        (
            {
                "links": [
                    {
                        "id": "l1",
                        "kind": "constituent",
                        "from": "m1",
                        "to": "y",
                        "since": "2021-02-01",
                        "until": "2021-01-01",
                    }
                ]
            },
            "backwards",
        ),
        ({"waivers": [{"subject": "m1", "duty": "nothing", "period": "2021"}]}, "unknown_duty"),
    ],
)
def test_faulty_facts_are_refused(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        evaluate(GUANGZHOU, {"subjects": [{"type": "member", "id": "m1"}], **facts}, date(2021, 11, 30))
    assert code in {error.code for error in caught.value.errors}
    assert all(error.remedy for error in caught.value.errors)


kinds = st.sampled_from(["proposal", "opinion_report", "research", "station_visit", "visit", "grassroots_activity"])
days = st.dates(date(2020, 12, 1), date(2022, 1, 31)).map(date.isoformat)
people = st.sampled_from(["m1", "m2", "s1"])
participants = st.builds(
    lambda subject, role: {"subject": subject, "role": role},
    people,
    st.sampled_from(["lead", "co_signer", "participant", None]),
)
records = st.builds(
    lambda kind, on, who, organiser, confirmed: {"kind": kind, "on": on, "participants": who, "organiser": organiser, "confirmed": confirmed},
    kinds, days, st.lists(participants, max_size=3), st.sampled_from([None, {"type": "special_committee", "id": "c1"}, "s1"]), st.booleans(),
)  # fmt: skip
SUBJECTS = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}, {"type": "sector", "id": "s1"}]


def sheet(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"subjects": SUBJECTS, "records": [{"id": f"r{number}", **entry} for number, entry in enumerate(entries)]}


@settings(max_examples=80, deadline=None)
@given(entries=st.lists(records, max_size=12), more=records, as_of=st.dates(date(2021, 1, 1), date(2021, 12, 31)))
def test_adding_a_record_never_lowers_a_count(entries: list[dict[str, Any]], more: dict[str, Any], as_of: date) -> None:
    wanted = tallies(GUANGZHOU, as_of)
    before, after = (count(wanted, rows(sheet(some))) for some in (entries, [*entries, more]))
    assert all(after[pair].number >= counted.number for pair, counted in before.items())
    owed = [
        sum(one.outstanding for one in evaluate(GUANGZHOU, sheet(some), as_of)) for some in (entries, [*entries, more])
    ]
    assert owed[1] <= owed[0]


@settings(max_examples=40, deadline=None)
@given(entries=st.lists(records, max_size=10), as_of=st.dates(date(2021, 1, 1), date(2021, 12, 31)))
def test_verdicts_are_sorted_complete_and_do_not_depend_on_order(entries: list[dict[str, Any]], as_of: date) -> None:
    found = evaluate(GUANGZHOU, sheet(entries), as_of)
    keys = [(one.subject, one.duty, one.period.key) for one in found]
    assert keys == sorted(set(keys))
    turned = sheet(entries)
    turned["records"].reverse()
    assert evaluate(GUANGZHOU, turned, as_of) == found


def test_a_record_in_two_parts_of_any_of_counts_once(with_duty: Add) -> None:
    text = "kind: any_of\nperiod: year\nvalues: [{min: 2}]\nparts: [{id: a, counts: {kinds: [visit]}}, {id: b, counts: {kinds: [visit, talk]}}]"
    (one,) = verdicts(with_duty(text), record(1, "visit"))
    assert (one.counted, one.outstanding, one.records) == (1, 1, ("r1",))


@pytest.mark.parametrize(
    ("participants", "more", "authorship"),
    [
        ([("m1", "lead")], {}, "individual"),
        ([("m1", "lead"), ("m2", "co_signer")], {}, "joint"),
        ([("m1", "lead"), ("m2", "participant")], {}, "individual"),
        ([("m1", None), ("m2", None)], {"authorship": None}, "joint"),
        ([("m1", "lead"), ("m2", "co_signer")], {"authorship": "sector"}, "sector"),
        ([("m1", "lead")], {"kind": "visit"}, None),
    ],
)
def test_an_output_says_by_its_signers_how_it_was_written(
    participants: list[tuple[str, str | None]], more: dict[str, Any], authorship: str | None
) -> None:
    entry = {
        "id": "r1",
        "kind": "proposal",
        "on": "2021-05-05",
        "participants": [{"subject": name, "role": role} for name, role in participants],
        **more,
    }
    sheet = {"subjects": [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}], "records": [entry]}
    assert {row.authorship for row in rows(sheet)} == {authorship}


def test_who_is_named_without_a_role_has_led_an_output_and_taken_part_elsewhere(small: Any, with_duty: Add) -> None:
    header = small / "policy.yaml"
    header.write_text(header.read_text() + "local: {kinds: {letter: {title: 来信, is_a: proposal}}}\n")
    policy = with_duty(
        "kind: count\nperiod: year\ncounts: {kinds: [proposal], roles: [lead], authorship: [individual]}\nvalues: [{min: 3}]"
    )
    bare = [{"subject": "m1"}]
    (one,) = verdicts(
        policy,
        record(1, "proposal") | {"participants": bare},
        record(2, "letter") | {"participants": bare},
        record(3, "visit") | {"participants": bare},
    )
    assert (one.counted, one.records) == (2, ("r1", "r2"))


def test_self_may_be_named_where_no_committee_is_listed(with_duty: Add) -> None:
    reports = "reports:\n  yearly: {title: 报告, receivers: [party_group]}\n"
    policy = with_duty("kind: report_cycle\nreport: yearly\nsubject: committee\nperiod: year", reports=reports)
    check = {"id": "k1", "subject": "self", "checklist": "yearly", "item": "party_group", "met_on": "2021-02-02"}
    (one,) = verdicts(policy, checks=[check])
    assert (one.subject, one.state, one.records) == ("self", "met", ("k1",))


def test_nothing_is_missing_where_nothing_applies(with_duty: Add) -> None:
    text = "kind: all_of\nsubject: {type: member, posts: [chairperson]}\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}}]"
    (one,) = verdicts(with_duty(text))
    assert (one.state, one.missing) == ("not_applicable", ())


def test_two_thirds_of_three_are_two(with_duty: Add) -> None:
    policy = with_duty(
        "kind: coverage\nsubject: committee\npopulation: member\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{percent: 66.66}]"
    )
    subjects = [{"type": "member", "id": f"m{number}"} for number in (1, 2, 3)]
    (one,) = verdicts(policy, record(1, "visit"), record(2, "visit", by="m2"), subjects=subjects)
    assert (one.state, one.numerator, one.denominator, one.missing) == ("met", 2, 3, ("m3",))
