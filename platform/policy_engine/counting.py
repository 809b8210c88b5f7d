"""What a counts block may say together, beyond its shape: a combination that would count nothing, or means nothing, is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from policy_engine.errors import TemplateError
from policy_engine.model import CONDITIONS, Element
from policy_engine.reader import Document, Way, listed
from policy_engine.shares import share_of
from policy_engine.whom import by_fault

OF_RECORDS = ("tags", "results", "at_least", "at_venue", "share")
COUNTED_ONCE = ("targets", "venues", "subjects", "destinations", "days")


def counting_faults(document: Document, way: Way, counts: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of one counts block whose shape is right."""
    if "links" in counts:
        yield from _of_links(document, way, counts)
    if counts.get("without") is not None:
        yield from _without(document, (*way, "without"), counts)
    if counts.get("share") is not None:
        yield from _share(document, (*way, "share"), counts)


def weighs(counts: Mapping[str, Any]) -> bool:
    """Do records of this block not count one each?"""
    return isinstance(counts.get("count"), Mapping) or counts.get("share") is not None


def broken_number_faults(
    document: Document, way: Way, values: Any, blocks: Iterable[Mapping[str, Any]]
) -> Iterator[TemplateError]:
    """Half a visit cannot be asked for; half a share or 7.5 hours can."""
    if any(map(weighs, blocks)):
        return
    for index, entry in enumerate(values):
        for key in ("min", "max"):
            if entry.get(key) is not None and entry[key] != int(entry[key]):
                yield document.fault(
                    (*way, index, key),
                    "wrong_type",
                    f"{key} 带了小数",
                    "数件数的写 2、3 这样的数；把数量加起来（sum）、按份额（share）的才有小数",
                )


def overlay_faults(
    document: Document, element: Element, elements: Mapping[str, Element], key: str
) -> Iterator[TemplateError]:
    """What the loader would refuse of the counts block, or of the number, that an overlay's value for `key` makes."""
    if key in CONDITIONS or key == "count":
        block = {one: element.value(one) for one in element.values if one in CONDITIONS} | {"count": _count(element)}
        for fault in counting_faults(replace(document, data=None), (), block | {key: document.data}):
            yield replace(fault, key="")
    elif key == "by":
        whom = element.read("population" if element.traits.get("kind") == "coverage" else "subject") or {}
        odd = by_fault(document.data, str(whom.get("type", "")))
        yield from [document.fault((), *odd)] if odd else []
    elif key in ("min", "max"):
        parts = [elements[part] for part in element.traits.get("parts", ())]
        blocks = [{"share": one.value("share"), "count": _count(one)} for one in (element, *parts)]
        yield from broken_number_faults(document, (), [{key: document.data}], blocks)


def _count(element: Element) -> Any:
    """What the block counts, as an author would write it."""
    traits = element.traits
    return element.value("count") or ({"sum": traits["sum"]} if "sum" in traits else f"{traits.get('distinct')}s")


def _of_links(document: Document, way: Way, counts: Mapping[str, Any]) -> Iterator[TemplateError]:
    for key in OF_RECORDS:
        if counts.get(key):
            yield document.fault((*way, key), "unknown_key", f"联系关系没有“{key}”", "删去，或改数记录(kinds)")
    if isinstance(counts.get("count"), Mapping) or counts.get("count") == "days":
        yield document.fault((*way, "count"), "unknown_key", "联系关系不能这样数", "删去，或改数记录(kinds)")


def _without(document: Document, way: Way, counts: Mapping[str, Any]) -> Iterator[TemplateError]:
    apart = counts["without"]
    if not any(apart.values()):
        yield document.fault(way, "bad_value", "without 里什么也没写，等于全部除外", "写上要除外的，或删去")
    other = "kinds" if "links" in counts else "links"
    if other in apart:
        yield document.fault(
            (*way, other), "kinds_or_links", f"数的不是 {other}，无从除外", "除外的与所数的同写 kinds，或同写 links"
        )


def _share(document: Document, way: Way, counts: Mapping[str, Any]) -> Iterator[TemplateError]:
    if counts.get("count") in COUNTED_ONCE:
        yield document.fault(
            way, "unknown_key", f"数 {counts['count']} 时不能按份额计", "只有数记录或合计数量时可以写 share"
        )
    share = share_of(counts["share"])
    if share is None or share.by not in ("portions", "each"):
        return
    named = [role for role, _ in share.roles]
    if share.by == "portions" and sum(part for _, part in share.roles) != 1:
        yield document.fault(
            way, "bad_value", "各身份的份额加起来不是 1", "改正份额；要各算各的，写 share: {each: {...}}"
        )
    left_out = [role for role in counts.get("roles", ()) if role not in named]
    if left_out:
        yield document.fault(way, "missing_key", f"没有写 {listed(left_out)} 的份额", "补上，或从 roles 里删去")
