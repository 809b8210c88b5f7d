"""The kinds of duty, as a table: what an author writes for each, and which numbers it reads.

A leaf: schema, loader and model read it. How each kind is counted and measured stands in the modules beside this one,
joined to the names here by `kinds.behaviour`. A new kind is one line here, one module, and one line there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NUMBERS = ("min", "max", "percent", "number", "k", "per")
SCORES = ("base", "cap", "floor", "points", "each", "from_nth", "to_nth", "met", "outstanding", "otherwise")
LINE_KEYS = (*SCORES, "steps", "table", "best", "duty", "take", "population")
"""What a line of a scoring table states."""
TERMS = ("grades", "groups", "veto", "steps", "table", "best")
"""What a scoring table states besides numbers; an overlay sets each as a whole."""
"""Every number an entry of `values` may state; which of them a kind reads, the table says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`needs` are the keys a duty must have, `takes` further ones it may have; keys of other kinds are refused.

    `part_least` is what a part asks for that states no number (None: parts are only added up); `nests`: a part may be
    another duty.
    `least` tells what the number asked for is: a value of that name, the number of parts, or the length of the list.
    `listing` is the key naming a list of lines; `judged` False: counted only, numbers stay null; `pro_rata`: may shrink.
    """

    needs: tuple[str, ...] = ("counts", "values")
    takes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    least: Literal["min", "percent", "k", "parts", "items"] = "min"
    listing: str | None = None
    judged: bool = True
    pro_rata: bool = False
    part_least: int | None = 1
    nests: bool = False


GATHERING = ("committee", "sector", "special_committee", "group")
"""Subjects that others belong to."""
MEMBERED = ("sector", "special_committee", "group")
"""Of these, those that are not everybody's."""
QUOTA = ("population", "round")
"""What a number that grows with a population (`per`) goes with."""

KINDS: Mapping[str, Kind] = {
    "count": Kind(takes=QUOTA, numbers=("min", "max", "per"), pro_rata=True),
    "range": Kind(takes=QUOTA, numbers=("min", "max", "per"), pro_rata=True),
    "any_of": Kind(
        needs=("parts", "values"), takes=QUOTA, numbers=("min", "max", "per"), pro_rata=True, part_least=None
    ),
    "all_of": Kind(needs=("parts",), least="parts", pro_rata=True, nests=True),
    "at_least_k_of": Kind(needs=("parts", "values"), numbers=("k",), least="k", pro_rata=True, nests=True),
    "coverage": Kind(
        needs=("population", "values"),
        takes=("counts", "meets"),
        numbers=("percent", "number", "each"),
        least="percent",
    ),
    "proportion": Kind(
        needs=("counts", "out_of", "values"), takes=("leave",), numbers=("percent", "max"), least="percent"
    ),
    "checklist": Kind(needs=("checklist",), least="items", listing="checklist"),
    "follow_up": Kind(needs=("after", "counts"), takes=("within", "linked")),
    "workflow": Kind(needs=("workflow",), least="items", listing="workflow"),
    "report_cycle": Kind(needs=("report",), least="items", listing="report"),
    "at_most": Kind(numbers=("max",)),
    "consecutive": Kind(needs=("of", "values"), takes=("when",), numbers=("max",)),
    "score": Kind(
        needs=("parts",), takes=("grades", "groups", "veto"), numbers=("min", "base", "cap", "floor"), part_least=None
    ),
    "qualitative": Kind(needs=("counts",), numbers=("min", "max"), judged=False),
}
LISTS: Mapping[str, str] = {name: kind.listing for name, kind in KINDS.items() if kind.listing}
OWN_KEYS = tuple(dict.fromkeys(key for kind in KINDS.values() for key in (*kind.needs, *kind.takes) if key != "values"))
"""Keys that mean something to some kinds only."""
