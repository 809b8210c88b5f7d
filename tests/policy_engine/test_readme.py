"""The reference page teaches with examples, so the examples must be right."""

from __future__ import annotations

import re
from typing import Any

import pytest

from policy_engine import schema
from policy_engine.kinds import KINDS
from policy_engine.reader import Document, parse
from policy_engine.vocabulary import TEMPLATES, words_with

PAGE = (TEMPLATES / "README.md").read_text(encoding="utf-8")
EXAMPLES = [
    parse(text, f"example {number}") for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL), 1)
]
DUTY_HEAD = {"id": "example", "title": "例", "clauses": [], "period": "year"}


def _shapes(data: dict[str, Any]) -> list[tuple[schema.Schema, Any]]:
    """What an example is an example of."""
    if "issuer" in data or "exclusive" in data:
        return [(schema.HEADER, {"id": "example", "title": "例", **data})]
    if "clauses" in data and "kind" not in data:
        return [(schema.CLAUSES, data)]
    if all(isinstance(one, dict) and all("." in path for path in one) for one in data.values()):
        return [(schema.by_name(schema.CHOICES), data)]
    if data.keys() == {"replaces"}:
        return [(schema.HEADER, {"id": "x", "title": "x", **data})]
    if "parameters" in data:
        return [(schema.PARAMETERS, data)]
    if "overlay" in data:
        return [(schema.OVERLAY, data)]
    if "subjects" in data:
        return [(schema.FACTS, data)]
    if "as_of" in data:
        return [(schema.CASE, data)]
    if isinstance(data.get("indicators"), list):
        return [(schema.CATALOGUE, data)]
    if data.keys() <= schema.SECTIONS.keys():
        return [(schema.section(name), {name: entries}) for name, entries in data.items()]
    return [(schema.DUTY, {**DUTY_HEAD, **data})]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda document: document.file)
def test_an_example_of_the_reference_page_is_sound(example: Document) -> None:
    words = words_with({})
    for shape, data in _shapes(example.data):
        assert schema.faults(Document(example.file, data, example.lines), shape, words) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_page_names_every_kind_of_duty(kind: str) -> None:
    assert f"`{kind}`" in PAGE


@pytest.mark.parametrize("key", sorted(schema.COUNTS["properties"]))
def test_the_reference_page_names_every_filter(key: str) -> None:
    assert re.search(rf"`{key}[`:]", PAGE)
