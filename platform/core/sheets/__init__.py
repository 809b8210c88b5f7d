"""Excel files in and out. Reading names every wrong cell with its place and remedy; writing never lets a text become a formula."""

from core.sheets.columns import Cell, Choice, Column, Day, Names, Phone, Text, Wrong
from core.sheets.marking import marked
from core.sheets.reading import (
    LARGEST,
    CellError,
    Damaged,
    NotAWorkbook,
    Protected,
    Sheet,
    SheetRow,
    TooLarge,
    WrongCells,
    read,
)
from core.sheets.writing import XLSX, Number, Out, book, download, template, write

__all__ = [
    "LARGEST", "XLSX", "Cell", "CellError", "Choice", "Column", "Damaged", "Day", "Names", "NotAWorkbook", "Number", "Out", "Phone", "Protected", "Sheet", "SheetRow", "Text",
    "TooLarge", "Wrong", "WrongCells", "book", "download", "marked", "read", "template", "write",
]  # fmt: skip
