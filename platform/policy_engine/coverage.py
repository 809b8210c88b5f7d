"""What of a document is carried: every clause is operative, declarative (with the reason) or still planned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policy_engine.cases import case_files
from policy_engine.errors import TemplateErrors
from policy_engine.model import Clause, Template
from policy_engine.reader import mapping, read


def coverage(templates: Iterable[tuple[Template, Path]]) -> dict[str, Any]:
    """`{total, counts, clauses:[{id,state,elements,carriers,tests,reason}]}`, clauses in document order.

    `carriers` names the features that carry a clause besides the engine; none are recorded yet.
    """
    lines = [line for template, folder in templates for line in _lines(template, folder)]
    counts = Counter(line["state"] for line in lines)
    return {
        "total": len(lines),
        "counts": {state: counts[state] for state in ("operative", "declarative", "planned")},
        "clauses": lines,
    }


def _lines(template: Template, folder: Path) -> list[dict[str, Any]]:
    elements, tests = _elements_by_clause(template), _tests_by_duty(folder)
    return [_line(template, clause, elements.get(clause.id, []), tests) for clause in template.clauses.values()]


def _line(template: Template, clause: Clause, elements: list[str], tests: Mapping[str, list[str]]) -> dict[str, Any]:
    state = "operative" if elements else "declarative" if clause.declarative else "planned"
    proven = sorted({test for element in elements for test in tests.get(element, ())})
    return {
        "id": clause.id,
        "document": template.id,
        "state": state,
        "elements": elements,
        "carriers": [],
        "tests": proven,
        "reason": clause.declarative if state == "declarative" else None,
    }


def _elements_by_clause(template: Template) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(template.elements):
        if name.startswith("reading."):  # says how a clause was understood; what it points at carries the clause
            continue
        for clause in template.elements[name].clauses:
            found[clause].append(name)
    return found


def _tests_by_duty(folder: Path) -> dict[str, list[str]]:
    """Which worked cases expect something of which duty."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in case_files(folder):
        try:
            case = mapping(read(file).data)
        except TemplateErrors:
            continue  # `check` tells of it
        for wanted in case.get("expect") or ():
            found[f"duty.{mapping(wanted).get('duty')}"].append(f"{folder.name}/cases/{file.name}")
    return found
