"""A new version of the parent's document: each deviation gets one line, nothing is lost and nothing changes by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import (
    Overlay,
    Template,
    TemplateErrors,
    cascade,
    compare,
    load_overlay,
    load_template,
    rebase,
    resolve,
    settle,
)
from policy_engine.commands import policy as command_line
from policy_engine.model import Dated, Direction, Source
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.shipped import shipped
from tests.policy_engine.test_resolve import FIVE_TO_EIGHT, overlay, put

YIYANG = shipped("yiyang-2021")


def edition(template: Template, changes: Mapping[str, Any] | None = None, **header: Any) -> Template:
    """The next version of a document: other values at some addresses; None for an element takes it out."""
    elements = dict(template.elements)
    for path, value in (changes or {}).items():
        name, _, key = path.rpartition(".")
        if path in elements and value is None:
            del elements[path]
        elif key in elements[name].values:
            first = elements[name].values[key][0]
            entry = Dated(first.since, value, Source(document="新版", since=first.since))
            elements[name] = replace(elements[name], values={**elements[name].values, key: (entry,)})
        elif key == "title":
            elements[name] = replace(elements[name], title=value)
        else:
            elements[name] = replace(elements[name], traits={**elements[name].traits, key: value})
    return replace(template, elements=elements, header={**template.header, **header})


def outcomes(change: Overlay, old: Template, new: Template) -> dict[str, str]:
    return {line.operation.path: line.outcome for line in rebase(change, old, new).lines}


def refusals(*arguments: Any) -> list[str]:
    with pytest.raises(TemplateErrors) as caught:
        settle(*arguments)
    assert all(error.message and error.remedy and error.key for error in caught.value.errors)
    return [error.code for error in caught.value.errors]


def test_what_the_parent_left_alone_is_kept_and_its_other_changes_are_news() -> None:
    new = edition(YIYANG, {"duty.contacts.min": 4, "text.leave": None} if "text.leave" in YIYANG.elements else {"duty.contacts.min": 4})  # fmt: skip
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, new)
    assert {line.outcome for line in found.lines} == {"kept"}
    assert [(one.path, one.state, one.old, one.new) for one in found.news][:1] == [("duty.contacts.min", "changed", None, 4)]  # fmt: skip
    policy = resolve(new, [settle(found)])
    assert (policy.duty("contacts").min, policy.duty("constituents").min) == (4, 5)


def test_a_value_both_changed_is_a_conflict_with_its_three_sides() -> None:
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, edition(YIYANG, {"duty.constituents.min": 4}))
    (line,) = found.open
    assert (line.operation.path, line.outcome) == ("duty.constituents.min", "conflict")
    assert (line.old, line.new, line.local) == (3, 4, 5)
    assert line.takes == ("ours", "theirs", "value")
    assert found.news == ()
    assert refusals(found) == ["unsettled"]


@pytest.mark.parametrize(
    ("choice", "least"),
    [
        ("ours", 5),
        ("theirs", 4),
        ({"take": "value", "value": 6, "document": "县协〔2024〕1号", "from": "2024-01-01"}, 6),
    ],
)
def test_a_conflict_is_settled_by_choice(choice: Any, least: int) -> None:
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, edition(YIYANG, {"duty.constituents.min": 4}))
    policy = resolve(found.new, [settle(found, {"duty.constituents.min": choice})])
    assert (policy.duty("constituents").min, policy.duty("constituents").max) == (least, 8)


def test_what_the_parent_now_says_too_is_redundant_and_dropped() -> None:
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, edition(YIYANG, {"duty.constituents.min": 5}))
    assert [line.outcome for line in found.lines] == ["redundant", "kept"]
    assert [one.path for one in settle(found).operations] == ["duty.constituents.max"]


def test_a_deviation_whose_duty_is_gone_may_move_or_go() -> None:
    found = rebase(overlay(put("duty.contacts.min", 4)), YIYANG, edition(YIYANG, {"duty.contacts": None}))
    assert [(line.outcome, line.takes) for line in found.lines] == [("orphaned", ("theirs", "move"))]
    assert settle(found, {"duty.contacts.min": "theirs"}).operations == ()
    moved = settle(found, {"duty.contacts.min": {"take": "move", "path": "duty.outputs.min"}})
    assert resolve(found.new, [moved]).duty("outputs").min == 4
    assert refusals(found, {"duty.contacts.min": "ours"}) == ["not_an_option"]
    assert refusals(found, {"duty.contacts.min": {"take": "move"}}) == ["missing_key"]
    assert refusals(found, {"duty.contacts.min": {"take": "move", "path": "duty.nothing.min"}}) == ["unknown_id"]


def test_the_same_number_of_something_else_is_a_conflict() -> None:
    found = rebase(overlay(put("duty.contacts.min", 4)), YIYANG, edition(YIYANG, {"duty.contacts.period": "month"}))
    assert [line.outcome for line in found.lines] == ["conflict"]
    assert "期间" in found.lines[0].why
    both = overlay(put("duty.contacts.min", 4), put("duty.contacts.period", "quarter"))
    assert outcomes(both, YIYANG, found.new) == {"duty.contacts.min": "kept", "duty.contacts.period": "conflict"}


def test_a_direction_drawn_tighter_needs_approval() -> None:
    element = YIYANG.elements["duty.constituents"]
    fixed = replace(element, directions={**element.directions, "min": Direction("fixed")})
    new = replace(YIYANG, elements={**YIYANG.elements, element.id: fixed})
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, new)
    assert [line.outcome for line in found.lines] == ["needs_approval", "kept"]
    assert refusals(found, {"duty.constituents.min": "ours"}) == ["not_an_option"]
    assert settle(found, {"duty.constituents.min": "theirs"}).operations[0].path == "duty.constituents.max"


def test_a_value_the_new_parent_forbids_is_a_conflict_that_ours_cannot_win() -> None:
    element = YIYANG.elements["duty.constituents"]
    strict = replace(element, directions={**element.directions, "min": Direction("only_strengthen")})
    new = edition(
        replace(YIYANG, elements={**YIYANG.elements, element.id: strict}),
        {"duty.constituents.min": 6, "duty.constituents.max": 9},
    )
    (line,) = (one for one in rebase(overlay(put("duty.constituents.min", 5)), YIYANG, new).lines)
    assert (line.outcome, line.takes) == ("conflict", ("theirs", "value"))


def test_a_version_adopted_higher_up_needs_a_new_decision() -> None:
    old = edition(YIYANG, adopted_by="chairpersons_council")
    low = overlay(*FIVE_TO_EIGHT, decided_by="chairpersons_council")
    found = rebase(low, old, edition(YIYANG, adopted_by="standing_committee"))
    assert {line.outcome for line in found.lines} == {"needs_approval"}
    paths = [line.operation.path for line in found.lines]
    assert refusals(found, dict.fromkeys(paths, "ours")) == ["missing_key", "missing_key"]
    again = {"take": "ours", "decided_by": "standing_committee", "document": "县协〔2024〕2号"}
    settled = settle(found, dict.fromkeys(paths, again))
    assert {one.source.document for one in settled.operations} == {"县协〔2024〕2号"}
    assert set(outcomes(overlay(*FIVE_TO_EIGHT), old, found.new).values()) == {"kept"}


def test_a_parent_that_takes_the_right_to_adapt_back_asks_again() -> None:
    new = edition(YIYANG, {"setting.child_adaptation.value": "data_only"})
    assert set(outcomes(overlay(*FIVE_TO_EIGHT), YIYANG, new).values()) == {"needs_approval"}


def test_removing_adding_and_selecting_are_held_against_the_new_version_too() -> None:
    duty = {"title": "走访", "clauses": [], "kind": "count", "period": "year", "counts": {"kinds": ["visit"]}, "values": [{"min": 1}]}  # fmt: skip
    gone = overlay({"op": "remove", "path": "duty.contacts"})
    assert outcomes(gone, YIYANG, edition(YIYANG, {"duty.contacts": None})) == {"duty.contacts": "redundant"}
    assert outcomes(gone, YIYANG, edition(YIYANG, {"duty.contacts.min": 2})) == {"duty.contacts": "conflict"}
    added = overlay({"op": "add", "path": "duty.visits", "value": duty})
    same = resolve(YIYANG, [added])
    other = resolve(same, [overlay(put("duty.visits.min", 3), overlay="x", base="yiyang-2021")])
    assert outcomes(added, YIYANG, replace(YIYANG, elements=same.elements)) == {"duty.visits": "redundant"}
    twin = rebase(added, YIYANG, replace(YIYANG, elements=other.elements))
    assert [(line.outcome, line.takes) for line in twin.lines] == [("conflict", ("theirs", "move"))]
    moved = settle(twin, {"duty.visits": {"take": "move", "path": "duty.own_visits"}})
    assert resolve(twin.new, [moved]).duty("own_visits").min == 1
    kept = overlay({"op": "select", "path": "duty", "value": ["contacts", "residency"]})
    assert outcomes(kept, YIYANG, replace(YIYANG, elements=same.elements)) == {"duty": "conflict"}
    less = rebase(kept, YIYANG, edition(YIYANG, {"duty.residency": None}))
    assert less.lines[0].takes == ("theirs", "value")
    assert [one.id for one in resolve(less.new, [settle(less, {"duty": {"take": "value", "value": ["contacts"]}})]).duties] == ["contacts"]  # fmt: skip


def test_an_added_duty_whose_clause_is_gone_is_orphaned(small: Path) -> None:
    old = load_template(small)
    duty = {
        "title": "走访",
        "clauses": ["X-3"],
        "kind": "qualitative",
        "period": "year",
        "counts": {"kinds": ["visit"]},
    }
    added = overlay({"op": "add", "path": "duty.more", "value": duty}, base="small")
    new = replace(old, clauses={name: clause for name, clause in old.clauses.items() if name != "X-3"})
    found = rebase(added, old, new)
    assert [line.outcome for line in found.lines] == ["orphaned"]
    assert [(one.path, one.state) for one in found.news] == [("clause.X-3", "removed")]


def test_choices_that_name_nothing_are_refused() -> None:
    found = rebase(overlay(*FIVE_TO_EIGHT), YIYANG, YIYANG)
    assert refusals(found, {"duty.nothing": "ours"}) == ["unknown_id"]
    assert refusals(found, {"duty.constituents.min": "mine"}) == ["unknown_word"]
    assert refusals(found, {"duty.constituents.min": {"take": "value"}}) == ["missing_key"]
    assert set(refusals(found, {"duty.constituents.min": {"take": "value", "value": 9}})) == {"min_above_max"}


def test_an_overlay_of_another_document_is_refused() -> None:
    with pytest.raises(TemplateErrors) as caught:
        rebase(overlay(*FIVE_TO_EIGHT, base="guangzhou-2020"), YIYANG, YIYANG)
    assert [error.code for error in caught.value.errors] == ["wrong_base"]


def chain() -> list[Overlay]:
    """Province's document, and the deviations of city, county and township, each resting on the level above."""
    return [
        overlay(put("duty.contacts.min", 2), put("duty.residency.percent", 90), overlay="city"),
        overlay(put("duty.contacts.min", 3), overlay="county", base="city"),
        overlay(put("duty.contacts.min", 4), put("duty.constituents.max", 9), overlay="town", base="county"),
        overlay(put("duty.contacts.min", 5), overlay="village", base="town"),
    ]


