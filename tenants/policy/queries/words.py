"""A duty in the words of the pages: how much, how often, for whom, from which clause."""

from __future__ import annotations

import re
from typing import Any

from policy_engine import Duty, Filter, rhythms
from policy_engine.compare import said
from policy_engine.model import Direction, Subject
from policy_engine.vocabulary import shared_words, title

SETTING_WORDS = {
    "self": "委员本人",
    "self_and_filing": "委员填报，专委会备案",
    "office": "机关录入",
    "member": "委员自选",
    "assigned": "组织安排",
    "may_fork": "可参照后自定",
    "must_confirm": "自定后须上级确认",
    "data_only": "只报数据",
    "none": "无",
}
KEYS = {
    "min": "最少",
    "max": "最多",
    "percent": "比例",
    "k": "至少几项",
    "each": "每人几次",
    "per": "每多少人",
    "value": "做法",
    "size": "项数",
    "title": "名称",
    "force": "效力",
    "period": "周期",
    "due": "期限",
    "items": "项目",
    "steps": "步骤",
    "fields": "栏目",
    "receivers": "接收方",
    "modes": "方式",
    "kinds": "计入种类",
    "roles": "身份",
    "subject": "对谁",
    "duties": "按哪几项",
    "text": "内容",
}
TYPES_OF_VENUE_LINK = {"residency"}
ARTICLE = re.compile(r"^(\d+)(?=$|¶|（|[^\d])")


def number(value: Any) -> str:
    """4.0 as 4, 1.5 as 1.5; None as a dash."""
    if value is None:
        return "—"
    return f"{value:g}" if isinstance(value, float) else str(value)


def key(name: str) -> str:
    """What a value of an element is called."""
    return KEYS.get(name, name)


def value(written: Any) -> str:
    """A list or a word of an element, as the vocabulary says it."""
    return said({"": written}, shared_words())


def setting(value: Any) -> str:
    """A setting's value in words; empty where it is written for programs only."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, (list, tuple)):
        parts = [setting(part) for part in value]
        return "、".join(parts) if all(parts) else ""
    if not isinstance(value, str):
        return ""
    if value in SETTING_WORDS or not value.isascii():
        return SETTING_WORDS.get(value, value)
    return next((entries[value]["title"] for entries in shared_words().values() if value in entries), "")


def period(key: str) -> str:
    """A period key as one says it: 2022 is 2022 年, 2022-H1 上半年, 2022-Q3 第 3 季度, 2022-05 5 月."""
    year, _, rest = key.partition("-")
    if not year.isdigit():
        return word("periods", key)
    if not rest:
        return f"{year} 年"
    if rest[0] in "HQ":
        return {"H1": "上半年", "H2": "下半年"}.get(rest, f"第 {rest[1:]} 季度")
    return f"{int(rest)} 月"


def word(category: str, name: str) -> str:
    """The shared vocabulary's title of a word."""
    return title(shared_words(), category, name)


def reference(ref: str) -> str:
    """A clause's place as one says it: `15¶1` is 第15条第1款; references by headings stay as they are."""
    if not ARTICLE.match(ref):
        return re.sub(r"¶(\d+)", r"第\1段", ref)
    return re.sub(r"¶(\d+)", r"第\1款", ARTICLE.sub(r"第\1条", ref))


def unit(duty: Duty) -> str:
    """What is counted: 人, 处, 件, 次, or 项 where parts or items are."""
    wheres = [duty.where] if duty.where else [part.where for part in duty.parts]
    if duty.kind == "score":
        return "分"
    if duty.kind in ("all_of", "at_least_k_of") or duty.items:
        return "项"
    units = {_unit_of(where) for where in wheres}
    return units.pop() if len(units) == 1 else "次"


def _unit_of(where: Filter) -> str:
    if where.sum:
        return word("amounts", where.sum)
    if where.family == "link":
        return "处" if set(where.kinds) & TYPES_OF_VENUE_LINK else "人"
    groups = {shared_words()["kinds"].get(kind, {}).get("group") for kind in where.kinds}
    return "件" if groups == {"output"} else "次"


def amount(duty: Duty) -> str:
    """How much the duty asks for, without its rhythm; empty where the document fixes no number."""
    if duty.min is None and duty.max is None:
        return ""
    if duty.kind in ("coverage", "proportion"):
        often = f"，每人至少 {duty.each} {unit(duty)}" if duty.each > 1 else ""
        return f"{number(duty.min)}%{often}"
    if duty.kind == "at_least_k_of":
        return f"{len(duty.parts)} 项中至少 {number(duty.min)} 项"
    if duty.kind == "all_of":
        return f"{len(duty.parts)} 项都做到"
    if duty.items:
        return f"{number(duty.min)} 项齐备"
    return f"{spread(duty)} {unit(duty)}" + (f"（每 {duty.per} 人）" if duty.per else "")


def spread(duty: Duty) -> str:
    """`3–5`, `至少 1` or `至多 3`."""
    if duty.max is None:
        return f"至少 {number(duty.min)}"
    if duty.min is None:
        return f"至多 {number(duty.max)}"
    return number(duty.min) if duty.min == duty.max else f"{number(duty.min)}–{number(duty.max)}"


def rule(duty: Duty) -> str:
    """The whole rule in a few words: 每年至少 1 件; 保持 3–5 人; 不定数量，只留痕."""
    how_much = amount(duty)
    if not how_much:
        return "不定数量，只计数"
    if duty.period == "continuous":
        return f"保持 {how_much}"
    return f"{rhythms.said(duty.rhythm, word)}{how_much}"


def who(subject: Subject) -> str:
    """Whom a duty binds: 委员（常委，主席除外）."""
    name = word("subjects", subject.type)
    only = [
        "、".join(word("posts", post) for post in subject.posts),
        "兼".join(word("posts", post) for post in subject.all_posts),
        "、".join(word("tags", tag) for tag in subject.tags),
        "、".join(f"有{word('links', link)}关系的" for link in subject.linked),
        "部分界别、专委会或小组的" if subject.within else "",
    ]
    but = "、".join(
        [
            *(word("posts", post) for post in subject.except_posts),
            *(word("tags", tag) for tag in subject.except_tags),
        ]
    )
    narrowed = "，".join([*filter(None, only), *([f"{but}除外"] if but else [])])
    return f"{name}（{narrowed}）" if narrowed else name


def bounds(direction: Direction | None) -> str:
    """How far the parent lets us move a value."""
    if direction is None or direction.kind == "free":
        return "可自定"
    if direction.kind == "in_range":
        return f"可在 {number(direction.low)}–{number(direction.high)} 之间"
    return {"fixed": "不可改", "only_strengthen": "只可加严"}[direction.kind]
