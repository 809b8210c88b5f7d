"""Several documents in force at once, or one after the other, as one policy: what a later one replaces ends on its first day.

An element that both know continues as one series, so that a rule reversed in time is judged by the rule of each day. Where the
later one is of another sort (another kind of duty, another list), the earlier one keeps its days under its name and its document's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from policy_engine.addresses import COUNT_WORDS, DUTY_WORDS, LISTING_WORDS, TOGETHER
from policy_engine.errors import TemplateError
from policy_engine.looking import together_faults
from policy_engine.model import Dated, Element, Series, Source, Template, date_of
from policy_engine.operations import PARTS
from policy_engine.overlay import refuse
from policy_engine.reader import listed

WORDS = {*DUTY_WORDS, *LISTING_WORDS, *COUNT_WORDS, "population"} - {"kind", "count"}
SILENT = {"note", "parts"}  # traits that two elements of one sort may differ in


def together(templates: Sequence[Template]) -> Template:
    """One template out of several, the earliest first. Raises TemplateErrors.

    A document counts from its own first day: in force, else adopted, else issued. The same duty in two documents of which neither
    replaces the other nor has ended is a fault. Overlays may name any of the documents as their base.
    """
    if len(templates) == 1:
        return templates[0]
    ordered = sorted(templates, key=lambda one: first_day(one) or date.min)
    refuse(_faults(ordered))
    merging = _Merging(ordered[0])
    for later in ordered[1:]:
        merging.add(later)
    refuse(merging.faults)
    latest = ordered[-1]
    refuse(
        TemplateError(f"{latest.id}/policy.yaml", 0, f"duty.{name}", code, message, remedy)
        for name, code, message, remedy in together_faults(merging.elements)
    )
    local: dict[str, dict[str, Any]] = {}
    for one in ordered:
        for category, words in (one.header.get("local") or {}).items():
            local[category] = local.get(category, {}) | words
    names = [one.id for one in ordered]
    header = {**latest.header, "id": "+".join(names), TOGETHER: names, **({"local": local} if local else {})}
    return Template(
        id="+".join(names),
        header=header,
        clauses={name: clause for one in ordered for name, clause in one.clauses.items()},
        elements=merging.elements,
        catalogue=tuple({entry["code"]: entry for one in ordered for entry in one.catalogue}.values()),
    )


def first_day(template: Template) -> date | None:
    """From when a document counts among others."""
    days = (date_of(template.header.get(key)) for key in ("in_force_from", "adopted_on", "issued_on"))
    return next(filter(None, days), None)


@dataclass(slots=True)
class _Merging:
    """The elements so far, and whose they are."""

    first: Template
    elements: dict[str, Element] = field(init=False)
    owners: dict[str, Template] = field(init=False)
    faults: list[TemplateError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.elements = dict(self.first.elements)
        self.owners = dict.fromkeys(self.first.elements, self.first)

    def add(self, later: Template) -> None:
        day, gone = first_day(later), self.replaced_by(later)
        for name, element in later.elements.items():
            present = self.elements.get(name)
            if present is None:
                self.take(name, _from(element, day), later)
            elif day is None or self.must_differ(name, present, element, day, gone):
                self.clash(later, name, present, element)
            elif _same_sort(present, element):
                self.take(name, _continued(present, element, day, later), later)
                gone |= set(present.traits.get("parts", ()))
            else:
                self.set_aside(name, day)
                self.take(name, _from(element, day), later)
        for name in sorted((gone & self.elements.keys()) - later.elements.keys()):
            self.elements[name] = _until(self.elements[name], day)

    def take(self, name: str, element: Element, owner: Template) -> None:
        self.elements[name], self.owners[name] = element, owner

    def replaced_by(self, later: Template) -> set[str]:
        """The present elements that the later document says it replaces, the parts of a duty with it."""
        found: set[str] = set()
        for document, paths in replacements(later):
            mine = {name for name, owner in self.owners.items() if owner.id == document}
            wanted = mine if paths is None else {name for name in mine if _under(name, paths)}
            found |= wanted
        return found

    def must_differ(self, name: str, present: Element, element: Element, day: date, gone: set[str]) -> bool:
        """May the same name not go on? Settings may: the later document's word counts from its day."""
        is_binding = name.startswith("indicator.") and "kind" not in element.traits
        if name in gone or is_binding or name.startswith("setting."):
            return False
        until = present.ends or date_of(self.owners[name].header.get("in_force_until"))
        return not (until and until <= day) and _content(present) != _content(element)

    def clash(self, later: Template, name: str, present: Element, element: Element) -> None:
        if _content(present) == _content(element):
            return
        message = f"“{name}”在“{self.owners[name].id}”里也有，两份文件同时有效"
        self.faults.append(
            TemplateError(
                f"{later.id}/policy.yaml",
                0,
                "replaces",
                "duplicate_id",
                message,
                "在后一份的 replaces 里写明替换它，或换一个 id；并写明施行日",
            )
        )

    def set_aside(self, name: str, day: date) -> None:
        """The earlier one under another name, with its parts."""
        new = f"{name}_{self.owners[name].id}"
        for old in [one for one in self.elements if one == name or one.startswith(f"{name}{PARTS}")]:
            element, owner = self.elements.pop(old), self.owners.pop(old)
            traits = dict(element.traits)
            if "parts" in traits:
                traits["parts"] = [f"{new}{part.removeprefix(name)}" for part in traits["parts"]]
            moved = f"{new}{old.removeprefix(name)}"
            self.take(moved, _until(replace(element, id=moved, traits=traits), day), owner)


