"""Any value of a policy in words, by the key it stands under: for the tables that list values one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from policy_engine import due, rhythms
from policy_engine.kinds import NUMBERS
from policy_engine.model import FILTERS, Element, Template, filter_of, fraction_of, subject_of
from policy_engine.reader import read
from policy_engine.scored import grade_said, group_said
from policy_engine.shares import share_of
from policy_engine.vocabulary import SPOKEN, TEMPLATES, Words, title, words_with
from policy_engine.wording import (
    PRO_RATA,
    PRO_RATA_ROUNDED,
    ROUNDED,
    Names,
    all_of,
    away_said,
    conditions_of,
    counted,
    limit,
    number,
    part_of,
    points,
    shared,
    whom,
)

UNSTATED = "没有规定"
OF_LINES = {
    "days": "几天内办", "working_days": "按工作日", "after": "等哪几步", "optional": "可有可无", "by": "由谁办", "yearly": "每期重新做到",
    "required": "必填", "title": "名称", "type": "类型", "from": "从几分起", "lines": "哪几行", "choices": "可选",
}  # fmt: skip
KEYS: Mapping[str, str] = {
    "min": "至少", "max": "至多", "percent": "占多少", "number": "至少多少个", "k": "至少做到几项", "per": "每多少个", "each": "各几次",
    "base": "先有几分", "cap": "至多几分", "floor": "至少几分", "points": "给分", "from_nth": "从第几件起",
    "to_nth": "到第几件止", "met": "做到了给分", "outstanding": "还欠着给分", "steps": "各步（档）", "table": "按结果给分", "otherwise": "其余的给分",
    "best": "一件只取最高", "grades": "等次", "groups": "分组", "veto": "否决", "kinds": "种类", "links": "联系关系",
    "roles": "身份", "authorship": "署名", "organisers": "组织方", "place_levels": "地点", "modes": "方式",
    "target_types": "对象", "destinations": "去向", "posts": "职务", "tags": "标签", "results": "结果", "sectors": "界别",
    "without": "除外", "at_least": "每次规模", "confirmed": "要不要确认", "share": "几人合作怎样分", "count": "数什么",
    "by": "记在谁名下", "at_venue": "在阵地办", "due": "截止日", "late": "逾期", "within": "时限", "force": "力度",
    "clauses": "条款", "title": "名称", "name_zh": "名称", "period": "多久一次", "also_periods": "另按", "subject": "约束谁",
    "population": "在哪些人里", "waivable": "可以豁免", "pro_rata": "年中任职折算", "turns": "轮值", "standing": "有效",
    "meets": "要做到的职责", "of": "看哪项职责", "leave": "请假的", "when": "哪种结果算", "round": "取整", "items": "各项", "receivers": "报给谁", "author": "由谁报", "form": "怎样报",
    "size": "共几项", "fields": "栏目", "duties": "职责", "records": "数什么", "numerator": "分子", "denominator": "分母",
    "dimensions": "分列", "definition": "口径", "text": "文字", "value": "", "kind": "种类", "checklist": "清单",
    "workflow": "流程", "remark": "说明", "out_of": "全部", "after": "凡有", "type": "哪一类", "note": "说明",
    "take": "取什么", "duty": "看哪项职责", "reading": "读法", "carried_by": "由什么承载",
}  # fmt: skip
SETTINGS: Mapping[str, str] = {
    "year_start_month": "年度从几月开始",
    "pro_rata": "年中任职是否折算",
    "allow_multi_count": "一件记录可以算几项",
    "holidays": "放假的日子",
    "workdays": "调休上班的日子",
    "term_from": "本届从哪天起",
    "term_until": "本届到哪天止",
}
FIXED: Mapping[str, Mapping[str, str]] = {
    "late": {"counts": "也算，但标明逾期", "not_counted": "不算"},
    "leave": {"counted": "算在分母里", "excluded": "不算在分母里"},
    "confirmed": {"required": "确认过的才算", "any": "待确认的也算"},
    "by": {"subject": "本人", "target": "被联系的一方", "members": "所属委员合起来", "all": "全会合起来"},
    "count": {
        "records": "几件", "targets": "几个不同对象", "venues": "几处不同阵地", "subjects": "几人",
        "destinations": "几种去向", "days": "几天",
    },
    "form": {"written": "书面报告", "hearing": "听取汇报", "written_or_hearing": "书面或听取汇报"},
    "round": ROUNDED,
    "take": {"sum": "合计", "average": "平均", "share_met": "做到的比例", "outstanding": "还欠的数", "over": "超出的数"},
}  # fmt: skip
CATEGORY: Mapping[str, str] = {
    **{name: name for name in FILTERS}, "force": "forces", "receivers": "bodies", "author": "bodies",
    "also_periods": "periods",
}  # fmt: skip
RESULTS = {"met": "达到", "outstanding": "还欠", "exceeded": "超限", "counted": "只计数"}


@lru_cache(maxsize=1)
def code_words() -> Mapping[str, str]:
    """How the codes of settings are said (`parameters.yaml`)."""
    words: Mapping[str, str] = read(TEMPLATES / "parameters.yaml", name="parameters.yaml").data.get("words", {})
    return words


@dataclass(frozen=True)
class Speech:
    """One policy's words: its vocabulary, its duties' titles."""

    words: Words
    local: Any
    names: Names
    catalogue: Mapping[str, str]

    def label(self, element: Element, key: str) -> str:
        """重点联系界别群众：至少."""
        said, name = KEYS.get(key, key), self.element(element)
        return f"{name}：{said}" if said else name

    def element(self, element: Element) -> str:
        sort, _, rest = element.id.partition(".")
        if sort == "setting" and (not element.title or element.title == rest):
            return SETTINGS.get(rest, rest)
        if sort == "indicator":
            return f"指标“{self.catalogue.get(rest, str(element.read('title')))}”"
        if ".parts." in rest:
            return f"{self.names(rest.partition('.')[0])}·{element.title}"
        return str(element.read("title"))

    def line(self, element: Element, listing: str, line: str, key: str = "", own: Any = None) -> str:
        """界别“五有”“年度计划”：每期重新做到: one line of a list, and one value of it."""
        found = (one for one in element.value(listing) or () if isinstance(one, Mapping) and one.get("id") == line)
        entry = next(found, own if isinstance(own, Mapping) else {})
        title = entry.get("title") or self.coded(line)
        said = KEYS.get(key, OF_LINES.get(key, key))
        return f"{self.element(element)}“{title}”" + (f"：{said}" if said else "")

    def value(self, key: str, value: Any) -> str:
        """What stands under a key, as one would say it."""
        if value is None:
            return UNSTATED
        if isinstance(value, bool):
            return "是" if value else "否"
        if key in SHAPED and (isinstance(value, (Mapping, list)) or key in ("percent", "period")):
            return SHAPED[key](self, value)
        if key in FIXED and isinstance(value, str):
            return FIXED[key].get(value, value)
        if key in CATEGORY and not isinstance(value, Mapping):
            found = [value] if isinstance(value, str) else value
            if all(isinstance(one, str) for one in found):
                return "、".join(dict.fromkeys(title(self.words, CATEGORY[key], one) for one in found)) or UNSTATED
        return self.plain(value)

    def plain(self, value: Any) -> str:
        """Whatever else: codes by their words, lists in a row, mappings as 甲：乙."""
        if value is None or isinstance(value, bool):
            return self.value("", value)
        if isinstance(value, Mapping):
            if "title" in value:
                return str(value["title"])
            pairs = (
                f"{KEYS[key] if key in NUMBERS else self.coded(key)}：{self.value(key, one)}"
                for key, one in value.items()
            )
            return "，".join(pairs) or "（未列）"
        if isinstance(value, (list, tuple)):
            return "、".join(self.plain(one) for one in value) or "（未列）"
        if isinstance(value, (int, float)):
            return number(value)
        return self.coded(str(value))

    def coded(self, text: str) -> str:
        if text in code_words():
            return code_words()[text]
        found = next((self.words[one][text] for one in SPOKEN if text in self.words.get(one, {})), None)
        found = found or next((known[text] for known in self.words.values() if text in known), None)
        return str(found.get("title", text)) if isinstance(found, Mapping) else text


def speech_of(template: Template) -> Speech:
    """How this policy's values are said."""
    local = template.header.get("local")

    def name(duty: str) -> str:
        element = template.elements.get(f"duty.{duty}")
        return str(element.read("title")) if element else duty

    titles = {str(entry["code"]): str(entry["name_zh"]) for entry in template.catalogue}
    return Speech(words_with(local), local, name, titles)


