"""Reading an uploaded .xlsx: the file is hostile until shown otherwise, and every wrong cell is named at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from core.errors import DomainError
from core.sheets.columns import INVISIBLE, Column, Wrong

LARGEST = 5 * 1024 * 1024  # bytes uploaded
_LARGEST_UNPACKED = 100 * 1024 * 1024
_MOST_PARTS = 2_000
_WIDEST = 60  # columns looked at
_LAST_ROW = 1_048_576  # Excel's own limit; a file may claim more
_HEADER_WITHIN = 10  # rows; a title may stand above the headers
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class NotAWorkbook(DomainError):
    code = "not_a_workbook"

    def __init__(self) -> None:
        super().__init__("这不是 .xlsx 文件。请在 Excel 或 WPS 里“另存为”，类型选“Excel 工作簿（.xlsx）”，再上传。")


class Protected(DomainError):
    code = "protected_workbook"

    def __init__(self) -> None:
        super().__init__("文件设了打开密码，无法读取。请在 Excel 或 WPS 里取消密码、保存后再上传。")


class Damaged(DomainError):
    code = "damaged_workbook"

    def __init__(self) -> None:
        super().__init__("文件已损坏，打不开。请在 Excel 或 WPS 里打开后重新保存，再上传。")


class TooLarge(DomainError):
    code = "workbook_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellError:
    """One wrong cell, as the clerk finds it: row and column letter of the file, header, what stands there, what to do."""

    row: int
    column: str
    header: str
    value: str
    message: str
    remedy: str

    @property
    def place(self) -> str:
        return f"{self.column}{self.row}"


class WrongCells(DomainError):
    """Some cells cannot be taken; nothing was written. `errors` holds all of them, in reading order."""

    code = "wrong_cells"

    def __init__(self, errors: Sequence[CellError]) -> None:
        first = errors[0]
        super().__init__(
            f"有 {len(errors)} 处要改，没有写入任何内容。第一处在 {first.place}（{first.header}）：{first.message}，请{first.remedy}。"
        )
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the file: its number there, and a value per column key (None where empty or wrong)."""

    number: int
    values: dict[str, Any]
    raw: dict[str, str]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@dataclass(slots=True)
class Sheet:
    """What was read. Rows are usable only when `errors` is empty; `letters` leads from key to column letter."""

    columns: dict[str, Column]
    letters: dict[str, str] = field(default_factory=dict)
    rows: list[SheetRow] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    def fault(self, row: SheetRow, key: str, message: str, remedy: str) -> None:
        """Add an error found by comparing cells, at the place the clerk knows."""
        self.errors.append(
            CellError(row=row.number, column=self.letters.get(key, "?"), header=self.columns[key].header,
                      value=row.raw.get(key, ""), message=message, remedy=remedy)
        )  # fmt: skip

    def sorted_errors(self) -> list[CellError]:
        return sorted(self.errors, key=lambda error: (error.row, len(error.column), error.column))


def read(data: bytes, *, columns: Sequence[Column], most_rows: int = 5_000) -> Sheet:
    """The first visible worksheet of an .xlsx, checked cell by cell.

    Raises NotAWorkbook, Protected, Damaged or TooLarge where there is no sheet to speak of; everything
    else is in `errors`. Blank rows are skipped. Formulas are refused: what they show depends on the reader.
    """
    _check_package(data)
    sheet = Sheet(columns={column.key: column for column in columns})
    try:
        _fill(sheet, _cells(data), most_rows)
    except DomainError:
        raise
    except Exception as error:  # openpyxl raises whatever the broken part makes it raise
        raise Damaged from error
    return sheet


def _check_package(data: bytes) -> None:
    if len(data) > LARGEST:
        raise TooLarge(f"文件有 {len(data) / 1024 / 1024:.1f} MB，最大 5 MB。请删去图片和用不到的工作表后再上传。")
    if data.startswith(_OLD_OFFICE):
        raise Protected if _ENCRYPTED in data else NotAWorkbook
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise (Damaged if data.startswith(b"PK") else NotAWorkbook) from None
    if any(part.flag_bits & 1 for part in parts):
        raise Protected
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise NotAWorkbook
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
        raise TooLarge("文件展开后过大。请把名册单独存成一个新的 .xlsx 再上传。")


