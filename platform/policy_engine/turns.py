"""Taking turns: whose turn it is in a period, where a duty goes round among several.

The roster is everybody of the kind named who belongs in that period, by `order`, else as the facts list them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from policy_engine.almanac import Almanac
from policy_engine.rhythms import Rhythm, ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """From the period holding `starts` on, `size` at a time among a roster (`among`, as a subject is written).

    Where the roster ends within a group, `rest` says what makes it full: `fill` the first again, `short` nobody.
    """

    starts: date
    size: int
    among: Mapping[str, Any]
    rest: str


def turns_of(entry: Mapping[str, Any], subject: Mapping[str, Any]) -> Turns:
    among = entry.get("among", subject)
    return Turns(
        starts=date.fromisoformat(entry["starts"]),
        size=entry.get("size", 1),
        among={"type": among} if isinstance(among, str) else among,
        rest=entry.get("rest", "fill"),
    )


def on_turn(turns: Turns, roster: Sequence[str], rhythm: Rhythm, day: date, almanac: Almanac) -> frozenset[str]:
    """Whose turn it is in the period holding `day`; nobody's before the first."""
    first, now = ordinal(rhythm, turns.starts, almanac), ordinal(rhythm, day, almanac)
    if first is None or now is None or now < first or not roster:
        return frozenset()
    if turns.rest == "short":
        start = (now - first) % ceil(len(roster) / turns.size) * turns.size
        return frozenset(roster[start : start + turns.size])
    start = (now - first) * turns.size
    return frozenset(roster[(start + place) % len(roster)] for place in range(turns.size))