def _percent(_: Speech, value: Any) -> str:
    share = fraction_of(value)
    return part_of(share) if isinstance(share, Fraction) else UNSTATED


def _due(speech: Speech, value: Any) -> str:
    return due.said(value, partial(title, speech.words))


def _period(speech: Speech, value: Any) -> str:
    return rhythms.said(rhythms.rhythm_of(value), partial(title, speech.words))


def _whom(speech: Speech, value: Any) -> str:
    return whom(subject_of(value, speech.local), speech.words, every=False)


def _counts(speech: Speech, value: Any) -> str:
    return counted(filter_of(value, speech.local), speech.words, by=value.get("by", "subject"))


def _without(speech: Speech, value: Any) -> str:
    where = filter_of({"kinds": (), **value}, speech.local)
    kinds = [speech.value("kinds", where.kinds)] if where.kinds else []
    return "、".join([*kinds, *conditions_of(where, speech.words, whole=True)])


def _amounts(speech: Speech, value: Any) -> str:
    return "、".join(f"{number(least)} {title(speech.words, 'amounts', name)}" for name, least in value.items())


def _count(speech: Speech, value: Any) -> str:
    return f"合计{title(speech.words, 'amounts', value['sum'])}"


def _share(speech: Speech, value: Any) -> str:
    share = share_of(value)
    return shared(share, speech.words) if share else UNSTATED


