"""Policies side by side: the parameters that documents can be compared by (`parameters.yaml`), then every value by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from policy_engine import schema
from policy_engine.errors import TemplateErrors
from policy_engine.kinds import KINDS, NUMBERS
from policy_engine.model import Element, Template
from policy_engine.reader import read
from policy_engine.vocabulary import SPOKEN, TEMPLATES, Words, title, words_with

SHOWN = ("duty.", "setting.", "checklist.", "report.", "workflow.", "form.", "venue.", "exclusive.", "indicator.")
ALL = "*"
LINES = ("items", "steps", "fields", "receivers")
SILENT = "—"
KEYS = {
    "min": "至少",
    "max": "至多",
    "percent": "百分之",
    "number": "至少几个",
    "k": "至少几项 ",
    "each": "每人",
    "per": "每多少人 ",
    "force": "",
    "lines": "共几项 ",
    "parts": "",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of the comparison: its name, and the addresses that carry it, whichever a template has."""

    id: str
    title: str
    read: tuple[str, ...]
    of: str | None = None  # only duties that bind this sort of subject


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    """`parameters.yaml`, read once. Raises TemplateErrors."""
    document = read(TEMPLATES / "parameters.yaml", name="parameters.yaml")
    faults = schema.faults(document, schema.PARAMETERS, words_with({}))
    if faults:
        raise TemplateErrors(faults)
    table: Mapping[str, Any] = document.data
    return table


def named_parameters() -> tuple[Parameter, ...]:
    """The rows that documents are compared by. Raises TemplateErrors."""
    rows = _table()["parameters"].items()
    return tuple(Parameter(name, entry["title"], tuple(entry["read"]), entry.get("of")) for name, entry in rows)


def compare(*templates: Template, on: date | None = None) -> dict[str, Any]:
    """`{policies, named:[{id,title,cells:{policy:{address:value}},state}], parameters:[…]}` as of a day (None: latest).

    Of two: `{a, b}` too, and a line of `parameters` is `{id,a,b,state}` with state same, different, only_a or only_b; of several it is
    `{id, values, state}` with state same or different. A cell without addresses: that document is silent.
    """
    every = [parameters(one, on) for one in templates]
    names = sorted({name for values in every for name in values})
    labels = _labels([_name(one) for one in templates])
    named = [_row(parameter, dict(zip(labels, templates, strict=True)), on) for parameter in named_parameters()]
    answer: dict[str, Any] = {"policies": labels, "named": named}
    if len(templates) == 2:
        left, right = every
        pair = dict(zip("ab", (_name(one) for one in templates), strict=True))
        return {**pair, **answer, "parameters": [_line(name, left, right) for name in names]}
    return answer | {"parameters": [_wide_line(name, every) for name in names]}


def parameters(template: Template, on: date | None = None) -> dict[str, Any]:
    """Every value in force on a day (None: latest), by its address."""
    return {
        f"{element.id}.{key}": element.value(key, on)
        for element in template.elements.values()
        if element.id.startswith(SHOWN) and element.stands(on)
        for key in element.values
    }


def cell(template: Template, parameter: Parameter, on: date | None = None) -> dict[str, Any]:
    """What one document says of a parameter, by address; empty where it is silent."""
    found: dict[str, Any] = {}
    for address in parameter.read:
        element = template.elements.get(address)
        if not (parameter.of and element) or element.read("subject", on)["type"] == parameter.of:
            found |= _read(template, address, on)
    return found


def mapped(named: list[dict[str, Any]]) -> set[str]:
    """The addresses that the named rows have already shown; of an element shown whole, all its keys."""
    return {address for row in named for one in row["cells"].values() for address in one}


def said(values: Mapping[str, Any], words: Words) -> str:
    """A cell in one line, in the words of the vocabulary."""
    titles = {word: title(words, category, word) for category in SPOKEN for word in words.get(category, {})}
    titles |= _table().get("words", {})
    return "；".join(_text(value, titles) for value in values.values()) or SILENT


def _name(template: Template) -> str:
    """The id, with the overlays upon it."""
    return "+".join([template.id, *getattr(template, "layers", ())])