def test_a_chain_of_four_is_rebased_level_by_level() -> None:
    new = edition(YIYANG, {"duty.contacts.min": 1, "duty.outputs.min": 2})
    first = cascade(chain(), YIYANG, new)
    assert [one.overlay.id for one in first.rebases] == ["city"]
    assert first.settled == ()
    kept = cascade(chain(), YIYANG, new, {"city": {"duty.contacts.min": "ours"}})
    assert len(kept.settled) == 4
    assert [len(one.open) for one in kept.rebases] == [1, 0, 0, 0]
    policy = resolve(new, kept.settled)
    assert (policy.duty("contacts").min, policy.duty("outputs").min, policy.duty("constituents").max) == (5, 2, 9)
    given = cascade(chain(), YIYANG, new, {"city": {"duty.contacts.min": "theirs", "duty.residency.percent": "theirs"}})
    assert [one.overlay.id for one in given.rebases] == ["city", "county"]
    assert (given.rebases[1].open[0].old, given.rebases[1].open[0].new) == (2, 1)
    through = cascade(chain(), YIYANG, new, {"city": {"duty.contacts.min": "theirs", "duty.residency.percent": "theirs"}, "county": {"duty.contacts.min": "ours"}})  # fmt: skip
    assert [one.id for one in through.settled] == ["city", "county", "town", "village"]