def _within(_: Speech, value: Any) -> str:
    return limit(value).strip()


def _steps(speech: Speech, value: Any) -> str:
    if value and "points" in value[0]:
        return "，".join(f"满 {number(one['at'])} {points(one['points'] or 0)}" for one in value)
    titles = {one["id"]: one["title"] for one in value}
    return "、".join(one["title"] + _conditions(one, titles) for one in value)


def _conditions(step: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """What a step of a workflow waits for, and how long it may take."""
    said = [f"等{all_of(titles.get(one, one) for one in step['after'])}"] if step.get("after") else []
    said += [f"{step['days']} {'个工作日' if step.get('working_days') else '天'}内"] if "days" in step else []
    said += ["可有可无"] if step.get("optional") else []
    return f"（{'，'.join(said)}）" if said else ""


def _table(speech: Speech, value: Any) -> str:
    return "、".join(f"{title(speech.words, 'results', name)} {number(worth or 0)} 分" for name, worth in value.items())


def _receivers(speech: Speech, value: Any) -> str:
    return "、".join(title(speech.words, "bodies", one) for one in value) or "（未列）"


def _duties(speech: Speech, value: Any) -> str:
    return all_of(speech.names(one) for one in value) or "（未列）"


def _grades(speech: Speech, value: Any) -> str:
    return "；".join(f"“{one['title']}”{grade_said(one, speech.names)}" for one in value)


def _groups(_: Speech, value: Any) -> str:
    return "；".join(group_said(one, {}) for one in value)


def _veto(speech: Speech, value: Any) -> str:
    grounds = (
        _counts(speech, one["counts"]) if "counts" in one else all_of([speech.names(one["duty"])]) for one in value
    )
    return "、".join(grounds)


def _pro_rata(_: Speech, value: Any) -> str:
    unit, rounded = PRO_RATA[value.get("unit", "day")], PRO_RATA_ROUNDED[value.get("round", "up")]
    gone = value.get("absences")
    less = away_said(tuple(gone.items()) if isinstance(gone, Mapping) else ()) if gone else ""
    return f"{'项数' if value.get('of') == 'k' else ''}{unit}折算，{rounded}{less}"


def _turns(_: Speech, value: Any) -> str:
    return f"从 {value['starts']} 起，一次轮 {value.get('size', 1)} 个" + (
        "，末尾不补" if value.get("rest") == "short" else ""
    )


def _when(_: Speech, value: Any) -> str:
    said = [RESULTS[state] for state in value.get("states", ())]
    said += [f"指定的 {len(value['grades'])} 个等次"] if value.get("grades") else []
    return "或".join(said) or "没有做到"


def _clauses(_: Speech, value: Any) -> str:
    return f"{len(value)} 条"


SHAPED: Mapping[str, Callable[[Speech, Any], str]] = {
    "percent": _percent, "due": _due, "period": _period, "subject": _whom, "population": _whom, "counts": _counts,
    "records": _counts, "out_of": _counts, "without": _without, "at_least": _amounts, "count": _count, "share": _share,
    "within": _within, "steps": _steps, "table": _table, "receivers": _receivers, "meets": _duties, "duties": _duties,
    "grades": _grades, "groups": _groups, "veto": _veto, "pro_rata": _pro_rata, "turns": _turns, "clauses": _clauses, "when": _when,
}  # fmt: skip
