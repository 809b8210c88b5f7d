"""Names by sound: what a clerk types when the character is hard to type, and what lists are sorted by."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# As a surname these are read unlike their usual reading, which is the one the dictionary gives.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "朴": "piao", "任": "ren", "盖": "ge",
    "乐": "yue", "翟": "zhai", "冼": "xian", "洗": "xian", "尹": "yin", "缪": "miao", "幺": "yao", "员": "yun", "折": "she",
    "那": "na", "纪": "ji", "华": "hua", "应": "ying", "车": "che", "过": "guo", "种": "chong", "尉迟": "yu chi", "长孙": "zhang sun",
    "万俟": "mo qi", "澹台": "tan tai",
}  # fmt: skip


@lru_cache(maxsize=8192)
def of(name: str) -> str:
    """`zhanglihua zlh` for 张丽华: syllables joined, a blank, initials; lower case.

    Separators (· and others) are left out. A character without a known reading stands for itself, so that
    such a name is still found by typing it and sorts after all others.
    """
    kept = "".join(char for char in name if unicodedata.category(char)[0] in "LN")
    syllables = _syllables(kept)
    return f"{''.join(syllables)} {''.join(syllable[0] for syllable in syllables)}".lower() if syllables else ""


def _syllables(name: str) -> list[str]:
    for length in (2, 1):
        if name[:length] in _SURNAMES:
            return [*_SURNAMES[name[:length]].split(), *_plain(name[length:])]
    return _plain(name)


def _plain(name: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # its dictionaries cost a quarter of a second: not at every start

    return lazy_pinyin(name, style=Style.NORMAL, errors=lambda unknown: unknown)
