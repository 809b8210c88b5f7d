"""One measured ratio."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """Ours against a peer (or a limit). `better`: whether less of `unit` is better (seconds, MB) or more (requests/s).

    `goal` is the least ratio that will do; `runs` how many of each were measured, medians taken.
    """

    name: str
    ours: float
    peer: float
    goal: float
    unit: str
    runs: int
    better: Literal["less", "more"] = "less"

    @property
    def ratio(self) -> float:
        """How many times better than the peer: peer/ours of times and sizes, ours/peer of rates."""
        return self.peer / self.ours if self.better == "less" else self.ours / self.peer

    def plain(self) -> dict[str, Any]:
        values = asdict(self) | {"ratio": round(self.ratio, 3)}
        del values["better"]
        return values

    def line(self) -> str:
        met = "" if self.ratio >= self.goal else "  goal missed"
        numbers = f"{self.ours:10.4g} {self.peer:10.4g} {self.ratio:7.2f} {self.goal:6.2f}"
        return f"{self.name:56} {numbers}  {self.unit}, {self.runs}{met}"


HEAD = f"{'name':56} {'ours':>10} {'peer':>10} {'ratio':>7} {'goal':>6}  unit, runs"


def seconds(work: Callable[[], object]) -> float:
    """How long one run of it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
