"""What a scoring table may say: each line gives points in one way, names what exists, and counts nothing that
国办函〔2026〕12号 bans as a yardstick (check-ins, time online, likes, forwards, installs, log-ins, postings). No rankings."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from policy_engine.counting import counting_faults
from policy_engine.errors import TemplateError
from policy_engine.kinds import GATHERING, KINDS, LINE_KEYS, NUMBERS, SCORES
from policy_engine.reader import Document, Way, listed, mapping
from policy_engine.sense import table_sense
from policy_engine.vocabulary import shared_words, words_with

WAYS = ("points", "steps", "table", "duty")
RANKING = ("排名", "排行", "名次", "末位", "ranking", "top_")
BASIS = "国办函〔2026〕12号"


def score_faults(document: Document, duties: Container[str] | None, local: Any) -> Iterator[TemplateError]:
    """Of one duty of kind score. `duties`: the ids that exist (None: not known); `local`: the document's own words."""
    duty = document.data
    yield from banned_faults(document, (), duty, local)
    ids = [part["id"] for part in duty.get("parts", ())]
    for index, part in enumerate(duty.get("parts", ())):
        yield from line_faults(document, ("parts", index), part)
        yield from _known(document, ("parts", index, "duty"), part.get("duty"), duties)
    for place, entry in numbered(duty):
        yield from _cap_faults(document, place, entry)
    yield from _group_faults(document, duty, ids)
    yield from _grade_faults(document, duty, duties)
    yield from table_sense(document, duty)
    for index, veto in enumerate(duty.get("veto", ())):
        way: Way = ("veto", index)
        if ("counts" in veto) == ("duty" in veto):
            yield document.fault(way, "missing_key", "否决项写 counts 或 duty，且只写一个", "补上或删去一个")
        if "counts" in veto:
            yield from counting_faults(document, (*way, "counts"), veto["counts"])
        if veto["grade"] not in [grade["id"] for grade in duty.get("grades", ())]:
            yield document.fault((*way, "grade"), "unknown_grade", f"没有等次“{veto['grade']}”", "写 grades 里的 id")
        yield from _known(document, (*way, "duty"), veto.get("duty"), duties)
    for way, text in _titles(duty):
        if ranks(text):
            yield document.fault(way, "ranking", *ranking_sentence(text))


def ranks(text: str) -> bool:
    """Does a title speak of ranking?"""
    return any(word in text for word in RANKING)


def ranking_sentence(text: str) -> tuple[str, str]:
    """What is wrong with such a title, and what to do."""
    return f"“{text}”像是排名", f"只打分、分等次，不排名次({BASIS})"


