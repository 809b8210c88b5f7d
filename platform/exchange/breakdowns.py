"""What must hold of the breakdowns in a return, seen from the return alone. Pure.

A breakdown: `{attribute, threshold, cells, persons: [line], figures: {"R05.own": [line]}}`, a line `{cells, persons, did}`: these
cells together are so many people, so many of them did (null: people alone). A figure without lines, or no lines at all, is held
back. Only the sender's own people are broken down; nobody sums cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exchange.figures import OWN, figures_in

Line = Mapping[str, Any]


def faults(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place within the body and what is wrong there; nothing for a return without breakdowns."""
    own = {f"{one.indicator}.{one.basis}": one for one in figures_in(body, OWN)}
    seen: set[str] = set()
    for number, entry in enumerate(body.get("breakdowns", ())):
        place = f"breakdowns.{number}"
        if entry["attribute"] in seen:
            yield place, "同一种分列出现两次"
        seen.add(entry["attribute"])
        people = entry["persons"]
        yield from ((f"{place}.persons", said) for said in _lines(entry, people))
        for code, lines in entry["figures"].items():
            where = f"{place}.figures.{code}"
            yield from ((where, said) for said in _lines(entry, lines))
            if lines and not _made_of(lines, people):
                yield where, "各格的人数与分列的人数不一致"
            total = own.get(code)
            if total is None or not total.applicable:
                yield where, "本级没有这项指标，却有分列"
            elif lines and _sums(lines) != (total.denominator, total.numerator):
                yield where, "各格相加不等于本级的分子、分母"


def _lines(entry: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[str]:
    if not lines:
        return
    if Counter(cell for line in lines for cell in line["cells"]) != Counter(entry["cells"]):
        yield "各格没有恰好列一次"
    if any((line["did"] or 0) > line["persons"] for line in lines):
        yield "做到的人比格里的人还多"
    if any(0 < number < entry["threshold"] for line in lines for number in _amounts(line)):
        yield f"有的格不足 {entry['threshold']} 人，不该公布"


def _amounts(line: Line) -> tuple[int, ...]:
    did = line["did"]
    return (line["persons"],) if did is None else (line["persons"], did, line["persons"] - did)


def _made_of(lines: Sequence[Line], people: Sequence[Line]) -> bool:
    """Is each line some of the people's lines taken together?"""
    for line in lines:
        inside = [one for one in people if set(one["cells"]) <= set(line["cells"])]
        covered = {cell for one in inside for cell in one["cells"]}
        if covered != set(line["cells"]) or sum(one["persons"] for one in inside) != line["persons"]:
            return False
    return True


def _sums(lines: Sequence[Line]) -> tuple[int, int]:
    return sum(line["persons"] for line in lines), sum(line["did"] or 0 for line in lines)
