"""The command line: answers in JSON, faults on stderr with exit code 2; and the shipped templates are sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from policy_engine import check, find_template
from policy_engine.commands import policy
from policy_engine.schema import published
from tests.policy_engine.conftest import write
from tests.policy_engine.test_load import SHIPPED

FACTS = {
    "subjects": [{"type": "member", "id": "m1", "posts": ["member"], "sector": "s1", "from": "2018-01-01", "until": None}],
    "records": [
        {"id": "r1", "kind": "proposal", "on": "2021-03-02", "authorship": "joint", "organiser": None, "participants": [{"subject": "m1", "role": "co_signer"}],
         "target": None, "venue": None, "place_level": None, "mode": None, "destination": None, "based_on": None, "confirmed": True},
    ],
    "links": [], "checks": [], "waivers": [],
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(policy, [str(one) for one in arguments])


def answer(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: object) -> list[dict[str, Any]]:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    told = json.loads(result.stderr)
    assert told["ok"] is False
    for error in told["errors"]:
        assert set(error) == {"file", "line", "key", "code", "message", "remedy"}
    errors: list[dict[str, Any]] = told["errors"]
    return errors


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_is_sound_and_its_cases_come_out(name: str) -> None:
    assert check(find_template(name)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_has_worked_cases(name: str) -> None:
    assert list((find_template(name) / "cases").glob("*.yaml")) or name == "dongcheng-2017"


def test_evaluate_answers_in_the_published_shape(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(FACTS))
    told = answer("evaluate", "guangzhou-2020", "--facts", file, "--as-of", "2021-11-30")
    Draft202012Validator(published("verdicts")).validate(told)
    (proposal,) = [one for one in told["verdicts"] if (one["subject"], one["duty"]) == ("m1", "proposal")]
    assert proposal["period"] == {"key": "2021", "from": "2021-01-01", "until": "2022-01-01"}
    assert (proposal["state"], proposal["records"], proposal["clauses"]) == ("met", ["r1"], ["GZ20-3.1-1"])


def test_an_overlay_is_resolved_and_judged(tmp_path: Path) -> None:
    head = "overlay: c\nbase: yiyang-2021\ndocument: 县〔2022〕1号\ndecided_by: standing_committee\nfrom: 2022-03-01\nreason: 多\noperations:\n"
    write(
        tmp_path,
        {
            "o.yaml": head + "  - {op: set, path: duty.constituents.max, value: 8}\n",
            "facts.yaml": "subjects: [{type: member, id: m1}]",
        },
    )
    told = answer("resolve", "yiyang-2021", "--overlay", tmp_path / "o.yaml", "--on", "2022-04-01")
    values = next(element["values"] for element in told["elements"] if element["id"] == "duty.constituents")
    assert (values["max"]["value"], len(values["max"]["provenance"])) == (8, 2)
    judged = answer(
        "evaluate",
        "yiyang-2021",
        "--facts",
        tmp_path / "facts.yaml",
        "--as-of",
        "2022-04-01",
        "--overlay",
        tmp_path / "o.yaml",
    )
    assert judged["policy"]["digest"] == told["policy"]["digest"]
    write(tmp_path, {"o.yaml": head + "  - {op: set, path: duty.constituent.max, value: 8}\n"})
    (error,) = refused("resolve", "yiyang-2021", "--overlay", tmp_path / "o.yaml")
    assert (error["code"], error["line"], error["key"]) == ("unknown_id", 8, "duty.constituent.max")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "broken_json"),
        ('{"subjects": [], "subjects": []}', "duplicate_key"),
        ('{"subjects": [NaN]}', "broken_json"),
        ('{"subjects": [{"type": "member", "id": "\\ud800"}]}', "broken_json"),
        ("[]", "wrong_type"),
        ('{"subjects": [],\n "records": [{"id": "r1", "kind": "vist", "on": "2021-01-01"}]}', "unknown_word"),
    ],
)
def test_bad_facts_are_told_with_their_place(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "facts.json"
    file.write_text(text)
    (error,) = refused("evaluate", "guangzhou-2020", "--facts", file, "--as-of", "2021-11-30")
    assert (error["file"], error["code"]) == (str(file), code)
    if code == "unknown_word":
        assert (error["line"], error["key"]) == (2, "records.0.kind")


def test_odd_json_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    for text, code in (
        ('{"subjects": [],\n "x": NaN}', "broken_json"),
        ('{"subjects": [],\n "subjects": []}', "duplicate_key"),
    ):
        file.write_text(text)
        (error,) = refused("evaluate", "guangzhou-2020", "--facts", file, "--as-of", "2021-11-30")
        assert (error["code"], error["line"]) == (code, 2)


def test_coverage_of_a_folder_of_ones_own(small: Path) -> None:
    assert answer("coverage", small)["counts"] == {"operative": 1, "declarative": 1, "planned": 1}


def test_missing_files_and_odd_dates_are_told(tmp_path: Path) -> None:
    assert (
        refused("evaluate", "guangzhou-2020", "--facts", tmp_path / "no.json", "--as-of", "2021-11-30")[0]["code"]
        == "missing_file"
    )
    (tmp_path / "f.json").write_text('{"subjects": []}')
    assert (
        refused("evaluate", "guangzhou-2020", "--facts", tmp_path / "f.json", "--as-of", "2021-02-30")[0]["code"]
        == "bad_date"
    )
    assert (
        refused("evaluate", "guangzhou-2020", "--facts", tmp_path / "f.json", "--as-of", "9999-12-31")[0]["code"]
        == "bad_date"
    )
    assert refused("check", "长" * 300)[0]["code"] == "missing_folder"
    assert refused("check", tmp_path / "nowhere")[0]["code"] == "missing_folder"
    assert refused("explain", "guangzhou-2020", "nothing")[0]["code"] == "unknown_duty"
    assert refused("resolve", "nowhere")[0]["code"] == "missing_folder"


@pytest.mark.parametrize(
    "arguments", [("judge",), ("evaluate", "guangzhou-2020"), ("schema", "sheep"), ("check", "--loud", "x")]
)
def test_a_misspelt_command_is_refused_like_everything_else(arguments: tuple[str, ...]) -> None:
    assert refused(*arguments)[0]["code"] == "bad_command"


def test_a_case_whose_sum_is_wrong_fails_the_check(small: Path) -> None:
    facts = "{subjects: [{type: member, id: m1}], records: [{kind: visit, on: 2021-03-03, participants: [m1]}]}"
    write(
        small,
        {
            "cases/one.yaml": f"name: 走访\nas_of: 2021-11-30\nfacts: {facts}\nexpect:\n  - {{subject: m1, duty: visits, counted: 2}}\n"
        },
    )
    (error,) = refused("check", small)
    assert (error["file"], error["line"], error["key"], error["code"]) == (
        "cases/one.yaml",
        5,
        "expect.0.counted",
        "case_fails",
    )


def test_coverage_lists_every_clause_once() -> None:
    told = answer("coverage")
    ids = [line["id"] for line in told["clauses"]]
    assert len(ids) == len(set(ids)) == told["total"] == sum(told["counts"].values())
    states = {line["id"]: line for line in told["clauses"]}
    assert states["GZ20-3.2-1"]["state"] == "operative"
    assert "duty.station_visits" in states["GZ20-3.2-1"]["elements"]
    assert any("s01" in test for test in states["GZ20-3.2-1"]["tests"])
    assert all(line["reason"] for line in told["clauses"] if line["state"] == "declarative")


@pytest.mark.parametrize("name", ["facts", "template", "overlay", "verdicts"])
def test_every_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(answer("schema", name))


def test_words_are_printed_without_json() -> None:
    assert "至少 2 次" in run("explain", "guangzhou-2020", "station_visits").stdout
    assert "duty.constituents.min = 3" in run("resolve", "yiyang-2021").stdout
    assert run("compare", "yiyang-2021", "guangzhou-2020").exit_code == 0
    assert run("coverage").exit_code == 0