def replacements(template: Template) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """(document, paths) of everything a document says it replaces; None: all of it."""
    for entry in template.header.get("replaces") or ():
        if isinstance(entry, Mapping):
            yield entry["document"], tuple(entry["paths"])
        else:
            yield entry, None


def _faults(templates: Sequence[Template]) -> Iterator[TemplateError]:
    known = {one.id: one for one in templates}
    seen: set[str] = set()
    for one in templates:
        file = f"{one.id}/policy.yaml"
        if one.id in seen:
            yield TemplateError(file, 0, "id", "duplicate_id", f"“{one.id}”给了两次", "每份文件只写一次")
        seen.add(one.id)
        for document, paths in replacements(one):
            if document not in known:
                continue  # an older document that is not kept here is only registered
            if first_day(one) is None:
                remedy = "写明 in_force_from 或 adopted_on"
                yield TemplateError(
                    file, 0, "replaces", "missing_key", "没有施行日和通过日，不知道从哪天起替换", remedy
                )
            for path in paths or ():
                if not any(_under(name, [path]) for name in known[document].elements):
                    remedy = f"可用的:{listed(sorted(known[document].elements))}"
                    yield TemplateError(
                        file, 0, f"replaces.{path}", "unknown_id", f"“{document}”里没有“{path}”", remedy
                    )
        clauses = {
            name for other in templates if other is not one and not _is_version(one, other) for name in other.clauses
        } & one.clauses.keys()
        if clauses:
            yield TemplateError(
                file,
                0,
                "clauses",
                "duplicate_id",
                f"条款编号与另一份文件相同:{listed(sorted(clauses))}",
                "各文件的条款编号要不同",
            )


def _is_version(one: Template, other: Template) -> bool:
    """Does either replace the whole of the other? Then both speak of the same clauses, the later in its own words."""
    return any((b.id, None) in replacements(a) for a, b in ((one, other), (other, one)))


def _under(name: str, paths: Iterable[str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for path in paths)


def _from(element: Element, day: date | None) -> Element:
    if day is None or (element.begins and element.begins >= day):
        return element
    return replace(element, begins=day)


def _until(element: Element, day: date | None) -> Element:
    if day is None or (element.ends and element.ends <= day):
        return element
    return replace(element, ends=day)


def _same_sort(one: Element, other: Element) -> bool:
    return _sort(one) == _sort(other)


def _sort(element: Element) -> dict[str, Any]:
    return {key: value for key, value in element.traits.items() if key not in WORDS | SILENT or key == "kind"}


def _content(element: Element) -> tuple[Any, ...]:
    values = {key: [entry.value for entry in series] for key, series in element.values.items()}
    return element.title, dict(element.traits), values


def _continued(earlier: Element, later: Element, day: date, document: Template) -> Element:
    """One series per key: the earlier document's values, then the later one's; a number it leaves out is no longer asked for."""
    source = Source(document=document.document, clause=next(iter(later.clauses), None), since=day)
    values = {
        key: _joined(earlier.values.get(key, ()), later.values.get(key, ()), day, source)
        for key in [*earlier.values, *(key for key in later.values if key not in earlier.values)]
    }
    for key in sorted(WORDS):
        was, is_ = earlier.read(key), later.read(key)
        if key not in values and was != is_:
            values[key] = (Dated(None, was, _source_of(earlier)), Dated(day, is_, source))
    if earlier.clauses != later.clauses:
        values["clauses"] = (
            *earlier.values.get("clauses", (Dated(None, list(earlier.clauses), _source_of(earlier)),)),
            Dated(day, list(later.clauses), source),
        )
    if earlier.ends and earlier.ends < day:
        gap = (Dated(None, True, _source_of(earlier)), Dated(earlier.ends, False, _source_of(earlier)), Dated(day, True, source))  # fmt: skip
        values["standing"] = (*earlier.values.get("standing", ()), *gap[bool(earlier.values.get("standing")) :])
    parts = list(dict.fromkeys([*earlier.traits.get("parts", ()), *later.traits.get("parts", ())]))
    traits = {**later.traits, **({"parts": parts} if parts else {})}
    begins = earlier.begins if earlier.begins is None or earlier.begins < day else later.begins
    return replace(later, values=values, traits=traits, begins=begins)


def _joined(earlier: Series, later: Series, day: date, source: Source) -> Series:
    before = tuple(entry for entry in earlier if (entry.since or date.min) < day)
    if not later:
        return (*before, Dated(day, None, source))
    valid = [entry for entry in later if (entry.since or date.min) <= day]
    first = (replace(valid[-1], since=day),) if valid else ()
    return (*before, *first, *(entry for entry in later if entry.since and entry.since > day))


def _source_of(element: Element) -> Source:
    return next((series[0].source for series in element.values.values() if series), Source(document=element.id))
