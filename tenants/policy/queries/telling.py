"""What each thing a document brings with it says, in one line: a duty's sentence, a workflow's steps, a form's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy_engine import Element, Policy
from policy_engine.compare import said
from policy_engine.explain import sentence
from policy_engine.vocabulary import Words, title, words_with

SORTS = {
    "duty": "要求",
    "workflow": "流程",
    "form": "表单",
    "checklist": "清单",
    "venue": "阵地",
    "report": "报告",
    "setting": "设置",
    "exclusive": "不重复计",
    "indicator": "指标",
    "text": "说明",
}
"""Kinds of element in the order in which the pages show them."""


def sort_of(element: Element) -> str:
    """`duty`, `workflow`, …; of a part its duty's."""
    return element.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Teller:
    """The words of one policy on one day, looked up once for a whole page."""

    policy: Policy
    day: date
    words: Words
    figures: Mapping[str, str]

    def title(self, element: Element) -> str:
        if sort_of(element) == "indicator":
            return self.figures.get(element.id.removeprefix("indicator."), element.title)
        if sort_of(element) == "exclusive":
            return "同一条记录只计一次"
        return str(element.read("title", self.day) or element.id.partition(".")[2])

    def line(self, element: Element) -> str:
        """What it says, without its title; empty where there is nothing to add."""
        way = _WAYS.get(sort_of(element))
        return way(self, element) if way else ""

    def value(self, value: Any) -> str:
        """Any value of an element, in the words of the vocabulary; a dash where nothing is said."""
        return said({"": value}, self.words)

    def word(self, category: str, name: Any) -> str:
        return title(self.words, category, name) if name else ""

    def names(self, duties: Iterable[str]) -> str:
        found = (self.policy.elements.get(f"duty.{duty}") for duty in duties)
        return "、".join(self.title(one) for one in found if one)


def teller(policy: Policy, day: date) -> Teller:
    words = words_with(policy.header.get("local"))
    return Teller(policy, day, words, {one.id: one.title for one in policy.indicators})


def _duty(tell: Teller, element: Element) -> str:
    return sentence(tell.policy.duty(element.id.removeprefix("duty."), tell.day), tell.words)


def _workflow(tell: Teller, element: Element) -> str:
    return " → ".join(_line(one) for one in element.value("steps", tell.day) or ())


def _form(tell: Teller, element: Element) -> str:
    fields = [_line(one) for one in element.value("fields", tell.day) or ()]
    remark = element.read("remark", tell.day)
    return f"{len(fields)} 栏：{'、'.join(fields)}" + (f"；备注：{remark}" if remark else "")


def _checklist(tell: Teller, element: Element) -> str:
    items, size = element.value("items", tell.day) or (), element.value("size", tell.day)
    if not items:
        return f"共 {size} 项，名目由本会填写" if size else "名目由本会填写"
    return f"{len(items)} 项：{'、'.join(_line(one) for one in items)}"


def _venue(tell: Teller, element: Element) -> str:
    modes = "、".join(tell.word("modes", one) for one in element.value("modes", tell.day) or ())
    listing = tell.policy.elements.get(f"checklist.{element.read('checklist', tell.day)}")
    return "；".join(filter(None, [modes, f"建设标准：{tell.title(listing)}" if listing else ""]))


def _report(tell: Teller, element: Element) -> str:
    often, author = tell.word("periods", element.read("period", tell.day)), element.read("author", tell.day)
    receivers = "、".join(tell.word("bodies", one) for one in element.value("receivers", tell.day) or ())
    form = tell.value(element.read("form", tell.day)) if element.read("form", tell.day) else ""
    to = f"送{receivers}" if receivers else "接收范围印发时定"
    return "，".join(filter(None, [often, tell.word("bodies", author), form, to]))


def _setting(tell: Teller, element: Element) -> str:
    return tell.value(element.value("value", tell.day))


def _exclusive(tell: Teller, element: Element) -> str:
    return tell.names(element.value("duties", tell.day) or ())


def _indicator(tell: Teller, element: Element) -> str:
    duties = tell.names(element.value("duties", tell.day) or ())
    return f"{element.id.removeprefix('indicator.')} 按{duties}计算" if duties else ""


def _text(tell: Teller, element: Element) -> str:
    return str(element.value("text", tell.day) or "")


def _line(one: Any) -> str:
    return str(one["title"]) if isinstance(one, Mapping) else str(one)


_WAYS = {
    "duty": _duty, "workflow": _workflow, "form": _form, "checklist": _checklist, "venue": _venue, "report": _report,
    "setting": _setting, "exclusive": _exclusive, "indicator": _indicator, "text": _text,
}  # fmt: skip
