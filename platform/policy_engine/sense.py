"""Combinations whose every word is right and which yet say nothing, or contradict themselves: found before anybody relies on them.

Each check asks one question of a duty, a list or the header as written; shape and known words are settled before.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from policy_engine.errors import TemplateError
from policy_engine.kinds import KINDS, NUMBERS, SCORES
from policy_engine.model import FILTERS, JUDGED, Template
from policy_engine.quick import is_day
from policy_engine.reader import Document, Way, listed, mapping
from policy_engine.rhythms import month_day

LONGEST = {"week": 7, "month": 31, "quarter": 92, "half_year": 184, "year": 366}
"""Days in the longest of such periods."""
COUNTABLE = (*LONGEST, "term", "once")
LINK_SAYS_NOTHING_OF = ("roles", "authorship", "organisers", "place_levels", "destinations")
GROUPS_OF_PEOPLE = ("sector", "special_committee", "group", "venue", "committee")
SIZES = (*NUMBERS, *SCORES, "due", "within")
"""Values that can lie in a range."""


def duty_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of one duty; also asked of duties that an overlay adds."""
    for way, counts in _blocks(duty):
        yield from _counts_sense(document, way, counts)
    yield from _reach_sense(document, duty)
    yield from _number_sense(document, duty)
    yield from _part_sense(document, duty)
    yield from _whom_sense(document, duty)
    yield from _time_sense(document, duty)
    yield from _direction_sense(document, duty)
    if duty.get("waivable") and duty.get("force", "required") not in JUDGED:
        yield document.fault(("waivable",), "bad_value", "不作要求的职责没有可以豁免的", "删去 waivable，或改 force")


