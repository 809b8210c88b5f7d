"""The year's calendar of obligations, read off the duties and reports: what comes round how often, and by when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from policy_engine import due, rhythms
from policy_engine.almanac import DAY, Event, moved
from policy_engine.explain import besides, names_of, sentence
from policy_engine.model import Duty, Element, Policy
from policy_engine.periods import year_of
from policy_engine.plan import duties_and_periods
from policy_engine.vocabulary import Words, title, words_with
from policy_engine.wording import Names

ORDER = (
    "day", "week", "month", "quarter", "half_year", "year", "every", "windows", "before", "after", "term", "once", "regular",
    "continuous", "event",
)  # fmt: skip


def calendar(policy: Policy, year: int, events: Iterable[Event] = ()) -> dict[str, Any]:
    """`{policy, year, obligations:[{rhythm, often, element, title, force, sentence, by, besides, days:[{period, due}], clauses}]}`.

    Duties that somebody must fulfil, and reports no duty carries, as the year's last day reads them; by rhythm, then by first due
    day. `days` are the due days that fall in the year, of whatever period, each by the rule its period is judged by; `besides` tells of
    follow-ups and turns.
    """
    start = date(year, int(policy.setting("year_start_month", date(year, 12, 31), 1)), 1)
    last = moved(year_of(start, start.month).until, -1)
    words, found = words_with(policy.header.get("local")), _due_days(policy, start, last, tuple(events))
    duties = [duty for duty in policy.duties_on(last) if duty.judged and (duty.in_force or found[duty.id])]
    lines = [_of_duty(duty, words, found[duty.id], names_of(policy, last)) for duty in duties]
    lines += list(_of_reports(policy, duties, words, last))
    return {
        "policy": {"id": policy.id, "title": policy.header.get("title")},
        "year": year,
        "obligations": sorted(lines, key=_place),
    }


def _due_days(policy: Policy, start: date, last: date, events: tuple[Event, ...]) -> dict[str, list[tuple[date, str]]]:
    """By duty: (due day, period) within the year, also of periods begun the year before or the year after."""
    found: dict[str, dict[str, date | None]] = defaultdict(dict)
    beside = (year_of(last + DAY, start.month).until, start)
    for day in (
        *(moved(one, -1) for one in beside),
        last,
    ):  # where several years tell of a period, this one's word stands
        for duty, period in duties_and_periods(policy, day, events):
            if duty.period == "continuous" and day != last:
                continue  # shown over each year, with the same day
            found[duty.id][period.key] = period.due if duty.in_force and not duty.is_younger(period.due) else None
    dated: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for name, periods in found.items():
        dated[name] = sorted((due, key) for key, due in periods.items() if due and start <= due <= last)
    return dated


def _of_duty(duty: Duty, words: Words, days: list[tuple[date, str]], names: Names) -> dict[str, Any]:
    said = partial(title, words)
    return {
        "rhythm": duty.period,
        "often": rhythms.said(duty.rhythm, said),
        "element": f"duty.{duty.id}",
        "title": duty.title,
        "force": duty.force,
        "sentence": sentence(duty, words, names),
        "by": due.said(duty.due, said) if duty.due else None,
        "besides": besides(duty, words, names),
        "days": [{"period": key, "due": day.isoformat()} for day, key in days],
        "clauses": list(duty.clauses),
    }


def _of_reports(policy: Policy, duties: list[Duty], words: Words, last: date) -> Iterator[dict[str, Any]]:
    carried = {duty.listing for duty in duties}
    for name, element in sorted(policy.elements.items()):
        if name.startswith("report.") and element.stands(last) and name.removeprefix("report.") not in carried:
            yield _of_report(element, words, last)


def _of_report(element: Element, words: Words, last: date) -> dict[str, Any]:
    rhythm = str(element.read("period", last) or "event")
    receivers = "、".join(title(words, "bodies", body) for body in element.value("receivers", last) or ())
    author = element.read("author", last)
    who = title(words, "bodies", author) if author else ""
    return {
        "rhythm": rhythm,
        "often": title(words, "periods", rhythm),
        "element": element.id,
        "title": element.read("title", last),
        "force": "required",
        "sentence": f"{who}{'报' + receivers if receivers else '送出'}。",
        "by": None,
        "besides": None,
        "days": [],
        "clauses": list(element.clauses),
    }


def _place(line: Mapping[str, Any]) -> tuple[int, str, str]:
    place = ORDER.index(line["rhythm"]) if line["rhythm"] in ORDER else len(ORDER)
    return place, line["days"][0]["due"] if line["days"] else "9999", line["element"]
