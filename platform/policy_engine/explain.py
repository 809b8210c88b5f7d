"""Why a duty is as it is, in sentences: rule, clauses, values with the chain of documents behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from policy_engine import due, rhythms
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.exclusive import KINDS as COUNTED_ONCE
from policy_engine.model import Duty, Indicator, Part, Policy, Template, values_json
from policy_engine.reader import listed
from policy_engine.scored import line_said, table_said
from policy_engine.vocabulary import Words, title, words_with
from policy_engine.wording import (
    OWN,
    PRO_RATA,
    PRO_RATA_ROUNDED,
    ROUNDED,
    Names,
    all_of,
    away_said,
    counted,
    how_many,
    limit,
    named,
    number,
    part_of,
    quota,
    together,
    unit,
    whom,
)

INDICATOR = "indicator."
UNSTATED = "没有规定数字，只计数"
Said = dict[str, Any]
"""`{text, clauses}`: a sentence with the clauses it rests on."""


def explain(policy: Policy, duty_id: str, on: date | None = None) -> dict[str, Any]:
    """`{duty, title, sentence, says:[{text,clauses}], clauses:[{id,ref,summary}], values:{key:{value,provenance}}, indicators}`; unknown duty: TemplateErrors.

    `says` is the whole rule, a sentence a line, each with its own clauses; `sentence` the rule in short.
    `indicator.<code>` instead of a duty: the same of an indicator, of which each has its `indicator` code.
    """
    if duty_id.startswith(INDICATOR):
        return _explain_indicator(policy, duty_id.removeprefix(INDICATOR), on)
    if f"duty.{duty_id}" not in policy.elements:
        known = listed((f"{duty.id}（{duty.title}）" for duty in policy.duties_on(on)), most=1000)
        raise TemplateErrors(
            [TemplateError(policy.id, 0, duty_id, "unknown_duty", f"没有职责“{duty_id}”", f"可用的职责:{known}")]
        )
    duty, words = policy.duty(duty_id, on), words_with(policy.header.get("local"))
    clauses = [policy.clauses[clause] for clause in duty.clauses if clause in policy.clauses]
    names = names_of(policy, on)
    return {
        "duty": duty.id,
        "title": duty.title,
        "kind": duty.kind,
        "force": duty.force,
        "sentence": sentence(duty, words, names),
        "says": list(_says(policy, duty, words, names, on)),
        "clauses": [{"id": clause.id, "ref": clause.ref, "summary": clause.summary} for clause in clauses],
        "values": _values(policy, f"duty.{duty_id}", on),
        "indicators": [{"id": one.id, "title": one.title} for one in policy.indicators if duty_id in one.duties],
        "parts": [
            {"id": part.id, "title": part.title, "min": part.min, "sentence": _part(duty, part, words, names)}
            for part in duty.parts
        ],
        "items": [{"id": item.id, "title": title(words, "bodies", item.title)} for item in duty.items],
        "policy": {"id": policy.id, "document": policy.document, "digest": policy.digest},
    }


def unit_of(duty: Duty, words: Words) -> str:
    """What a duty's figure is a number of."""
    if duty.kind == "score":
        return "分"
    if duty.kind == "follow_up":
        return "件"
    if duty.listing or duty.kind in ("all_of", "at_least_k_of"):
        return "步" if duty.kind == "workflow" else "项"
    units = {unit(part.where, part.distinct, words) for part in duty.parts if not part.duty} or {
        unit(duty.where, duty.distinct, words)
    }
    return units.pop() if len(units) == 1 else "次"


def names_of(policy: Template, on: date | None = None) -> Names:
    """Duties by their titles; `duty#grade`: one of a duty's grades."""

    def name(duty_id: str) -> str:
        whole, _, grade = duty_id.partition("#")
        element = policy.elements.get(f"duty.{whole}")
        if element is None:
            return duty_id
        titles = {one["id"]: one["title"] for one in element.value("grades", on) or ()} if grade else {}
        return str(titles.get(grade, grade) if grade else element.read("title", on))

    return name


