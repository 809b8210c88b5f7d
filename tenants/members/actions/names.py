"""Names, phones and days as the roster takes them. Names as the documents write them: the separator of 民委发〔2016〕33号 is · (U+00B7), and no blanks inside a Chinese name."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

DOT = "·"
_OTHER_DOTS = "•・･‧∙⋅●．｡"
_HAN = "[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_STOP_BETWEEN = re.compile(f"(?<={_HAN})\\s*[.{_OTHER_DOTS}]\\s*(?={_HAN})")
_BLANK_BETWEEN = re.compile(f"(?<={_HAN})\\s+(?={_HAN})")
_BLANK_AT_DOT = re.compile(f"\\s*{DOT}\\s*")


def normalised(name: str) -> str:
    """The name with our separator and without padding; a Latin `J. Smith` keeps its stop and blanks."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    text = _STOP_BETWEEN.sub(DOT, text)
    return _BLANK_BETWEEN.sub("", _BLANK_AT_DOT.sub(DOT, text))


def too_far(day: dt.date, today: dt.date) -> bool:
    """A slip of the year: nobody joins or leaves more than a year ahead."""
    return day > today + dt.timedelta(days=366)
