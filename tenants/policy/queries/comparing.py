"""Our policy beside the parent's and beside any shipped template: named parameters first, everything else after (clauses.md §7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from policy_engine import Template, compare
from policy_engine.compare import SILENT, mapped, said
from policy_engine.vocabulary import Words, words_with
from tenants.policy.queries import shipped, words
from tenants.policy.queries.stack import parent_policy_on, policy_on
from tenants.policy.queries.telling import SORTS

PARENT = "parent"
WORDS = {"same": "一致", "different": "不同", "silent": "都没有规定"}


@dataclass(frozen=True, slots=True)
class Column:
    """One of the policies compared: what it is called, and a second line."""

    name: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one policy says; `word` is how that stands to ours (empty for ours and where both say the same)."""

    column: Column
    text: str
    word: str


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    cells: tuple[Cell, ...]
    state: str

    @property
    def word(self) -> str:
        return WORDS[self.state]

    def mentions(self, text: str) -> bool:
        return text in self.title or any(text in cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours first. `named` are the parameters documents can be compared by, `rest` every other value."""

    columns: tuple[Column, ...]
    named: tuple[Row, ...]
    rest: tuple[Row, ...]

    @property
    def different(self) -> int:
        return sum(row.state == "different" for row in self.named)


def choices(day: date) -> list[tuple[str, str]]:
    """What may stand beside ours: the parent's where it differs in origin, and every shipped template. Raises NoPolicy."""
    own = policy_on(day)
    found = [(PARENT, "上级的办法（没有本会调整）")] if own.layers or own.digest != parent_policy_on(day).digest else []
    return [*found, *((one.id, one.label) for one in shipped.shipped())]


def comparison(day: date, beside: Sequence[str]) -> Comparison:
    """Our policy of a day against the named ones. Raises NoPolicy, NotFound."""
    own = policy_on(day)
    others = [(parent_policy_on(day) if name == PARENT else shipped.template(name)) for name in beside]
    columns = (
        Column("own", "本会", f"{day:%Y-%m-%d}"),
        *(_column(name, one) for name, one in zip(beside, others, strict=True)),
    )
    policies: list[Template] = [own, *others]
    answer = compare(*policies, on=day) if len(policies) > 1 else {"named": [], "parameters": []}
    local = words_with(own.header.get("local"))
    speak = [words_with(one.header.get("local")) for one in policies]
    known = mapped(answer["named"])
    return Comparison(
        columns=columns,
        named=tuple(_named(columns, row, speak) for row in answer["named"]),
        rest=tuple(_rest(columns, policies, answer["parameters"], known, local, speak, day)),
    )


def filtered(found: Comparison, *, q: str = "", everything: bool = False) -> Comparison:
    """The rows that differ, or all that somebody speaks of; of them those that mention a word."""

    def wanted(row: Row) -> bool:
        return (everything or row.state == "different") and (not q or row.mentions(q))

    return replace(found, named=tuple(filter(wanted, found.named)), rest=tuple(filter(wanted, found.rest)))


def _column(name: str, policy: Template) -> Column:
    header = policy.header
    issuer, number = str(header.get("issuer") or ""), str(header.get("number") or "")
    return Column(name, "上级的办法" if name == PARENT else issuer or policy.id, number)


def _named(columns: Sequence[Column], row: Mapping[str, Any], speak: Sequence[Words]) -> Row:
    cells = list(row["cells"].values())
    values = [tuple(one.values()) for one in cells]
    texts = [said(one, local) for one, local in zip(cells, speak, strict=True)]
    return Row(row["title"], tuple(_cells(columns, values, texts)), row["state"])


def _rest(
    columns: Sequence[Column],
    policies: Sequence[Template],
    lines: Iterable[Mapping[str, Any]],
    known: set[str],
    local: Words,
    speak: Sequence[Words],
    day: date,
) -> Iterator[Row]:
    for line in lines:
        name, _, key = line["id"].rpartition(".")
        if line["id"] in known or name in known:
            continue
        values = line["values"] if "values" in line else [line["a"], line["b"]]
        holders = [one if name in one.elements else None for one in policies]
        texts = [
            (said({"": value}, words) if holder else SILENT)
            for value, holder, words in zip(values, holders, speak, strict=True)
        ]
        told = [None if holder is None else value for value, holder in zip(values, holders, strict=True)]
        state = "different" if line["state"] != "same" else "same"
        yield Row(_title(policies, name, key), tuple(_cells(columns, told, texts)), state)


def _title(policies: Sequence[Template], name: str, key: str) -> str:
    element = next(one.elements[name] for one in policies if name in one.elements)
    sort = name.partition(".")[0]
    whole = element.title or name.partition(".")[2]
    return f"{SORTS.get(sort, '')} {whole}" + (f"：{words.key(key)}" if sort != "setting" else "")


def _cells(columns: Sequence[Column], values: Sequence[Any], texts: Sequence[str]) -> Iterator[Cell]:
    own = values[0]
    for place, (column, value, text) in enumerate(zip(columns, values, texts, strict=True)):
        word = (
            ""
            if place == 0 or value == own
            else "没有规定"
            if text == SILENT
            else "本会没有规定"
            if texts[0] == SILENT
            else "不同"
        )
        yield Cell(column, text, word)
