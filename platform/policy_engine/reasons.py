"""Why a verdict is as it is, where its numbers do not say it: one short sentence for whoever reads it."""

from __future__ import annotations

from datetime import date

from policy_engine.bench import Bench, Measured, Person, holds, joined, overlaps, served
from policy_engine.model import Duty, Subject
from policy_engine.periods import Period
from policy_engine.vocabulary import title
from policy_engine.waivers import Waiver

BEFORE_THE_DUTY = "截止日在这项职责施行以前，不评判"
BEFORE_THE_PERSON = "截止日在任职以前"


def why_not(bench: Bench, duty: Duty, period: Period, person: Person, measured: Measured) -> str | None:
    """Why there is nothing to judge."""
    if period.awaits:
        return f"还没有“{title(bench.words, 'events', period.awaits)}”的日期，不能评判"
    day = period.reference_day(bench.as_of)
    if not duty.in_force:
        later = duty.begins is not None and day < duty.begins
        return f"{duty.begins} 起才施行" if later else f"{day} 已不施行(取消、失效或被替换)"
    if not bench.binds(person, duty, period):
        if not served(person, duty.subject, period):
            return "任职的时间不够长，这一期不作要求"
        if not joined(person, duty.subject, period, bench.almanac.year_start_month):
            return f"{person.since} 才任职，当年不作要求"
        if not bench.fits(person, duty.subject, bench.window(duty, period)):
            return "委员人数不在这项职责所说的范围里"
        return unbound(bench, person, duty.subject, bench.window(duty, period))
    if duty.idle:
        return duty.idle
    if duty.is_younger(period.due):
        return BEFORE_THE_DUTY
    if not duty.late_counts and person.came_after(period.due):
        return f"{BEFORE_THE_PERSON}，不评判"
    return measured.idle if bench.has_turn(duty, period, person) else "这一期没有轮到"


def unbound(bench: Bench, person: Person, whom: Subject, window: tuple[date, date]) -> str:
    """Which of the subject's conditions this one does not fulfil, the first of them."""
    if not overlaps(person.since, person.until, window):
        joined = person.since is not None and person.since >= window[1]
        return f"{person.since} 才任职，这一期还不在任" if joined else f"{person.until} 已离任，这一期不在任"
    for condition, category, said in (
        ("posts", "posts", "没有担任{}"),
        ("except_posts", "posts", "担任{}的除外"),
        ("all_posts", "posts", "没有同时担任{}"),
        ("kinds", "venue_kinds", "不是{}"),
        ("tags", "tags", "没有标签“{}”"),
        ("except_tags", "tags", "有标签“{}”的除外"),
    ):
        words = getattr(whom, condition)
        if words and not holds(person, Subject(type=whom.type, **{condition: words}), window):
            return said.format("、".join(title(bench.words, category, word) for word in words))
    if not all(not set(ids).isdisjoint(person.belongs_to(kind)) for kind, ids in whom.within):
        return "不是所限界别、专委会或小组的"
    return f"没有“{'、'.join(title(bench.words, 'links', link) for link in whom.linked)}”的联系关系"


def why(bench: Bench, period: Period, person: Person, measured: Measured, waiver: Waiver | None) -> str | None:
    """What stands behind a state that is judged: an excuse, a grade lost, a due day that is not one."""
    said = [f"已豁免:{waiver.reason}" if waiver.reason else "已豁免"] if waiver else []
    said += [measured.why] if measured.why else []
    if period.awaits_due:
        said.append(f"还没有“{title(bench.words, 'events', period.awaits_due)}”的日期，截止日未定")
    if person.came_after(period.due):
        said.append(f"{BEFORE_THE_PERSON}，不算逾期")
    return "；".join(said) or None
