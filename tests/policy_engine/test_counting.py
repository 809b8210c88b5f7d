"""What a record must be to count, and how much it counts: sizes, results, exceptions, sums and shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import (
    Policy,
    TemplateErrors,
    Verdict,
    compare,
    evaluate,
    explain,
    load_overlay,
    load_template,
    resolve,
)
from policy_engine.shares import portion, share_of
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.test_judge import record, verdicts

Add = Callable[..., Policy]
AS_OF = date(2021, 11, 30)


def one(policy: Policy, *records: dict[str, Any], **facts: Any) -> Verdict:
    (found,) = verdicts(policy, *records, **facts)
    return found


def yearly(counts: str, least: str = "1") -> str:
    return f"kind: count\nperiod: year\ncounts: {counts}\nvalues: [{{min: {least}}}]"


@pytest.mark.parametrize(
    ("counts", "passing", "failing"),
    [
        ("{kinds: [research], tags: [key_topic]}", {"tags": ["key_topic", "livelihood"]}, {"tags": ["livelihood"]}),
        ("{kinds: [research], results: [filed, adopted]}", {"results": ["adopted"]}, {}),
        ("{kinds: [research], at_least: {people: 20}}", {"amounts": {"people": 20}}, {"amounts": {"people": 19}}),
        ("{kinds: [research], at_least: {people: 20}}", {"amounts": {"people": 20.5}}, {"amounts": {"hours": 30}}),
        ("{kinds: [research], without: {modes: [online]}}", {"mode": "offline"}, {"mode": "online"}),
        ("{kinds: [research], without: {tags: [livelihood]}}", {}, {"tags": ["key_topic", "livelihood"]}),
        ("{kinds: [research], confirmed: any}", {"confirmed": False}, {"on": "2020-12-31"}),
    ],
)
def test_what_a_record_must_be_to_count(
    with_duty: Add, counts: str, passing: dict[str, Any], failing: dict[str, Any]
) -> None:
    policy = with_duty(yearly(counts))
    found = one(policy, record(1, "research", **passing), record(2, "research", **failing))
    assert (found.counted, found.records, found.state) == (1, ("r1",), "met")


def test_an_exception_excepts_only_what_has_all_of_it(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [visit], without: {roles: [participant], modes: [phone]}}"))
    rows = [record(1, "visit", mode="phone"), record(2, "visit", mode="phone", role="host"), record(3, "visit")]
    assert one(policy, *rows).records == ("r2", "r3")


def test_a_local_kind_may_be_excepted_from_its_parent(small: Path) -> None:
    text = (
        small / "policy.yaml"
    ).read_text() + "local: {kinds: {doorstep: {title: 上门, is_a: visit}}, tags: {flood: 防汛}}\n"
    duty = "id: d\ntitle: 某事\nclauses: [X-1]\n" + yearly("{kinds: [visit], without: {kinds: [doorstep]}}")
    policy = resolve(load_template(write(small, {"policy.yaml": text, "duties/d.yaml": duty})))
    assert one(policy, record(1, "doorstep"), record(2, "visit", tags=["flood"])).records == ("r2",)


def test_the_post_of_the_day_decides(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [visit], posts: [chairperson]}"))
    posts = [{"kind": "chairperson", "from": "2021-03-01", "until": "2021-06-01"}]
    days = ("2021-02-28", "2021-03-01", "2021-05-31", "2021-06-01")
    rows = [record(number, "visit", day) for number, day in enumerate(days, 1)]
    assert one(policy, *rows, subjects=[{"type": "member", "id": "m1", "posts": posts}]).records == ("r2", "r3")


def test_every_member_acts_as_a_member(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [visit], posts: [member]}"))
    assert one(policy, record(1, "visit")).counted == 1


def test_sectors_are_those_of_whoever_acted(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [visit], sectors: [edu]}"))
    people = [{"type": "member", "id": "m1", "sector": "edu"}, {"type": "member", "id": "m2", "sector": "law"}]
    found = verdicts(policy, record(1, "visit"), record(2, "visit", by="m2"), subjects=people)
    assert [verdict.counted for verdict in found] == [1, 0]


def test_hours_add_up_exactly_and_a_participants_own_stand_before_the_records(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [training], count: {sum: hours}}", "24"))
    rows = [record(n, "training", amounts={"hours": 0.1}) for n in range(1, 11)]  # ten tenths are one
    rows.append(record(11, "training", amounts={"hours": 8, "people": 40}))
    rows[-1]["participants"] = [{"subject": "m1", "amounts": {"hours": 6.5}}]
    found = one(policy, *rows)
    assert (found.counted, found.outstanding, found.state) == (7.5, 16.5, "outstanding")
    assert isinstance(one(policy, *rows[:-1]).counted, int)


def test_a_record_without_the_amount_stands_for_nothing(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [training], count: {sum: hours}}"))
    found = one(policy, record(1, "training"), record(2, "training", amounts={"hours": 1}))
    assert (found.counted, found.records) == (1, ("r2",))


def test_days_count_once_each(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [duty_shift], count: days}", "2"))
    days = ("2021-05-01", "2021-05-01", "2021-05-02")
    assert one(policy, *(record(n, "duty_shift", day) for n, day in enumerate(days))).counted == 2


def signed(number: int, *authors: str, **more: Any) -> dict[str, Any]:
    """The first leads, the others sign with them."""
    people = [{"subject": name, "role": "co_signer" if place else "lead"} for place, name in enumerate(authors)]
    return {"id": f"p{number}", "kind": "proposal", "on": "2021-05-05", "participants": people, **more}


@pytest.mark.parametrize(
    ("share", "wanted"),
    [
        ("equal", [Fraction(1, 3)] * 3),
        ('{lead: "3/5", co_signer: "2/5"}', [0.6, 0.2, 0.2]),
        ('{each: {lead: 1, co_signer: "1/2"}}', [1, 0.5, 0.5]),
        ('{order: [1, "1/2", 0.25]}', [1, 0.5, 0.25]),
        ("{order: [1, 0]}", [1, 0, 0]),
        ("{each: {lead: 1}}", [1, 0, 0]),
    ],
)
def test_a_record_is_shared_among_its_authors(with_duty: Add, share: str, wanted: list[float]) -> None:
    policy = with_duty(yearly(f"{{kinds: [proposal], share: {share}}}"))
    people = [{"type": "member", "id": f"m{n}"} for n in (1, 2, 3)]
    found = verdicts(policy, signed(1, "m1", "m2", "m3"), subjects=people)
    assert [verdict.counted for verdict in found] == [round(float(number), 4) for number in wanted]


def test_three_thirds_are_one(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [proposal], share: equal}"))
    people = [{"type": "member", "id": f"m{n}"} for n in (1, 2, 3)]
    found = verdicts(policy, *(signed(n, "m1", "m2", "m3") for n in (1, 2, 3)), subjects=people)
    assert [(verdict.counted, verdict.state) for verdict in found] == [(1, "met")] * 3


def test_who_signs_alone_has_the_whole_record(with_duty: Add) -> None:
    policy = with_duty(yearly('{kinds: [proposal], share: {lead: "3/5", co_signer: "2/5"}}'))
    assert one(policy, signed(1, "m1")).counted == 1


def test_the_sector_that_hands_in_takes_nothing_from_its_members(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [proposal], share: equal}"))
    people = [{"type": "member", "id": "m1"}, {"type": "sector", "id": "s1"}]
    assert one(policy, signed(1, "s1", "m1"), subjects=people).counted == 1


def test_amounts_are_shared_too(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [practical_deed], share: equal, count: {sum: households}}"))
    shared = {"id": "d1", "kind": "practical_deed", "on": "2021-05-05", "amounts": {"households": 5}}
    people = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}]
    found = verdicts(policy, {**shared, "participants": [{"subject": "m1"}, {"subject": "m2"}]}, subjects=people)
    assert [verdict.counted for verdict in found] == [2.5, 2.5]


def test_in_any_of_a_record_counts_once_where_it_counts_most(with_duty: Add) -> None:
    text = """kind: any_of