def _blocks(duty: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    yield from (((name,), duty[name]) for name in ("counts", "out_of", "after") if mapping(duty.get(name)))
    for name in ("parts", "veto"):
        for index, part in enumerate(duty.get(name, ())):
            if "counts" in part:
                yield (name, index, "counts"), part["counts"]


def _counts_sense(document: Document, way: Way, counts: Mapping[str, Any]) -> Iterator[TemplateError]:
    apart = mapping(counts.get("without"))
    if apart and all(key in FILTERS and counts.get(key) and set(counts[key]) <= set(apart[key]) for key in apart):
        yield document.fault((*way, "without"), "counts_nothing", "算数的又全部除外了，一件也数不到", "改正 without")
    for key in LINK_SAYS_NOTHING_OF if "links" in counts else ():
        if counts.get(key):
            yield document.fault((*way, key), "unknown_key", f"联系关系没有“{key}”", "删去，或改数记录(kinds)")
    for block, place in ((counts, way), (apart, (*way, "without"))):
        sizes = block.get("at_least")
        if sizes is not None and not any(sizes.values()):
            yield document.fault((*place, "at_least"), "bad_value", "at_least 没有写大于 0 的规模", "写明规模，或删去")
    by, what = counts.get("by", "subject"), counts.get("count")
    if (what, by) in (("subjects", "subject"), ("targets", "target")) and "links" not in counts:
        yield document.fault(
            (*way, "count"), "bad_value", f"记在各人名下又数不同的 {what}，永远是 1", "改 count，或改 by"
        )
    share = counts.get("share")
    portions = mapping(share).get("each") or mapping(share).get("order") or ()
    if portions and not any(
        _nonzero(one) for one in (portions.values() if isinstance(portions, Mapping) else portions)
    ):
        yield document.fault((*way, "share"), "counts_nothing", "份额都是 0，一件也数不到", "写大于 0 的份额")


def _nonzero(portion: Any) -> bool:
    return portion.lstrip("0")[:1] != "/" if isinstance(portion, str) else bool(portion)


def _number_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    values, kind = duty.get("values", ()), duty["kind"]
    for index, entry in enumerate(values):
        percent = entry.get("percent")
        if isinstance(percent, (int, float)) and percent < 1:
            remedy = f'百分之八十写 80；要 {percent:g}% 写成分数，如 "1/200"；没有规定写 null'
            yield document.fault(
                ("values", index, "percent"), "bad_value", f"percent 是百分数，{percent:g} 太小", remedy
            )
        if kind in ("count", "any_of") and entry.get("min") == 0 and entry.get("max") is None:
            yield document.fault(
                ("values", index, "min"), "bad_value", "至少 0 次，等于没有要求", "写大于 0 的数；没有规定写 null"
            )
    if duty["period"] == "event" and KINDS[kind].judged:
        stated = [
            (index, key) for index, entry in enumerate(values) for key in ("min", "percent", "k") if entry.get(key)
        ]
        for index, key in stated[:1]:
            yield document.fault(
                ("values", index, key),
                "bad_value",
                "逢事才有的职责只计数，写了数字也不评判",
                "写 null；要逐件做到的用 follow_up，要按会期的写 {before: 会议} 或 {after: 会议}",
            )
    days = _days(duty["period"])
    if days and mapping(duty.get("counts")).get("count") == "days":
        for index, entry in enumerate(values):
            if (entry.get("min") or 0) > days:
                yield document.fault(
                    ("values", index, "min"), "bad_value", f"一期没有 {entry['min']} 天", "改小，或改 period"
                )


def _days(period: Any) -> int | None:
    """In the longest of such periods."""
    return {"day": 1, **LONGEST}.get(period) if isinstance(period, str) else None


def _reach_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    if duty["kind"] == "proportion" and duty.get("counts") == duty.get("out_of"):
        yield document.fault(
            ("out_of",), "bad_value", "counts 与 out_of 一样，永远是全部", "out_of 写全部，counts 写其中的一部分"
        )
    if duty["kind"] == "follow_up" and duty.get("linked") is False and duty.get("after") == duty.get("counts"):
        yield document.fault(("counts",), "bad_value", "事情和回应写得一样，一件就回应了它自己", "改正其中一个")


def _part_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    for index, part in enumerate(duty.get("parts", ())):
        stated = [((), part), *((("values", at), entry) for at, entry in enumerate(part.get("values", ())))]
        for place, entry in stated:
            if duty["kind"] in ("all_of", "at_least_k_of") and entry.get("min") == 0:
                yield document.fault(
                    ("parts", index, *place, "min"), "bad_value", "至少 0 次，总是做到", "写大于 0 的数，或删去这一部分"
                )
    yield from _same_parts(document, duty)
    open_parts = [part["id"] for part in duty.get("parts", ()) if _asks_nothing(part)]
    asked = max((entry.get("k", 0) for entry in duty.get("values", ())), default=0)
    asked = len(duty.get("parts", ())) if duty["kind"] == "all_of" else asked
    if duty["kind"] in ("all_of", "at_least_k_of") and 0 < len(duty.get("parts", ())) - len(open_parts) < asked:
        yield document.fault(
            ("parts",),
            "never_met",
            f"{listed(open_parts)} 没有数，算不上做到，整项永远欠着",
            "写上 min(不写就是 1)，或另立一项职责",
        )


def _same_parts(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Two parts that the same record fulfils both are one."""
    seen: list[Mapping[str, Any]] = []
    for index, part in enumerate(duty.get("parts", ()) if duty["kind"] != "score" else ()):
        counts = mapping(part.get("counts"))
        if counts and counts in seen:
            yield document.fault(
                ("parts", index, "counts"),
                "bad_value",
                "与前面一部分数的一样，一件就做到两部分",
                "改正其中一个，或删去",
            )
        seen.append(counts)


def whole_faults(documents: Sequence[Document], template: Template) -> Iterator[TemplateError]:
    """Of each proportion: is what counts a sort of the whole, local words read as what they are?"""
    for document in documents:
        duty = template.duty(document.data["id"])
        if duty.kind != "proportion" or duty.where is None or duty.out_of is None:
            continue
        for key in FILTERS if duty.where.family == duty.out_of.where.family else ():
            part, whole = (set(getattr(one, key.replace("links", "kinds"))) for one in (duty.where, duty.out_of.where))
            present = key == "roles" and not part  # whoever came, as the whole may list
            if key in document.data["out_of"] and not present and (not part or part - whole):
                beyond = listed(sorted(part - whole)) or "不限"
                yield document.fault(
                    ("counts", key),
                    "wider_than_whole",
                    f"counts 的 {key}({beyond}) 不在 out_of 里，占的会超过全部",
                    "out_of 写全部，counts 只写其中的一部分",
                )


def _asks_nothing(part: Mapping[str, Any]) -> bool:
    stated = part.get("values") or [part]
    return all("min" in entry and entry["min"] is None for entry in stated)


def unjudged(duty: Mapping[str, Any]) -> str | None:
    """Why a duty as written is never met nor outstanding, so that nobody can look at it; None where it is judged."""
    kind = KINDS[duty["kind"]]
    if not kind.judged:
        return f"{duty['kind']} 类只计数"
    if duty.get("force", "required") not in JUDGED:
        return f"force 是 {duty['force']}，只计数"
    if duty["period"] == "event":
        return "逢事才有，只计数"
    numbers = [key for key in kind.numbers if key not in ("each", "per", "base", "cap", "floor")]
    silent = not any(entry.get(key) is not None for entry in duty.get("values", ()) for key in numbers)
    return "没有规定数，只计数" if numbers and silent else None


def _whom_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    for name in ("subject", "population"):
        whom = duty.get(name)
        if not isinstance(whom, Mapping):
            continue
        exempt = set(whom.get("except_posts", ()))
        if (whom.get("posts") and set(whom["posts"]) <= exempt) or set(whom.get("all_posts", ())) & exempt:
            yield document.fault(
                (name, "except_posts"), "binds_nobody", "要有的职务又都除外，没有人受约束", "改正其中一个"
            )
        if whom.get("tags") and set(whom["tags"]) <= set(whom.get("except_tags", ())):
            yield document.fault(
                (name, "except_tags"), "binds_nobody", "要有的标签又都除外，没有人受约束", "改正其中一个"
            )
        held, days = mapping(whom.get("served")), _days(duty["period"])
        if days and not held.get("in_all") and max(held.get("days", 0), 28 * held.get("months", 0)) > days:
            yield document.fault(
                (name, "served"),
                "binds_nobody",
                "一期没有这么长，没有人任职这么久",
                "改短，或加 in_all: true（到期末一共任职这么久）；当年某日以前任职的写 joined: {before: 07-01}",
            )
        if whom.get("type") in GROUPS_OF_PEOPLE:
            for key in ("posts", "all_posts", "except_posts"):
                if whom.get(key):
                    yield document.fault(
                        (name, key),
                        "binds_nobody",
                        f"“{whom['type']}”没有职务，{key} 没有意义",
                        "type 改为 member，或删去",
                    )
        if whom.get("kinds") and whom.get("type") not in (None, "venue"):
            yield document.fault(
                (name, "kinds"), "binds_nobody", f"kinds 是阵地的种类，“{whom['type']}”没有", "type 改为 venue，或删去"
            )
    turns = duty.get("turns")
    if turns and "among" not in turns and _type(duty.get("subject", "member")) == "committee":
        yield document.fault(("turns",), "bad_value", "全会只有一个，轮不起来", "改 subject，或删去 turns")


def _type(whom: Any) -> str:
    return str(whom.get("type", "")) if isinstance(whom, Mapping) else str(whom)


def _time_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    period = duty["period"]
    if duty.get("pro_rata") and period in ("continuous", "event"):
        yield document.fault(("pro_rata",), "bad_value", f"period 是 {period}，没有长短，不能折算", "删去 pro_rata")
    unit, days = mapping(duty.get("pro_rata")).get("unit"), LONGEST.get(period) if isinstance(period, str) else None
    if unit and days and LONGEST[{"day": "week"}.get(unit, unit)] > days:
        yield document.fault(("pro_rata", "unit"), "bad_value", "折算的单位比期间还长", "改小 unit")
    many = isinstance(duty.get("due"), list)
    for index, due in enumerate(duty["due"] if many else [duty["due"]] if "due" in duty else []):
        way: Way = ("due", index) if many else ("due",)
        for key, message in due_sense(due, period):
            yield document.fault((*way, key), "outside_period", message, "改正日子，或改 period")


def due_sense(due: Any, period: Any) -> Iterator[tuple[str, str]]:
    """(key, message) where a due day can never lie in, or properly behind, its period; also asked of an overlay's."""
    stated = mapping(due)
    days = LONGEST.get(period) if isinstance(period, str) else None
    for key, where in (("days_before_end", "开始以前"), ("days_after_start", "结束以后")):
        if days and stated.get(key, 0) >= days:
            yield key, f"这样的期间最长 {days} 天，截止日落到它{where}了"
    shaped = mapping(period)
    windows = shaped.get("windows") or ()
    if windows and "month_day" in stated and not stated.get("after_end"):
        wanted = month_day(stated["month_day"])
        if not any(_in_window(wanted, month_day(one["from"]), month_day(one["until"])) for one in windows):
            yield "month_day", f"{stated['month_day']} 不在任何一个时段里"
    if "days_before" in stated and stated.get("event") == shaped.get("after", "") and not stated.get("after_end"):
        yield "days_before", "期间从这次会开始，截止日落到它开始以前了"


def _in_window(day: tuple[int, int], first: tuple[int, int], last: tuple[int, int]) -> bool:
    return first <= day <= last if first <= last else day >= first or day <= last


def _direction_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    for key, way in mapping(duty.get("direction")).items():
        if key in ("parts", "population") and key not in duty:
            yield document.fault(("direction", key), "unknown_key", f"这项职责没有“{key}”", "删去")
        low_high = mapping(way).get("in_range")
        if not low_high:
            continue
        if key not in SIZES:
            yield document.fault(
                ("direction", key), "bad_value", f"“{key}”不是数，没有范围可言", "写 fixed、only_strengthen 或 free"
            )
            continue
        for index, entry in enumerate(duty.get("values", ())):
            own = entry.get(key)
            if isinstance(own, (int, float)) and not low_high[0] <= own <= low_high[1]:
                message = f"本级的 {key} 是 {own:g}，不在自己给的范围里"
                yield document.fault(("values", index, key), "bad_value", message, "改正数值，或改 in_range")


def table_sense(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of a scoring table: lines that never give points, grades nobody reaches or everybody falls through."""
    for index, part in enumerate(duty.get("parts", ())):
        yield from _line_sense(document, ("parts", index), part)
    entries: Sequence[Mapping[str, Any]] = duty.get("values", ())
    for at, entry in enumerate(entries):
        yield from bound_sense(document, ("values", at), entry)
    for index, group in enumerate(duty.get("groups", ())):
        way: Way = ("groups", index)
        yield from bound_sense(document, way, group)
        if group["id"] in [one["id"] for one in duty["groups"][:index]]:
            yield document.fault((*way, "id"), "duplicate_id", f"组“{group['id']}”写了两次", "每个 id 只用一次")
        if group.get("take") == "highest" and len(set(group["lines"])) == 1:
            yield document.fault((*way, "take"), "bad_value", "一组只有一行，没有高低可取", "补上另一行，或删去 take")
    yield from _grade_sense(document, duty, entries)


def bound_sense(document: Document, way: Way, entry: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of what is stated together: base, cap, floor and the pass mark."""
    pairs = (
        ("base", "cap", "基础分已在封顶以上"),
        ("floor", "base", "基础分已在底线以下"),
        ("min", "cap", "及格线在封顶以上，谁也达不到"),
    )
    for low, high, message in () if _above(entry.get("floor"), entry.get("cap")) else pairs:
        if _above(entry.get(low), entry.get(high)):
            key = low if high == "cap" else high
            yield document.fault((*way, key), "min_above_max", message, "改正其中一个数")
    if entry.get("cap") is not None and entry.get("cap") == entry.get("floor"):
        yield document.fault((*way, "floor"), "bad_value", "cap 和 floor 一样，分数永远不变", "改正其中一个数")


def _line_sense(document: Document, way: Way, part: Mapping[str, Any]) -> Iterator[TemplateError]:
    for place, entry in [((), part), *((("values", at), one) for at, one in enumerate(part.get("values", ())))]:
        yield from bound_sense(document, (*way, *place), entry)
        points, base = entry.get("points"), entry.get("base") or 0
        if points is not None and points < 0 and entry.get("floor") is not None and entry["floor"] >= base:
            remedy = "floor 写负数(至多扣几分)，或写 base(先给满分)"
            yield document.fault(
                (*way, *place, "floor"), "gives_nothing", "扣分的一行底线不低于起点，永远扣不了", remedy
            )
        if points is not None and points > 0 and entry.get("cap") is not None and entry["cap"] <= base:
            yield document.fault(
                (*way, *place, "cap"), "gives_nothing", "封顶不高于起点，永远得不了分", "改大 cap，或删去"
            )
        if entry.get("met") is not None and entry.get("met") == entry.get("outstanding"):
            yield document.fault((*way, *place, "met"), "gives_nothing", "做到和欠着一样多分", "改正其中一个")
        if _above(entry.get("outstanding"), entry.get("met", 0)):
            yield document.fault((*way, *place, "outstanding"), "bad_value", "欠着的反而分多", "调换或改正这两个数")
    if part.get("points") == 0 and not part.get("base"):
        yield document.fault((*way, "points"), "gives_nothing", "每件 0 分，这一行不给分", "写上分数，或删去这一行")
    yield from _step_sense(document, way, part)


def _step_sense(document: Document, way: Way, part: Mapping[str, Any]) -> Iterator[TemplateError]:
    steps = [step["points"] for step in part.get("steps") or () if step["points"] is not None]
    falling = bool(steps) and max(steps) <= 0  # what is taken away grows
    if steps != sorted(steps, reverse=falling):
        yield document.fault(
            (*way, "steps"), "not_in_order", "各档的分忽高忽低", "从少到多排好，分也依次增(扣分的依次减)"
        )
    if part.get("cap") is not None and any((part.get("base") or 0) + one > part["cap"] for one in steps):
        yield document.fault((*way, "cap"), "bad_value", "有一档的分超过封顶，得不到", "改大 cap，或改小那一档")


def _grade_sense(
    document: Document, duty: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
) -> Iterator[TemplateError]:
    grades = duty.get("grades", ())
    marks = [grade["from"] for grade in grades]
    if None in marks:
        way: Way = ("grades", marks.index(None), "from")
        yield document.fault(way, "wrong_type", "没有写从几分起", "写一个数；最低一等写 0")
        return
    if marks not in (sorted(marks), sorted(marks, reverse=True)):
        yield document.fault(("grades",), "not_in_order", "等次忽高忽低", "从高到低排，或从低到高排")
        return
    caps = [entry["cap"] for entry in entries if entry.get("cap") is not None]
    highest = max(caps) if caps and len(caps) == len(entries) else None
    for index, mark in enumerate(marks):
        if highest is not None and mark > highest:
            yield document.fault(
                ("grades", index, "from"), "bad_value", f"{mark:g} 分在封顶以上，没有人达到", "改正其中一个数"
            )
        if _above(grades[index].get("quota_percent"), 100):
            yield document.fault(("grades", index, "quota_percent"), "bad_value", "比例超过了全部", "写 0 到 100")
    best = grades[marks.index(max(marks))]["id"] if marks else None
    for index, veto in enumerate(duty.get("veto", ())):
        if len(grades) > 1 and veto["grade"] == best:
            yield document.fault(
                ("veto", index, "grade"), "bad_value", "否决到最高一等，等于没有否决", "写低一些的等次"
            )


def list_sense(document: Document, name: str, way: Way, entry: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of one checklist, workflow or form."""
    if name == "checklists" and not entry.get("items") and "size" not in entry:
        yield document.fault((*way, "items"), "bad_value", "清单里一项也没有", "写上各项；只知道有几项的写 size")
    if name == "workflows":
        yield from _steps_sense(document, way, entry)
    for index, field in enumerate(entry.get("fields") or () if name == "forms" else ()):
        for kind, key in (("choice", "choices"), ("rows", "columns")):
            if field.get("type") == kind and not field.get(key):
                yield document.fault(
                    (*way, "fields", index, key), "missing_key", f"{kind} 栏没有写 {key}", f"补上 {key}"
                )
            if key in field and field.get("type") != kind:
                yield document.fault(
                    (*way, "fields", index, key), "unknown_key", f"只有 {kind} 栏用“{key}”", f"type 改为 {kind}，或删去"
                )


def _steps_sense(document: Document, way: Way, entry: Mapping[str, Any]) -> Iterator[TemplateError]:
    steps = entry.get("steps") or ()
    if steps and all(step.get("optional") for step in steps):
        yield document.fault((*way, "steps"), "bad_value", "各步都可有可无，没有要走的", "至少一步不写 optional")
    for index, step in enumerate(steps):
        waits = step["after"] if "after" in step else steps[:index] if entry.get("ordered", True) else ()
        if "days" in step and not waits:
            yield document.fault(
                (*way, "steps", index, "days"), "bad_value", "这一步不等别的步骤，几天无从算起", "删去 days，或写 after"
            )


def folder_sense(
    header: Document, sections: Mapping[str, Document], duties: Sequence[Document], known: Container[str] | None
) -> Iterator[TemplateError]:
    """What files say of one another. `known`: ids of lists, None where a file that may hold them is faulty."""
    lists = {name: mapping(mapping(document.data).get(name)) for name, document in sections.items()}
    for document in duties:
        report = mapping(lists.get("reports", {}).get(document.data.get("report"))).get("period")
        period = document.data["period"]
        if report in COUNTABLE and period in COUNTABLE and report != period:
            message = f"这里是 {period}，reports.yaml 里是 {report}"
            yield document.fault(("period",), "two_periods", message, "改成一样")
    for name, keys in (("forms", ("workflow",)), ("venues", ("checklist", "workflow"))):
        for entry_id, entry in lists.get(name, {}).items():
            for key in keys:
                if key in entry and known is not None and f"{key}.{entry[key]}" not in known:
                    yield sections[name].fault(
                        (name, entry_id, key), "unknown_list", f"{key}s.yaml 里没有“{entry[key]}”", "先在那个文件里写明"
                    )
    if header.data:
        yield from _header_sense(header, duties)


def _header_sense(header: Document, duties: Sequence[Document]) -> Iterator[TemplateError]:
    head = header.data
    adopted, issued, until = (head.get(key) for key in ("adopted_on", "issued_on", "in_force_until"))
    if adopted and issued and issued < adopted:
        yield header.fault(("issued_on",), "backwards", "印发日早于通过日", "改正其中一个日期")
    for index, entry in enumerate(head.get("replaces") or ()):
        if (entry.get("document") if isinstance(entry, Mapping) else entry) == head["id"]:
            yield header.fault(("replaces", index), "bad_value", "不能替换自己", "写被替换的那一份的 id")
    settings = {key: mapping(one).get("value", one) for key, one in head.get("settings", {}).items()}
    free, worked = ({str(day) for day in listed_days(settings.get(key))} for key in ("holidays", "workdays"))
    both = free & worked
    if both:
        yield header.fault(
            ("settings", "workdays"),
            "bad_value",
            f"{listed(sorted(both))} 又放假又上班",
            "从 holidays 或 workdays 里删去",
        )
    yield from _word_circles(header, head.get("local") or {})
    for document in duties:
        for index, entry in enumerate(document.data.get("values", ())):
            start = entry.get("from")
            if until and start and is_day(start) and date.fromisoformat(start) >= date.fromisoformat(until):
                yield document.fault(
                    ("values", index, "from"),
                    "backwards",
                    f"文件到 {until} 就失效了，这一条不会起作用",
                    "改正日期，或删去",
                )


def listed_days(value: Any) -> list[Any]:
    """A list of days; what is none is refused elsewhere."""
    return value if isinstance(value, list) else []


def _word_circles(header: Document, local: Mapping[str, Any]) -> Iterator[TemplateError]:
    for category, entries in local.items():
        for name in entries:
            seen = [name]
            while True:
                parent = mapping(entries.get(seen[-1])).get("is_a")
                if parent is None or parent in seen[1:]:
                    break
                seen.append(parent)
                if parent == name and len(seen) > 2 and name == min(seen):
                    message = f"几个词互相归入:{' → '.join(seen)}"
                    yield header.fault(("local", category, name, "is_a"), "circle", message, "其中一个归入共用词")
                    break


def _above(low: Any, high: Any) -> bool:
    return low is not None and high is not None and low > high
