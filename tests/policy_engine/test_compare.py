"""The documents side by side: the table of differences between the four cities, cell by cell, checked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_engine import compare
from policy_engine.commands import policy as command_line
from policy_engine.compare import mapped, named_parameters, said
from policy_engine.reader import read
from policy_engine.vocabulary import words_with
from tests.policy_engine.shipped import shipped

CITIES = {name: shipped(name) for name in ("dongcheng-2020", "yiyang-2021", "guangzhou-2020", "ordos-2021")}  # fmt: skip
TABLE = read(Path(__file__).with_name("differences.yaml")).data
ANSWER = compare(*CITIES.values())
ROWS = {row["id"]: row for row in ANSWER["named"]}


@pytest.mark.parametrize("name", TABLE)
def test_the_four_cities_say_what_the_table_of_differences_says(name: str) -> None:
    cells = ROWS[name]["cells"]
    found = [said(cells[city], words_with(template.header.get("local"))) for city, template in CITIES.items()]
    assert found == TABLE[name]


def test_the_table_has_every_row() -> None:
    assert list(TABLE) == [parameter.id for parameter in named_parameters()] == list(ROWS)
    assert not any(row["state"] == "silent" for row in ROWS.values())


def test_the_cells_keep_numbers_as_numbers_and_say_where_they_are_from() -> None:
    cells = ROWS["constituents"]["cells"]
    paired = {"title": "重点联系界别群众", "period": "continuous", "min": 3, "max": 5}
    assert cells["yiyang-2021"] == {"duty.constituents": paired}
    assert cells["dongcheng-2020"] == {"setting.constituents": None}
    assert ROWS["station_visits_min"]["cells"]["dongcheng-2020"] == {}
    assert ROWS["adopting_body"]["cells"]["ordos-2021"] == {"header.adopted_by": "chairpersons_council"}


def test_a_rule_changed_between_two_documents_of_one_district_is_seen() -> None:
    rows = {row["id"]: row for row in compare(shipped("dongcheng-2017"), CITIES["dongcheng-2020"])["named"]}  # fmt: skip
    cells = rows["max_groups_per_member"]["cells"]
    assert [list(cell.values()) for cell in cells.values()] == [[None], [1]]


def test_two_versions_of_one_document_are_told_apart() -> None:
    answer = compare(CITIES["yiyang-2021"], CITIES["yiyang-2021"])
    assert answer["policies"] == ["yiyang-2021", "yiyang-2021#2"]
    assert {row["state"] for row in answer["named"]} <= {"same", "silent"}


def test_the_command_line_compares_several_and_lists_what_no_row_names() -> None:
    shown = CliRunner().invoke(command_line, ["compare", *CITIES])
    assert shown.exit_code == 0
    titles, head, *lines = shown.stdout.splitlines()
    assert head.split("\t") == ["", *CITIES]
    assert titles.split("\t")[1:] == [city.header["title"] for city in CITIES.values()]
    assert "每位委员结对几人\t没有规定数字\t重点联系界别群众 随时 至少3 至多5\t结对联系界别群众 随时 至少3 至多5\t没有规定数字；与网格员结对 随时 探索 没有规定数字\t不同" in lines  # fmt: skip
    assert "年中任职是否折算\t否\t否\t否\t否\t相同\tsetting.pro_rata.value" in lines
    assert not any(line.endswith("duty.constituents") for line in lines)
    assert "duty.constituents" in mapped(ANSWER["named"])
    alone = CliRunner().invoke(command_line, ["compare", "yiyang-2021"])
    assert alone.exit_code == 2
    assert json.loads(alone.stderr)["errors"][0]["code"] == "bad_command"
