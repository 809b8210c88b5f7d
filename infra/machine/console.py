"""What the person at the terminal reads: one line per step with its seconds, and one sentence when it cannot go on."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class CannotGoOn(Exception):
    """Set-up stops here; the message says what is wrong and what to do, in Chinese and English."""


def say(text: str = "") -> None:
    """Print one line at once, whatever encoding the terminal has."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Print `name …` and, when the block ends, how long it took. The yielded list takes remarks shown at the end."""
    sys.stdout.write(f"· {name} … ")
    sys.stdout.flush()
    start = time.monotonic()
    remarks: list[str] = []
    try:
        yield remarks
    except BaseException:
        say("✗")
        raise
    tail = f"  {'；'.join(remarks)}" if remarks else ""
    say(f"{time.monotonic() - start:.1f} s{tail}")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a plain table; a Chinese character is two columns wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