def sentence(duty: Duty, words: Words, names: Names = str) -> str:
    """The rule in short: one Chinese sentence an official can check against the document."""
    parts = [f"{title(words, 'forces', duty.force)}：{rule(duty, words, names)}"]
    parts += [_by_when(duty, words)] if duty.due else []
    parts += ["逾期的不算"] if _is_strict(duty) else []
    parts += ["可以豁免"] if duty.waivable else []
    return "。".join(parts) + "。"


def rule(duty: Duty, words: Words, names: Names = str) -> str:
    """Who, how often, what and how much."""
    who, often = whom(duty.subject, words), _often(duty, words)
    if duty.kind == "coverage":
        return _coverage(duty, words, names)
    if duty.kind == "proportion" and duty.out_of:
        whole = "全会" if duty.out_of.by == "all" else ""
        share = f"{part_of(duty.fraction)} 以上" if duty.fraction is not None else ""
        if duty.max is not None:
            share = f"{share}，不超过 {number(duty.max)}%" if share else f"比例不超过 {number(duty.max)}%"
        share = share or f"比例，{UNSTATED}"
        base = counted(duty.out_of.where, words, by=_gathered(duty.out_of.by))
        part = counted(duty.where, words, by=_gathered(duty.by)) if duty.where else ""
        return f"{who}{often}{part}占{whole}{base}总数的 {share}" + ("（请假的不算在内）" if duty.leave else "")
    if duty.kind == "consecutive":
        return f"{who}{often}，{_running(duty, names)}"
    if duty.kind == "follow_up":
        return f"{who}{often}，{_after(duty, words, names)}{_answer(duty, words)}"
    if duty.kind == "score":
        return f"{who}{often}按以下 {len(duty.parts)} 行计分" + _pass_mark(duty)
    if duty.listing:
        return f"{who}{often}{_listed(duty, words)}"
    if duty.parts:
        return f"{who}{often}{_joined(duty, words)}"
    return f"{who}{often}{_done(duty, words)}"


def _gathered(by: str) -> str:
    """Of a proportion only whose members' deeds are meant is said with what is counted."""
    return by if by == "members" else "subject"


RESULTS = {"met": "达到", "outstanding": "还欠", "exceeded": "超限", "counted": "只计数"}


def _running(duty: Duty, names: Names) -> str:
    """What may not happen how many periods running."""
    states = [RESULTS[one] for one in duty.when.get("states", ())]
    states += [names(f"{duty.of}#{grade}") for grade in duty.when.get("grades", ())]
    found = "或".join(states) if states else "没有做到"
    return f"“{names(duty.of)}”连续{found}" + (
        f"不超过 {number(duty.max)} 期" if duty.max is not None else f"，{UNSTATED}"
    )


def _done(duty: Duty, words: Words) -> str:
    """What one thing that is counted, and how many of it."""
    if duty.where is None:
        return duty.title
    what = counted(duty.where, words, by=duty.by)
    many = how_many(duty.min, duty.max, unit(duty.where, duty.distinct, words))
    if not many:
        return f"{what}，{UNSTATED}"
    growing = quota(duty, words)
    if growing:
        return f"{what}，{growing}{many}（{ROUNDED[duty.round]}）"
    return f"{what}{together(duty.where) or (' ' if many[0].isdigit() else '')}{many}"


def _joined(duty: Duty, words: Words) -> str:
    if duty.kind == "all_of":
        return f"以下 {len(duty.parts)} 项每一项都要做到"
    if duty.kind == "at_least_k_of":
        return f"以下 {len(duty.parts)} 项至少做到 {number(duty.min)} 项"
    many = how_many(duty.min, duty.max, unit_of(duty, words))
    growing = quota(duty, words)
    rounded = f"（{ROUNDED[duty.round]}）" if growing else ""
    return f"以下 {len(duty.parts)} 类合起来，{growing}{many or UNSTATED}{rounded}"


def _listed(duty: Duty, words: Words) -> str:
    needed = sum(not item.optional for item in duty.items)
    if duty.kind == "workflow":
        order = "一步接一步" if duty.ordered else "不讲先后"
        return f"走完以下 {needed} 步，{order}"
    if duty.kind == "report_cycle":
        receivers = named(words, "bodies", (item.title for item in duty.items))
        return f"向{receivers}{'各' if needed > 1 else ''}报一次" if needed else "送出一次"
    if not duty.items:
        return f"做齐 {number(duty.min)} 项（文件没有列出名目）"
    if needed != duty.min:
        return f"以下各项里做到 {number(duty.min)} 项"
    return f"以下 {needed} 项都要做到" if needed > 1 else "以下一项要做到"


