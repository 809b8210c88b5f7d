"""What a document is before it is printed: a title and blocks, plain values only.

Both printers read it, so that the PDF and the Word file of a document cannot say different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Align = Literal["left", "center", "right"]
CLOSE = 250  # characters of body size that fill the long cell of a form
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def plain(value: object) -> str:
    """Text without what no document can hold: control characters pasted along."""
    return _UNPRINTABLE.sub("", "" if value is None else str(value))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid. `span` columns wide, at least `height` mm high."""

    text: str
    is_label: bool = False
    span: int = 1
    height: int = 0
    align: Align = "left"

    @property
    def lines(self) -> list[str]:
        return plain(self.text).split("\n")

    @property
    def is_close(self) -> bool:
        """So much in one cell of a form that it is set smaller, to stay on its page."""
        return len(self.text) + 20 * self.text.count("\n") > CLOSE


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with lines: the cells of a form, or rows under a head that is repeated on every page.

    `widths` are the columns' shares of the text width and add up to 100.
    """

    kind: ClassVar[str] = "grid"
    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head: tuple[str, ...] = ()
    is_form: bool = False  # roomier, labels centred


@dataclass(frozen=True, slots=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text; `indent` as official documents begin a paragraph, two characters in."""

    kind: ClassVar[str] = "paragraph"
    text: str
    indent: bool = True
    align: Align = "left"
    is_small: bool = False

    @property
    def lines(self) -> list[str]:
        return plain(self.text).split("\n")


Block = Grid | Heading | Paragraph


@dataclass(frozen=True, slots=True)
class Document:
    """`name` is what its file is called, without ending; `note` stands small at the foot of the last page (who made it, as of when)."""

    title: str
    name: str
    blocks: tuple[Block, ...]
    note: str = ""


def table(head: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[object]]) -> Grid:
    """A grid of plain rows under a head."""
    return Grid(tuple(widths), tuple(tuple(Cell(plain(cell)) for cell in row) for row in rows), tuple(head))


def facts(pairs: Sequence[tuple[str, str]], *, per_row: int = 2) -> Grid:
    """Label and value side by side, `per_row` pairs in a row; the last row is filled up."""
    rows = []
    for at in range(0, len(pairs), per_row):
        cells = [
            cell for label, value in pairs[at : at + per_row] for cell in (Cell(label, is_label=True), Cell(value))
        ]
        missing = per_row * 2 - len(cells)
        if missing:
            cells[-1] = Cell(cells[-1].text, span=1 + missing)
        rows.append(tuple(cells))
    share = 100 / per_row
    return Grid(tuple(part for _ in range(per_row) for part in (share * 0.36, share * 0.64)), tuple(rows))
