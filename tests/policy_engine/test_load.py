"""Every fault of a template is told with file, line, key and remedy; nothing else ever comes out of the loader."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_engine import TemplateError, TemplateErrors, load_template
from policy_engine.model import Template
from policy_engine.vocabulary import TEMPLATES
from tests.policy_engine.conftest import SMALL, write
from tests.policy_engine.shipped import shipped

SHIPPED = sorted(file.parent.name for file in TEMPLATES.glob("*/policy.yaml"))


def faults(folder: Path) -> list[TemplateError]:
    with pytest.raises(TemplateErrors) as caught:
        load_template(folder)
    for error in caught.value.errors:
        assert error.message
        assert error.remedy
        assert error.file
    return caught.value.errors


def found_in(folder: Path) -> list[TemplateError]:
    """The faults, or none where the damage did no harm."""
    try:
        load_template(folder)
    except TemplateErrors as errors:
        return errors.errors
    return []


def change(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_survives_the_way_to_json_and_back(name: str) -> None:
    template = shipped(name)
    assert Template.from_json(template.to_json()) == template
    assert template.id == name


def test_broken_yaml_is_told_with_its_line(small: Path) -> None:
    (error,) = faults(change(small, "duties/visits.yaml", "counts: {kinds: [visit]}", "counts: {kinds: [visit}"))
    assert (error.file, error.line, error.code) == ("duties/visits.yaml", 7, "broken_yaml")


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "key", "code"),
    [
        ("duties/visits.yaml", "[visit]", "[vist]", 7, "counts.kinds.0", "unknown_word"),
        ("duties/visits.yaml", "kind: range", "kind: sum", 4, "kind", "unknown_word"),
        ("duties/visits.yaml", "[X-1]", "[X-9]", 3, "clauses", "dangling_clause"),
        ("duties/visits.yaml", "min: 2, max: 6", "min: 7, max: 6", 9, "values.0.min", "min_above_max"),
        ("duties/visits.yaml", "min: 2,", "min: two,", 9, "values.0.min", "wrong_type"),
        ("duties/visits.yaml", "min: 2,", "min: .nan,", 9, "values.0.min", "bad_number"),
        ("duties/visits.yaml", "min: 2,", "min: true,", 9, "values.0.min", "wrong_type"),
        ("duties/visits.yaml", "{min: 2", "{from: 2021-02-30, min: 2", 9, "values.0.from", "bad_date"),
        ("duties/visits.yaml", "title: 走访", "titel: 走访", 2, "titel", "unknown_key"),
        ("duties/visits.yaml", "title: 走访", "id: visits", 2, "id", "duplicate_key"),
        ("duties/visits.yaml", "title: 走访", "? [a]\n: b", 2, "", "bad_key"),
        ("duties/visits.yaml", "title: 走访", "title: !!python/object:os.system 走访", 2, "title", "bad_tag"),
        ("duties/visits.yaml", "id: visits", "id: visit", 1, "id", "wrong_id"),
        ("duties/visits.yaml", "kind: range", "kind: checklist", 1, "checklist", "missing_key"),
        ("clauses.yaml", "X-3", "X-1", 4, "clauses.2.id", "duplicate_id"),
        ("clauses.yaml", "summary: 待建", "summary: 待建, count_min: 3, count_max: 1", 4, "clauses.2.count_min", "min_above_max"),
        ("policy.yaml", "in_force_from: 2021-01-01", "in_force_from: 2021-01-01\nin_force_until: 2020-01-01", 5, "in_force_until", "backwards"),
        ("policy.yaml", "value: self,", "value: nobody,", 7, "settings.data_entry.value", "not_an_option"),
        ("policy.yaml", "direction: free", "local: {kinds: {doorstep: {title: 上门, is_a: vist}}}", 5, "local.kinds.doorstep.is_a", "unknown_word"),
        ("duties/visits.yaml", "min: 2,", "min: 2.5,", 9, "values.0.min", "wrong_type"),
        ("duties/visits.yaml", "min: 2, max: 6", "percent: 50", 9, "values.0.percent", "unknown_key"),
        ("duties/visits.yaml", "min: 2, max: 6", "from: 2021-01-01", 8, "values", "missing_key"),
        ("duties/visits.yaml", "[4, 9]", "[9, 4]", 10, "direction.max", "min_above_max"),
        ("duties/visits.yaml", "force: fixed", "colour: fixed", 10, "direction.colour", "unknown_key"),
        ("policy.yaml", "settings:", "settings:\n  term_from: 2021-01-01\n  term_until: 2020-01-01", 8, "settings.term_until", "backwards"),
        ("policy.yaml", "settings:", "settings:\n  year_start_month: 13", 7, "settings.year_start_month", "bad_value"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(
    small: Path, file: str, old: str, new: str, line: int, key: str, code: str
) -> None:
    found = [(error.file, error.line, error.key, error.code) for error in faults(change(small, file, old, new))]
    assert (file, line, key, code) in found


def test_many_faults_come_in_one_go(small: Path) -> None:
    change(small, "duties/visits.yaml", "[visit]", "[vist]")
    change(small, "duties/visits.yaml", "period: year", "period: fortnight")
    change(small, "policy.yaml", "title: 某市办法", "titel: 某市办法")
    assert len(faults(small)) == 4  # the misspelt title is unknown, and the title is missing


def test_faults_of_every_sort_come_together(small: Path) -> None:
    """A broken file hides nothing in the others, and is not blamed for what it could not say."""
    other = (small / "duties" / "visits.yaml").read_text(encoding="utf-8")
    write(
        small,
        {
            "duties/other.yaml": other.replace("id: visits", "id: other")
            .replace("[X-1]", "[X-9]")
            .replace("min: 2", "min: 7")
        },
    )
    write(small, {"duties/broken.yaml": "id: [", "checklists.yaml": "checklists: {a: {titel: x}}"})
    write(
        small,
        {"duties/listed.yaml": "id: listed\ntitle: x\nclauses: []\nkind: checklist\nperiod: year\nchecklist: a\n"},
    )
    change(small, "duties/visits.yaml", "[visit]", "[vist]")
    assert {(error.file, error.code) for error in faults(small)} == {
        ("duties/other.yaml", "dangling_clause"),
        ("duties/other.yaml", "min_above_max"),
        ("duties/broken.yaml", "broken_yaml"),
        ("duties/visits.yaml", "unknown_word"),
        ("checklists.yaml", "unknown_key"),
        ("checklists.yaml", "missing_key"),
    }


def test_a_missing_folder_and_a_missing_file_are_told(small: Path, tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere")[0].code == "missing_folder"
    (small / "clauses.yaml").unlink()
    assert ("clauses.yaml", "missing_file") in [(error.file, error.code) for error in faults(small)]


def test_a_misspelt_file_is_not_passed_over(small: Path) -> None:
    write(small, {"dutys/more.yaml": "id: more", "report.yaml": "reports: {}", "duties/x.yml": "id: x"})
    assert {error.file for error in faults(small)} == {"dutys", "report.yaml", "duties/x.yml"}


def test_what_is_no_file_is_told_and_not_waited_for(small: Path) -> None:
    os.mkfifo(small / "duties/pipe.yaml")
    (small / "duties/loop.yaml").symlink_to("loop.yaml")
    (small / "duties/gone.yaml").symlink_to("nowhere.yaml")
    assert [(error.file, error.code) for error in faults(small)] == [("duties/pipe.yaml", "unreadable")]
    (small / "duties/pipe.yaml").unlink()
    assert [(error.file, error.code) for error in faults(small)] == [
        ("duties/gone.yaml", "missing_file"),
        ("duties/loop.yaml", "unreadable"),
    ]


def test_a_list_names_no_more_lines_than_its_size(small: Path) -> None:
    lines = "checklists:\n  two:\n    title: 两项\n    items: [{id: a, title: 甲}, {id: b, title: 乙}]\n    size: 1\n"
    write(small, {"checklists.yaml": lines})
    assert [(error.line, error.key, error.code) for error in faults(small)] == [(5, "checklists.two.size", "bad_value")]


def test_a_file_in_another_encoding_is_told(small: Path) -> None:
    (small / "policy.yaml").write_bytes("title: 某市".encode("gbk"))
    assert faults(small)[0].code == "unreadable"


@pytest.mark.parametrize(
    "text",
    ["&a [*a]", "a: &a {b: *a}", "[" * 3000, "- " * 5000, "\x00", "!!binary x", "a: !!int x", "---\n---\n", "%YAML 9"],
)
def test_no_text_makes_the_loader_stumble(small: Path, text: str) -> None:
    (small / "duties" / "visits.yaml").write_text(text, encoding="utf-8")
    faults(small)


def _mutated(text: str, draw: Callable[[int], int], pieces: list[str]) -> str:
    """Cut, double or replace a stretch of the text."""
    start = draw(len(text))
    end = min(len(text), start + draw(12))
    return text[:start] + pieces[draw(len(pieces))] + text[end:]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_template_loads_or_is_refused_but_never_crashes(small: Path, seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        "",
        "null",
        "[]",
        "{}",
        ": ",
        "- ",
        "\n",
        "  ",
        "0",
        "-1",
        "2020-02-30",
        "*a",
        "&a ",
        "!!x ",
        "\t",
        "'",
        '"',
        "{a: {b: c}}",
        "? ",
        "<<: ",
    ]
    files = dict(SMALL)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(sorted(files))
        files[name] = _mutated(files[name], lambda below: chance.randrange(max(1, below)), pieces)
    write(small, files)
    assert all(error.message and error.remedy for error in found_in(small))
