"""Indicators: a document binds those of the shared catalogue to its duties, and may define some of its own beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from policy_engine.counting import counting_faults
from policy_engine.errors import TemplateError
from policy_engine.reader import Document, Way, listed
from policy_engine.scoring import banned, banned_sentence, ranking_sentence, ranks, words_in

BINDING = ("duties", "note")
NEEDED = ("name_zh", "definition", "kind")
COUNTS_BY = {"attainment": "duties", "count": "records", "ratio": "records"}
MEANINGLESS = {
    "attainment": ("records", "per"),
    "count": ("duties", "per", "denominator", "population"),
    "ratio": ("duties",),
}
OF_THE_CATALOGUE = re.compile(r"R\d+")  # also the codes it may still get


def indicator_faults(
    document: Document, way: Way, code: str, entry: Mapping[str, Any], shared: Collection[str], local: Any
) -> Iterator[TemplateError]:
    """Of one entry whose shape is right: a binding (`shared` are the catalogue's codes) or a whole definition."""
    if code in shared:
        yield from _binding(document, way, code, entry)
    elif OF_THE_CATALOGUE.fullmatch(code) or not any(key in entry for key in NEEDED):
        yield document.fault(
            way,
            "unknown_indicator",
            f"目录里没有指标“{code}”",
            f"用共用目录 indicators.yaml 里的编号；自己的指标换一个编号(如 X1)，写全 {listed(NEEDED)}",
        )
    else:
        yield from _definition(document, way, entry, local)


def _binding(document: Document, way: Way, code: str, entry: Mapping[str, Any]) -> Iterator[TemplateError]:
    for key in entry:
        if key not in BINDING:
            yield document.fault(
                (*way, key),
                "redefined",
                f"“{code}”是共用目录的指标，不能另写“{key}”",
                "只写 duties；口径不同就换一个编号(如 X1)，作为自己的指标",
            )
    if "duties" not in entry:
        yield document.fault((*way, "duties"), "missing_key", "缺少“duties”", "写上绑定到哪几项职责")


def _definition(document: Document, way: Way, entry: Mapping[str, Any], local: Any) -> Iterator[TemplateError]:
    for key in NEEDED:
        if key not in entry:
            yield document.fault((*way, key), "missing_key", f"自己的指标缺少“{key}”", f"补上“{key}”(写法见 README)")
    if ranks(entry.get("name_zh", "")):
        yield document.fault((*way, "name_zh"), "ranking", *ranking_sentence(entry["name_zh"]))
    kind = entry.get("kind")
    if kind is not None:
        wanted = COUNTS_BY[kind]
        if wanted not in entry:
            yield document.fault(
                (*way, wanted), "missing_key", f"{kind} 类指标缺少“{wanted}”", f"补上“{wanted}”(写法见 README)"
            )
        for key in MEANINGLESS[kind]:
            if key in entry:
                yield document.fault((*way, key), "unknown_key", f"{kind} 类指标不用“{key}”", "删去，或改 kind")
    if "per" in entry and entry["per"] <= 0:
        yield document.fault((*way, "per"), "bad_value", "per 要大于 0", "每百名写 100")
    if "records" in entry:
        yield from _records(document, (*way, "records"), entry["records"], local)


def _records(document: Document, way: Way, counts: Mapping[str, Any], local: Any) -> Iterator[TemplateError]:
    if ("kinds" in counts) == ("links" in counts):
        yield document.fault(
            way, "kinds_or_links", "kinds 和 links 要写一个，且只写一个", "数记录写 kinds，数联系关系写 links"
        )
    yield from counting_faults(document, way, counts)
    for name, word in words_in(counts):
        if banned(word, local):
            yield document.fault((*way, *name), "banned_source", *banned_sentence(word))
