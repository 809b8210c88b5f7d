"""The schema that `lianxin policy schema template` publishes takes every shipped file, and refuses the shapes it can express."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy_engine import find_template, schema
from policy_engine.reader import Document, read
from policy_engine.vocabulary import words_of_header, words_with

FILES = schema.published("template")["properties"]
DUTY = {"id": "d", "title": "某事", "clauses": [], "kind": "count", "period": "year", "counts": {"kinds": ["visit"]}, "values": [{"min": 1}]}  # fmt: skip


def shape_of(file: Path) -> Any:
    return FILES[{"duties": "duties/<id>.yaml", "cases": "cases/*.yaml"}.get(file.parent.name, file.name)]


@pytest.mark.parametrize("name", ["dongcheng-2017", "dongcheng-2020", "yiyang-2021", "guangzhou-2020", "ordos-2021"])
def test_every_shipped_file_fits(name: str) -> None:
    folder = find_template(name)
    words = words_of_header(read(folder / "policy.yaml").data)
    for file in folder.rglob("*.yaml"):
        assert schema.faults(read(file), shape_of(file), words) == [], file


@pytest.mark.parametrize(
    "change",
    [{"kind": "many"}, {"period": "often"}, {"clauses": ["X", "X"]}, {"counts": {"kinds": []}}, {"counts": {"kinds": ["visit", "visit"]}}, {"counts": {"kinds": ["vist"]}},
     {"values": []}, {"values": [{"min": -1}]}, {"values": [{"percent": 120}]}, {"due": {"month_day": "11-31x"}}, {"colour": 1}, {"direction": {"min": "up"}}],
)  # fmt: skip
def test_a_wrong_shape_does_not_fit(change: dict[str, Any]) -> None:
    words, shape = words_with({}), FILES["duties/<id>.yaml"]
    assert schema.faults(Document("x", DUTY), shape, words) == []
    assert schema.faults(Document("x", DUTY | change), shape, words)
    assert not schema.slow_validator(shape, words).is_valid(DUTY | change)
