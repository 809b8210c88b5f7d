"""Worked cases: a layman's facts and sums, which the engine must reproduce."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from policy_engine import schema
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.evaluate import evaluate
from policy_engine.facts import usual_role
from policy_engine.judge import Verdict
from policy_engine.model import Template
from policy_engine.overlay import load_overlay
from policy_engine.reader import Document, listed, read
from policy_engine.resolve import resolve
from policy_engine.vocabulary import Words, words_with

SPAN = re.compile(r"^([A-Za-z_-]*)(\d+)\.\.([A-Za-z_-]*)(\d+)$")
PREFIX = {"records": "r", "links": "l", "checks": "k"}


def case_files(folder: Path) -> list[Path]:
    return sorted((folder / "cases").glob("*.yaml"))


def run_case(template: Template, file: Path) -> list[TemplateError]:
    """Faults of one case: of its shape, its facts, or expectations that do not come out."""
    words = words_with(template.header.get("local"))
    try:
        document = read(file, name=f"cases/{file.name}")
        faults = schema.faults(document, schema.CASE, words)
        return faults or list(_differences(template, document, words))
    except TemplateErrors as errors:
        return errors.errors


def spelled_out(facts: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The short form of a case as a full fact sheet: spans of ids, missing ids, bare participants."""
    sheet: dict[str, Any] = {
        name: _entries(name, entries) if isinstance(entries, list) else entries for name, entries in facts.items()
    }
    records = sheet.get("records")
    for record in records if isinstance(records, list) else ():
        if isinstance(record, dict) and isinstance(record.get("participants"), list):
            record["participants"] = [_participant(record, one, words) for one in _names(record["participants"])]
    return {"subjects": [], **sheet}


def _entries(name: str, entries: list[Any]) -> list[Any]:
    """One entry per name of a span, numbered where they need ids and have none."""
    spread = [one for entry in entries for one in (_spread(entry) if isinstance(entry, Mapping) else [entry])]
    prefix = PREFIX.get(name)
    return [
        {"id": f"{prefix}{index}", **one} if prefix and isinstance(one, dict) else one
        for index, one in enumerate(spread, 1)
    ]


def _differences(template: Template, document: Document, words: Words) -> Iterator[TemplateError]:
    case = document.data
    overlays = [
        load_overlay(one) for one in [*([case["overlay"]] if "overlay" in case else []), *case.get("overlays", ())]
    ]
    facts = Document(document.file, spelled_out(case["facts"], words), {(): document.line(("facts",))})
    found = {
        (one.subject, one.duty, one.period.key): one
        for one in evaluate(resolve(template, overlays), facts, date.fromisoformat(case["as_of"]))
    }
    for index, wanted in enumerate(case["expect"]):
        yield from _compared(document, index, wanted, list(found.values()))


def _compared(
    document: Document, index: int, wanted: Mapping[str, Any], verdicts: list[Verdict]
) -> Iterator[TemplateError]:
    """One expectation against the verdict it means; the period may be left out where there is only one."""
    way = ("expect", index)
    wanted = {**wanted, "period": str(wanted["period"])} if "period" in wanted else wanted
    chosen = [
        one
        for one in verdicts
        if (one.subject, one.duty) == (wanted["subject"], wanted["duty"])
        and wanted.get("period", one.period.key) == one.period.key
    ]
    if len(chosen) != 1:
        yield document.fault(way, "no_such_verdict", f"对应的结果有 {len(chosen)} 条", _which(wanted, verdicts))
        return
    answer = chosen[0].to_json() | {"period": chosen[0].period.key}
    working = how(chosen[0])
    for key, value in wanted.items():
        if key not in answer:
            yield document.fault((*way, key), "unknown_key", f"结果里没有“{key}”", f"可用的键:{'、'.join(answer)}")
        elif answer[key] != value:
            yield document.fault(
                (*way, key),
                "case_fails",
                f"{wanted['subject']}/{wanted['duty']} 的 {key} 应为 {value}，算出来是 {answer[key]}"
                + (f"。{working}" if working else ""),
                "核对手算和规则",
            )


def _which(wanted: Mapping[str, Any], verdicts: list[Verdict]) -> str:
    """What one could have meant."""
    periods = [one.period.key for one in verdicts if (one.subject, one.duty) == (wanted["subject"], wanted["duty"])]
    if periods:
        return f"写明 period，使它恰好对应一条；可用的:{listed(periods)}"
    of_duty = [one.subject for one in verdicts if one.duty == wanted["duty"]]
    if of_duty:
        return f"“{wanted['duty']}”的结果里没有“{wanted['subject']}”；可用的 subject:{listed(dict.fromkeys(of_duty))}"
    return f"没有“{wanted['duty']}”的结果；可用的 duty:{listed(dict.fromkeys(one.duty for one in verdicts))}"


def how(verdict: Verdict) -> str:
    """How a verdict came about, for whoever did the sum by hand: part by part, and the records behind it."""
    titles = {part["id"]: str(part.get("title") or part["id"]) for part in verdict.parts}
    said = [_part_said(part, titles) for part in verdict.parts]
    said += [f"{verdict.numerator}/{verdict.denominator}"] if verdict.denominator is not None else []
    said += [f"缺 {listed(verdict.missing)}"] if verdict.missing else []
    said += [f"记录 {listed(verdict.records)}"] if verdict.records else [] if verdict.parts else ["没有数到记录"]
    said += [f"等次 {verdict.grade}"] if verdict.grade else []
    said += [verdict.reason] if verdict.reason else []
    return "其中:" + "；".join(said)


def _part_said(part: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A line of a scoring table with its points, any other part with its count; a group is no further line."""
    name = titles[part["id"]]
    if "lines" in part:
        lines = listed(titles.get(line, line) for line in part["lines"])
        return f"({name}一组 {lines} 合计 {part['points']} 分)"
    records = f"({listed(part['records'])})" if part.get("records") else ""
    points = f" 得 {part['points']} 分" if "points" in part else ""
    return f"{name} {part['counted']}{records}{points}"


def _spread(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """`id: m1..m300` and the like: one entry per name; two spans make every pair."""
    for key in ("id", "from", "to", "subject"):
        names = _span(entry.get(key))
        if names:
            for name in names:
                yield from _spread({**entry, key: name})
            return
    yield dict(entry)


def _names(entries: list[Any]) -> list[Any]:
    """Spans in a list of participants."""
    return [name for entry in entries for name in (_span(entry) or [entry])]


def _span(text: Any) -> list[str]:
    found = SPAN.match(text) if isinstance(text, str) else None
    if not found or found[1] != found[3] or int(found[4]) - int(found[2]) > 100_000:
        return []
    return [f"{found[1]}{number}" for number in range(int(found[2]), int(found[4]) + 1)]


def _participant(record: Mapping[str, Any], entry: Any, words: Words) -> Any:
    return {"subject": entry, "role": usual_role(words, record.get("kind"))} if isinstance(entry, str) else entry
