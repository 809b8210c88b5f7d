"""One record counts for one duty of a group: earlier ones are served first, nobody loses by one record more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_engine import Policy, TemplateErrors, count, evaluate, judge, load_overlay, load_template, resolve, tallies
from policy_engine.facts import normalised
from policy_engine.reader import Document
from tests.policy_engine.conftest import SMALL, write

DAY = date(2021, 11, 30)
KINDS = ("visit", "talk", "contact")
NAMES = ("a", "b", "c")
ALL = "a: [visit, talk], b: [talk], c: [talk, contact]"


def duty(name: str, kinds: str, *, least: Any = 1, most: Any = None, period: str = "year", kind: str = "range") -> str:
    return f"{{id: {name}, title: {name}, clauses: [X-1], kind: {kind}, period: {period}, counts: {{kinds: [{kinds}]}}, values: [{{min: {least}, max: {most or 'null'}}}]}}"


def template(folder: Path, duties: dict[str, str], head: str) -> Policy:
    files = {name: text for name, text in SMALL.items() if not name.startswith("duties/")}
    files["policy.yaml"] = f"id: small\ntitle: 某市办法\nin_force_from: 2021-01-01\n{head}\n"
    return resolve(load_template(write(folder, files | {f"duties/{name}.yaml": text for name, text in duties.items()})))


def facts(*kinds: str, day: str = "2021-05-05") -> dict[str, Any]:
    records = [
        {"id": f"r{index}", "kind": kind, "on": day, "participants": [{"subject": "m1"}]}
        for index, kind in enumerate(kinds)
    ]
    return {"subjects": [{"type": "member", "id": "m1"}], "records": records}


def counted(policy: Policy, *kinds: str) -> dict[str, int]:
    return {one.duty: int(one.counted) for one in evaluate(policy, facts(*kinds), DAY) if one.subject == "m1"}


def test_without_a_group_a_record_counts_for_every_duty(tmp_path: Path) -> None:
    policy = template(tmp_path, {"a": duty("a", "visit, talk"), "b": duty("b", "talk")}, "")
    assert counted(policy, "talk") == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (["talk"], {"a": 1, "b": 0}),  # the earlier is served first
        (["talk", "visit"], {"a": 1, "b": 1}),  # b can take only the talk, so a gives it up for the visit
        (["talk", "talk", "talk"], {"a": 2, "b": 1}),  # both have what they ask for; the rest falls to the first
        (["visit", "visit"], {"a": 2, "b": 0}),
    ],
)
def test_each_record_counts_once(tmp_path: Path, records: list[str], expected: dict[str, int]) -> None:
    policy = template(tmp_path, {"a": duty("a", "visit, talk"), "b": duty("b", "talk")}, "exclusive: [[a, b]]")
    assert counted(policy, *records) == expected


def test_a_range_is_filled_before_anything_overflows(tmp_path: Path) -> None:
    """a asks 1 and has room for 2, b asks 1 and has room for 3. Five talks: 1 + 1, then a 2, b 3."""
    policy = template(tmp_path, {"a": duty("a", "talk", most=2), "b": duty("b", "talk", most=3)}, "exclusive: [[a, b]]")
    assert counted(policy, *["talk"] * 5) == {"a": 2, "b": 3}
    assert counted(policy, *["talk"] * 6) == {"a": 3, "b": 3}


def test_the_verdict_lists_only_what_was_allotted(tmp_path: Path) -> None:
    policy = template(tmp_path, {"a": duty("a", "visit, talk"), "b": duty("b", "talk")}, "exclusive: [[a, b]]")
    found = {one.duty: one.records for one in evaluate(policy, facts("talk", "visit"), DAY)}
    assert found == {"a": ("r1",), "b": ("r0",)}


def test_parts_of_all_of_do_not_share_a_record_within_a_group(tmp_path: Path) -> None:
    text = "{id: a, title: a, clauses: [X-1], kind: all_of, period: year, parts: [{id: x, counts: {kinds: [talk, visit]}}, {id: y, counts: {kinds: [talk]}}]}"
    policy = template(tmp_path, {"a": text}, "exclusive: [[a]]")
    assert counted(policy, "talk") == {"a": 1}
    assert counted(policy, "talk", "visit") == {"a": 2}


def test_an_any_of_is_one_line(tmp_path: Path) -> None:
    text = "{id: a, title: a, clauses: [X-1], kind: any_of, period: year, values: [{min: 2}], parts: [{id: x, counts: {kinds: [talk]}}, {id: y, counts: {kinds: [visit, talk]}}]}"
    policy = template(tmp_path, {"a": text, "b": duty("b", "talk")}, "exclusive: [[a, b]]")
    assert counted(policy, "talk", "talk") == {"a": 2, "b": 0}
    assert counted(policy, "talk", "talk", "visit") == {"a": 2, "b": 1}


def test_months_and_a_year_share_what_lies_in_them(tmp_path: Path) -> None:
    """The year's duty comes first and takes one; the month's has the other."""
    policy = template(tmp_path, {"a": duty("a", "talk"), "b": duty("b", "talk", period="month")}, "exclusive: [[a, b]]")
    found = [
        (one.duty, one.period.key, one.counted) for one in evaluate(policy, facts("talk", "talk"), DAY) if one.counted
    ]
    assert found == [("a", "2021", 1), ("b", "2021-05", 1)]


def test_a_document_may_forbid_counting_twice_altogether(tmp_path: Path) -> None:
    duties = {"a": duty("a", "talk", kind="count").replace("X-1", "X-3"), "b": duty("b", "talk", kind="count")}
    policy = template(tmp_path, duties, "settings: {allow_multi_count: false}")
    assert counted(policy, "talk") == {"a": 0, "b": 1}, "in the order of the clauses"


def test_a_lower_committee_may_change_a_group_or_end_it(tmp_path: Path) -> None:
    policy = template(
        tmp_path, {"a": duty("a", "talk"), "b": duty("b", "talk")}, "exclusive: [{duties: [a, b], clauses: [X-1]}]"
    )
    head = {"overlay": "o", "base": "small", "reason": "本地", "decided_by": "standing_committee", "from": "2021-01-01"}
    turned = load_overlay({**head, "operations": [{"op": "set", "path": "exclusive.1.duties", "value": ["b", "a"]}]})
    ended = load_overlay({**head, "operations": [{"op": "remove", "path": "exclusive.1"}]})
    assert counted(resolve(policy, [turned]), "talk") == {"a": 0, "b": 1}
    assert counted(resolve(policy, [ended]), "talk") == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("head", "key", "code"),
    [
        ("exclusive: [[a, x]]", "exclusive.0.1", "unknown_duty"),
        ("exclusive: [[a]]", "exclusive.0", "bad_value"),
        ("exclusive: [[a, b], [b, c]]", "exclusive.1.0", "duplicate_id"),
        ("exclusive: [[a, limit]]", "exclusive.0.1", "bad_value"),
        ("exclusive: [[a, far]]", "exclusive.0.1", "bad_value"),
        ("exclusive: [[a, studio]]", "exclusive.0.1", "bad_value"),
        ("exclusive: [{duties: [a, b], clauses: [Y-9]}]", "exclusive.0.clauses", "dangling_clause"),
        ("settings: {allow_multi_count: 1}", "settings.allow_multi_count", "wrong_type"),
    ],
)
def test_a_group_that_means_nothing_is_refused(tmp_path: Path, head: str, key: str, code: str) -> None:
    duties = {name: duty(name, "talk") for name in NAMES}
    duties["limit"] = (
        "{id: limit, title: l, clauses: [X-1], kind: at_most, period: year, counts: {kinds: [talk]}, values: [{max: 1}]}"
    )
    duties["far"] = (
        "{id: far, title: f, clauses: [X-1], kind: count, period: year, counts: {kinds: [talk], count: targets}, values: [{min: 1}]}"
    )
    duties["studio"] = (
        "{id: studio, title: s, clauses: [X-1], kind: count, subject: venue, period: year, counts: {kinds: [talk]}, values: [{min: 1}]}"
    )
    with pytest.raises(TemplateErrors) as refused:
        template(tmp_path, duties, head)
    assert [(one.key, one.code) for one in refused.value.errors if one.line and one.remedy] == [(key, code)]


# --- properties


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    duties = {
        "a": duty("a", "visit, talk", least=2, most=3),
        "b": duty("b", "talk", least=1),
        "c": duty("c", "talk, contact", least=2, period="quarter"),
    }
    return template(tmp_path_factory.mktemp("grouped"), duties, "exclusive: [[b, a, c]]")


RECORDS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(["2021-02-05", "2021-05-05", "2021-11-05"])), max_size=9
)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def found_of(policy: Policy, records: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[float, tuple[str, ...]]]:
    sheet = facts(*(kind for kind, _ in records))
    for record, (_, day) in zip(sheet["records"], records, strict=True):
        record["on"] = day
    data = normalised(Document("facts", sheet), policy)
    judged = judge(policy, data.subjects, count(tallies(policy, DAY), data.rows), DAY)
    return {(one.duty, one.period.key): (one.counted, one.records) for one in judged if one.subject == "m1"}


@FEW
@given(records=RECORDS, more=st.sampled_from(KINDS))
def test_one_record_more_never_lowers_a_count(grouped: Policy, records: list[tuple[str, str]], more: str) -> None:
    before, after = found_of(grouped, records), found_of(grouped, [*records, (more, "2021-05-06")])
    assert all(after[line][0] >= number for line, (number, _) in before.items())


@FEW
@given(records=RECORDS)
def test_no_record_counts_twice_and_none_is_lost(grouped: Policy, records: list[tuple[str, str]]) -> None:
    allotted = [record for _, listed in found_of(grouped, records).values() for record in listed]
    assert sorted(allotted) == sorted({f"r{index}" for index in range(len(records))})


@FEW
@given(records=RECORDS, order=st.randoms())
def test_the_order_of_the_records_changes_no_count(grouped: Policy, records: list[tuple[str, str]], order: Any) -> None:
    mixed = list(records)
    order.shuffle(mixed)
    numbers = [{line: number for line, (number, _) in found_of(grouped, some).items()} for some in (records, mixed)]
    assert numbers[0] == numbers[1]


@FEW
@given(records=RECORDS)
def test_what_comes_earlier_gets_as_much_as_if_it_were_alone(grouped: Policy, records: list[tuple[str, str]]) -> None:
    """b is served first: it is short only if there are too few talks."""
    talks = sum(kind == "talk" for kind, _ in records)
    assert found_of(grouped, records)["b", "2021"][0] >= min(1, talks)