def _labels(names: list[str]) -> list[str]:
    """The ids; two versions of one document are told apart by a number."""
    return [f"{name}#{index}" if name in names[: index - 1] else name for index, name in enumerate(names, 1)]


def _row(parameter: Parameter, templates: Mapping[str, Template], on: date | None) -> dict[str, Any]:
    cells = {label: cell(one, parameter, on) for label, one in templates.items()}
    first, *others = (list(one.values()) for one in cells.values())
    state = "silent" if not any(cells.values()) else "same" if all(one == first for one in others) else "different"
    return {"id": parameter.id, "title": parameter.title, "cells": cells, "state": state}


def _read(template: Template, address: str, on: date | None) -> dict[str, Any]:
    """One address: a word of the header, an element in short, one of its keys, or the same of every element of a sort."""
    kind, _, rest = address.partition(".")
    if kind == "header":
        head = template.header.get(rest)
        return {} if head is None else {address: head}
    if rest.partition(".")[0] == ALL:
        key = rest.partition(".")[2]
        names = sorted(name for name in template.elements if name.startswith(f"{kind}."))
        whole = {name: _read(template, f"{name}.{key}" if key else f"{name}.title", on) for name in names}
        return {name: value for name, one in whole.items() for value in one.values()}
    element = template.elements.get(address)
    if element is not None:
        return {address: _short(template, element, on)} if element.stands(on) else {}
    name, _, key = address.rpartition(".")
    element = template.elements.get(name)
    value = element.read(key, on) if element and element.stands(on) else None
    return {} if value is None else {address: value}


def _short(template: Template, element: Element, on: date | None) -> Any:
    """The gist: a setting's value, a duty's numbers and rhythm, a list's lines."""
    kind = element.id.partition(".")[0]
    if kind == "setting":
        return element.value("value", on)
    if kind == "duty":
        return _rule(template, element, on)
    lines = next((element.value(key, on) for key in LINES if element.value(key, on)), None)
    if lines is None:
        return element.value("size", on) or element.read("title", on)
    return [line["title"] if isinstance(line, Mapping) else line for line in lines]


def _rule(template: Template, element: Element, on: date | None) -> dict[str, Any]:
    """A duty in numbers, with its rhythm, its force where it is not required, and the titles of its parts."""
    duty = template.duty(element.id.removeprefix("duty."), on)
    numbers = {key: element.value(key, on) for key in NUMBERS if key in element.values}
    numbers = numbers if KINDS[duty.kind].judged else {"min": None}
    counted = {"parts": [part.title for part in duty.parts]} if duty.parts else {}
    force = {} if duty.force == "required" else {"force": duty.force}
    listed = {"lines": len(duty.items)} if duty.listing else {}
    return {"title": duty.title, "period": duty.period, **numbers, **force, **listed, **counted}


def _text(value: Any, titles: Mapping[str, str]) -> str:
    if value is None:
        return "没有规定数字"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        stated = {key: one for key, one in value.items() if key not in ("title", "period") and one is not None}
        told = [f"{KEYS.get(key, titles.get(key, key))}{_text(one, titles)}" for key, one in stated.items()]
        told += [_text(None, titles)] if None in value.values() and not stated.keys() & set(NUMBERS) else []
        head = [str(value["title"]), _text(value["period"], titles)] if "period" in value else []
        return " ".join([*head, *told])
    if isinstance(value, (list, tuple)):
        return "、".join("（未列）" if one is None else _text(one, titles) for one in value) or "（未定）"
    return titles.get(str(value), str(value))


def _line(name: str, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    a, b = left.get(name), right.get(name)
    alone = "only_a" if name not in right else "only_b" if name not in left else None
    return {"id": name, "a": a, "b": b, "state": alone or ("same" if a == b else "different")}


def _wide_line(name: str, every: list[dict[str, Any]]) -> dict[str, Any]:
    values = [one.get(name) for one in every]
    same = all(name in one for one in every) and all(value == values[0] for value in values)
    return {"id": name, "values": values, "state": "same" if same else "different"}
