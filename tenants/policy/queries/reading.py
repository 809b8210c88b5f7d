"""The policy as its pages show it: clauses beside duties, every value with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.errors import NotFound
from policy_engine import Duty, Element, Policy, explain
from policy_engine.addresses import series_at
from policy_engine.model import Dated, Series, in_force
from tenants.policy.queries import words
from tenants.policy.queries.stack import parent_policy_on, policy_on
from tenants.proceedings.models import Decision

NUMBERS = ("min", "max", "percent", "k", "each", "per", "size")
HEADING = re.compile(r"^[^（¶；]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value comes from, ready to show; `is_own` means this committee decided it."""

    document: str
    ref: str
    since: date | None
    reason: str
    decided: str
    is_own: bool
    is_base: bool = True  # the document itself; False: an adaptation of it
    decided_on: date | None = None
    shown: str = ""  # the value it set

    @property
    def layer(self) -> str:
        return "本会调整" if self.is_own else "原文件" if self.is_base else "上级调整"

    @property
    def label(self) -> str:
        if self.is_base and not self.is_own:
            return self.ref or self.document
        whose = "本会" if self.is_own else "上级"
        return f"{whose} {self.since:%Y-%m-%d} 起" if self.since else whose


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the policy beside the parent's. `chain` runs from the base document to the value in force."""

    path: str
    label: str
    value: Any
    parent_value: Any
    bounds: str
    is_fixed: bool
    options: tuple[str, ...]
    chain: tuple[Source, ...]

    @property
    def source(self) -> Source:
        return self.chain[-1]

    @property
    def shown(self) -> str:
        return self.read(self.value)

    @property
    def parent_shown(self) -> str:
        return self.read(self.parent_value)

    def read(self, value: Any) -> str:
        """Any value of this parameter, in words."""
        if self.path.startswith("setting."):
            return words.setting(value) or words.value(value)
        return words.number(value) if self.path.rpartition(".")[2] in NUMBERS else words.value(value)

    def fixed(self) -> Parameter:
        """The same, not to be changed."""
        return replace(self, is_fixed=True)

    @property
    def is_changed(self) -> bool:
        """Somebody after the base document decided it."""
        return not self.source.is_base or self.source.is_own


@dataclass(frozen=True, slots=True)
class ClauseLine:
    id: str
    ref: str
    summary: str
    force: str
    declarative: str


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty as a row: rule, whom it binds, clauses, values."""

    id: str
    title: str
    rule: str
    who: str
    force: str
    is_judged: bool
    clauses: tuple[ClauseLine, ...]
    parameters: tuple[Parameter, ...]
    url: str

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        return _by_place(self.clauses)

    @property
    def is_adapted(self) -> bool:
        return any(parameter.source.is_own for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class Overview:
    """The duties of one policy on one day."""

    policy: Policy
    duties: tuple[DutyLine, ...]


def overview(day: date) -> Overview:
    """The duties in force on `day` with their values. Raises NoPolicy."""
    policy, parent = policy_on(day), parent_policy_on(day)
    duties = tuple(duty_line(policy, parent, duty, day) for duty in duties_in_order(policy, day))
    return Overview(
        policy=policy,
        duties=duties,
    )


def duty_on(duty_id: str, day: date) -> DutyLine:
    """One duty with its values and their chains. Raises NoPolicy, NotFound."""
    policy = policy_on(day)
    if f"duty.{duty_id}" not in policy.elements:
        raise NotFound("施行中的办法里没有这一项要求。")
    return duty_line(policy, parent_policy_on(day), policy.duty(duty_id, day), day, decision_days())


def duties_in_order(policy: Policy, day: date) -> list[Duty]:
    """The duties in force, in the order in which the document speaks of them."""
    places = {clause_id: place for place, clause_id in enumerate(policy.clauses)}
    last = len(places)
    standing = [duty for duty in policy.duties_on(day) if duty.in_force]
    return sorted(
        standing, key=lambda duty: (min((places.get(one, last) for one in duty.clauses), default=last), duty.id)
    )


def parameters_of(
    policy: Policy, parent: Policy, day: date, *, prefix: str, decided: Mapping[str, date] | None = None
) -> Iterator[Parameter]:
    """The values of one thing with its parts (`duty.<id>`), or of all settings (`setting.`).

    Numbers and settings always, lists and words once a later document changed them. `decided`: meeting days by document number.
    """
    for name in sorted(policy.elements):
        element = policy.elements[name]
        if name != prefix and not name.startswith(prefix if prefix.endswith(".") else f"{prefix}."):
            continue
        above = parent.elements.get(name)
        yield from (
            parameter(policy, element, above, key, day, decided or {})
            for key in _shown_keys(element, day)
            if in_force(element.values.get(key, ()), day)
        )


def _shown_keys(element: Element, day: date) -> list[str]:
    if element.id.startswith("setting."):
        return ["value"]
    changed = [key for key, series in element.values.items() if key not in NUMBERS and _is_changed(series, day)]
    return [*NUMBERS, *sorted(changed)]


def _is_changed(series: Series, day: date) -> bool:
    entry = in_force(series, day)
    return entry is not None and entry.source.decided_by is not None


def clause_lines(policy: Policy, clause_ids: tuple[str, ...]) -> tuple[ClauseLine, ...]:
    return tuple(_clause_line(policy, clause_id) for clause_id in clause_ids if clause_id in policy.clauses)


def references(policy: Policy, clause_ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(place, what it asks) of the clauses this policy knows: several requirements of one place are one chip."""
    return _by_place(clause_lines(policy, tuple(clause_ids)))