def test_an_overlay_survives_the_way_to_data_and_back() -> None:
    for one in chain():
        assert load_overlay(one.to_json()).to_json() == one.to_json()


# Properties

NUMBERED = [
    ("duty.contacts.min", st.integers(0, 9)),
    ("duty.constituents.max", st.integers(6, 12)),
    ("duty.residency.percent", st.integers(0, 100)),
    ("duty.conveners.max", st.integers(4, 9)),
    ("duty.contacts.kinds", st.lists(st.sampled_from(["visit", "talk", "reception"]), min_size=1, unique=True)),
    ("duty.contacts.title", st.sampled_from(["甲", "乙"])),
    ("duty.outputs.period", st.sampled_from(["month", "quarter", "year"])),
    ("setting.pro_rata.value", st.booleans()),
    ("checklist.ten_haves.size", st.integers(1, 12)),
    ("report.circular.receivers", st.lists(st.sampled_from(["party_group", "standing_committee"]), unique=True)),
]
PATHS = [path for path, _ in NUMBERED]
VALUES = dict(NUMBERED)
days = st.dates(date(2020, 1, 1), date(2025, 1, 1)).map(date.isoformat)


@st.composite
def changes(draw: st.DrawFn, among: list[str] = PATHS) -> dict[str, Any]:
    paths = draw(st.lists(st.sampled_from(among), unique=True, max_size=5)) if among else []
    return {path: draw(VALUES[path]) for path in paths}


