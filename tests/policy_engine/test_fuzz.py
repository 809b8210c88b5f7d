"""Damaged input of every sort: an answer or faults with file, line, key and remedy, in bounded time; never anything else.

The sound inputs are the examples of the reference page, so that what the language learns is damaged here too.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_engine import (
    Template,
    TemplateErrors,
    cascade,
    compare,
    evaluate,
    explain,
    find_template,
    load_overlay,
    load_template,
    resolve,
    schema,
    settle,
)
from policy_engine.cases import run_case
from policy_engine.coverage import coverage
from policy_engine.reader import parse, read, read_facts
from policy_engine.rebase import rebase
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.shipped import shipped
from tests.policy_engine.test_readme import EXAMPLES, _shapes

DAY = date(2022, 11, 30)
LONGEST = (
    20.0  # seconds of processor time for one damaged file, on a machine however busy; sound ones take some hundredths
)
YIYANG = shipped("yiyang-2021")
SHAPED = [(shape, data) for example in EXAMPLES for shape, data in _shapes(example.data)]
DUTIES = [data for shape, data in SHAPED if shape is schema.DUTY]
OVERLAYS = [data for shape, data in SHAPED if shape is schema.OVERLAY]
FACTS = [data for shape, data in SHAPED if shape is schema.FACTS]
CASES = [data for shape, data in SHAPED if shape is schema.CASE]
HEADERS = [data for shape, data in SHAPED if shape is schema.HEADER]
SECTIONS = {
    name: shown
    for _, shown in SHAPED
    for name in [next(iter(shown), "")]
    if name in schema.SECTIONS and isinstance(shown[name], dict) and len(shown) == 1
}
MORE_FACTS = {
    "subjects": [{"type": "member", "id": "m1", "posts": ["standing_member"]}, {"type": "sector", "id": "s1"}, {"type": "venue", "id": "v1", "kind": "member_studio"}],
    "records": [{"id": "r1", "kind": "visit", "on": "2022-05-06", "participants": [{"subject": "m1"}]}],
}  # fmt: skip
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2.5, -0.0, 1e308, 10**14, 10**30, "", " ", "x", "走访", "2021-02-30", "2021-12-25", "0000-01-01", "9999-12-31", "2/3", "1/0",
    "x" * 3000, "\x00", "\ud7ff", "a.b", "*", "month", "year", "member", "visit", "count", [], {}, [[]], [None], [{}], {"": 1}, {"id": "x"}, {"min": 1},
    {"type": "member"}, {"every": 0, "unit": "month", "from": "2021-01-01"}, {"windows": []}, {"in_range": [1]}, ["visit"] * 50, [1, "a", None],
]  # fmt: skip


def ways(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a piece of data."""
    yield way
    if isinstance(data, (dict, list)):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from ways(data[key], (*way, key))


@st.composite
def damaged(draw: st.DrawFn, examples: list[Any]) -> Any:
    """A sound example with one to three places turned into something else."""
    data = copy.deepcopy(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(ways(data))))
        other = copy.deepcopy(at(data, draw(st.sampled_from(list(ways(data))))))
        value = copy.deepcopy(draw(st.sampled_from([other, *ODD])))
        data = changed(data, place, draw(st.sampled_from(["put", "drop", "add", "rename", "wrap", "twice"])), value)
    return data