def _coverage(duty: Duty, words: Words, names: Names) -> str:
    """How many of whom, each doing how much."""
    people, own = duty.population or duty.subject, OWN.get(duty.subject.type, "")
    head = "" if duty.subject.type == "committee" else whom(duty.subject, words)
    crowd = (own if people.of_subject and head else "") + whom(people, words, every=False)
    lead = f"{head}{_often(duty, words)}，"
    share = _share(duty)
    if duty.meets:
        return f"{lead}{share}{crowd}要做到{all_of(names(one) for one in duty.meets)}"
    what = counted(duty.where, words, by=duty.by) if duty.where else duty.title
    least = how_many(duty.each, None, unit(duty.where, duty.distinct, words))
    if people.links:
        partners = whom(people, words, every=False).replace("自己联系的", f"自己联系的{share}", 1)
        return f"{lead}对{partners}，每一个{what}{least}"
    each = "每人" if people.type == "member" else "每个"
    if duty.where and duty.where.family == "link":
        return f"{lead}{share}{crowd}{each}都要有{what}" + (least if duty.each > 1 else "")
    return f"{lead}{share}{crowd}{each}{what}{least}"


def _share(duty: Duty) -> str:
    """全体, 不少于 80% 的, 不少于三分之二的."""
    each = "位" if duty.population and duty.population.type == "member" and not duty.population.links else "个"
    least = f"至少 {duty.number} {each}" if duty.number is not None else ""
    if duty.fraction is None:
        return least
    if duty.fraction == 1:
        return "全体"
    said = part_of(duty.fraction)
    share = f"不少于 {said} " if said[0].isdigit() else f"不少于{said}"
    return f"{share}（并且{least}）的" if least else f"{share}的"


def _often(duty: Duty, words: Words) -> str:
    """The rhythm, as it stands before what is done."""
    if duty.rhythm.word == "once":
        return "，只需一次，"
    if duty.rhythm.word == "continuous":
        if duty.where and duty.where.family == "link" and duty.kind != "coverage":
            return "任何时候都要有"
        return "" if duty.kind == "workflow" else "任何时候，" if duty.listing or duty.parts else "任何时候"
    said = rhythms.said(duty.rhythm, partial(title, words))
    return f"{said}，" if duty.rhythm.word == "windows" or duty.rhythm.is_awaiting else said


def _after(duty: Duty, words: Words, names: Names = str) -> str:
    """What must be answered."""
    if duty.after_events:
        return f"每次{named(words, 'events', duty.after_events)}"
    if duty.after_posts is not None:
        return f"担任{named(words, 'posts', duty.after_posts)}" if duty.after_posts else "新任职"
    if duty.after_duty:
        grades = "或".join(names(f"{duty.after_duty}#{one}") for one in duty.after_grades)
        return f"“{names(duty.after_duty)}”每有一期{f'评为{grades}' if grades else '没有做到'}，期满"
    return f"凡有{counted(duty.after, words, by=duty.after_by)}，" if duty.after else ""


def _answer(duty: Duty, words: Words) -> str:
    what = counted(duty.where, words, by=duty.by) if duty.where else "回应"
    within = f"以后{limit(duty.within)}" if duty.within else "以后"
    return f"{within}都要有{what}，逐件回应"


def besides(duty: Duty, words: Words, names: Names = str) -> str | None:
    """For the calendar: what a follow-up answers and in which time, whose turn it is."""
    if duty.kind == "follow_up":
        return f"{_after(duty, words, names)}{_answer(duty, words)}"
    return _turns(duty, words).removesuffix("。") if duty.turns else None


def _pass_mark(duty: Duty) -> str:
    if duty.min is None:
        return "，只计分，不评判"
    return f"，{number(duty.min)} 分以上算达到"


def _by_when(duty: Duty, words: Words) -> str:
    return f"截止日：{due.said(duty.due, partial(title, words))}" if duty.due else ""


def _is_strict(duty: Duty) -> bool:
    return not duty.late_counts and (duty.due is not None or bool(duty.within))


