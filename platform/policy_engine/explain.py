"""Why a duty is as it is, in sentences: rule, clauses, values with the chain of documents behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from policy_engine import due, rhythms
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.model import Duty, Filter, Indicator, Part, Policy, Subject
from policy_engine.reader import listed
from policy_engine.resolve import resolve
from policy_engine.shares import Share
from policy_engine.vocabulary import Words, title, words_with

INDICATOR = "indicator."
COUNTED_AS = {"day": "天", "record": "次", "target": "个对象", "venue": "处阵地", "item": "项"}
JOINED = {
    "score": "以下各项计分",
    "any_of": "以下几类合计",
    "all_of": "以下各项都要",
    "at_least_k_of": "以下各项中至少做到",
}


def explain(policy: Policy, duty_id: str, on: date | None = None) -> dict[str, Any]:
    """`{duty, title, sentence, clauses:[{id,ref,summary}], values:{key:{value,provenance}}, indicators}`; unknown duty: TemplateErrors.

    `indicator.<code>` instead of a duty: the same of an indicator, of which each has its `indicator` code.
    """
    if duty_id.startswith(INDICATOR):
        return _explain_indicator(policy, duty_id.removeprefix(INDICATOR), on)
    if f"duty.{duty_id}" not in policy.elements:
        names = listed(duty.id for duty in policy.duties_on(on))
        raise TemplateErrors(
            [TemplateError(policy.id, 0, duty_id, "unknown_duty", f"没有职责“{duty_id}”", f"可用的职责:{names}")]
        )
    duty, words = policy.duty(duty_id, on), words_with(policy.header.get("local"))
    clauses = [policy.clauses[clause] for clause in duty.clauses if clause in policy.clauses]
    return {
        "duty": duty.id,
        "title": duty.title,
        "kind": duty.kind,
        "force": duty.force,
        "sentence": sentence(duty, words),
        "clauses": [{"id": clause.id, "ref": clause.ref, "summary": clause.summary} for clause in clauses],
        "values": _values(policy, f"duty.{duty_id}", on),
        "indicators": [{"id": one.id, "title": one.title} for one in policy.indicators if duty_id in one.duties],
        "parts": [
            {"id": part.id, "title": part.title, "min": part.min, "sentence": _part(policy, part, words)}
            for part in duty.parts
        ],
        "items": [{"id": item.id, "title": item.title} for item in duty.items],
        "policy": {"id": policy.id, "document": policy.document, "digest": policy.digest},
    }


def sentence(duty: Duty, words: Words) -> str:
    """One Chinese sentence an official can check against the document."""
    what = JOINED.get(duty.kind) or _named(duty) or (_counted(duty.where, words) if duty.where else f"{duty.title}逐项")
    said = partial(title, words)
    head = f"{title(words, 'forces', duty.force)}:{_whom(_those_asked(duty), words)}{rhythms.said(duty.rhythm, said)}"
    if duty.kind == "follow_up":
        return f"{head}，{_after(duty, words)}，{what}，逐件回应。" + ("逾期不算。" if not duty.late_counts else "")
    by = f"，{due.said(duty.due, said)}" if duty.due else ""
    return (
        f"{head}，{what}{_number(duty, words)}{_growing(duty, words)}{by}。"
        + ("逾期不算。" if not duty.late_counts else "")
        + ("可以豁免。" if duty.waivable else "")
    )


def _part(policy: Policy, part: Part, words: Words) -> str:
    """What a part counts and, in a scoring table, what it gives."""
    terms = part.terms
    if not terms:
        return _counted(part.where, words)
    if set(terms) == {"duty"}:
        whole = policy.elements.get(f"duty.{part.duty}")
        return f"做到“{whole.title if whole else part.duty}”"
    ends = "".join(
        f"，{word} {terms[key]:g} 分"
        for key, word in (("cap", "至多"), ("floor", "至少"))
        if terms.get(key) is not None
    )
    if "duty" in terms and not part.take:
        states = (("met", "做到"), ("outstanding", "欠着"))
        given = "，".join(f"{word} {terms[key]:g} 分" for key, word in states if terms.get(key) is not None)
        other = policy.elements.get(f"duty.{terms['duty']}")
        return f"{other.title if other else terms['duty']}:{given}{ends}"
    if terms.get("table"):
        given = "，".join(f"{title(words, 'results', one)} {points:g} 分" for one, points in terms["table"].items())
    elif terms.get("steps"):
        given = "，".join(f"满 {step['at']:g} 得 {step['points']:g} 分" for step in terms["steps"])
    else:
        first, last = terms.get("from_nth"), terms.get("to_nth")
        which = (f"从第 {first:g} 起" if first else "") + (f"到第 {last:g} 止" if last else "")
        given = f"{which}每 {terms.get('each') or 1:g} 得 {terms.get('points') or 0:g} 分"
    given = f"从 {terms['base']:g} 分起，{given}" if terms.get("base") else given
    return f"{_taken(policy, part, words) if part.take else _counted(part.where, words)}:{given}{ends}"


def _taken(policy: Policy, part: Part, words: Words) -> str:
    """What another duty came to, and among whom."""
    other = policy.elements.get(f"duty.{part.duty}")
    whose = _whom(part.population, words) if part.population else ""
    what = {"sum": "之和", "average": "的平均", "share_met": "做到的比例"}[part.take or "sum"]
    return f"{whose}“{other.title if other else part.duty}”{what}"


def _after(duty: Duty, words: Words) -> str:
    """What must be answered, and in which time."""
    units = {"days": "天", "working_days": "个工作日", "months": "个月"}
    limit = "".join(f" {number} {units[unit]}内" for unit, number in (duty.within or {}).items())
    events = "、".join(title(words, "events", event) for event in duty.after_events)
    what = f"每次{events}" if events else f"每件{_counted(duty.after, words)}" if duty.after else ""
    if duty.after_posts is not None:
        posts = "、".join(title(words, "posts", post) for post in duty.after_posts)
        what = f"担任{posts}" if posts else "任职"
    return f"{what}以后{limit}"


def _explain_indicator(policy: Policy, code: str, on: date | None) -> dict[str, Any]:
    known = {one.id: one for one in policy.indicators}
    if code not in known:
        remedy = f"可用的指标:{listed(known)}"
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
        "clauses": [{"id": clause.id, "ref": clause.ref, "summary": clause.summary} for clause in clauses],
        "values": _values(policy, f"{INDICATOR}{code}", on),
        "indicators": [],
        "parts": [],
        "items": [],
        "policy": {"id": policy.id, "document": policy.document, "digest": policy.digest},
    }


def _figure(policy: Policy, one: Indicator, words: Words) -> str:
    """An indicator in one sentence: what over what, how often."""
    what = _counted(one.where, words) if one.where else one.numerator or one.title
    duties = "、".join(
        policy.elements[f"duty.{duty}"].title for duty in one.duties if f"duty.{duty}" in policy.elements
    )
    said = {
        "attainment": f"达到“{duties}”的占{one.denominator or '委员数'}的比例" if duties else "没有对应的职责，不适用",
        "count": f"{what}，共多少{COUNTED_AS.get(one.distinct, '次')}",
        "ratio": f"{what}，除以{one.denominator or '委员数'}" + (f"，乘以 {one.per:g}" if one.per != 1 else ""),
    }[one.kind]
    periods = "、".join(title(words, "periods", period) for period in (one.period, *one.also_periods))
    return f"{said}，{periods}。" + ("本文件自己的指标，不上报。" if one.is_own else "")


def _values(policy: Policy, element: str, on: date | None) -> Mapping[str, Any]:
    shown = {entry["id"]: entry["values"] for entry in resolve(policy, (), on).elements_json()}
    return dict(shown.get(element, {}))


def _whom(subject: Subject, words: Words) -> str:
    who = "、".join(title(words, "posts", post) for post in subject.posts) or title(words, "subjects", subject.type)
    who = "、".join(title(words, "venue_kinds", kind) for kind in subject.kinds) or who
    if subject.links:
        return "所联系的每个" + "、".join(title(words, "links", link) for link in subject.links)
    also = "兼".join(title(words, "posts", post) for post in subject.all_posts)
    tags = "、".join(title(words, "tags", tag) for tag in subject.tags)
    links = "、".join(title(words, "links", link) for link in subject.linked)
    places = "、".join(one for _, ids in subject.within for one in ids)
    units = {"days": "天", "months": "个月"}
    held = "".join(
        f"{'任职' if subject.in_all else '这一期任职'}满 {number} {units[unit]}" for unit, number in subject.served
    )
    size = "".join(f"委员{'不少于' if bound == 'min' else '不多于'} {number} 人的" for bound, number in subject.members)
    only = "，".join(
        filter(None, [also, held, size, tags, f"有“{links}”关系的" if links else "", f"限 {places}" if places else ""])
    )
    apart = "、".join(
        [title(words, "posts", post) for post in subject.except_posts]
        + [title(words, "tags", tag) for tag in subject.except_tags]
    )
    return f"每个{who}" + (f"({only})" if only else "") + (f"({apart}除外)" if apart else "")


def _those_asked(duty: Duty) -> Subject:
    """A quota's population only sets its number."""
    return duty.population if duty.population and not duty.per else duty.subject