def line_faults(document: Document, way: Way, part: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of one line of a scoring table, its numbers written beside its id or dated in `values`."""
    entries = part.get("values", ())
    stated = {key for entry in (part, *entries) for key in entry}
    ways = [key for key in WAYS if key in stated and not (key == "duty" and "take" in part)]
    yield from _taking_faults(document, way, part, stated)
    if len(ways) != 1:
        yield document.fault(way, "missing_key", "一行只有一种给分的办法", f"在{listed(WAYS)}里写一个，且只写一个")
    if ("counts" in part) == ("duty" in part):
        yield document.fault(way, "missing_key", "一行写 counts 或 duty，且只写一个", "补上或删去一个")
    for place, entry in numbered(part):
        yield from _line_number_faults(document, (*way, *place), entry, stated)
    for key in ("best", *(SCORES if entries else ())):
        needs = "table" if key == "best" else ""
        if key in part and needs and needs not in stated:
            yield document.fault(
                (*way, key), "unknown_key", f"没有写 {needs}，“{key}”不起作用", f"补上 {needs}，或删去"
            )
        elif key in part and not needs:
            yield document.fault((*way, key), "unknown_key", f"写了 values，行里的“{key}”不起作用", "移进 values")
    for key in ("points", "met", "outstanding"):
        lacking = [index for index, entry in enumerate(entries) if key in stated and key not in entry]
        for index in lacking if key == "points" or ways != ["duty"] else ():
            yield document.fault(
                (*way, "values", index), "missing_key", f"这一条没有写“{key}”，就不给分了", "每一条都写上"
            )
    for index, entry in enumerate(entries):
        if ways == ["duty"] and {"met", "outstanding"}.isdisjoint(entry):
            yield document.fault(
                (*way, "values", index), "missing_key", "没有写做到(met)或欠着(outstanding)各给多少分", "补上"
            )
    if not entries and {"met", "outstanding"}.isdisjoint(stated) and ways == ["duty"]:
        yield document.fault(way, "missing_key", "没有写做到(met)或欠着(outstanding)各给多少分", "补上")
    if part.get("table") and mapping(part.get("counts")).get("count") is not None:
        yield document.fault((*way, "counts", "count"), "unknown_key", "按 table 给分时逐件计，不用“count”", "删去")
    at = [step["at"] for step in part.get("steps", ())]
    if at != sorted(set(at)):
        yield document.fault((*way, "steps"), "not_in_order", "steps 要从少到多，at 不能相同", "排好次序")


def _taking_faults(
    document: Document, way: Way, part: Mapping[str, Any], stated: Container[str]
) -> Iterator[TemplateError]:
    """Of a line that takes what another duty came to."""
    if "take" in part and "duty" not in part:
        yield document.fault((*way, "take"), "unknown_key", "没有写 duty，“take”不起作用", "补上 duty，或删去")
    if "population" in part and "take" not in part:
        yield document.fault(
            (*way, "population"), "unknown_key", "没有写 take，“population”不起作用", "补上 take，或删去"
        )
    for key in ("met", "outstanding", "table", "otherwise"):
        if "take" in part and key in stated:
            yield document.fault((*way, key), "unknown_key", f"写了 take，不用“{key}”", "用 points 或 steps 给分")
    whom = part.get("population")
    linked = bool(mapping(whom).get("links"))
    if linked and mapping(whom).keys() - {"links", "as"}:
        beside = listed(sorted(mapping(whom).keys() - {"links", "as"}))
        yield document.fault((*way, "population"), "unknown_key", f"写了 links，不能再写 {beside}", "删去其中一边")
    subject = document.data.get("subject", "member")
    kind = subject if isinstance(subject, str) else subject["type"]
    if whom is not None and not linked and kind not in GATHERING:
        yield document.fault((*way, "population"), "bad_value", f"没有谁属于“{kind}”", f"subject 用{listed(GATHERING)}")


def numbered(entry: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    """Where a line or a table writes numbers: beside its other keys, and dated in `values`."""
    yield (), entry
    yield from ((("values", index), dated) for index, dated in enumerate(entry.get("values", ())))


NEEDS = {
    "otherwise": "table",
    "each": "points",
    "from_nth": "points",
    "to_nth": "points",
    "met": "duty",
    "outstanding": "duty",
}


def _line_number_faults(
    document: Document, way: Way, entry: Mapping[str, Any], stated: Container[str]
) -> Iterator[TemplateError]:
    for key, needs in NEEDS.items():
        if key in entry and needs not in stated:
            yield document.fault(
                (*way, key), "unknown_key", f"没有写 {needs}，“{key}”不起作用", f"补上 {needs}，或删去"
            )
    for key in NUMBERS:
        if key in entry:
            yield document.fault((*way, key), "unknown_key", f"计分的一行不用“{key}”", "上限写 cap，下限写 floor")
    if entry.get("each") == 0:
        yield document.fault((*way, "each"), "bad_value", "each 是 0，没有“每满”可言", "写大于 0 的数，或删去")
    if _above(entry.get("from_nth"), entry.get("to_nth")):
        yield document.fault((*way, "to_nth"), "min_above_max", "to_nth 小于 from_nth", "调换或改正这两个数")
    yield from _cap_faults(document, way, entry)


def unscored_faults(
    document: Document, way: Way, part: Mapping[str, Any], known: Container[str] | None
) -> Iterator[TemplateError]:
    """A part of any other kind of duty gives no points; in some it may be another duty (`known`: elements, `duty.x` among them)."""
    nests = KINDS[document.data["kind"]].nests
    for key in LINE_KEYS:
        if key in part and not (nests and key == "duty"):
            yield document.fault((*way, key), "unknown_key", f"只有 score 类职责的部分用“{key}”", "删去，或改 kind")
    if "counts" not in part and not nests:
        yield document.fault((*way, "counts"), "missing_key", "缺少“counts”", "补上“counts”")
    if nests and ("counts" in part) == ("duty" in part):
        yield document.fault(way, "missing_key", "一部分写 counts 或 duty，且只写一个", "补上或删去一个")
    for key in ("min", "max", "values"):
        if nests and "duty" in part and key in part:
            yield document.fault((*way, key), "unknown_key", f"这一部分是另一项职责，不用“{key}”", "数字写在那一项里")
    if nests and "duty" in part and known is not None:
        yield from _known(
            document, (*way, "duty"), part["duty"], {part["duty"]} if f"duty.{part['duty']}" in known else ()
        )


def banned_faults(document: Document, way: Way, duty: Mapping[str, Any], local: Any) -> Iterator[TemplateError]:
    """Lines, vetoes and their words that may not be a yardstick."""
    lines = [(("parts", index), part) for index, part in enumerate(duty.get("parts", ()))]
    lines += [(("veto", index), veto) for index, veto in enumerate(duty.get("veto", ()))]
    for place, line in lines:
        counts = mapping(line.get("counts"))
        named: list[tuple[Way, str]] = [((key,), str(line[key])) for key in ("id", "title") if key in line]
        for name, word in [*named, *((("counts", *name), word) for name, word in words_in(counts))]:
            if banned(word, local):
                yield _banned(document, (*way, *place, *name), word)


def words_in(counts: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    """The words of a counts block that say what is measured."""
    for key in ("kinds", "links", "tags", "results"):
        for index, word in enumerate(counts.get(key) or ()):
            yield (key, index), word
    amount = mapping(counts.get("count")).get("sum")
    if amount:
        yield ("count", "sum"), str(amount)
    for word in counts.get("at_least") or ():
        yield ("at_least", word), word


def banned(word: str, local: Any) -> bool:
    """Is the word, one it builds on, or its title one of the banned yardsticks?"""
    marks = shared_words().get("banned_sources", {})
    signs = [sign for entry in marks.values() for sign in entry.get("signs", ())]
    vocabulary, seen, names = words_with(local), {word}, [word]
    for name in names:
        for category in ("kinds", "amounts", "tags", "results"):
            entry = mapping(vocabulary.get(category, {}).get(name))
            parent = entry.get("is_a")
            if parent and parent not in seen:
                seen.add(parent)
                names.append(parent)
            if any(sign in str(entry.get("title", "")) for sign in signs):
                return True
    return any(name in marks for name in names) or any(sign in word for sign in signs)


def _banned(document: Document, way: Way, word: str) -> TemplateError:
    return document.fault(way, "banned_source", *banned_sentence(word))


def banned_sentence(word: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    return (
        f"“{word}”不能作为计分的依据:{BASIS}不许以签到打卡、在线和学习时长、点赞转发、下载登录、发帖等考核",
        "改数履职本身的记录(提案、走访、调研、会议……)，或删去这一行",
    )


def _group_faults(document: Document, duty: Mapping[str, Any], ids: list[str]) -> Iterator[TemplateError]:
    seen: list[str] = []
    for index, group in enumerate(duty.get("groups", ())):
        way: Way = ("groups", index)
        if group["id"] in ids:
            yield document.fault((*way, "id"), "duplicate_id", f"“{group['id']}”已是一行的 id", "换一个 id")
        yield from _cap_faults(document, way, group)
        for place, line in enumerate(group["lines"]):
            above = [one["id"] for one in duty["groups"][:index]]
            if line not in [*ids, *above]:
                yield document.fault(
                    (*way, "lines", place),
                    "unknown_line",
                    f"parts 里没有“{line}”",
                    "写 parts 里的 id，或写在前面的组的 id",
                )
            elif line in seen:
                yield document.fault((*way, "lines", place), "duplicate_id", f"“{line}”已在别的组里", "一行只归一组")
            seen.append(line)


def _grade_faults(
    document: Document, duty: Mapping[str, Any], duties: Container[str] | None
) -> Iterator[TemplateError]:
    grades = duty.get("grades", ())
    for index, grade in enumerate(grades):
        if grade["id"] in [one["id"] for one in grades[:index]]:
            yield document.fault(
                ("grades", index, "id"), "duplicate_id", f"等次“{grade['id']}”写了两次", "每个 id 只用一次"
            )
        if grade["from"] in [one["from"] for one in grades[:index]]:
            yield document.fault(("grades", index, "from"), "bad_value", "两个等次从同一个分数起", "改正其中一个")
        for place, required in enumerate(grade.get("requires", ())):
            yield from _known(document, ("grades", index, "requires", place), required, duties)


def _cap_faults(document: Document, way: Way, entry: Mapping[str, Any]) -> Iterator[TemplateError]:
    cap, floor = entry.get("cap"), entry.get("floor")
    if _above(floor, cap):
        yield document.fault((*way, "floor"), "min_above_max", "floor 大于 cap", "调换或改正这两个数")


def _above(low: Any, high: Any) -> bool:
    return low is not None and high is not None and low > high


def _known(document: Document, way: Way, duty: Any, duties: Container[str] | None) -> Iterator[TemplateError]:
    if duty is not None and duties is not None and (duty not in duties or duty == document.data.get("id")):
        yield document.fault(way, "unknown_duty", f"没有别的职责“{duty}”", "改成 duties 文件夹里另一项的 id")


def _titles(duty: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    yield ("title",), str(duty.get("title", ""))
    for name in ("parts", "groups", "grades"):
        for index, entry in enumerate(duty.get(name, ())):
            for key in ("id", "title"):
                yield (name, index, key), str(entry.get(key, ""))
