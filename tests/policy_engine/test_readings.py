"""Where a document is unclear, its template says how it is read and which parameters carry that reading."""

import re
from pathlib import Path

import pytest

from policy_engine import TemplateErrors, load_template
from policy_engine.coverage import coverage
from policy_engine.vocabulary import TEMPLATES
from tests.policy_engine.shipped import shipped

SHIPPED = sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())

LINES = {
    "policy.yaml": "id: mine\ntitle: 办法\nsettings: {year_start_month: 1}\n",
    "clauses.yaml": "clauses:\n  - {id: C1, ref: 第1条, summary: 每年走访两次群众}\n",
    "duties/visits.yaml": (
        "id: visits\ntitle: 走访\nclauses: [C1]\nkind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 2}]\n"
    ),
}


def folder(path: Path, readings: str) -> Path:
    for name, text in {**LINES, "readings.yaml": readings}.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def test_every_known_ambiguity_of_the_five_documents_has_a_reading() -> None:
    readings = [
        element.traits["reading"]
        for name in SHIPPED
        for element in shipped(name).elements.values()
        if element.id.startswith("reading.")
    ]
    named = {int(number) for reading in readings for number in re.findall(r"U(\d+)", reading)}
    assert named == set(range(1, 32))


def test_a_reading_may_point_at_an_element_or_at_one_of_its_values(tmp_path: Path) -> None:
    text = "readings:\n  twice: {title: 两次怎么算, reading: 按年, carried_by: [setting.year_start_month, duty.visits.min]}\n"
    template = load_template(folder(tmp_path, text))
    assert template.elements["reading.twice"].traits["carried_by"] == ["setting.year_start_month", "duty.visits.min"]


@pytest.mark.parametrize("address", ["duty.nothing", "duty.visits.percent", "visits"])
def test_a_reading_carried_by_nothing_is_refused_with_its_line(tmp_path: Path, address: str) -> None:
    text = f"readings:\n  twice:\n    title: 两次怎么算\n    reading: 按年\n    carried_by: [{address}]\n"
    with pytest.raises(TemplateErrors) as refusal:
        load_template(folder(tmp_path, text))
    (error,) = refusal.value.errors
    assert (error.file, error.line, error.code) == ("readings.yaml", 5, "unknown_id")
    assert address in error.message


def test_a_reading_alone_does_not_make_a_clause_operative(tmp_path: Path) -> None:
    text = "readings:\n  c2: {title: 怎么算, reading: 按年, carried_by: [duty.visits], clauses: [C2]}\n"
    place = folder(tmp_path, text)
    (place / "clauses.yaml").write_text(
        LINES["clauses.yaml"] + "  - {id: C2, ref: 第2条, summary: 其他事项按有关规定办理}\n"
    )
    states = {line["id"]: line["state"] for line in coverage([(load_template(place), place)])["clauses"]}
    assert states == {"C1": "operative", "C2": "planned"}