def as_overlay(values: Mapping[str, Any], day: str, name: str = "county", base: str = "yiyang-2021") -> Overlay:
    return overlay(*(put(path, value) for path, value in values.items()), overlay=name, base=base, **{"from": day})


def shown(template: Template) -> dict[str, Any]:
    """Values by address, without where they come from."""
    return {
        f"{name}.{key}": element.value(key) for name, element in template.elements.items() for key in element.values
    } | {f"{name}.title": element.read("title") for name, element in template.elements.items()}


@settings(max_examples=20, deadline=None)
@given(local=changes(), day=days)
def test_a_rebase_onto_the_same_version_is_identity(local: dict[str, Any], day: str) -> None:
    change = as_overlay(local, day)
    found = rebase(change, YIYANG, YIYANG)
    assert {line.outcome for line in found.lines} <= {"kept"}
    assert found.news == ()
    assert settle(found) == change


@settings(max_examples=30, deadline=None)
@given(local=changes(), theirs=changes(), day=days, take=st.sampled_from(["ours", "theirs"]))
def test_every_operation_has_one_line_and_every_other_change_one_piece_of_news(
    local: dict[str, Any], theirs: dict[str, Any], day: str, take: str
) -> None:
    new, change = edition(YIYANG, theirs), as_overlay(local, day)
    found = rebase(change, YIYANG, new)
    told = [line.operation.path for line in found.lines]
    assert told == [operation.path for operation in change.operations]
    really = {path for path, value in theirs.items() if shown_at(YIYANG, path) != value}
    assert {one.path for one in found.news} == really - set(local)
    assert len({one.path for one in found.news}) == len(found.news)
    for line in found.lines:
        both = line.operation.path in really
        assert (line.outcome == "conflict") <= (both or "outputs" in line.operation.path)
        assert (line.outcome == "kept") == (not both)
    settled = settle(found, {line.operation.path: take for line in found.open})
    values = shown(resolve(new, [settled]))
    for path, value in local.items():
        wins = take == "ours" or path not in really
        assert values.get(path, shown_at(new, path)) == (value if wins else shown_at(new, path))
    for path in really - set(local):
        assert values.get(path, shown_at(new, path)) == theirs[path]


