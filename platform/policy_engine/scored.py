"""A scoring table in words: what each line gives, what groups, caps, grades and vetoes make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy_engine.model import Duty, Part
from policy_engine.shares import exact
from policy_engine.vocabulary import Words, title
from policy_engine.wording import Names, all_of, counted, number, part_of, points, unit, whom

TAKEN = {
    "sum": "之和",
    "average": "的平均数",
    "share_met": "做到的比例",
    "outstanding": "还欠的数",
    "over": "超出的数",
}
UNITS = {"sum": "每 1 分", "average": "每 1 分", "outstanding": "每欠一个", "over": "每超一个"}


def line_said(part: Part, words: Words, names: Names) -> str:
    """走访，每次得 2 分，累计不超过 10 分."""
    terms = part.terms
    if "duty" in terms and not part.take:
        states = (("met", "做到了"), ("outstanding", "还欠着"))
        given = "，".join(f"{word}{points(terms[key])}" for key, word in states if terms.get(key) is not None)
        return f"看{all_of([names(terms['duty'])])}这一项，{given}{_bounds(terms)}"
    start = f"先有 {number(terms['base'])} 分，" if terms.get("base") else ""
    what = _taken(part, words, names) if part.take else counted(part.where, words, by=part.by)
    return f"{what}，{start}{_given(part, words)}{_bounds(terms)}"


def _taken(part: Part, words: Words, names: Names) -> str:
    """What another duty came to, and among whom."""
    people = whom(part.population, words, every=False) if part.population else ""
    if part.population and part.population.links and part.population.side == "to":
        people = f"以{all_of(title(words, 'links', link) for link in part.population.links)}联系自己的"
    what = TAKEN[part.take or "sum"]
    return f"{people}{all_of([names(part.duty or '')])}{what}"


def _given(part: Part, words: Words) -> str:
    """How what is counted turns into points."""
    terms, one = part.terms, "个单位" if part.take else unit(part.where, part.distinct, words)
    if part.take == "share_met" and not terms.get("steps"):
        return f"全部做到{points(terms.get('points') or 0)}，不到的按比例"
    if terms.get("table"):
        results = "、".join(
            f"{title(words, 'results', name)} {number(worth or 0)} 分" for name, worth in terms["table"].items()
        )
        rest = terms.get("otherwise")
        results += f"、其余的{points(rest)}" if rest else ""
        return f"按结果给分：{results}（" + ("几样都占的相加）" if terms.get("best") is False else "一件取最高的一样）")
    if terms.get("steps"):
        steps = "，".join(f"满{_step(step['at'], one, part)}{points(step['points'] or 0)}" for step in terms["steps"])
        return f"{steps}（取最高一档）"
    worth, each = terms.get("points") or 0, terms.get("each")
    every = f"每满 {number(each)} {one}" if each and each != 1 else UNITS.get(part.take or "", f"每{one}")
    first, last = terms.get("from_nth"), terms.get("to_nth")
    if last == 1 and not first:
        return f"只计第 1 {one}，{points(worth)}"
    if first or last:
        which = (
            f"从第 {first} {one}起"
            if not last
            else f"只计前 {last} {one}"
            if not first
            else f"只计第 {first} 到第 {last} {one}"
        )
        return f"{which}，{every}{points(worth)}"
    return f"{every}{points(worth)}"


def _step(at: Any, one: str, part: Part) -> str:
    return f" {part_of(exact(at))} " if part.take == "share_met" else f" {number(at)} {one}"


def _bounds(terms: Mapping[str, Any]) -> str:
    """Cap and floor, as they are said of gains and of losses."""
    cap, floor = terms.get("cap"), terms.get("floor")
    said = f"，累计不超过 {number(cap)} 分" if cap is not None else ""
    if floor is None:
        return said
    if exact(floor) < 0:
        return f"{said}，至多扣 {number(-exact(floor))} 分"
    taken = exact(terms.get("points") or 0) < 0
    return f"{said}，" + ("扣完为止" if not exact(floor) and taken else f"至少 {number(floor)} 分")


def table_said(duty: Duty, words: Words, names: Names) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(sentence, clauses) of what concerns more than one line; without clauses of its own it rests on the duty's."""
    lines = {part.id: part for part in duty.parts}
    groups = duty.terms.get("groups") or ()
    titles = {part.id: part.title for part in duty.parts} | {one["id"]: one.get("title", one["id"]) for one in groups}
    for group in groups:
        clauses = dict.fromkeys(clause for line in group["lines"] if line in lines for clause in lines[line].clauses)
        yield f"{group_said(group, titles)}。", tuple(clauses)
    whole = _whole(duty.terms)
    if whole:
        yield f"总分：{whole}。", ()
    graded = {grade["id"]: grade["title"] for grade in duty.terms.get("grades") or ()}
    grades = sorted(duty.terms.get("grades") or (), key=lambda one: -exact(one["from"] or 0))
    for grade in grades:
        yield f"等次“{grade['title']}”：{grade_said(grade, names)}。", ()
    for veto in duty.terms.get("veto") or ():
        ground = (
            f"有{counted(veto['where'], words)}的" if "where" in veto else f"{all_of([names(veto['duty'])])}还欠着的"
        )
        yield f"否决：{ground}，等次不高于“{graded.get(veto['grade'], '最低一等')}”。", ()


def group_said(group: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """“信息”一组（“个人信息”“联名信息”）只取最高的一行."""
    members = all_of(titles[line] for line in group["lines"] if line in titles) or f"{len(group['lines'])} 行"
    head = f"“{group['title']}”一组（{members}）" if group.get("title") else f"{members}这一组"
    said = [f"先有 {number(group['base'])} 分"] if group.get("base") else []
    said += ["只取最高的一行，不重复计" if group.get("take") == "highest" else "合起来算"]
    said += [f"至多 {number(group['cap'])} 分"] if group.get("cap") is not None else []
    if group.get("floor") is not None:
        said += ["扣完为止" if not exact(group["floor"]) else f"至少 {number(group['floor'])} 分"]
    return head + "，".join(said)


def _whole(terms: Mapping[str, Any]) -> str:
    said = [f"从基础分 {number(terms['base'])} 分起算"] if terms.get("base") else []
    said += [f"至多 {number(terms['cap'])} 分"] if terms.get("cap") is not None else []
    said += [f"至少 {number(terms['floor'])} 分"] if terms.get("floor") is not None else []
    return "，".join(said)


def grade_said(grade: Mapping[str, Any], names: Names) -> str:
    """85 分以上，并且“三个一”都没有欠着."""
    said = [f"{number(grade['from'] or 0)} 分以上"]
    if grade.get("requires"):
        said.append(f"并且{all_of(names(one) for one in grade['requires'])}都没有欠着")
    if grade.get("quota_percent") is not None:
        said.append(f"名额不超过 {number(grade['quota_percent'])}%（只供人看，不计算）")
    return "，".join(said)