def _part(duty: Duty, part: Part, words: Words, names: Names) -> str:
    """What a part counts and, in a scoring table, what it gives."""
    if duty.kind == "score":
        return line_said(part, words, names)
    if part.duty:
        return f"做到“{names(part.duty)}”这一项"
    many = how_many(part.min, part.max, unit(part.where, part.distinct, words))
    many = many.replace("至多", "最多算") if duty.kind == "any_of" else many
    return counted(part.where, words, by=part.by) + (f"，{many}" if many else "")


def _says(policy: Policy, duty: Duty, words: Words, names: Names, on: date | None) -> Iterator[Said]:
    """The whole rule, a sentence a line."""
    apart = [clause for clause in duty.clauses if all(clause not in part.clauses for part in duty.parts)]
    own = apart or list(duty.clauses)
    yield _said(f"{title(words, 'forces', duty.force)}：{rule(duty, words, names)}。", own)
    for part in duty.parts:
        yield _said(f"{part.title}：{_part(duty, part, words, names)}。", part.clauses)
    for text, clauses in table_said(duty, words, names) if duty.kind == "score" else ():
        yield _said(text, clauses or own)
    yield from _lines_said(policy, duty, words, own, on)
    element = policy.elements[f"duty.{duty.id}"]
    if duty.due:
        yield _said(f"{_by_when(duty, words)}。", _clause_of(element.values.get("due"), own))
    if duty.due or duty.within:
        late = "逾期的也算，但标明逾期。" if duty.late_counts else "逾期的不算。"
        yield _said(late, _clause_of(element.values.get("late") or element.values.get("within"), own))
    if duty.kind == "follow_up":
        how = (
            "回应要写明是由哪一件引出的。"
            if duty.linked
            else "不看由哪一件引出：同一对象在那以后的记录，每件只回应一件事。"
        )
        yield _said(how, own)
    if duty.turns:
        yield _said(_turns(duty, words), own)
    if duty.pro_rata:
        of_k = duty.pro_rata.of == "k" and duty.kind == "at_least_k_of"
        less = away_said(duty.pro_rata.longer) if duty.pro_rata.absences else ""
        text = f"年中任职的{'，要做的项数' if of_k else ''}{PRO_RATA[duty.pro_rata.unit]}折算，{PRO_RATA_ROUNDED[duty.pro_rata.round]}{less}。"
        yield _said(text, _setting_clauses(policy, "pro_rata") or own)
    if duty.waivable:
        yield _said("可以豁免。", own)
    yield from _counted_once(policy, duty, names, on)
    if not duty.in_force:
        yield _said("现在不在施行期内。", own)


def _said(text: str, clauses: Any) -> Said:
    return {"text": text, "clauses": list(clauses)}


def _clause_of(series: Any, own: list[str]) -> list[str]:
    clause = series[-1].source.clause if series else None
    return [clause] if clause else own


def _setting_clauses(policy: Policy, name: str) -> list[str]:
    element = policy.elements.get(f"setting.{name}")
    return list(element.clauses) if element else []


def _lines_said(policy: Policy, duty: Duty, words: Words, own: list[str], on: date | None) -> Iterator[Said]:
    """Steps, items or receivers, one by one."""
    if not duty.listing:
        return
    sort = {"workflow": "workflow", "report_cycle": "report"}.get(duty.kind, "checklist")
    element = policy.elements[f"{sort}.{duty.listing}"]
    clauses = list(element.clauses) or own
    if sort == "report":
        author, form = element.read("author", on), element.read("form", on)
        forms = {"written": "书面报告", "hearing": "听取汇报", "written_or_hearing": "书面或听取汇报"}
        head = [f"由{title(words, 'bodies', author)}报"] if author else []
        head += [forms[form]] if form in forms else []
        if head:
            yield _said("，".join(head) + "。", clauses)
    by = {step["id"]: step["by"] for step in element.value("steps", on) or () if "by" in step}
    titles = {item.id: item.title for item in duty.items}
    for place, item in enumerate(duty.items, 1):
        if sort == "workflow":
            who = f"由{title(words, 'bodies', by[item.id])}办" if item.id in by else ""
            waits = f"等{all_of(titles[one] for one in item.after)}做了" if item.after else ""
            waits = "不用等别的步骤" if item.after == () else waits
            days = (
                f"能办以后 {item.days} {'个工作日' if item.working_days else '天'}内" if item.days is not None else ""
            )
            optional = "可有可无，不拖住后面" if item.optional else ""
            more = "，".join(filter(None, [who, waits, days, optional]))
            yield _said(f"第 {place} 步：{item.title}" + (f"（{more}）" if more else "") + "。", ())
        elif sort == "checklist":
            yield _said(f"第 {place} 项：{item.title}{'（每期重新做到）' if item.yearly else ''}。", ())