def shown_at(template: Template, path: str) -> Any:
    name, _, key = path.rpartition(".")
    return template.elements[name].read(key)


@settings(max_examples=20, deadline=None)
@given(one=changes(PATHS[:5]), other=changes(PATHS[5:]), day=days, later=days)
def test_independent_changes_commute(one: dict[str, Any], other: dict[str, Any], day: str, later: str) -> None:
    a, b = as_overlay(one, day, "a"), as_overlay(other, later, "b")
    assert resolve(YIYANG, [a, b]).elements == resolve(YIYANG, [b, a]).elements
    new = edition(YIYANG, other)
    assert shown(resolve(new, [settle(rebase(a, YIYANG, new))])) == {
        **shown(resolve(YIYANG, [a])),
        **{
            path: value for path, value in other.items() if path in shown(YIYANG)
        },  # the rest are words, shown once changed
    }


@settings(max_examples=20, deadline=None)
@given(layers=st.lists(st.tuples(changes(), days), min_size=4, max_size=4))
def test_a_chain_of_four_is_the_same_in_one_go_and_step_by_step_and_every_value_has_its_source(
    layers: list[tuple[dict[str, Any], str]],
) -> None:
    names = ["yiyang-2021", "l1", "l2", "l3", "l4"]
    overlays = [as_overlay(values, day, names[index + 1], names[0]) for index, (values, day) in enumerate(layers)]
    whole = resolve(YIYANG, overlays)
    step: Template = YIYANG
    for one in overlays:
        step = resolve(step, [one])
    assert step == whole == resolve(whole)
    assert resolve(whole).digest == whole.digest
    for element in whole.elements_json():
        for value in element["values"].values():
            sources = value["provenance"]
            assert sources[-1]["value"] == value["value"]
            assert all(source["document"] for source in sources)
            assert all(source["clause"] or source["reason"] or source is sources[0] for source in sources)
    empty = load_overlay({"overlay": "e", "base": "yiyang-2021", "operations": []})
    assert resolve(YIYANG, [*overlays, empty]).elements == whole.elements
    done = cascade(overlays, YIYANG, YIYANG)
    assert list(done.settled) == overlays


# The command line


