"""Everything in which a revision of a return differs from the one before it, in words a reader of both can check.

From the two bodies alone, and pure. Left out is what says only that it is another revision: its number, and `previous`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.models import Level
from tenants.reports.queries.breakdown_changes import Recut, recuts, titles
from tenants.reports.queries.restated import Changed, changed, moved_below

Body = Mapping[str, Any]
NAMED = 3  # figures a note names before it says how many there are


@dataclass(frozen=True, slots=True)
class Note:
    """Something beside the figures: what it is, and how it was and is."""

    name: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`figures` are numbers, `parts` breakdowns, `notes` the rest; `below`: how many children's lines are others. `same`: what
    stands in both and is the same, by the name a page gives it."""

    before: int
    now: int
    figures: tuple[Changed, ...]
    parts: tuple[Recut, ...]
    notes: tuple[Note, ...]
    below: int
    same: tuple[str, ...]

    @property
    def said(self) -> str:
        """What did not change; empty where everything did."""
        same = "、".join(self.same)
        if not self.figures:
            return f"数字没有变，{same}也没有变。" if same else "数字没有变。"
        if not (self.parts or self.notes or self.below):
            return f"只有这些数变了，{same}都没有变。" if same else "只有这些数变了。"
        return f"{same}没有变。" if same else ""

    @property
    def brief(self) -> str:
        """For a line of a list."""
        cut = sum(max(1, len(one.rows)) for one in self.parts)
        counted = [
            f"{len(self.figures)} 个数不同" if self.figures else "数字相同",
            f"分列 {cut} 处不同" if cut else "",
            f"下级 {self.below} 处不同" if self.below else "",
            f"另有 {len(self.notes)} 处不同" if self.notes else "",
        ]
        return "，".join(one for one in counted if one)


def changes(body: Body, before: Body, *, keys: tuple[str, str] = ("", ""), of: str = "本会") -> Changes:
    """`keys`: fingerprints that signed the one before and this one, empty where nothing is signed. `of`: whose return it is, as
    the reader calls it."""
    moved = changed(body, before)
    parts, below = tuple(recuts(body, before)), moved_below(body, before)
    same = {
        **{f"按{title}分列": title not in {one.title for one in parts} for title in titles(body)},
        "下级": not below and bool(body["children"]),
        "所依的办法": body["policies"] == before["policies"],
    }
    return Changes(
        before=before["revision"],
        now=body["revision"],
        figures=tuple(one for one in moved if one.is_number),
        parts=parts,
        notes=(*_facts(body, before, keys, of), *_answers(moved)),
        below=below,
        same=tuple(name for name, is_same in same.items() if is_same),
    )


def _facts(body: Body, before: Body, keys: tuple[str, str], of: str) -> Iterator[Note]:
    pairs: Mapping[str, tuple[str, str]] = {
        "委员会名称": _pair(body, before, "committee", "name"),
        "委员会编码": _pair(body, before, "committee", "code"),
        "委员会层级": _levels(_pair(body, before, "committee", "level")),
        "数据截至": _pair(body, before, "as_of"),
        "下级报送期限": _pair(body, before, "due_on"),
        f"所依的{of}办法": _digests(body, before, "own"),
        f"所依的{'其' if of != '本会' else ''}上级办法": _digests(body, before, "parent"),
        "签名公钥": keys,
    }
    for name, (was, now) in pairs.items():
        if was != now and (name != "签名公钥" or all(keys)):
            yield Note(name, f"原来{was or '没有'}，现在{now or '没有'}")


def _levels(pair: tuple[str, str]) -> tuple[str, str]:
    words = dict(Level.choices)
    was, now = (str(words.get(one, one)) for one in pair)
    return was, now


def _pair(body: Body, before: Body, *path: str) -> tuple[str, str]:
    found = []
    for one in (before, body):
        value: Any = one
        for step in path:
            value = value[step]
        found.append(value or "")
    return found[0], found[1]


def _digests(body: Body, before: Body, basis: str) -> tuple[str, str]:
    """Which version of a policy, by the first digits of its digest; whole digests stand in the file."""
    was, now = (f"是校验值 {one[:16]} 的那一版" if one else "" for one in _pair(body, before, "policies", basis))
    return was, now


def _answers(moved: Iterable[Changed]) -> Iterator[Note]:
    """Figures whose number is the same, out of another number of committees; those alike in one note."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in moved:
        if not one.is_number and one.answers:
            alike.setdefault(one.answers, []).append(one.column.indicator.title)
    for (was, now), found in alike.items():
        names = list(dict.fromkeys(found))
        listed = "、".join(names[:NAMED]) + (f"等 {len(names)} 项" if len(names) > NAMED else "")
        yield Note("答复的委员会", f"原来 {was}，现在 {now}；{listed}的数没有变")