period: year
values: [{min: 1.5}]
parts:
  - {id: shared, counts: {kinds: [proposal], share: equal}}
  - {id: led, counts: {kinds: [proposal], roles: [lead], results: [filed]}}
"""
    people = [{"type": "member", "id": "m1"}, {"type": "member", "id": "m2"}]
    found = verdicts(with_duty(text), signed(1, "m1", "m2", results=["filed"]), signed(2, "m2", "m1"), subjects=people)
    assert [(verdict.counted, verdict.outstanding) for verdict in found] == [(1.5, 0), (1, 0.5)]


def test_an_overlay_changes_what_counts_from_its_day_on(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [research], at_least: {people: 20}, without: {modes: [online]}}", "2"))
    overlay = {
        "overlay": "o",
        "base": "small",
        "from": "2021-06-01",
        "document": "县〔2021〕2号",
        "reason": "人少",
        "decided_by": "standing_committee",
        "operations": [
            {"op": "set", "path": "duty.d.at_least", "value": {"people": 10}},
            {"op": "set", "path": "duty.d.without", "value": None},
            {"op": "set", "path": "duty.d.share", "value": "equal"},
        ],
    }
    changed = resolve(policy, [load_overlay(overlay)])
    few = {"amounts": {"people": 12}, "mode": "online"}
    assert one(
        changed, record(1, "research", "2021-05-01", **few), record(2, "research", **{"on": "2021-06-02", **few})
    ).records == ("r2",)
    shown = {entry["id"]: entry for entry in changed.elements_json()}["duty.d"]["values"]
    assert [source["document"] for source in shown["at_least"]["provenance"]] == ["某协〔2021〕1号", "县〔2021〕2号"]
    differing = {line["id"] for line in compare(policy, changed)["parameters"] if line["state"] != "same"}
    assert differing == {"duty.d.at_least", "duty.d.without", "duty.d.share"}


def test_an_overlays_share_must_fit_as_well(with_duty: Add) -> None:
    policy = with_duty(yearly("{kinds: [proposal], count: days}"))
    overlay = {
        "overlay": "o", "base": "small", "from": "2021-06-01", "document": "x", "reason": "y", "decided_by": "standing_committee",
        "operations": [{"op": "set", "path": "duty.d.share", "value": "equal"}],
    }  # fmt: skip
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [load_overlay(overlay)])
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [("unknown_key", "duty.d.share")]


def test_explain_says_how_a_record_counts(with_duty: Add) -> None:
    text = yearly(
        '{kinds: [proposal], posts: [member], at_least: {people: 2}, without: {results: [filed]}, confirmed: any,'
        ' share: {lead: "3/5", co_signer: "2/5"}, count: {sum: hours}}', "1.5",
    )  # fmt: skip
    said = explain(with_duty(text), "d")["sentence"]
    for piece in ("每次至少 2 人", "立案的除外", "待确认的也算", "领衔算五分之三、联名算五分之二", "合计至少 1.5 学时"):
        assert piece in said


@pytest.mark.parametrize(
    ("counts", "least", "code", "key"),
    [
        ("{kinds: [visit], without: {}}", "1", "bad_value", "counts.without"),
        ("{kinds: [visit], without: {links: [constituent]}}", "1", "kinds_or_links", "counts.without.links"),
        ("{kinds: [visit], share: {lead: 0.5, co_signer: 0.4}}", "1", "bad_value", "counts.share"),
        ("{kinds: [visit], share: {lead: x}}", "1", "bad_value", "counts.share.lead"),
        ("{kinds: [visit], share: {order: []}}", "1", "bad_value", "counts.share.order"),
        ("{kinds: [visit], share: even}", "1", "unknown_word", "counts.share"),
        ("{kinds: [visit], roles: [lead, host], share: {lead: 1}}", "1", "missing_key", "counts.share"),
        ("{kinds: [visit], count: targets, share: equal}", "1", "unknown_key", "counts.share"),
        ("{kinds: [visit], count: {sum: apples}}", "1", "unknown_word", "counts.count.sum"),
        ("{kinds: [visit], at_least: {apples: 2}}", "1", "unknown_word", "counts.at_least"),
        ("{kinds: [visit], tags: [apples]}", "1", "unknown_word", "counts.tags.0"),
        ("{kinds: [visit]}", "1.5", "wrong_type", "values.0.min"),
        ("{links: [constituent], tags: [key_topic]}", "1", "unknown_key", "counts.tags"),
        ("{links: [constituent], count: days}", "1", "unknown_key", "counts.count"),
        ("{kinds: [visit], confirmed: never}", "1", "unknown_word", "counts.confirmed"),
    ],
)
def test_what_would_count_nothing_is_refused(with_duty: Add, counts: str, least: str, code: str, key: str) -> None:
    with pytest.raises(TemplateErrors) as caught:
        with_duty(yearly(counts, least))
    (fault,) = caught.value.errors
    assert (fault.file, fault.code, fault.key, bool(fault.remedy), fault.line > 0) == (
        "duties/d.yaml",
        code,
        key,
        True,
        True,
    )


@pytest.mark.parametrize("amounts", [{"apples": 1}, {"hours": -1}, {"hours": "many"}])
def test_odd_amounts_are_refused(with_duty: Add, amounts: dict[str, Any]) -> None:
    with pytest.raises(TemplateErrors):
        one(with_duty(yearly("{kinds: [visit]}")), record(1, "visit", amounts=amounts))


CREWS = st.dictionaries(st.sampled_from(["lead", "co_signer", "group_member"]), st.integers(1, 5), min_size=1)


@given(crew=CREWS, lead=st.fractions(Fraction(1, 9), Fraction(8, 9)))
def test_what_is_divided_adds_up_to_the_whole(crew: dict[str, int], lead: Fraction) -> None:
    for share in (share_of("equal"), share_of({"lead": str(lead), "co_signer": str(1 - lead)})):
        assert share is not None
        parts = sum(portion(share, role, None, crew) * number for role, number in crew.items())
        nobody = share.by == "portions" and not {"lead", "co_signer"} & crew.keys()
        assert parts == (0 if nobody else 1)


@settings(deadline=None, max_examples=20)
@given(numbers=st.lists(st.sampled_from([0, 0.1, 0.5, 3]), max_size=12))
def test_another_record_never_lowers_a_sum(numbers: list[float]) -> None:
    policy = _hours()
    counted = [
        next(
            verdict.counted
            for verdict in evaluate(policy, {"subjects": [{"type": "member", "id": "m1"}], "records": rows}, AS_OF)
            if verdict.duty == "d"
        )
        for size in range(len(numbers) + 1)
        for rows in [[record(n, "training", amounts={"hours": hours}) for n, hours in enumerate(numbers[:size])]]
    ]
    assert counted == sorted(counted)


def _hours() -> Policy:
    """Made once; a fixture would be made anew for each example's function."""
    if not POLICIES:
        duty = "id: d\ntitle: 某事\nclauses: [X-1]\n" + yearly("{kinds: [training], count: {sum: hours}}")
        with TemporaryDirectory() as folder:
            POLICIES.append(resolve(load_template(write(Path(folder), {**SMALL, "duties/d.yaml": duty}))))
    return POLICIES[0]


POLICIES: list[Policy] = []
