"""What a schema cannot see in a duty's `period`, `due` and `late`: asked when a template is loaded and when an overlay changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from policy_engine.almanac import Almanac, day_in
from policy_engine.due import due_faults
from policy_engine.errors import TemplateError
from policy_engine.kinds import KINDS
from policy_engine.reader import Document, Way
from policy_engine.rhythms import FORMS, UNBOUND, Rhythm, begun, month_day, rhythm_of

DATED_KEYS = ("due", "late", "within")


def timing_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    """Of a duty whose shape is sound."""
    found = list(_period_faults(document, ("period",), duty["period"]))
    yield from found
    for key in DATED_KEYS:
        if key in duty:
            dues = duty[key] if isinstance(duty[key], list) else [duty[key]]
            for index, entry in enumerate(dues):
                way: Way = (key, index) if isinstance(duty[key], list) else (key,)
                for place, *fault in () if found else value_faults(key, entry, duty["kind"], rhythm_of(duty["period"])):
                    yield document.fault((*way, *([place] if place else [])), *fault)
            yield from _order_faults(document, key, dues)
    yield from _follow_up_faults(document, duty)
    yield from _turn_faults(document, duty)
    if "late" in duty and "due" not in duty and "within" not in duty:
        yield document.fault(("late",), "missing_key", "没有截止日，说不上逾期", "写上 due，或删去 late")


def value_faults(key: str, value: Any, kind: str, rhythm: Rhythm) -> Iterator[tuple[str, str, str, str]]:
    """(key, code, message, remedy) for one value of `due` or `late`."""
    if not KINDS[kind].judged:
        yield "", "unknown_key", f"{kind} 类职责不评判，不用“{key}”", "删去，或改用 count"
    elif rhythm.word == "event":
        yield "", "unknown_key", f"逢事才有的职责不评判，不用“{key}”", "改 period，如 {after: plenary_session}，或删去"
    elif key == "within" and value is not None:
        if len({"days", "working_days", "months"} & value.keys()) != 1:
            yield "", "one_limit", "时限要写一种单位，且只写一种", "写 {days: 15}、{working_days: 5} 或 {months: 2}"
    elif key == "due" and kind == "follow_up":
        yield "", "unknown_key", "follow_up 的时限从每件事算起，不用 due", "改写 within"
    elif key == "due" and value is not None:
        yield from due_faults(value, rhythm)


def _follow_up_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    after = duty.get("after")
    if after is None or duty["kind"] != "follow_up":
        return
    unrecorded = not {"events", "joining", "appointed", "duty"}.isdisjoint(after)
    if unrecorded and duty.get("linked"):
        yield document.fault(("linked",), "bad_value", "会议、任职、没有做到都不是记录，答复不能指向它", "删去 linked")
    alone = unrecorded or duty.get("linked") is False
    if duty.get("counts", {}).get("by") == "all" and alone:
        yield document.fault(
            ("counts", "by"), "bad_value", "谁的回应都算的，要说得出回应的是哪一件", "写 linked: true，或删去 by: all"
        )
    for name, counts in (("after", after), ("counts", duty.get("counts", {}))):
        tied = name == "counts" and alone and counts.get("links")
        if not (name == "after" and unrecorded) and not tied and not counts.get("kinds"):
            yield document.fault((name,), "kinds_only", "要写记录的 kinds", "用 kinds 说明是哪些记录")
        for key in counts.keys() & {"count", "sum", "share", *(() if tied else ("links",))}:
            yield document.fault((name, key), "unknown_key", f"follow_up 逐件对应，不用“{key}”", "删去")


def _turn_faults(document: Document, duty: Mapping[str, Any]) -> Iterator[TemplateError]:
    if "turns" in duty and isinstance(duty["period"], str) and duty["period"] in UNBOUND:
        yield document.fault(("turns",), "bad_value", "这样的期间没有先后，轮不起来", "改用按周、月、季等的 period")


def step_faults(document: Document, way: Way, steps: list[Mapping[str, Any]]) -> Iterator[TemplateError]:
    """A step may only wait for steps above it: so there is always one to begin with."""
    above: set[str] = set()
    for index, step in enumerate(steps):
        for place, name in enumerate(step.get("after", ())):
            if name not in above:
                yield document.fault(
                    (*way, index, "after", place), "unknown_id", f"前面没有步骤“{name}”", "只能写排在前面的步骤的 id"
                )
        if "working_days" in step and "days" not in step:
            yield document.fault((*way, index, "working_days"), "missing_key", "没有写几天", "补上 days")
        above.add(step["id"])


def _order_faults(document: Document, key: str, entries: list[Any]) -> Iterator[TemplateError]:
    days = [entry.get("from") or "" for entry in entries if isinstance(entry, Mapping)]
    for index, day in enumerate(days):
        if index and day <= days[index - 1]:
            way = (key, index, "from")
            yield document.fault(way, "not_in_order", f"{key} 要按日期从早到晚，日期不能相同", "排好次序")


def _period_faults(document: Document, way: Way, entry: Any) -> Iterator[TemplateError]:
    if isinstance(entry, str):
        return
    forms = [form for form in FORMS if form in entry]
    if len(forms) != 1:
        yield document.fault(
            way, "one_period", "期间要写一种写法，且只写一种", f"写一个词，或从 {'、'.join(FORMS)} 里选一种"
        )
        return
    own = {"every", "unit", "from"} if forms[0] == "every" else {forms[0]}
    for key in entry.keys() - own:
        yield document.fault((*way, key), "unknown_key", f"{forms[0]} 不用“{key}”", f"只写 {'、'.join(sorted(own))}")
    for key in sorted(own - entry.keys()):
        yield document.fault(
            (*way, key), "missing_key", f"缺少“{key}”", "写成 {every: 2, unit: month, from: 2021-01-01}"
        )
    if forms[0] == "windows":
        yield from _window_faults(document, (*way, "windows"), entry["windows"])


def _window_faults(document: Document, way: Way, windows: list[Mapping[str, Any]]) -> Iterator[TemplateError]:
    for index, window in enumerate(windows):
        for key in ("from", "until"):
            month, day = month_day(window[key])
            if day_in(2020, month, day).day != day:
                yield document.fault((*way, index, key), "bad_date", f"没有 {window[key]} 这一天", "改正日期")
        if window["id"] in [one["id"] for one in windows[:index]]:
            yield document.fault((*way, index, "id"), "duplicate_id", f"id“{window['id']}”重复", "每个 id 只用一次")
    periods = sorted(
        begun(rhythm_of({"windows": windows}), date(2021, 12, 31), Almanac()), key=lambda period: period.start
    )
    for earlier, later in pairwise(periods):
        if later.start < earlier.until:
            text = f"时段“{earlier.key[5:]}”和“{later.key[5:]}”有重叠"
            yield document.fault(way, "overlapping", text, "改正起止日，两头的日子都算在内")