def _by_place(clauses: Iterable[ClauseLine]) -> tuple[tuple[str, str], ...]:
    said: dict[str, list[str]] = {}
    for clause in clauses:
        said.setdefault(clause.ref, []).append(clause.summary)
    return tuple((ref, "；".join(summaries)) for ref, summaries in said.items())


def parameter(
    policy: Policy, element: Element, above: Element | None, key: str, day: date, decided: Mapping[str, date]
) -> Parameter:
    """One value, or one word, of an element; `above` is the same element without our own overlays."""
    written = series_at(policy, element, key)
    series = [entry for entry in written if entry.since is None or entry.since <= day] or list(written[:1])
    theirs = series_at(policy, above, key) if above else ()
    direction = element.directions.get(key)
    part = f"{element.title}：" if element.id.count(".") > 1 else ""
    label = element.title or element.id.partition(".")[2] if element.id.startswith("setting.") else words.key(key)
    parent_entry = in_force(theirs, day)
    made = Parameter(
        path=f"{element.id}.{key}",
        label=f"{part}{label}",
        value=series[-1].value,
        parent_value=parent_entry.value if parent_entry else None,
        bounds=words.bounds(direction),
        is_fixed=direction is not None and direction.kind == "fixed",
        options=tuple(map(str, element.traits.get("options") or ())),
        chain=(),
    )
    chain = tuple(
        _source(policy, entry, made.read(entry.value), decided, is_own=entry not in theirs) for entry in series
    )
    return replace(made, chain=chain)


def _source(policy: Policy, entry: Dated, shown: str, decided: Mapping[str, date], *, is_own: bool) -> Source:
    source = entry.source
    clause = policy.clauses.get(source.clause or "")
    body = words.word("bodies", source.decided_by) if source.decided_by else ""
    return Source(
        document=source.document,
        ref=words.reference(clause.ref) if clause else "",
        since=entry.since,
        reason=source.reason or "",
        decided=" ".join(part for part in (body, source.meeting or "") if part),
        is_own=is_own,
        is_base=source.decided_by is None,
        decided_on=decided.get(source.document),
        shown=shown,
    )


def decision_days() -> dict[str, date]:
    """When the meetings behind our own adaptations were held, by document number."""
    decided = Decision.objects.filter(documents__isnull=False).exclude(document_number="")
    return dict(decided.values_list("document_number", "decided_on"))


def duty_line(
    policy: Policy, parent: Policy, duty: Duty, day: date, decided: Mapping[str, date] | None = None
) -> DutyLine:
    """A duty as a page shows it: `parent` is the same policy without our own overlays."""
    return DutyLine(
        id=duty.id,
        title=duty.title,
        rule=words.rule(duty),
        who=words.who(duty.subject),
        force=words.word("forces", duty.force),
        is_judged=duty.judged,
        clauses=clause_lines(policy, duty.clauses),
        parameters=tuple(parameters_of(policy, parent, day, prefix=f"duty.{duty.id}", decided=decided)),
        url=duty_url(duty.id),
    )


def duty_url(duty_id: str) -> str:
    return f"/policy/duties/{duty_id}/"


def facts(policy: Policy) -> list[tuple[str, str]]:
    """The document's own particulars, those it states."""
    header: Mapping[str, Any] = policy.header
    body = header.get("adopted_by")
    adopted = " ".join(
        str(part)
        for part in (
            words.word("bodies", body) if body else "",
            header.get("adopted_meeting"),
            header.get("adopted_on"),
        )
        if part
    )
    parent = header.get("parent") or {}
    found = {
        "文号": header.get("number"),
        "印发": header.get("issuer"),
        "通过": adopted,
        "印发日期": header.get("issued_on"),
        "施行日期": header.get("in_force_from") or "文件未写明",
        "上级文件": parent.get("title"),
        "试行": "是" if header.get("trial") else None,
    }
    return [(label, str(value)) for label, value in found.items() if value]


def _clause_line(policy: Policy, clause_id: str) -> ClauseLine:
    clause = policy.clauses[clause_id]
    return ClauseLine(
        id=clause_id,
        ref=words.reference(clause.ref),
        summary=clause.summary,
        force=words.word("forces", clause.force),
        declarative=clause.declarative or "",
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A duty in sentences: the engine's own, with its parts, what is checked item by item, and the figures fed by it."""

    sentence: str
    parts: tuple[tuple[str, str], ...]  # (title, sentence)
    items: tuple[str, ...]
    indicators: tuple[str, ...]


def explained(duty_id: str, day: date) -> Told:
    """Raises NoPolicy; the duty is in force on the day."""
    said = explain(policy_on(day), duty_id, day)
    return Told(
        sentence=said["sentence"],
        parts=tuple((part["title"], part["sentence"]) for part in said["parts"]),
        items=tuple(item["title"] for item in said["items"]),
        indicators=tuple(f"{one['id']} {one['title']}" for one in said["indicators"]),
    )


@dataclass(frozen=True, slots=True)
class Obligation:
    """A line of the year's calendar."""

    often: str
    title: str
    sentence: str
    due: str
    url: str
    refs: str


def obligations(policy: Policy, calendar: Mapping[str, Any]) -> list[Obligation]:
    """The engine's calendar of a year, to read."""
    return [_obligation(policy, line) for line in calendar["obligations"]]


def _obligation(policy: Policy, line: Mapping[str, Any]) -> Obligation:
    sort, _, name = line["element"].partition(".")
    days = [f"{words.period(one['period'])} {one['due']}" for one in line["days"]]
    return Obligation(
        often=line["often"],
        title=line["title"],
        sentence=line["sentence"],
        due="、".join(days) or line["by"] or "",
        url=duty_url(name) if sort == "duty" else f"/policy/more/#{line['element']}",
        refs="、".join(dict.fromkeys(one.ref for one in clause_lines(policy, tuple(line["clauses"])))),
    )