def _named(duty: Duty) -> str:
    return f"达到 {listed(duty.meets)}" if duty.meets else ""


def _counted(where: Filter, words: Words) -> str:
    """The filter in words: what counts, in which role, by whom organised."""
    named = {
        "links" if where.family == "link" else "kinds": where.kinds,
        "roles": where.roles,
        "authorship": where.authorship,
        "organisers": where.organisers,
        "modes": where.modes,
        "place_levels": where.place_levels,
        "posts": where.posts,
        "tags": where.tags,
        "results": where.results,
    }
    said = ["、".join(title(words, category, one) for one in values) for category, values in named.items() if values]
    return "，".join(said + list(_conditions(where, words)))


def _conditions(where: Filter, words: Words) -> Iterator[str]:
    """What is not a list of words."""
    if where.at_least:
        yield "每次至少 " + "、".join(f"{number:g} {title(words, 'amounts', name)}" for name, number in where.at_least)
    if where.sectors:
        yield f"限 {listed(where.sectors)} 界别"
    if where.without:
        yield f"{_counted(where.without, words)}的除外"
    if where.confirmed == "any":
        yield "待确认的也算"
    if where.share:
        yield _shared(where.share, words)
    if where.sum:
        yield f"合计{title(words, 'amounts', where.sum)}"


