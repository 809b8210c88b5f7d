"""Checked plain data → elements. Nothing here can fail on data that passed its schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from policy_engine.kinds import KINDS, LISTS, NUMBERS, SCORES, TERMS
from policy_engine.model import (
    CONDITIONS,
    FILTERS,
    Clause,
    Dated,
    Direction,
    Element,
    Series,
    Source,
    date_of,
    distinct_of,
    sum_of,
)
from policy_engine.schema import NAMED

Header = Mapping[str, Any]
DATED = ("due", "late", "within")
"""Values of a duty that are no numbers; an overlay may set them."""
LISTING_VALUES = ("items", "size", "steps", "receivers", "fields", "modes", "text", "duties")
INDICATOR_VALUES = (
    "duties", "records", "name_zh", "definition", "numerator", "denominator", "population", "per", "period", "also_periods", "dimensions",
)  # fmt: skip


def clause_of(entry: Mapping[str, Any]) -> Clause:
    words = {key: str(entry.get(key) or "") for key in ("ref", "title", "summary", "who", "scope")}
    return Clause(
        id=entry["id"],
        **words,
        force=entry.get("force", "required"),
        class_=str(entry.get("class", "")),
        period=str(entry.get("period") or ""),
        count_min=entry.get("count_min"),
        count_max=entry.get("count_max"),
        declarative=entry.get("declarative"),
    )


def setting_element(name: str, entry: Any, header: Header, *, source: Source | None = None) -> Element:
    """A setting, written short (a value) or in full."""
    full = entry if isinstance(entry, Mapping) else {"value": entry}
    clauses = tuple(full.get("clauses", ()))
    return Element(
        id=f"setting.{name}",
        title=full.get("title", name),
        clauses=clauses,
        traits={key: full[key] for key in ("options", "note") if key in full},
        values={"value": (_entry(full["value"], header, clauses, source=source),)},
        directions=_directions(("value",), {"value": full["direction"]} if "direction" in full else {}, header),
    )


def exclusive_element(number: int, entry: Any, header: Header) -> Element:
    """A group of duties for only one of which a record counts."""
    full = entry if isinstance(entry, Mapping) else {"duties": entry}
    return listing_element("exclusive", str(number), {"title": "一件只算一项", **full}, header)


def listing_element(
    kind: str, name: str, entry: Mapping[str, Any], header: Header, *, source: Source | None = None
) -> Element:
    """A checklist, workflow, report, form, venue, text or indicator: what is a list or a number may be set, the rest is fixed."""
    clauses = tuple(entry.get("clauses", ()))
    keys = INDICATOR_VALUES if kind == "indicator" else LISTING_VALUES
    values = {key: (_entry(entry[key], header, clauses, source=source),) for key in keys if key in entry}
    return Element(
        id=f"{kind}.{name}",
        title=entry.get("title", entry.get("name_zh", name)),
        clauses=clauses,
        traits={key: value for key, value in entry.items() if key not in {*keys, *NAMED} or key == "note"},
        values=values,
        directions=_directions(
            values, dict.fromkeys(values, entry["direction"]) if "direction" in entry else {}, header
        ),
    )


def duty_elements(duty: Mapping[str, Any], header: Header, *, source: Source | None = None) -> Iterator[Element]:
    """A duty and its parts. `source` stands for an overlay's decision, where the duty is not the template's own."""
    base = f"duty.{duty['id']}"
    clauses = tuple(duty["clauses"])
    values = _numbers(duty.get("values", ()), header, clauses, source)
    values |= {"force": (_entry(duty.get("force", "required"), header, clauses, source=source),)}
    begins, ends = _lifetime(values, header, source)
    values |= {key: dated_entries(duty[key], header, clauses, source) for key in DATED if key in duty}
    yield Element(
        id=base,
        title=duty["title"],
        clauses=clauses,
        traits=_traits(duty, base),
        values=values | _words(duty, header, clauses, source) | terms(duty, header, clauses, source),
        directions=_directions(
            (*NUMBERS, "force", *DATED, *FILTERS, *duty.get("direction", {})), duty.get("direction", {}), header
        ),
        begins=begins,
        ends=ends,
    )
    for part in duty.get("parts", ()):
        yield part_element(part, base, duty, header, source)
    if "out_of" in duty:
        yield _out_of(duty, base, header, source)


def part_element(
    part: Mapping[str, Any], base: str, duty: Mapping[str, Any], header: Header, source: Source | None
) -> Element:
    """A part of a duty; `duty` needs its kind, clauses and direction only."""
    clauses = tuple(part.get("clauses", duty["clauses"]))
    is_line = duty["kind"] == "score"
    inline = {key: part[key] for key in ("min", "max", *SCORES) if key in part}
    stated = part.get("values") or [inline or {"min": _part_least(duty)}]
    return Element(
        id=f"{base}.parts.{part['id']}",
        title=part.get("title", part["id"]),
        clauses=clauses,
        traits=_counting(part.get("counts", {})) | ({"line": True} if is_line else {}) | _other(part),
        values=_numbers(stated, header, clauses, source)
        | _words(part, header, clauses, source)
        | terms(part, header, clauses, source),
        directions=_directions((*NUMBERS, *FILTERS, *duty.get("direction", {})), duty.get("direction", {}), header),
    )


def _out_of(duty: Mapping[str, Any], base: str, header: Header, source: Source | None) -> Element:
    """What a proportion is measured against: counted as any part, but no number of its own."""
    counts, clauses = duty["out_of"], tuple(duty["clauses"])
    return Element(
        id=f"{base}.out_of",
        title=duty["title"],
        clauses=clauses,
        traits={"whole": True, **_counting(counts)},
        values=_words({"counts": counts}, header, clauses, source),
        directions=_directions(CONDITIONS, duty.get("direction", {}), header),
    )


def _other(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part that is another duty, or what that came to among a population."""
    whom = {"population": subject(part["population"])} if "population" in part else {}
    return {key: part[key] for key in ("duty", "take") if key in part} | whom