def at(data: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        data = data[key]
    return data


def changed(data: Any, way: tuple[Any, ...], how: str, value: Any) -> Any:
    if not way:
        return data if how != "put" else value
    around, key = at(data, way[:-1]), way[-1]
    if how == "drop":
        del around[key]
    elif how == "rename" and isinstance(around, dict):
        around[str(value)[:20]] = around.pop(key)
    elif how == "add" and isinstance(around, dict):
        around[str(value)[:20]] = around[key]
    elif how in ("add", "twice") and isinstance(around, list):
        around.insert(key, copy.deepcopy(around[key]))
    elif how == "wrap":
        around[key] = [around[key]]
    else:
        around[key] = value
    return data


@contextmanager
def in_time() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < LONGEST


def refused(ask: Callable[[], object]) -> bool:
    """Ask; if it is refused, every fault must say where and what to do."""
    with in_time():
        try:
            ask()
        except TemplateErrors as errors:
            told = errors
        else:
            return False
    for error in told.errors:
        assert error.file
        assert error.line >= 0
        assert isinstance(error.key, str)
        assert error.code
        assert error.message
        assert error.remedy
    json.dumps(told.to_json(), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return bool(told.errors)


def used(template: Template, facts: Any = MORE_FACTS) -> None:
    """Everything one does with a template that was let in."""
    policy = resolve(template)
    evaluate(policy, facts, DAY)
    for duty in policy.duties_on(DAY):
        explain(policy, duty.id)
    compare(policy, YIYANG)
    assert type(template).from_json(template.to_json()) == template
    assert resolve(policy) == policy


quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small template with the lists that the examples of duties rest on."""
    return write(tmp_path_factory.mktemp("fuzz") / "small", SMALL)


def as_yaml(data: Any) -> str:
    """JSON is YAML; half characters and the like stay as escapes."""
    return json.dumps(data)


def clauses_of_ours(duty: Any) -> Any:
    text = json.dumps(duty, ensure_ascii=False)
    data = json.loads(text)
    for way in list(ways(data)):
        if way and way[-1] == "clauses" and isinstance(at(data, way), list):
            at(data, way[:-1])["clauses"] = ["X-1"]
        elif way and way[-1] == "clause":
            at(data, way[:-1])["clause"] = "X-1"
    return data | {"id": "d"} if isinstance(data, dict) else data


@quick
@given(duty=damaged([clauses_of_ours(duty) for duty in DUTIES]))
def test_a_damaged_duty_is_let_in_and_works_or_is_refused(folder: Path, duty: Any) -> None:
    write(folder, {"duties/d.yaml": as_yaml(duty), "policy.yaml": SMALL["policy.yaml"]})
    (folder / "checklists.yaml").unlink(missing_ok=True)
    refused(lambda: used(load_template(folder)))


@quick
@given(header=damaged([{**header, "id": "small"} for header in HEADERS]), section=damaged(list(SECTIONS.values())))
def test_a_damaged_header_or_list_is_let_in_and_works_or_is_refused(folder: Path, header: Any, section: Any) -> None:
    (folder / "duties/d.yaml").unlink(missing_ok=True)
    write(folder, {"policy.yaml": as_yaml(header), "checklists.yaml": as_yaml(section)})
    refused(lambda: used(load_template(folder)))
    write(folder, {"policy.yaml": SMALL["policy.yaml"]})
    refused(lambda: used(load_template(folder)))
    (folder / "checklists.yaml").unlink()


@quick
@given(change=damaged([overlay for overlay in OVERLAYS if overlay["base"] == "yiyang-2021"]))
def test_a_damaged_overlay_is_carried_out_or_refused(change: Any) -> None:
    def ask() -> None:
        overlay = load_overlay(change if isinstance(change, dict) else {"overlay": change})
        used(resolve(YIYANG, [overlay]))
        assert settle(rebase(overlay, YIYANG, YIYANG)) == overlay

    refused(ask)


@quick
@given(facts=damaged([*FACTS, MORE_FACTS]))
def test_damaged_facts_are_judged_or_refused(tmp_path: Path, facts: Any) -> None:
    policy = resolve(YIYANG)
    for name in ("facts.json", "facts.yaml"):
        file = tmp_path / name
        file.write_text(as_yaml(facts), encoding="utf-8")
        refused(lambda file=file: evaluate(policy, read_facts(file), DAY))  # type: ignore[misc]


@quick
@given(case=damaged(CASES))
def test_a_damaged_case_comes_out_or_is_told(tmp_path: Path, case: Any) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(as_yaml(case), encoding="utf-8")
    with in_time():
        for error in run_case(YIYANG, file):
            assert error.file
            assert error.message
            assert error.remedy


@quick
@given(
    choices=damaged(
        [{"duty.contacts.min": "ours", "duty.outputs.min": {"take": "value", "value": 3, "from": "2024-01-01"}}]
    )
)
def test_damaged_choices_are_taken_or_refused(choices: Any) -> None:
    head = {"base": "yiyang-2021", "decided_by": "standing_committee", "reason": "x", "from": "2022-03-01"}
    puts = [{"op": "set", "path": path, "value": 2} for path in ("duty.contacts.min", "duty.outputs.min")]
    overlay = load_overlay({"overlay": "county", **head, "operations": puts})
    if isinstance(choices, dict):
        refused(lambda: cascade([overlay], YIYANG, YIYANG, {"county": choices}))


# Damage to the text itself

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TEXTS = {
    "an alias bomb": BOMB.encode(),
    "an alias of itself": b"a: &a [*a]\n",
    "a map that is its own value": b"&a {x: *a}\n",
    "depth": b"[" * 5000 + b"]" * 5000,
    "depth of maps": b"".join(b" " * n + b"a:\n" for n in range(500)),
    "tabs": b"id:\tvisits\n\ttitle: x\n",
    "latin": "title: é".encode("latin-1"),
    "utf-16": "id: visits\n".encode("utf-16"),
    "gbk": "title: 走访\n".encode("gbk"),
    "nul": b"id: vis\x00its\n",
    "a bare control character": b"id: \x07\n",
    "nothing": b"",
    "a lone byte order mark": b"\xef\xbb\xbf",
    "two documents": b"id: a\n---\nid: b\n",
    "a directive": b"%YAML 9.9\n---\nid: a\n",
    "a tag": b"id: !!python/object/apply:os.system [ls]\n",
    "a merge": b"a: &a {x: 1}\nb: {<<: *a}\n",
    "a huge number": b"id: " + b"9" * 5000 + b"\n",
    "a huge power": b"id: 1e999999999\n",
    "a number in base sixty": b"id: 190:20:30\n",
    "a key that is a list": b"? [a, b]\n: c\n",
    "the same key twice": b"id: a\nid: b\n",
    "half a bracket": b"id: {a: [b\n",
    "a long line": b"id: " + b"x" * 400_000,
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(4_000)),
    "an unknown alias": b"id: *nobody\n",
    "an odd escape": b'id: "\\ud800"\n',
    "an odd date": b"id: 2021-13-45T99:99:99\n",
    "a block without end": b"id: |\n",
    "old line ends": b"id: visits\r\ntitle: x\rkind: count",
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "file", ["policy.yaml", "clauses.yaml", "duties/visits.yaml", "checklists.yaml", "indicators.yaml"]
)
def test_damaged_text_is_refused(small: Path, file: str, name: str) -> None:
    (small / file).write_bytes(TEXTS[name])
    assert refused(lambda: load_template(small)) or name in ("nothing", "a lone byte order mark")


@pytest.mark.parametrize("name", TEXTS)
def test_damaged_text_is_refused_as_overlay_facts_and_case(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file.yaml"
    file.write_bytes(TEXTS[name])
    assert refused(lambda: load_overlay(file))
    assert refused(lambda: evaluate(resolve(YIYANG), read_facts(file), DAY))
    with in_time():
        assert run_case(YIYANG, file)
    sheet = tmp_path / "file.json"
    sheet.write_bytes(TEXTS[name])
    assert refused(lambda: evaluate(resolve(YIYANG), read_facts(sheet), DAY))


@quick
@given(
    file=st.sampled_from(sorted(SMALL)),
    cut=st.integers(0, 400),
    junk=st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
def test_a_file_cut_short_or_with_junk_in_it_is_read_or_refused(folder: Path, file: str, cut: int, junk: str) -> None:
    (folder / "duties/d.yaml").unlink(missing_ok=True)
    write(folder, {**SMALL, file: SMALL[file][:cut] + junk + SMALL[file][cut + len(junk) :]})
    (folder / "checklists.yaml").unlink(missing_ok=True)
    refused(lambda: used(load_template(folder)))
    write(folder, SMALL)


def test_the_examples_cover_the_language() -> None:
    assert {duty.get("kind") for duty in DUTIES} >= {"count", "coverage", "at_least_k_of"}
    assert len(DUTIES) >= 3
    assert OVERLAYS
    assert CASES
    assert FACTS
    assert coverage([(YIYANG, find_template("yiyang-2021"))])["total"]
    assert parse("a: 1", "x").data == {"a": 1}
    assert read(find_template("yiyang-2021") / "policy.yaml").data["id"] == "yiyang-2021"