def _shared(share: Share, words: Words) -> str:
    roles = "、".join(f"{title(words, 'roles', role)} {part}" for role, part in share.roles)
    places = "、".join(f"第 {place} 位 {part}" for place, part in enumerate(share.places, 1))
    return {
        "equal": "几人合作的平分",
        "portions": f"几人合作的按份额分({roles}，同一身份平分)",
        "each": f"按身份折算({roles})",
        "order": f"按署名次序折算({places}，其后同末位)",
    }[share.by]


def _growing(duty: Duty, words: Words) -> str:
    return f"(每 {duty.per} 个{title(words, 'subjects', duty.population.type)})" if duty.per and duty.population else ""


def _number(duty: Duty, words: Words) -> str:
    unit = (
        "分"
        if duty.kind == "score"
        else "项"
        if duty.listing or duty.kind in ("all_of", "at_least_k_of")
        else COUNTED_AS.get(duty.distinct, "次")
    )
    if duty.min is None and duty.max is None:
        return "，没有规定数字，只计数"
    if duty.kind == "at_most":
        return f"，至多 {duty.max:g} {unit}"
    if duty.kind == "coverage":
        often = f"各至少 {duty.each} {COUNTED_AS.get(duty.distinct, '次')}的" if duty.each > 1 else ""
        return f"，{often}不少于 {duty.min:g}%"
    if duty.kind == "proportion" and duty.out_of:
        return f"，占{_counted(duty.out_of.where, words)}的 {duty.min:g}% 以上"
    if duty.max is None:
        return f"，至少 {duty.min:g} {unit}"
    return f"，{duty.min or 0:g} 到 {duty.max:g} {unit}"
