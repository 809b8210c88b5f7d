"""What the person at the terminal reads: one line per step with its seconds, and one sentence when it cannot go on."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


class CannotGoOn(Exception):
    """Set-up stops here; the message says what is wrong and what to do, in Chinese and English."""


def say(text: str = "") -> None:
    """Print one line at once, whatever encoding the terminal has."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Step:
    """A step under way: remarks are shown at its end, details at once below it."""

    remarks: list[str] = field(default_factory=list)
    detailed: bool = False

    def append(self, remark: str) -> None:
        """Show `remark` at the end of the step's line."""
        self.remarks.append(remark)

    def detail(self, line: str) -> None:
        """Show `line` now, below the step's name."""
        if not self.detailed:
            say()
        self.detailed = True
        say(f"    {line}")


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print `name …` and, when the block ends, how long it took."""
    sys.stdout.write(f"· {name} … ")
    sys.stdout.flush()
    start = time.monotonic()
    this = Step()
    try:
        yield this
    except BaseException:
        say("✗")
        raise
    tail = f"  {'；'.join(this.remarks)}" if this.remarks else ""
    say(f"{'    ' if this.detailed else ''}{time.monotonic() - start:.1f} s{tail}")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a plain table; a Chinese character is two columns wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
