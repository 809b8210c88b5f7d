"""What a column may hold. A cell's reader returns its value or raises `Wrong` with what is the matter and what to do."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_EXACT_DIGITS = 15  # Excel keeps no more digits of a number; the rest are zeros
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SEPARATORS = re.compile("[、,，;；\n]+")


class Wrong(Exception):
    """A cell that cannot be taken as it is."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class Cell(Protocol):
    """A kind of cell. `read` gets a non-empty value as Excel keeps it."""

    def read(self, value: Any) -> Any: ...


def plain_text(value: Any) -> str:
    """What the clerk sees in the cell: 13800000000 rather than 13800000000.0. Raises Wrong."""
    if isinstance(value, bool):
        raise Wrong("单元格是逻辑值 TRUE/FALSE", "改成文字")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and len(str(abs(value))) > _EXACT_DIGITS:
        raise Wrong("数字超过 15 位，Excel 已把后面的位数变成 0", "把这一列设为“文本”格式后重新填写")
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        raise Wrong("单元格是日期，这里应填文字", "把单元格设为“文本”格式后重新填写")
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", str(value))).strip()
    if any(unicodedata.category(char) == "Cc" and char not in "\n\r\t" for char in text):
        raise Wrong("含有看不见的控制字符", "删去后重新输入")
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text."""

    longest: int

    def read(self, value: Any) -> str:
        text = " ".join(plain_text(value).split())
        if len(text) > self.longest:
            raise Wrong(f"共 {len(text)} 个字，最多 {self.longest} 个字", f"缩短到 {self.longest} 个字以内")
        return text


_PHONE = re.compile(r"(?:1[3-9]\d{9}|(?:0\d{2,3}-?)?\d{7,8}(?:-\d{1,6})?|[48]00\d{7})\Z")


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number or one of a landline; +86, blanks and brackets go."""

    longest: int = 30

    def read(self, value: Any) -> str:
        text = plain_text(value)
        found = re.sub(r"[\s()（）]", "", text.replace("－", "-").replace("—", "-"))
        found = re.sub(r"^(?:\+86|0086)-?", "", found)
        if _PHONE.match(found):
            return found
        if _PHONE.match(found.replace("-", "")):
            return found.replace("-", "")
        raise Wrong("不是电话号码", "填 11 位手机号，或带区号的座机，例如 0737-7222345；不知道的空着")


@dataclass(frozen=True, slots=True)
class Day:
    """A day: an Excel date, or 2022-03-01, 2022/3/1, 2022.3.1, 20220301, 2022年3月1日."""

    def read(self, value: Any) -> dt.date:
        found = value.date() if isinstance(value, dt.datetime) else value if isinstance(value, dt.date) else _day(value)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise Wrong(f"年份 {found.year} 不合理", "核对年份，写成 2022-03-01")
        return found


def _day(value: Any) -> dt.date:
    text = "" if isinstance(value, bool | dt.time | dt.timedelta) else plain_text(value).replace(" ", "")
    match = _DAY.match(text) or _COMPACT_DAY.match(text)
    if match is None:
        raise Wrong("看不出是哪一天", "写成 2022-03-01 或 2022年3月1日，年月日都要有")
    try:
        return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        raise Wrong("没有这一天", "核对月份和日期，写成 2022-03-01") from None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, or several of them joined by 、 where `many`. Reads to values, always as a tuple where `many`."""

    words: Mapping[str, Any]
    also: Mapping[str, Any] = field(default_factory=dict)  # understood, but not what a remedy recommends
    many: bool = False

    def read(self, value: Any) -> Any:
        text = plain_text(value)
        if not self.many:
            return self._one(text)
        return tuple(dict.fromkeys(self._one(part.strip()) for part in _SEPARATORS.split(text) if part.strip()))

    def _one(self, word: str) -> Any:
        known = {**self.also, **self.words}
        if word not in known:
            raise Wrong(f"没有“{word}”这一项", f"改为：{'、'.join(self.words)}")
        return known[word]


@dataclass(frozen=True, slots=True)
class Names:
    """Several names joined by 、, each at most `longest` characters; a tuple without repeats."""

    longest: int

    def read(self, value: Any) -> tuple[str, ...]:
        one = Text(self.longest)
        return tuple(dict.fromkeys(one.read(part) for part in _SEPARATORS.split(plain_text(value)) if part.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file we read: `key` names the value, `header` stands in the first row. `help` and `options` are for the template."""

    key: str
    header: str
    cell: Cell
    required: bool = False
    width: int = 14
    help: str = ""
    options: tuple[str, ...] = field(default=())  # offered as a drop-down; the cell decides what is accepted
