"""One measured ratio."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    name: str
    ours: float
    peer: float
    goal: float
    unit: str
    runs: int

    @property
    def ratio(self) -> float:
        """How many times better than the peer (times: lower is better)."""
        return self.peer / self.ours

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": round(self.ratio, 2)}