def _cells(data: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, cells) of the first visible worksheet, blank rows left out."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise Damaged
        sheet.reset_dimensions()  # the file's own claim about its size is not to be trusted
        rows = sheet.iter_rows(max_col=_WIDEST, max_row=_LAST_ROW)
        for number, cells in enumerate(rows, start=1):
            if any(_shown(cell) for cell in cells):
                yield number, cells
    finally:
        book.close()


def _shown(cell: Any) -> str:
    value = cell.value
    return "" if value is None else INVISIBLE.sub("", str(value)).strip()


def _fill(sheet: Sheet, cells: Iterator[tuple[int, tuple[Any, ...]]], most_rows: int) -> None:
    head: dict[int, str] | None = None
    skipped: list[tuple[int, tuple[Any, ...]]] = []
    for number, row in cells:
        if head is None:
            if not _is_header(sheet, row) and number < _HEADER_WITHIN:
                skipped.append((number, row))
                continue
            found = (number, row) if _is_header(sheet, row) or not skipped else skipped[0]
            head = _header(sheet, *found)
            if sheet.errors:
                return
            continue
        if len(sheet.rows) >= most_rows:
            raise TooLarge(f"超过 {most_rows} 行。请分成几个文件，分别上传。")
        sheet.rows.append(_row(sheet, head, number, row))
    if head is None:
        _header(sheet, *(skipped[0] if skipped else (1, ())))


def _is_header(sheet: Sheet, row: tuple[Any, ...]) -> bool:
    known = {column.header for column in sheet.columns.values()}
    return sum(_name(cell) in known for cell in row) >= min(2, len(known))


def _name(cell: Any) -> str:
    return "".join(_shown(cell).split()).rstrip("*＊")  # templates mark required headers with a star


def _header(sheet: Sheet, number: int, row: tuple[Any, ...]) -> dict[int, str]:
    by_header = {column.header: key for key, column in sheet.columns.items()}
    head: dict[int, str] = {}

    def fault(column: str, header: str, message: str, remedy: str) -> None:
        sheet.errors.append(
            CellError(row=number, column=column, header=header, value=header, message=message, remedy=remedy)
        )

    for index, cell in enumerate(row):
        name, letter = _name(cell), get_column_letter(index + 1)
        if not name:
            continue
        key = by_header.get(name)
        if key is None:
            fault(letter, name[:40], "不认识的列名", f"改为模板里的列名，或删去这一列。可用：{'、'.join(by_header)}")
        elif key in sheet.letters:
            fault(letter, name, f"与 {sheet.letters[key]} 列重复", "只留一列")
        else:
            sheet.letters[key], head[index] = letter, key
    for key, column in sheet.columns.items():
        if column.required and key not in sheet.letters:
            fault("—", column.header, "缺少这一列", f"加一列，第一格写“{column.header}”")
    return head


def _row(sheet: Sheet, head: dict[int, str], number: int, cells: tuple[Any, ...]) -> SheetRow:
    raw = {key: _shown(cells[index])[:60] if index < len(cells) else "" for index, key in head.items()}
    row = SheetRow(number, dict.fromkeys(sheet.columns), raw)
    for index, key in head.items():
        try:
            row.values[key] = _value(sheet.columns[key], cells[index] if index < len(cells) else None)
        except Wrong as wrong:
            sheet.fault(row, key, wrong.message, wrong.remedy)
    return row


def _value(column: Column, cell: Any) -> Any:
    if cell is None or not _shown(cell):
        if column.required:
            raise Wrong("这一格不能空", f"填写{column.header}")
        return None
    if cell.data_type == "f":
        raise Wrong("单元格是公式", "复制后“选择性粘贴”为数值")
    if cell.data_type == "e":
        raise Wrong("单元格是错误值", "改为正确的内容")
    return column.cell.read(cell.value)
