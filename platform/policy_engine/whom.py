"""What a duty may say about whom it binds, out of whom it counts, and how its number grows: beyond the shape, the sense."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from fractions import Fraction
from typing import Any

from policy_engine import linked
from policy_engine.almanac import day_in
from policy_engine.errors import TemplateError
from policy_engine.kinds import GATHERING, KINDS, MEMBERED
from policy_engine.reader import Document, Way, listed, mapping
from policy_engine.rhythms import month_day
from policy_engine.tally import MEMBERS, YEARLY

RESERVED = (*linked.BESIDE, YEARLY)


def whom_faults(document: Document, duty: Mapping[str, Any], known: Container[str] | None) -> Iterator[TemplateError]:
    """Of one duty whose shape is right. `known`: ids of elements, `duty.x` among them; None where they cannot be known."""
    yield from _subject_faults(document, ("subject",), mapping(duty.get("subject")))
    if "population" in duty:
        yield from _population_faults(document, duty)
    if duty["kind"] == "coverage":
        yield from _coverage_faults(document, duty, known)
    for way, name in ((("of",), duty.get("of")), (("after", "duty"), mapping(duty.get("after")).get("duty"))):
        if name is not None and (name == duty["id"] or (known is not None and f"duty.{name}" not in known)):
            yield document.fault(way, "unknown_duty", f"没有别的职责“{name}”可看", "改成别的职责的 id")
    yield from _number_faults(document, duty)
    yield from _everybody_faults(document, duty)
    if duty.get("pro_rata") and not KINDS[duty["kind"]].pro_rata:
        able = listed(name for name, kind in KINDS.items() if kind.pro_rata)
        yield document.fault(("pro_rata",), "unknown_key", f"{duty['kind']} 类职责不能折算", f"删去；可折算的:{able}")
    elif mapping(duty.get("pro_rata")).get("of") == "k" and KINDS[duty["kind"]].least != "k":
        yield document.fault(
            ("pro_rata", "of"),
            "unknown_key",
            f"{duty['kind']} 类职责没有 k 可折算",
            "删去 of，或 kind 改为 at_least_k_of",
        )
    for index, part in enumerate(duty.get("parts", ())):
        if part["id"] in RESERVED:
            yield document.fault(("parts", index, "id"), "bad_id", f"“{part['id']}”另有用处，不能作 id", "换一个 id")


def _subject_faults(document: Document, way: Way, whom: Mapping[str, Any]) -> Iterator[TemplateError]:
    if "as" in whom and not (whom.get("linked") or whom.get("links")):
        yield document.fault((*way, "as"), "unknown_key", "没有写联系关系，as 没有意义", "补上 linked，或删去 as")
    if "members" in whom:
        kind, bounds = whom.get("type"), whom["members"]
        if kind not in GATHERING:
            yield document.fault(
                (*way, "members"), "bad_value", f"没有谁属于“{kind}”", f"type 用{listed(GATHERING)}，或删去"
            )
        if not bounds or bounds.get("min", 0) > bounds.get("max", bounds.get("min", 0)):
            yield document.fault(
                (*way, "members"), "bad_value", "人数的范围是空的", "写 {min: 31}、{max: 30}，或从小到大都写"
            )
    if "served" in whom and {"days", "months"}.isdisjoint(whom["served"]):
        yield document.fault((*way, "served"), "bad_value", "served 没有写多久", "写 {months: 6} 或 {days: 90}")
    if "joined" in whom:
        month, day = month_day(whom["joined"]["before"])
        if day_in(2020, month, day).day != day:
            yield document.fault(
                (*way, "joined", "before"),
                "bad_date",
                f"没有 {whom['joined']['before']} 这一天",
                "写成 07-01 的样子",
            )
        if whom.get("type") == "committee":
            yield document.fault((*way, "joined"), "bad_value", "全会没有任职的日子", "删去 joined")
    if whom.get("in") is not None and not whom["in"]:
        yield document.fault((*way, "in"), "bad_value", "in 是空的", "写上 sector、special_committee 或 group，或删去")


def _population_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    whom, way = duty["population"], ("population",)
    whom = {"type": whom} if isinstance(whom, str) else whom
    subject = _type_of(duty.get("subject", "member"))
    yield from _subject_faults(document, way, whom)
    if ("type" in whom) == ("links" in whom):
        yield document.fault(
            way, "missing_key", "type 和 links 要写一个，且只写一个", "谁的全体写 type；自己联系的写 links"
        )
    if "handover" in whom and ("links" not in whom or whom.get("as") == "to"):
        yield document.fault(
            (*way, "handover"),
            "unknown_key",
            "接手的是自己联系的对象，这里没有",
            "补上 links(不写 as)，或删去 handover",
        )
    if "links" in whom and whom.keys() - {"links", "as", "handover"}:
        beside = listed(sorted(whom.keys() - {"links", "as", "handover"}))
        yield document.fault(way, "unknown_key", f"写了 links，不能再写 {beside}", "删去其中一边")
    if "of" in whom and subject not in GATHERING:
        yield document.fault(
            (*way, "of"), "bad_value", f"没有谁属于“{subject}”", f"subject 用{listed(GATHERING)}，或删去 of"
        )
    if "type" in whom and "of" not in whom and subject in ("sector", "group"):
        yield document.fault((*way, "of"), "missing_key", "没有写这是谁的成员", "补上 of: subject(本界别、本小组的)")


def _coverage_faults(
    document: Document, duty: Mapping[str, Any], known: Container[str] | None
) -> Iterator[TemplateError]:
    if ("counts" in duty) == ("meets" in duty):
        yield document.fault(
            ("counts",),
            "missing_key",
            "counts 和 meets 要写一个，且只写一个",
            "数记录写 counts；看别的职责是否达到写 meets",
        )
    counts = mapping(duty.get("counts"))
    if "links" in mapping(duty.get("population")) and counts.get("by", "subject") != "subject":
        yield document.fault(("counts", "by"), "bad_value", "逐个对象数的时候不能写 by", "删去 by")
    for index, entry in enumerate(duty.get("values", ())):
        each = entry.get("each")
        if each is not None and (each < 1 or each != int(each)):
            yield document.fault(
                ("values", index, "each"), "bad_value", f"“{each}”不是件数", "写 1、2、3 这样的数，如 each: 2"
            )
        if "meets" in duty and "each" in entry:
            yield document.fault(("values", index, "each"), "unknown_key", "写了 meets，没有“各几次”", "删去 each")
    for index, name in enumerate(duty.get("meets", ())):
        if name == duty["id"] or (known is not None and f"duty.{name}" not in known):
            yield document.fault(("meets", index), "unknown_duty", f"没有职责“{name}”可看", "改成别的职责的 id")


def _number_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    values = duty.get("values", ())
    grows = any(entry.get("per") for entry in values)
    if duty["kind"] != "coverage":
        if grows and "population" not in duty:
            yield document.fault(("population",), "missing_key", "写了 per，没有写是多少人里的", "补上 population")
        for key in ("population", "round"):
            if key in duty and not grows:
                yield document.fault(
                    (key,), "unknown_key", f"没有写 per，“{key}”没有意义", "补上 values 里的 per，或删去"
                )
    for index, entry in enumerate(values):
        percent = entry.get("percent")
        if isinstance(percent, str) and Fraction(percent) > 1:
            yield document.fault(
                ("values", index, "percent"), "bad_value", f"“{percent}”超过了全部", "改成不大于 1 的分数"
            )
    for place, part in enumerate(duty.get("parts", ())):
        for index, entry in enumerate(part.get("values", ())):
            if "per" in entry:
                way = ("parts", place, "values", index, "per")
                yield document.fault(way, "unknown_key", "各部分里不用“per”", "写在职责的 values 里")


def _everybody_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    """What everybody did is a figure of the committee, what members did one of their sector, special committee or group;
    anybody may be measured against what everybody did, nobody credited with it."""
    whose = _type_of(duty.get("population", "") if duty["kind"] == "coverage" else duty.get("subject", "member"))
    for way, counts in _blocks(duty):
        alone = duty["kind"] == "follow_up" or way[0] == "veto"
        odd = by_fault(counts.get("by"), "" if alone else whose)
        if odd:
            yield document.fault((*way, "by"), *odd)
    if _type_of(duty.get("subject", "member")) == "committee" and duty["kind"] != "coverage":
        return
    answers = duty["kind"] == "follow_up"  # whoever gives them: what they follow says whose they are
    blocks: list[tuple[Way, Any]] = [] if answers else [(("counts", "by"), mapping(duty.get("counts")).get("by"))]
    blocks += [
        (("parts", index, "counts", "by"), mapping(part.get("counts")).get("by"))
        for index, part in enumerate(duty.get("parts", ()))
    ]
    for way, by in blocks:
        if by == "all":
            yield document.fault(
                way, "bad_value", "by: all 数的是全会的，不能记在各人名下", "subject 改为 committee，或删去 by"
            )


def by_fault(by: Any, whose: str) -> tuple[str, str, str] | None:
    """Code, message and remedy where nobody belongs to the one credited."""
    if by != MEMBERS or whose in MEMBERED:
        return None
    return (
        "bad_value",
        "by: members 数的是所属委员做的，这里没有谁属于它",
        f"只用于{listed(MEMBERED)}的职责；全会的写 all",
    )


def _blocks(duty: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    yield from (((name,), duty[name]) for name in ("counts", "out_of", "after") if mapping(duty.get(name)))
    for name in ("parts", "veto"):
        for index, one in enumerate(duty.get(name, ())):
            if mapping(one.get("counts")):
                yield (name, index, "counts"), one["counts"]


def _type_of(subject: Any) -> str:
    return str(subject.get("type", "")) if isinstance(subject, Mapping) else str(subject)