def terms(
    entry: Mapping[str, Any], header: Header, clauses: tuple[str, ...], source: Source | None
) -> dict[str, Series]:
    """What a scoring table states besides numbers."""
    return {key: (_entry(entry[key], header, clauses, source=source),) for key in TERMS if key in entry}


def _part_least(duty: Mapping[str, Any]) -> int | None:
    """A part that states no number asks for one, unless the parts are only added up."""
    return KINDS[duty["kind"]].part_least


def _traits(duty: Mapping[str, Any], base: str) -> dict[str, Any]:
    traits: dict[str, Any] = {
        "kind": duty["kind"],
        "period": duty["period"],
        "subject": subject(duty.get("subject", "member")),
    }
    traits |= {
        key: duty[key]
        for key in ("waivable", "pro_rata", "note", "after", "linked", "turns", "round", "meets", "of", "when", "leave")
        if key in duty
    }
    traits |= {"population": subject(duty["population"])} if "population" in duty else {}
    traits |= {"out_of": f"{base}.out_of"} if "out_of" in duty else {}
    traits |= {"parts": [f"{base}.parts.{part['id']}" for part in duty["parts"]]} if "parts" in duty else {}
    traits |= {"list": f"{LISTS[duty['kind']]}.{duty[LISTS[duty['kind']]]}"} if duty["kind"] in LISTS else {}
    return traits | (_counting(duty["counts"]) if "counts" in duty else {})


def _counting(counts: Mapping[str, Any]) -> dict[str, Any]:
    family = "link" if "links" in counts else "record"
    amount = sum_of(counts)
    return {
        "counts": family,
        "distinct": distinct_of(counts),
        "by": counts.get("by", "subject"),
        "at_venue": counts.get("at_venue", False),
    } | ({"sum": amount} if amount else {})


def subject(entry: Any) -> dict[str, Any]:
    """Whom a duty binds, written short (a type) or in full."""
    return {"type": entry} if isinstance(entry, str) else dict(entry)


def _words(
    duty: Mapping[str, Any], header: Header, clauses: tuple[str, ...], source: Source | None
) -> dict[str, Series]:
    """The filter's lists; as dated values, so that an overlay may change what counts."""
    counts = duty.get("counts", {})
    return {
        key: (_entry(counts[key], header, clauses, source=source, undated=True),) for key in CONDITIONS if key in counts
    }


def _numbers(
    values: Iterable[Mapping[str, Any]], header: Header, clauses: tuple[str, ...], source: Source | None
) -> dict[str, Series]:
    """A series per number; an entry that leaves a number out says null for it."""
    stated = [key for key in (*NUMBERS, *SCORES) if any(key in entry for entry in values)]
    return {
        key: tuple(
            _entry(
                entry.get(key),
                header,
                (entry["clause"],) if "clause" in entry else clauses,
                since=entry.get("from"),
                source=source,
            )
            for entry in values
        )
        for key in stated
    }


def _entry(
    value: Any,
    header: Header,
    clauses: tuple[str, ...],
    *,
    since: str | None = None,
    source: Source | None = None,
    undated: bool = False,
) -> Dated:
    """`undated` values hold as far back as their element is asked about; the rest from the document's first day."""
    from_day = date_of(since or header.get("in_force_from"))
    if source:
        return Dated(None if undated else source.since, value, source)
    document = str(header.get("number") or header.get("title") or header.get("id"))
    first = clauses[0] if clauses else None
    return Dated(None if undated else from_day, value, Source(document=document, clause=first, since=from_day))


def dated_entries(written: Any, header: Header, clauses: tuple[str, ...], source: Source | None = None) -> Series:
    """A value written once, holding as long as its duty, or as a list of entries that each say from when."""
    if not isinstance(written, list):
        return (_entry(written, header, clauses, source=source, undated=True),)
    return tuple(
        _entry(
            {key: value for key, value in entry.items() if key != "from"},
            header,
            clauses,
            since=entry.get("from"),
            source=source,
        )
        for entry in written
    )


def _lifetime(values: Mapping[str, Series], header: Header, source: Source | None) -> tuple[date | None, date | None]:
    """From the first stated value on, or from the document's first day."""
    stated = [series[0].since for key, series in values.items() if key in (*NUMBERS, *SCORES)]
    first = source.since if source else date_of(header.get("in_force_from"))
    begins = (None if None in stated else min(day for day in stated if day)) if stated else first
    return begins, date_of(header.get("in_force_until"))


def _directions(keys: Iterable[str], own: Mapping[str, Any], header: Header) -> dict[str, Direction]:
    default = header.get("direction", "free")
    return {key: direction(own.get(key, default)) for key in keys}


def direction(entry: Any) -> Direction:
    """A direction as authors write it."""
    if isinstance(entry, Mapping):
        low, high = entry["in_range"]
        return Direction("in_range", low, high)
    return Direction(entry)
