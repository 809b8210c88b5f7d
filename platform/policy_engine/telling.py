"""What the command line prints where nobody asked for JSON: tables in Chinese; ids and addresses stand in the last column, alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from policy_engine.compare import SILENT, mapped, said
from policy_engine.explain import names_of, sentence, unit_of
from policy_engine.judge import Verdict
from policy_engine.model import Duty, Element, Part, Policy, Template
from policy_engine.spoken import Speech, speech_of
from policy_engine.vocabulary import Words, title, words_with
from policy_engine.wording import number, part_of, unit

Answer = Mapping[str, Any]
STATES = {
    "met": "达到", "outstanding": "还欠", "exceeded": "超限", "waived": "已豁免", "not_applicable": "不适用", "counted": "只计数",
}  # fmt: skip
COMPARED = {"same": "相同", "different": "不同", "only_a": "只有前一份", "only_b": "只有后一份"}
CARRIED = {"operative": "可执行", "declarative": "宣示性", "planned": "待建"}
PARTS = re.compile(r"^(\d{4})(?:-H([12])|-Q([1-4])|-(\d\d)|-W(\d\d))?$")


def row(*cells: object) -> str:
    return "\t".join(map(str, cells)).rstrip("\t")


def explained(answer: Answer, policy: Policy) -> str:
    """The whole rule, its ground and where each value comes from."""
    speech, sort = speech_of(policy), "indicator" if "indicator" in answer else "duty"
    refs = {clause.id: clause.ref for clause in policy.clauses.values()}
    lines = [row(answer["title"], answer[sort])]
    lines += [row(f"  {one['text']}", " ".join(one["clauses"])) for one in answer["says"]]
    lines += [row(f"  计入指标“{one['title']}”。", one["id"]) for one in answer["indicators"]]
    lines += ["依据："]
    lines += [row(f"  {clause['ref']}：{clause['summary']}", clause["id"]) for clause in answer["clauses"]]
    lines += ["数值的来历："] if answer["values"] else []
    element = policy.elements[f"{sort}.{answer[sort]}"] if answer["values"] else None
    for key, entry in answer["values"].items():
        lines.append(row(f"  {_label(speech, element, key)}：{_chain(entry['provenance'], key, speech, refs)}", key))
    return "\n".join(lines)


def _label(speech: Speech, element: Element | None, key: str) -> str:
    whole = speech.label(element, key) if element else key
    return whole.rpartition("：")[2]


def _chain(provenance: Iterable[Answer], key: str, speech: Speech, refs: Mapping[str, str]) -> str:
    """2（某协〔2021〕1号第一条） → 5（县协〔2022〕3号，2022-03-01 起：群众多）."""
    told = []
    for source in provenance:
        since = f"{source['since']} 起" if source.get("since") else ""
        ground = "，".join(
            filter(None, [f"{source['document']}{refs.get(source['clause'] or '', '')}", since, source["reason"]])
        )
        told.append(f"{speech.value(key, source['value'])}（{ground}）")
    return " → ".join(told)


def judged(
    policy: Policy, verdicts: Sequence[Verdict], facts: Mapping[str, Any], as_of: date, *, every: bool = False
) -> str:
    """A line per verdict, what a score is made of below it; what does not apply only where `every` is asked for."""
    words, duties = words_with(policy.header.get("local")), {duty.id: duty for duty in policy.duties_on(as_of)}
    people = {"self": "本会"} | {
        str(one["id"]): str(one.get("name") or f"{title(words, 'subjects', one['type'])} {one['id']}")
        for one in facts.get("subjects", ())
    }
    shown = [one for one in verdicts if every or one.state != "not_applicable"]
    lines = [f"{policy.header.get('title') or policy.id}　统计日 {as_of}"]
    lines.append(row("对象", "职责", "期间", "状态", "数到", "说明"))
    for one in shown:
        duty = duties[one.duty]
        cells = [people.get(one.subject, one.subject), duty.title, period_said(one.period.key), STATES[one.state]]
        lines.append(
            row(
                *cells,
                _tally(one, duty, words),
                "；".join(_remarks(one, duty, people, words)),
                f"{one.subject} {one.duty}",
            )
        )
        lines += [f"    {text}" for text in _parts(one, duty, words)]
    left = len(verdicts) - len(shown)
    lines += [f"另有 {left} 条不适用，没有列出；加 --all 全部列出。"] if left else []
    return "\n".join(lines)


def _tally(one: Verdict, duty: Duty, words: Words) -> str:
    """1 次，要 2 次."""
    each = unit_of(duty, words)
    if one.denominator is not None:
        asked = "" if one.min is None or duty.fraction is None else f"，要 {part_of(duty.fraction)}"
        return f"{number(one.numerator)}/{number(one.denominator)}{asked}"
    least = f"，要 {number(one.min)} {each}" if one.min is not None else ""
    most = f"，至多 {number(one.max)} {each}" if one.max is not None else ""
    return f"{number(one.counted)} {each}{least}{most}"


def _remarks(one: Verdict, duty: Duty, people: Mapping[str, str], words: Words) -> Iterator[str]:
    """What is owed, missing, late, and why."""
    each = unit_of(duty, words)
    if duty.kind == "coverage":
        each = "人" if duty.population and duty.population.type == "member" and not duty.population.links else "个"
    if one.state == "outstanding":
        yield f"还欠 {number(one.outstanding)} {each}"
    if one.over:
        yield f"超出 {number(one.over)} {each}"
    if one.missing:
        titles = {**people} | {one.id: one.title for one in duty.parts}
        titles |= {item.id: title(words, "bodies", item.title) for item in duty.items}
        yield "还缺：" + "、".join(titles.get(name, name) for name in one.missing)
    if one.due:
        yield f"截止 {one.due}" + ("，已经逾期" if one.overdue else "")
    if one.late:
        yield f"逾期才做的 {number(one.late)} {each}"
    if one.grade:
        grades = {grade["id"]: grade["title"] for grade in duty.terms.get("grades") or ()}
        yield f"等次：{grades.get(one.grade, one.grade)}"
    if one.reason:
        yield one.reason


def _parts(one: Verdict, duty: Duty, words: Words) -> Iterator[str]:
    """Line by line, then group by group."""
    units = {part.id: _unit_of_part(part, words) for part in duty.parts}
    tabled = {part.id for part in duty.parts if part.terms.get("table")}
    titles = {part["id"]: part.get("title") or part["id"] for part in one.parts}
    for part in one.parts:
        if "lines" in part:
            yield f"其中“{titles[part['id']]}”一组（{'、'.join(titles.get(line, line) for line in part['lines'])}）合计 {number(part['points'])} 分"
        elif "points" in part:
            many = len(part["records"]) if part["id"] in tabled else part["counted"]  # a table counts points
            unit_of_it = units.get(part["id"], "")
            yield f"{titles[part['id']]}：{f'{number(many)} {unit_of_it}，' if unit_of_it else ''}{number(part['points'])} 分"
        elif part.get("counted") is not None:
            least = f"，要 {number(part['min'])}" if part.get("min") is not None and duty.kind != "any_of" else ""
            yield f"{titles[part['id']]}：{number(part['counted'])} {units.get(part['id'], '')}{least}"


def _unit_of_part(part: Part, words: Words) -> str:
    return "" if part.duty else unit(part.where, part.distinct, words)


def period_said(key: str) -> str:
    """2021 年上半年; what is no plain period stays as it is written."""
    found = PARTS.match(key)
    if not found:
        return {"term": "本届", "once": "一次"}.get(key, key)
    year, half, quarter, month, week = found.groups()
    rest = f"{'上' if half == '1' else '下'}半年" if half else f"第 {quarter} 季度" if quarter else ""
    rest = rest or (f" {int(month)} 月" if month else f"第 {int(week)} 周" if week else "")
    return f"{year} 年{rest}"


def compared(answer: Answer, templates: Sequence[Template]) -> str:
    """The named parameters as a table, then what they do not name: duties as sentences, other values in words."""
    names = answer["policies"]
    spoken = [words_with(one.header.get("local")) for one in templates]
    layered = [
        f"{one.header.get('title') or one.id}{'（调整后）' if getattr(one, 'layers', ()) else ''}" for one in templates
    ]
    lines = [row("", *layered), row("", *names)]
    lines += [
        row(
            one["title"],
            *(said(one["cells"][name], words) for name, words in zip(names, spoken, strict=True)),
            COMPARED[one["state"]],
        )
        for one in answer["named"]
        if one["state"] != "silent"
    ]
    told = mapped(answer["named"])
    unnamed = [
        one
        for one in answer["parameters"]
        if not any(one["id"] == name or one["id"].startswith(f"{name}.") for name in told)
    ]
    lines += ["其余的"] if unnamed else []
    return "\n".join([*lines, *_unnamed(unnamed, templates)])


def _unnamed(lines: Sequence[Answer], templates: Sequence[Template]) -> Iterator[str]:
    speeches, seen = [speech_of(one) for one in templates], set[str]()
    for line in lines:
        element, key = line["id"].rpartition(".")[::2]
        if element.startswith("duty."):
            duty = ".".join(element.split(".")[:2])
            if duty not in seen:
                seen.add(duty)
                alike = all(one["state"] == "same" for one in lines if one["id"].startswith(f"{duty}."))
                yield _duty_row(duty, templates, alike=alike)
            continue
        holder = next(i for i, one in enumerate(templates) if element in one.elements)
        values = line["values"] if "values" in line else [line["a"], line["b"]]
        cells = [
            speech.value(key, value) if element in one.elements and key in one.elements[element].values else SILENT
            for speech, one, value in zip(speeches, templates, values, strict=True)
        ]
        label = speeches[holder].label(templates[holder].elements[element], key)
        yield row(label, *cells, COMPARED[line["state"]], line["id"])


def _duty_row(name: str, templates: Sequence[Template], *, alike: bool) -> str:
    """A duty as each document puts it."""
    cells, label = [], ""
    for one in templates:
        element = one.elements.get(name)
        if element is None or not element.stands(None):
            cells.append(SILENT)
            continue
        duty = one.duty(name.removeprefix("duty."))
        label = label or duty.title
        text = sentence(duty, words_with(one.header.get("local")), names_of(one))
        cells.append(text + (f"（{'、'.join(part.title for part in duty.parts)}）" if duty.parts else ""))
    silent = [cell == SILENT for cell in cells]
    state = "same" if alike and len(set(cells)) == 1 else "different"
    if len(cells) == 2 and any(silent):
        state = "only_b" if silent[0] else "only_a"
    return row(label, *cells, COMPARED[state], name)


def covered(answer: Answer, templates: Sequence[Template]) -> str:
    """How many clauses are carried, and which are not."""
    clauses = {(one.id, clause.id): clause for one in templates for clause in one.clauses.values()}
    lines = [
        f"共 {answer['total']} 条",
        *(f"{CARRIED[state]}：{count} 条" for state, count in answer["counts"].items()),
    ]
    for state in ("planned", "declarative"):
        found = [line for line in answer["clauses"] if line["state"] == state]
        lines += [f"{CARRIED[state]}的条款："] if found else []
        for line in found:
            clause = clauses[line["document"], line["id"]]
            lines.append(
                row(
                    f"  {clause.ref}：{clause.summary}" + (f"（{line['reason']}）" if line["reason"] else ""),
                    line["id"],
                )
            )
    return "\n".join(lines)


def dated(answer: Answer) -> str:
    """The year's calendar: how often, what, by when, and whose turn or what it answers."""
    lines = [f"{answer['policy']['title']}　{answer['year']} 年"]
    lines.append(row("多久一次", "事项", "几时以前", "逐件回应、轮值", "条款"))
    for one in answer["obligations"]:
        days = "、".join(day["due"] for day in one["days"])
        lines.append(
            row(one["often"], one["title"], days or one["by"] or "", one.get("besides") or "", " ".join(one["clauses"]))
        )
    return "\n".join(lines)