def _turns(duty: Duty, words: Words) -> str:
    assert duty.turns is not None
    among = str(duty.turns.among.get("type", duty.subject.type))
    start, noun = duty.turns.starts, title(words, "subjects", among)
    measure = "位" if among == "member" else "个"
    whose = f"，{title(words, 'subjects', duty.subject.type)}随所在的{noun}轮" if among != duty.subject.type else ""
    rest = "，末尾不够一组的不补" if duty.turns.rest == "short" else ""
    return (
        f"轮值：从 {start.year} 年 {start.month} 月 {start.day} 日所在的那一期起，"
        f"每期轮 {duty.turns.size} {measure}{noun}{whose}{rest}；没有轮到的不要求。"
    )


def _counted_once(policy: Policy, duty: Duty, names: Names, on: date | None) -> Iterator[Said]:
    """With which other duties a record counts for one only."""
    for name, element in sorted(policy.elements.items()):
        group = list(element.value("duties", on) or ()) if name.startswith("exclusive.") and element.stands(on) else []
        if duty.id in group:
            others = all_of(names(one) for one in group)
            yield _said(f"不重复计算：同一件记录在{others}里只算一项，写在前面的先得。", element.clauses)
    if duty.kind in COUNTED_ONCE and policy.setting("allow_multi_count", on, True) is False:
        text = "不重复计算：同一件记录在同一类对象的各项职责里只算一项。"
        yield _said(text, _setting_clauses(policy, "allow_multi_count"))


def _explain_indicator(policy: Policy, code: str, on: date | None) -> dict[str, Any]:
    known = {one.id: one for one in policy.indicators}
    if code not in known:
        remedy = f"可用的指标:{listed((f'{one.id}（{one.title}）' for one in known.values()), most=1000)}"
        raise TemplateErrors([TemplateError(policy.id, 0, code, "unknown_indicator", f"没有指标“{code}”", remedy)])
    one, words = known[code], words_with(policy.header.get("local"))
    clauses = [policy.clauses[clause] for clause in one.clauses if clause in policy.clauses]
    return {
        "indicator": code,
        "title": one.title,
        "kind": one.kind,
        "is_own": one.is_own,
        "definition": one.definition,
        "sentence": _figure(policy, one, words),
        "says": [_said(_figure(policy, one, words), [clause.id for clause in clauses])],
        "clauses": [{"id": clause.id, "ref": clause.ref, "summary": clause.summary} for clause in clauses],
        "values": _values(policy, f"{INDICATOR}{code}", on),
        "indicators": [],
        "parts": [],
        "items": [],
        "policy": {"id": policy.id, "document": policy.document, "digest": policy.digest},
    }


def _figure(policy: Policy, one: Indicator, words: Words) -> str:
    """An indicator in one sentence: what over what, how often."""
    what = counted(one.where, words) if one.where else one.numerator or one.title
    duties = all_of(policy.elements[f"duty.{duty}"].title for duty in one.duties if f"duty.{duty}" in policy.elements)
    said = {
        "attainment": f"达到{duties}的占{one.denominator or '委员数'}的比例" if duties else "没有对应的职责，不适用",
        "count": f"{what}，共多少{unit(one.where, one.distinct, words)}",
        "ratio": f"{what}，除以{one.denominator or '委员数'}" + (f"，乘以 {number(one.per)}" if one.per != 1 else ""),
    }[one.kind]
    periods = "、".join(title(words, "periods", period) for period in (one.period, *one.also_periods))
    return f"{said}，{periods}。" + ("本文件自己的指标，不上报。" if one.is_own else "")


def _values(policy: Policy, element: str, on: date | None) -> Mapping[str, Any]:
    found = policy.elements.get(element)
    return values_json(found, on) if found and found.stands(on) else {}
