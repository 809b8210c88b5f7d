"""What an overlay may set, by address: which keys an element has, what a value of each looks like, and what stands there now.

Numbers, lists and filters are dated values from the start. Words (a title, a period, whom a duty binds) become dated values when
an overlay first changes them; until then the element's own word is their only entry. The document's header is the element
`header`, a local word is `local.<category>.<word>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy_engine import schema
from policy_engine.build import DATED
from policy_engine.counting import OF_RECORDS
from policy_engine.kinds import KINDS
from policy_engine.model import CONDITIONS, Dated, Element, Series, Source, Template, date_of
from policy_engine.vocabulary import Words, words_with

SINGULAR = {kind: name for name, kind in schema.SINGULAR.items()}
HEADER_WORDS = ("title", "number", "kind", "issuer", "level", "adopted_by", "interpreter", "coordinator")
DUTY_WORDS = ("title", "period", "subject", "waivable", "pro_rata", *(key for key in DATED if key != "within"))
COUNT_WORDS = ("at_venue", "count", "by")
LISTING_WORDS = ("title", "author", "period", "form", "kind", "checklist", "workflow", "remark")
LOCAL = "local."
TOGETHER = "together"  # in the header of several documents made one: their ids


def element_at(template: Template, elements: Mapping[str, Element], name: str) -> Element | None:
    """The element of that name; the header and the words, which most policies leave alone, are made when asked for."""
    if name in elements:
        return elements[name]
    if name == "header":
        return Element(id=name, title=str(template.header.get("title", "文件")), traits=dict(template.header))
    category, word = (*name.removeprefix(LOCAL).split(".", 1), "")[:2]
    entry = words_of(template, elements).get(category, {}).get(word) if name.startswith(LOCAL) else None
    return Element(id=name, title=str(entry.get("title", word)), traits=dict(entry)) if entry is not None else None


def words_of(template: Template, elements: Mapping[str, Element]) -> Words:
    """The vocabulary with the words that overlays have added so far."""
    return words_with(local_of(template, elements))


def local_of(template: Template, elements: Mapping[str, Element]) -> dict[str, dict[str, Any]]:
    """The template's local words, and those of its overlays upon them."""
    found = {category: dict(words) for category, words in (template.header.get("local") or {}).items()}
    for name in elements:
        if name.startswith(LOCAL):
            category, word = name.removeprefix(LOCAL).split(".", 1)
            found.setdefault(category, {})[word] = {
                key: elements[name].read(key) for key in ("title", "is_a", "group") if elements[name].read(key)
            }
    return found


def header_of(template: Template, elements: Mapping[str, Element]) -> Mapping[str, Any]:
    """The header as its overlays leave it."""
    said = {key: elements["header"].read(key) for key in elements["header"].values} if "header" in elements else {}
    local = local_of(template, elements)
    return {**template.header, **said, **({"local": local} if local else {})}


def settable(element: Element) -> set[str]:
    """The keys an overlay may set: those that are there, the words, and for what is counted every filter and the judging numbers."""
    keys = set(element.values)
    sort = element.id.partition(".")[0]
    if sort in ("header", "local"):
        return set(HEADER_WORDS if sort == "header" else ("title",))
    if sort != "duty":
        return keys | (
            {one for one in LISTING_WORDS if one in element.traits or one == "title"} & shapes_of(sort).keys()
            if sort != "indicator"  # all of one but its kind has dated values
            else set()
        )
    if element.traits.get("line"):
        keys |= {"title", "base", "cap", "floor"}
        keys |= {"each", "from_nth", "to_nth"} if "points" in keys else set()
    keys |= (
        set(DUTY_WORDS)
        | ({"population", "round", "meets", "when", "turns"} & element.traits.keys())
        | ({"leave"} if "out_of" in element.traits else set())
        if "kind" in element.traits
        else {"title"}
    )
    keys |= {"within"} if element.traits.get("kind") == "follow_up" else set()
    if "counts" not in element.traits:
        return keys
    family = {"record": "kinds", "link": "links"}[element.traits["counts"]]
    kind = KINDS[element.traits.get("kind", "count")]
    of_records = OF_RECORDS if family == "links" else ()
    filters = set(CONDITIONS) - {"kinds", "links", *of_records} | {family, *COUNT_WORDS}
    numbered = kind.judged and not (element.traits.get("line") or element.traits.get("whole"))
    return keys | filters | (set(kind.numbers) if numbered else set())


def shapes_of(kind: str) -> dict[str, schema.Schema]:
    """What the values of an element's keys look like: the same shapes as in the template's own files."""
    if kind == "duty":
        numbers: dict[str, schema.Schema] = schema.VALUES["items"]["properties"]
        return schema.COUNTS["properties"] | schema.SCORE_LINE | schema.DUTY["properties"] | numbers | schema.SET
    own: dict[str, schema.Schema] = {
        "header": schema.HEADER["properties"],
        "local": schema.LOCAL_WORD["then"]["properties"],
        "exclusive": schema.EXCLUSIVE["then"]["properties"],
    }.get(kind) or schema.SECTIONS.get(SINGULAR.get(kind, ""), {}).get("properties", {})
    return own


def series_at(template: Template, element: Element, key: str) -> Series:
    """What stands at an address: its dated values, or the word the document was born with."""
    if key in element.values:
        return element.values[key]
    word = element.read(key)
    if word is None:
        return ()
    since = date_of(template.header.get("in_force_from"))
    clause = element.clauses[0] if element.clauses else None
    return (Dated(None, word, Source(document=template.document, clause=clause, since=since)),)
