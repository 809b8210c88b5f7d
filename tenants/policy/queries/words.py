"""A duty in the words of the pages: how much, how often, for whom, from which clause."""

from __future__ import annotations

import re
from typing import Any

from policy_engine import Duty, rhythms
from policy_engine.compare import said
from policy_engine.explain import unit_of
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
    "links": "计入哪种联系",
    "authorship": "怎样署名",
    "organisers": "谁组织的",
    "place_levels": "在哪一级",
    "destinations": "去哪里",
    "target_types": "对谁做的",
    "results": "有什么结果",
    "tags": "什么标记",
    "late": "逾期的",
    "waivable": "可以豁免",
    "author": "由谁报",
    "form": "怎样报",
    "remark": "备注",
    "by": "由谁办",
    "days": "几天内",
    "required": "必填",
    "type": "填什么",
    "yearly": "每期重新做到",
}
LINKS_WITH_PEOPLE = {
    "constituent", "grid_worker", "council_to_standing", "standing_to_member", "convener", "first_convener",
}  # fmt: skip
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
    """What is counted, in the engine's words; people are 人 where the engine only knows a relation."""
    found = unit_of(duty, shared_words())
    filters = [duty.where] if duty.where else [part.where for part in duty.parts]
    of_people = [where for where in filters if where and where.family == "link" and {*where.kinds} <= LINKS_WITH_PEOPLE]
    return "人" if found == "个" and len(of_people) == len(filters) else found


def amount(duty: Duty) -> str:
    """How much the duty asks for, without its rhythm; empty where the document fixes no number."""
    if duty.min is None and duty.max is None:
        return ""
    if duty.kind in ("coverage", "proportion"):
        often = f"，每人至少 {duty.each} {unit(duty)}" if duty.each > 1 else ""
        return f"{number(duty.min)}%{often}"
    if duty.kind == "at_least_k_of":
        return f"{len(duty.parts)} 项中至少做到 {number(duty.min)} 项"
    if duty.kind == "all_of":
        return f"{len(duty.parts)} 项都做到"
    if duty.kind == "report_cycle":
        return f"向 {len(duty.items)} 处各报一次" if len(duty.items) > 1 else "报送一次"
    if duty.listing:
        return f"走完 {number(duty.min)} 步" if duty.kind == "workflow" else f"做齐 {number(duty.min)} 项"
    return f"{spread(duty)} {unit(duty)}" + (f"（每 {duty.per} 人）" if duty.per else "")


def spread(duty: Duty) -> str:
    """`3–5`, `至少 1` or `至多 3`."""
    if duty.max is None:
        return f"至少 {number(duty.min)}"
    if duty.min is None:
        return f"至多 {number(duty.max)}"
    return number(duty.min) if duty.min == duty.max else f"{number(duty.min)}–{number(duty.max)}"


def rule(duty: Duty) -> str:
    """The whole rule in a few words, for the head of a column: 每年至少 1 件; 保持 3–5 人; 每年做齐 3 项.

    Whom it binds and what counts is left to the engine's `sentence`, which words a duty in full.
    """
    how_much = amount(duty)
    if not how_much:
        return "不定数量，只计数"
    lead = rhythms.said(duty.rhythm, word)
    if duty.period == "continuous":
        lead = "一直" if duty.listing or duty.parts else "保持"
        return f"{lead} {how_much}" if how_much[0].isascii() or not duty.listing else f"{lead}{how_much}"
    if duty.period == "once":
        lead = "一次性"
    return f"{lead} {how_much}" if how_much[0].isascii() else f"{lead}{how_much}"


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