def test_the_command_line_rebases_a_chain(tmp_path: Path) -> None:
    new = SMALL["duties/visits.yaml"].replace("min: 2, max: 6", "min: 3, max: 6")
    old_folder = write(tmp_path / "old", SMALL)
    new_folder = write(tmp_path / "new", {**SMALL, "duties/visits.yaml": new})
    head = "base: small\ndocument: 县协1号\ndecided_by: standing_committee\nreason: 群众多\nfrom: 2022-01-01\n"
    write(tmp_path, {
        "county.yaml": f"overlay: county\n{head}operations:\n  - {{op: set, path: duty.visits.min, value: 4}}\n",
        "choices.yaml": "county: {duty.visits.min: ours}\n",
        "wrong.yaml": "town: {duty.visits.min: ours}\n",
    })  # fmt: skip
    ways = ["rebase", str(tmp_path / "county.yaml"), "--old", str(old_folder), "--new", str(new_folder)]
    plainly = CliRunner().invoke(command_line, ways)
    assert plainly.exit_code == 0
    assert "两边都改了\t走访：至少\t上级原来 2，上级现在 3，本会 4" in plainly.stdout
    assert "可选：用本会的、用上级的、另定一个\tduty.visits.min ours theirs value" in plainly.stdout
    assert "还有 1 项没有决定" in plainly.stdout
    answer = json.loads(CliRunner().invoke(command_line, [*ways, "--json"]).stdout)
    assert [line["outcome"] for line in answer["rebases"][0]["lines"]] == ["conflict"]
    assert answer["settled"] == []
    chosen = CliRunner().invoke(command_line, [*ways, "--choices", str(tmp_path / "choices.yaml"), "--json"])
    (settled,) = json.loads(chosen.stdout)["settled"]
    assert resolve(load_template(new_folder), [load_overlay(settled)]).duty("visits").min == 4
    out = ["--choices", str(tmp_path / "choices.yaml"), "--out", str(tmp_path / "next.yaml")]
    written = CliRunner().invoke(command_line, [*ways, *out])
    assert f"已写入 {tmp_path / 'next.yaml'}" in written.stdout
    assert resolve(load_template(new_folder), [load_overlay(tmp_path / "next.yaml")]).duty("visits").min == 4
    again = CliRunner().invoke(command_line, [*ways, *out])
    assert (again.exit_code, json.loads(again.stderr)["errors"][0]["remedy"]) == (2, "换一个名字；确要覆盖，加 --force")
    assert CliRunner().invoke(command_line, [*ways, *out, "--force"]).exit_code == 0
    two = CliRunner().invoke(command_line, [*ways, *out, "--out", str(tmp_path / "nowhere" / "x.yaml")])
    assert [one["code"] for one in json.loads(two.stderr)["errors"]] == ["bad_file"] * 3
    refused = CliRunner().invoke(command_line, [*ways, "--choices", str(tmp_path / "wrong.yaml")])
    assert refused.exit_code == 2
    assert json.loads(refused.stderr)["errors"][0]["code"] == "unknown_id"


def test_two_versions_side_by_side_show_what_the_news_tells() -> None:
    new = edition(YIYANG, {"duty.contacts.min": 4})
    lines = [line["id"] for line in compare(YIYANG, new)["parameters"] if line["state"] == "different"]
    assert lines == [one.path for one in rebase(overlay(), YIYANG, new).news]


def with_word(title: str, **others: Any) -> Template:
    """Our document with one local word, or more."""
    return replace(YIYANG, header={**YIYANG.header, "local": {"kinds": {"letter": {"title": title}, **others}}})


def test_a_local_word_both_renamed_is_a_conflict_and_others_are_news_one_by_one() -> None:
    change = overlay(put("local.kinds.letter.title", "居民来信"), put("header.title", "本会办法"))
    old, new = with_word("来信"), with_word("群众来信", call={"title": "来电"})
    new = replace(new, header={**new.header, "title": "新办法"})
    word, header = rebase(change, old, new).lines
    assert (word.outcome, word.old, word.new, word.local) == ("conflict", "来信", "群众来信", "居民来信")
    assert (header.outcome, header.old, header.new) == ("conflict", old.header["title"], "新办法")
    news = {one.path: (one.state, one.new) for one in rebase(change, old, new).news}
    assert news["local.kinds.call"] == ("added", "standing")
    assert "header.local" not in news
    assert not news.keys() & {"local.kinds.letter.title", "header.title"}
    assert {line.outcome for line in rebase(change, old, old).lines} == {"kept"}


def test_the_command_says_what_the_parent_dropped(tmp_path: Path) -> None:
    old = write(tmp_path / "old", SMALL)
    more = "id: extra\ntitle: 另一件\nclauses: [X-3]\nkind: count\nsubject: member\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
    write(old, {"duties/extra.yaml": more})
    new = write(tmp_path / "new", SMALL)
    change = write(tmp_path, {"o.yaml": "overlay: o\nbase: small\ndocument: d\ndecided_by: standing_committee\nfrom: 2022-01-01\nreason: r\noperations:\n  - {op: set, path: duty.visits.min, value: 3}\n"})  # fmt: skip
    answer = CliRunner().invoke(command_line, ["rebase", str(change / "o.yaml"), "--old", str(old), "--new", str(new)])
    assert "另一件\t已取消\tduty.extra" in answer.output
    assert "standing" not in answer.output
