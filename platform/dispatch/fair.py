"""Deficit round-robin, pure: whose job is next. No clock, no database.

In a round every committee with waiting jobs may spend `QUANTUM` more; it spends what its jobs cost, and what it could
not spend it keeps for the next round as long as it has jobs waiting. So a committee's share does not depend on how
many jobs it has queued, nor on how heavy they are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

QUANTUM = 1


@dataclass(slots=True)
class Line:
    """One committee's queue as the dispatcher sees it: its next jobs (id, cost), oldest first.

    `free` is how many more it may have in flight. `deficit` is what it may still spend, `served` its place in the
    round: the lower, the sooner; 0 is a line that just came, and goes to the end.
    """

    committee: str
    waiting: deque[tuple[Any, int]]
    free: int
    deficit: int = 0
    served: int = 0
    touched: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        return bool(self.waiting) and self.free > 0


def take_turns(lines: Iterable[Line], *, room: int) -> list[Any]:
    """Ids of at most `room` jobs in the order to send them; the lines are left as they stand afterwards.

    A line with nothing waiting ends with deficit 0. A line at its cap keeps its deficit but earns nothing.
    """
    order, count = _in_order(list(lines))
    chosen: list[Any] = []
    while room > len(chosen) and any(line.is_open for line in order):
        for line in order:
            if len(chosen) >= room:
                break
            if not line.is_open:
                continue
            count += 1
            line.served, line.touched = count, True
            line.deficit += QUANTUM
            _spend(line, chosen, room)
    return chosen


def _in_order(lines: list[Line]) -> tuple[list[Line], int]:
    """The round from its head, and the place given last. Newcomers line up by their oldest job and keep that place."""
    count = max((line.served for line in lines), default=0)
    for line in sorted((line for line in lines if line.served == 0), key=lambda line: line.waiting[0][0]):
        count += 1
        line.served, line.touched = count, True
    return sorted(lines, key=lambda line: line.served), count


def _spend(line: Line, chosen: list[Any], room: int) -> None:
    while line.is_open and line.waiting[0][1] <= line.deficit and len(chosen) < room:
        job, cost = line.waiting.popleft()
        line.deficit -= cost
        line.free -= 1
        chosen.append(job)
    if not line.waiting:
        line.deficit = 0
