"""The shapes of a policy: elements with dated values and their sources, and what one day makes of them.

A template, an overlay and a resolved policy are the same thing at different ages: a set of **elements** (`duty.constituents`,
`setting.data_entry`, `checklist.five_haves`, …), each with **values** (`min`, `kinds`, `items`, …), each value a series of dated
entries that remember their document, clause and reason. `Policy.duty(id, on)` is the plain reading of one day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal, Self, cast

from policy_engine.due import Due
from policy_engine.kinds import KINDS, LINE_KEYS
from policy_engine.rhythms import YEARLY, Rhythm, rhythm_of
from policy_engine.shares import Share, exact, share_of, shown
from policy_engine.turns import Turns, turns_of
from policy_engine.vocabulary import away_roles, with_local

Force = Literal["required", "in_principle", "encouraged", "explore", "may", "info"]
State = Literal["met", "outstanding", "exceeded", "waived", "not_applicable", "counted"]
DirectionKind = Literal["fixed", "only_strengthen", "in_range", "free"]

JUDGED: frozenset[str] = frozenset({"required", "in_principle"})  # the rest is counted and shown, never owed
FILTERS = (
    "kinds", "links", "roles", "authorship", "organisers", "place_levels", "modes", "target_types", "destinations",
    "posts", "tags", "results",
)  # fmt: skip
OTHERWISE = ""
"""In a table of points: the records that have none of its results."""
CONDITIONS = (*FILTERS, "sectors", "without", "at_least", "confirmed", "share")
"""All of a counts block that has dated values: the word lists, and what is not a list of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value comes from: a clause of the base document, or an overlay's decision."""

    document: str
    clause: str | None = None
    since: date | None = None
    reason: str | None = None
    decided_by: str | None = None
    meeting: str | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {"document": self.document, "clause": self.clause, "since": _day(self.since), "reason": self.reason}
        decided = {"decided_by": self.decided_by, "meeting": self.meeting}
        return plain | {key: value for key, value in decided.items() if value}


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from `since` on (None: as far back as anyone asks), until the next entry of its series."""

    since: date | None
    value: Any
    source: Source

    def to_json(self) -> dict[str, Any]:
        return {"from": _day(self.since), "value": self.value, "source": self.source.to_json()}


Series = tuple[Dated, ...]


@dataclass(frozen=True, slots=True)
class Direction:
    """How far a lower committee may move a value: fixed, only_strengthen, in_range (`low`..`high`), free."""

    kind: DirectionKind = "free"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One addressable thing of a policy. `traits` never change; `values` are the parameters an overlay may set."""

    id: str
    title: str = ""
    clauses: tuple[str, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Series] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    begins: date | None = None
    ends: date | None = None

    def value(self, key: str, on: date | None = None) -> Any:
        entry = in_force(self.values.get(key, ()), on)
        return entry.value if entry else None

    def read(self, key: str, on: date | None = None, default: Any = None) -> Any:
        """A word of the element: what an overlay made of it by that day, else what it was born with."""
        entry = in_force(self.values.get(key, ()), on)
        return entry.value if entry else self.title if key == "title" else self.traits.get(key, default)

    def stands(self, on: date | None) -> bool:
        """In force on that day; None asks for the latest state."""
        if "standing" in self.values and not self.value("standing", on):
            return False  # the days between two documents
        if on is None:
            return self.ends is None
        return (self.begins is None or self.begins <= on) and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A numbered requirement of the document (ids as in the clause table); `declarative` holds the reason why nothing carries it."""

    id: str
    ref: str
    summary: str
    who: str
    force: str
    class_: str
    scope: str
    period: str
    title: str = ""
    count_min: float | None = None
    count_max: float | None = None
    declarative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a duty binds: a type, narrowed by posts held (any of, all of), posts that exempt, tags, kinds (of venues), links
    held (`side` from: as the one it starts at) and `within` (sector, special committee or group by id); who belongs for so
    long (`served`: days, months) of the period, or `in_all` by its end, who joined before a day of the year; to whom so many members belong (min, max).

    As a population also: `of_subject`, those who belong to the subject; `links`, those the subject itself is linked with.
    """

    type: str = "member"
    posts: tuple[str, ...] = ()
    all_posts: tuple[str, ...] = ()
    except_posts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    except_tags: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    side: Literal["from", "to"] = "from"
    within: tuple[tuple[str, tuple[str, ...]], ...] = ()
    of_subject: bool = False
    served: tuple[tuple[str, int], ...] = ()
    members: tuple[tuple[str, int], ...] = ()
    in_all: bool = False
    joined_before: str | None = None  # month and day of the policy's year
    handover: bool = False  # what whoever held the link earlier in the period did is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deed rows count, and for how much. Empty: any.

    `family` is record, link or check; `kinds` are record kinds or link kinds; `checklist`/`items` name a list of checks.
    `posts` and `sectors` are those of the row's subject on the record's day; a row that passes `without` does not count;
    `confirmed` any takes what is still to be confirmed, never what was refused; rows of the roles in `away` (absent, on
    leave, late) do not count. `sum` names the amount to add up.
    """

    family: Literal["record", "link", "check"] = "record"
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    authorship: tuple[str, ...] = ()
    organisers: tuple[str, ...] = ()
    place_levels: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    target_types: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    at_venue: bool = False
    checklist: str | None = None
    items: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    at_least: tuple[tuple[str, float], ...] = ()
    without: Filter | None = None
    confirmed: Literal["required", "any"] = "required"
    away: tuple[str, ...] = ()
    sum: str | None = None
    share: Share | None = None
    table: tuple[tuple[str, Fraction], ...] = ()
    best: bool = True

    @property
    def weighs(self) -> bool:
        """Records do not count one each: an amount is added up, or authors share."""
        return self.sum is not None or self.share is not None or bool(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a checklist, a step of a workflow or a receiver of a report; `yearly` ones must be met anew each period."""

    id: str
    title: str = ""
    yearly: bool = False
    after: tuple[str, ...] | None = None  # steps: those it waits for (None: all above it)
    optional: bool = False
    days: int | None = None
    working_days: bool = False


@dataclass(frozen=True, slots=True)
class ProRata:
    """How a minimum shrinks for those who belong for part of a period only (off by default, reading U22)."""

    unit: Literal["day", "month", "quarter"] = "day"
    round: Literal["up", "down", "nearest"] = "up"
    absences: bool = False
    longer: tuple[tuple[str, int], ...] = ()  # only absences of so many days or months are taken off
    of: Literal["min", "k"] = "min"  # what shrinks: what each part asks, or how many parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of an any-of, all-of or at-least-k-of duty, or of a scoring table; `duty` where another duty is the line."""

    id: str
    title: str
    clauses: tuple[str, ...]
    where: Filter
    distinct: str
    by: str
    min: float | None
    max: float | None
    terms: Mapping[str, Any] = field(default_factory=dict)
    take: Literal["sum", "average", "share_met", "outstanding", "over"] | None = (
        None  # of what the other duty came to, over a population
    )
    population: Subject | None = None

    @property
    def duty(self) -> str | None:
        return self.terms.get("duty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty as one day reads it. `period` is the word of its `rhythm`. `min` None: count it, never judge it. `min` is the percentage of a coverage,
    the k of an at-least-k-of, the length of a list; `listing` names the checklist, workflow or report whose `items` are checked."""

    id: str
    title: str
    clauses: tuple[str, ...]
    kind: str
    force: Force
    subject: Subject
    period: str
    in_force: bool
    waivable: bool = False
    pro_rata: ProRata | None = None
    min: float | None = None
    max: float | None = None
    rhythm: Rhythm = YEARLY
    due: Due | None = None
    dues: tuple[tuple[date | None, Due | None], ...] = ()  # `due` and what it was before, newest first, each from a day
    late_counts: bool = True
    turns: Turns | None = None
    ordered: bool = True
    after: Filter | None = None
    after_by: str = "subject"
    after_events: tuple[str, ...] = ()
    after_duty: str = ""  # a period of it that ended badly, or (`after_grades`) so graded
    after_grades: tuple[str, ...] = ()
    after_posts: tuple[str, ...] | None = None  # taking up one of these; empty: joining
    within: Mapping[str, Any] | None = None
    linked: bool = True
    where: Filter | None = None
    distinct: str = "record"
    by: str = "subject"
    population: Subject | None = None
    fraction: Fraction | None = None  # the share asked for, exact, where `min` is a percentage
    number: int | None = None  # how many of a population, beside or instead of the share
    each: int = 1
    per: int | None = None
    round: Literal["up", "down", "nearest"] = "up"
    meets: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()  # roles of approved leave, where those on leave are left out of the whole
    of: str = ""  # of which duty it looks at the periods running
    when: Mapping[str, Any] = field(default_factory=dict)
    out_of: Part | None = None
    parts: tuple[Part, ...] = ()
    items: tuple[Item, ...] = ()
    listing: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    begins: date | None = None
    idle: str | None = None  # why it asks nothing of the one it is adjusted to

    def is_younger(self, due: date | None) -> bool:
        """Had a due day gone by before the duty was there to bind anybody? A date the document itself writes is meant as written."""
        stated = self.due is not None and "on" in self.due
        return not stated and due is not None and self.begins is not None and due < self.begins

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Other duties whose outcome this one needs."""
        vetoes = (veto.get("duty") for veto in self.terms.get("veto") or ())
        required = (one for grade in self.terms.get("grades") or () for one in grade.get("requires", ()))
        named = [self.of, self.after_duty, *self.meets, *(part.duty for part in self.parts), *vetoes, *required]
        return tuple(dict.fromkeys(one for one in named if one))

    @property
    def needs_others(self) -> bool:
        """Is one subject judged by who else there is or by what others do: a population, a rota, how many belong to it?"""
        around = (self.population, *(part.population for part in self.parts))
        return (
            self.subject.type == "committee"
            or self.turns is not None
            or bool(self.subject.members)
            or "members" in (self.by, *(part.by for part in self.parts), self.out_of.by if self.out_of else "")
            or any(whom is not None and (whom.handover or not whom.links) for whom in around)
        )

    @property
    def judged(self) -> bool:
        return self.force in JUDGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure of the shared catalogue (R01…R40) as this policy carries it, or one of the document's own (`is_own`).

    `kind`: attainment (share of subjects meeting all of `duties`), count (rows passing `where`), ratio (count over another count).
    `source` names who computes it (`engine` or an app). An attainment without duties is not applicable here.
    """

    id: str
    title: str
    kind: str
    period: str = "year"
    also_periods: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    where: Filter | None = None
    distinct: str = "record"
    numerator: str = ""
    denominator: str = ""
    per: float = 1
    dimensions: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    definition: str = ""
    source: str = "engine"
    is_own: bool = False
    population: Subject | None = None

    @property
    def applicable(self) -> bool:
        return bool(self.duties) or self.kind != "attainment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A loaded template folder. `header` is policy.yaml without settings: title, number, issuer, adopted_on, parent, local, …"""

    id: str
    header: Mapping[str, Any]
    clauses: Mapping[str, Clause]
    elements: Mapping[str, Element]
    catalogue: tuple[Mapping[str, Any], ...] = ()

    @property
    def document(self) -> str:
        """What provenance calls this document: its number, or its title where none is printed."""
        return str(self.header.get("number") or self.header.get("title") or self.id)

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: what a verdict or a return was judged by."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def duties(self) -> tuple[Duty, ...]:
        """All duties in force as last decided; `duties_on(day)` for a day."""
        return tuple(duty for duty in self.duties_on(None) if duty.in_force)

    def duties_on(self, on: date | None) -> tuple[Duty, ...]:
        """Every duty as that day reads it, those not in force among them, by id."""
        return tuple(
            self.duty(name.removeprefix("duty."), on)
            for name in sorted(self.elements)
            if name.count(".") == 1 and name.startswith("duty.")
        )

    def duty(self, duty_id: str, on: date | None = None) -> Duty:
        """One duty as a day reads it (None: latest). KeyError where unknown."""
        return _duty(self, self.elements[f"duty.{duty_id}"], on)

    def filter_changes(self, duty_id: str, after: date, until: date) -> list[date]:
        """The days in (after, until] on which what counts for a duty, or for one of its parts, changes."""
        duty = self.elements[f"duty.{duty_id}"]
        beside = (*duty.traits.get("parts", ()), *filter(None, [duty.traits.get("out_of")]))
        parts = [self.elements[name] for name in beside]
        days = {
            entry.since
            for element in (duty, *parts)
            for key in (*CONDITIONS, "at_venue", "count", "table", "best", "otherwise")
            for entry in element.values.get(key, ())
        }
        days |= {day for part in parts for day in (part.begins, part.ends)}
        return sorted(day for day in days if day and after < day <= until)

    def setting(self, name: str, on: date | None = None, default: Any = None) -> Any:
        """A setting's value on a day; `default` where the policy states none, or none yet."""
        element = self.elements.get(f"setting.{name}")
        entry = in_force(element.values["value"], on) if element else None
        return entry.value if entry else default

    def exclusive_on(self, on: date | None) -> tuple[tuple[str, ...], ...]:
        """The groups of duties within which a record counts once, each in the order in which they are served."""
        return tuple(
            tuple(element.value("duties", on) or ())
            for name, element in sorted(self.elements.items())
            if name.startswith("exclusive.") and element.stands(on)
        )

    @property
    def settings(self) -> dict[str, Any]:
        """All settings as last decided."""
        names = (name.removeprefix("setting.") for name in self.elements if name.startswith("setting."))
        return {name: self.setting(name) for name in sorted(names)}

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The shared catalogue with this policy's bindings, in catalogue order, then the document's own by code."""
        shared = (_indicator(self, entry) for entry in self.catalogue)
        return (*shared, *(replace(_indicator(self, entry), is_own=True) for entry in _own_indicators(self)))

    def to_json(self) -> dict[str, Any]:
        """Canonical and lossless: `from_json(to_json())` is equal."""
        return {
            "id": self.id,
            "header": plain(self.header),
            "clauses": [plain(asdict(clause)) for clause in self.clauses.values()],
            "elements": [_element_json(self.elements[name]) for name in sorted(self.elements)],
            "catalogue": [plain(entry) for entry in self.catalogue],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`, for policies kept in a database. Extra keys of a policy are read by the subclass."""
        clauses = [Clause(**clause) for clause in data["clauses"]]
        elements = [_element(entry) for entry in data["elements"]]
        return cls(
            id=data["id"],
            header=data["header"],
            clauses={clause.id: clause for clause in clauses},
            elements={element.id: element for element in elements},
            catalogue=tuple(data["catalogue"]),
            **cls._more(data),
        )

    @staticmethod
    def _more(data: Mapping[str, Any]) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Template):
    """A template with its overlays applied; `layers` names them in order, `on` the day asked for (None: latest)."""

    layers: tuple[str, ...] = ()
    on: date | None = None

    def to_json(self) -> dict[str, Any]:
        return Template.to_json(self) | {"layers": list(self.layers)}

    @staticmethod
    def _more(data: Mapping[str, Any]) -> dict[str, Any]:
        return {"layers": tuple(data.get("layers", ()))}

    def elements_json(self) -> list[dict[str, Any]]:
        """`[{id, values:{key:{value, provenance:[…]}}}]` as in force on `on`; provenance runs from the base to the value's own source."""
        standing = (self.elements[name] for name in sorted(self.elements))
        return [
            {
                "id": element.id,
                "title": element.read("title", self.on),
                "clauses": list(element.clauses),
                "values": values_json(element, self.on),
            }
            for element in standing
            if element.stands(self.on)
        ]


def in_force(series: Series, on: date | None) -> Dated | None:
    """The entry valid on a day (None: the last one)."""
    valid = [entry for entry in series if on is None or entry.since is None or entry.since <= on]
    return valid[-1] if valid else None


def subject_of(written: Mapping[str, Any], local: Any) -> Subject:
    """A subject or population as its author wrote it, local links included."""
    links: Any = {
        name: with_local(tuple(written[name]), local, "links") for name in ("linked", "links") if name in written
    }
    named = ("posts", "all_posts", "except_posts", "kinds", "tags", "except_tags")
    words: Any = {name: tuple(written[name]) for name in named if name in written}
    return Subject(
        type=written.get("type", ""),
        side=written.get("as", "from"),
        within=tuple((name, tuple(ids)) for name, ids in sorted((written.get("in") or {}).items())),
        of_subject=written.get("of") == "subject",
        handover=bool(written.get("handover")),
        served=tuple((unit, number) for unit, number in (written.get("served") or {}).items() if unit != "in_all"),
        members=tuple((written.get("members") or {}).items()),
        in_all=bool((written.get("served") or {}).get("in_all")),
        joined_before=(written.get("joined") or {}).get("before"),
        **links,
        **words,
    )


def fraction_of(percent: Any) -> Fraction | None:
    """66.66 or "2/3" as an exact share of the whole."""
    if percent is None:
        return None
    return Fraction(percent) if isinstance(percent, str) else Fraction(str(percent)) / 100


def percentage(share: Fraction | None) -> float | None:
    """A share to read, in per cent."""
    return None if share is None else cast(float, shown(share * 100))


def distinct_of(counts: Mapping[str, Any]) -> str:
    """What a counts block counts; a link stands for the one it leads to."""
    default = "targets" if "links" in counts and counts.get("by") != "target" else "records"
    wanted = counts.get("count", default)
    return str(wanted if isinstance(wanted, str) else "records").removesuffix("s")


def sum_of(counts: Mapping[str, Any]) -> str | None:
    """The amount a counts block adds up (`count: {sum: hours}`); None where it counts."""
    wanted = counts.get("count")
    return str(wanted["sum"]) if isinstance(wanted, Mapping) else None


def filter_of(counts: Mapping[str, Any], local: Any) -> Filter:
    """A counts block as a filter, local kinds included."""
    family: Literal["record", "link"] = "link" if "links" in counts else "record"
    category = "links" if family == "link" else "kinds"
    words = {name: with_local(tuple(counts[name]), local, name) for name in FILTERS if counts.get(name)}
    others: Any = {name: found for name, found in words.items() if name not in ("kinds", "links")}
    apart = counts.get("without")
    return Filter(
        family=family,
        kinds=words.get(category, ()),
        at_venue=bool(counts.get("at_venue")),
        sectors=tuple(counts.get("sectors") or ()),
        at_least=tuple(sorted((counts.get("at_least") or {}).items())),
        without=replace(filter_of({category: (), **apart}, local), away=()) if apart else None,
        confirmed=counts.get("confirmed") or "required",
        sum=sum_of(counts),
        share=share_of(counts.get("share")),
        away=away_roles(local) if family == "record" and not counts.get("roles") else (),
        **others,
    )


def _duty(template: Template, element: Element, on: date | None) -> Duty:
    traits, force = element.traits, element.value("force", on) or element.value("force")
    local = template.header.get("local")
    lines = (template.elements[name] for name in traits.get("parts", ()))
    parts = tuple(_part(template, line, on) for line in lines if line.stands(on))
    items, rhythm = _items(template, traits, on), rhythm_of(element.read("period", on))
    return Duty(
        id=element.id.removeprefix("duty."),
        title=element.read("title", on),
        clauses=tuple(element.value("clauses", on) or element.clauses),
        kind=traits["kind"],
        force=force,
        subject=subject_of(element.read("subject", on), local),
        period=rhythm.word,
        rhythm=rhythm,
        due=element.value("due", on),
        dues=_dues(element, on),
        late_counts=element.value("late", on) != "not_counted",
        turns=turns_of(element.read("turns", on), element.read("subject", on)) if "turns" in traits else None,
        ordered=_ordered(template, traits),
        **(_follow_up(template, element, on) if "after" in traits else {}),
        in_force=element.stands(on),
        begins=element.begins,
        waivable=element.read("waivable", on, force == "in_principle"),
        pro_rata=_pro_rata(element.read("pro_rata", on, template.setting("pro_rata", on))),
        min=_least(template, element, on, parts, items),
        max=element.value("max", on),
        where=_where(template, element, on),
        distinct=_distinct(element, on),
        by=element.read("by", on, "subject"),
        population=subject_of(element.read("population", on), local) if "population" in traits else None,
        fraction=fraction_of(element.value("percent", on)),
        number=element.value("number", on),
        each=element.value("each", on) or 1,
        per=element.value("per", on),
        round=element.read("round", on, "up"),
        meets=tuple(element.read("meets", on, ())),
        leave=with_local(("on_leave",), local, "roles") if element.read("leave", on) == "excluded" else (),
        of=traits.get("of", ""),
        when=element.read("when", on) or {},
        out_of=_part(template, template.elements[traits["out_of"]], on) if "out_of" in traits else None,
        parts=parts,
        items=items,
        listing=traits.get("list", "").rpartition(".")[2] or None,
        terms=_score_terms(template, element, on) if traits["kind"] == "score" else {},
    )


def _dues(element: Element, on: date | None) -> tuple[tuple[date | None, Due | None], ...]:
    valid = (one for one in element.values.get("due", ()) if on is None or one.since is None or one.since <= on)
    return tuple((one.since, one.value) for one in valid)[::-1]


def _pro_rata(written: Any) -> ProRata | None:
    """`true`, or how in particular."""
    if not isinstance(written, Mapping):
        return ProRata() if written else None
    gone = written.get("absences", False)
    longer = tuple(sorted(gone.items())) if isinstance(gone, Mapping) else ()
    return ProRata(**{**written, "absences": bool(gone)}, longer=longer)


def _part(template: Template, element: Element, on: date | None) -> Part:
    return Part(
        id=element.id.rpartition(".")[2],
        title=element.read("title", on),
        clauses=tuple(element.value("clauses", on) or element.clauses),
        where=_part_where(template, element, on),
        distinct=_distinct(element, on),
        by=element.read("by", on, "subject"),
        min=element.value("min", on),
        max=element.value("max", on),
        terms=_line_terms(element, on) if {"line", "duty"} & element.traits.keys() else {},
        take=element.traits.get("take"),
        population=subject_of(element.traits["population"], template.header.get("local"))
        if "population" in element.traits
        else None,
    )


def _part_where(template: Template, element: Element, on: date | None) -> Filter:
    local = template.header.get("local")
    where, table = filter_of(_counts(element, on), local), element.value("table", on)
    if not table:
        return where
    worth: dict[str, Fraction] = {}
    for result, points in table.items():
        for own in with_local((result,), local, "results"):
            if own == result or own not in table:
                worth[own] = exact(points or 0)
    if element.value("otherwise", on):
        worth[OTHERWISE] = exact(element.value("otherwise", on))
    return replace(where, table=tuple(sorted(worth.items())), best=element.value("best", on) is not False)


def _line_terms(element: Element, on: date | None) -> dict[str, Any]:
    found = {key: element.value(key, on) for key in LINE_KEYS if key in element.values}
    return found | ({"duty": element.traits["duty"]} if "duty" in element.traits else {})


def _score_terms(template: Template, element: Element, on: date | None) -> dict[str, Any]:
    """What a scoring table says of the whole: base, cap, floor, groups, grades, and vetoes with their filters."""
    keys = ("base", "cap", "floor", "groups", "grades")
    found = {key: element.value(key, on) for key in keys if key in element.values}
    local = template.header.get("local")
    vetoes = [
        veto | {"where": filter_of(veto["counts"], local)} if "counts" in veto else veto
        for veto in element.value("veto", on) or ()
    ]
    return found | ({"veto": vetoes} if vetoes else {})


def _least(
    template: Template, element: Element, on: date | None, parts: tuple[Part, ...], items: tuple[Item, ...]
) -> float | None:
    """The number a duty asks for, whatever its kind calls it."""
    least = KINDS[element.traits["kind"]].least
    if least == "parts":
        return len(parts)
    if least == "items":
        listed = template.elements[element.traits["list"]]
        return sum(not item.optional for item in items) or cast("float | None", listed.value("size", on)) or 1
    if least == "percent":
        share = percentage(fraction_of(element.value(least, on)))
        return share if share is not None else cast("float | None", element.value("number", on))
    return cast("float | None", element.value(least, on))


def _items(template: Template, traits: Mapping[str, Any], on: date | None) -> tuple[Item, ...]:
    """The lines of the duty's list; what is sent or done each period anew is yearly."""
    if "list" not in traits:
        return ()
    element = template.elements[traits["list"]]
    lines = next(
        element.value(key, on) or element.value(key) for key in ("items", "steps", "receivers") if key in element.values
    )
    anew = traits["kind"] == "report_cycle"
    return tuple(
        Item(id=line, title=line, yearly=anew)
        if isinstance(line, str)
        else Item(
            id=line["id"],
            title=line["title"],
            yearly=line.get("yearly", anew),
            after=tuple(line["after"]) if "after" in line else None,
            optional=line.get("optional", False),
            days=line.get("days"),
            working_days=line.get("working_days", False),
        )
        for line in lines or ()
    )


def _ordered(template: Template, traits: Mapping[str, Any]) -> bool:
    return "list" not in traits or bool(template.elements[traits["list"]].traits.get("ordered", True))


def _follow_up(template: Template, element: Element, on: date | None) -> dict[str, Any]:
    """What happened, what answers it, and in which time."""
    after = element.traits["after"]
    events, posts = tuple(after.get("events", ())), after.get("appointed") or (() if "joining" in after else None)
    unrecorded = bool(events) or posts is not None or "duty" in after
    return {
        "after": None if unrecorded else filter_of(after, template.header.get("local")),
        "after_posts": None if posts is None else tuple(posts),
        "after_by": after.get("by", "subject"),
        "after_events": events,
        "after_duty": after.get("duty", ""),
        "after_grades": tuple(after.get("grades", ())),
        "within": element.value("within", on),
        "linked": element.traits.get("linked", not unrecorded),
    }


def _where(template: Template, element: Element, on: date | None) -> Filter | None:
    return filter_of(_counts(element, on), template.header.get("local")) if element.traits.get("counts") else None


def _counts(element: Element, on: date | None) -> dict[str, Any]:
    words = {name: element.value(name, on) for name in CONDITIONS if name in element.values}
    amount = _amount(element, on)
    return words | {"at_venue": element.read("at_venue", on, False)} | ({"count": {"sum": amount}} if amount else {})


def _amount(element: Element, on: date | None) -> str | None:
    """The amount that is added up, as the document first said or as an overlay has it."""
    changed = element.value("count", on)
    return sum_of({"count": changed}) if changed else element.traits.get("sum")


def _distinct(element: Element, on: date | None) -> str:
    changed = element.value("count", on)
    return distinct_of({"count": changed}) if changed else str(element.traits.get("distinct", "record"))


def _own_indicators(template: Template) -> Iterator[dict[str, Any]]:
    """What the document, or an overlay, defines itself, as the catalogue writes its own."""
    for name, element in sorted(template.elements.items()):
        if name.startswith("indicator.") and "kind" in element.traits and element.stands(None):
            stated = {key: element.value(key) for key in element.values if element.value(key) is not None}
            fixed = {
                "code": name.removeprefix("indicator."),
                "kind": element.traits["kind"],
                "clauses": element.clauses,
            }
            yield {"name_zh": element.title, **stated, **fixed}


def _indicator(template: Template, entry: Mapping[str, Any]) -> Indicator:
    bound = template.elements.get(f"indicator.{entry['code']}")
    if bound and not bound.stands(None):
        bound = None
    counts = entry.get("records")
    lists: Any = {key: tuple(entry[key]) for key in ("also_periods", "dimensions", "clauses") if key in entry}
    return Indicator(
        id=entry["code"],
        title=entry["name_zh"],
        kind=entry["kind"],
        duties=tuple(bound.value("duties") or ()) if bound else (),
        where=filter_of(counts, template.header.get("local")) if counts else None,
        distinct=distinct_of(counts) if counts else "record",
        population=_population(entry, template),
        **{
            key: entry[key]
            for key in ("period", "numerator", "denominator", "per", "definition", "source")
            if key in entry
        },
        **lists,
    )


def _population(entry: Mapping[str, Any], template: Template) -> Subject | None:
    whom = entry.get("population")
    written = {"type": whom} if isinstance(whom, str) else whom
    return subject_of(written, template.header.get("local")) if written else None


def values_json(element: Element, on: date | None) -> dict[str, Any]:
    """`{key: {value, provenance:[…]}}` of one element as in force on a day (None: latest)."""
    chains = {
        key: [entry for entry in series if on is None or entry.since is None or entry.since <= on]
        for key, series in element.values.items()
    }
    return {
        key: {
            "value": chain[-1].value,
            "provenance": [{**entry.source.to_json(), "value": entry.value} for entry in chain],
        }
        for key, chain in sorted(chains.items())
        if chain
    }


def _element_json(element: Element) -> dict[str, Any]:
    return {
        "id": element.id,
        "title": element.title,
        "clauses": list(element.clauses),
        "traits": plain(element.traits),
        "values": {key: [entry.to_json() for entry in series] for key, series in sorted(element.values.items())},
        "directions": {key: plain(asdict(direction)) for key, direction in sorted(element.directions.items())},
        "begins": _day(element.begins),
        "ends": _day(element.ends),
    }


def _element(data: Mapping[str, Any]) -> Element:
    return Element(
        id=data["id"],
        title=data["title"],
        clauses=tuple(data["clauses"]),
        traits=data["traits"],
        values={key: tuple(map(_dated, series)) for key, series in data["values"].items()},
        directions={key: Direction(**direction) for key, direction in data["directions"].items()},
        begins=date_of(data["begins"]),
        ends=date_of(data["ends"]),
    )


def _dated(data: Mapping[str, Any]) -> Dated:
    source = Source(**{**data["source"], "since": date_of(data["source"]["since"])})
    return Dated(date_of(data["from"]), data["value"], source)


def plain(value: Any) -> Any:
    """JSON's own types only, so that what is stored equals what is read back."""
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(child) for child in value]
    return _day(value) if isinstance(value, date) else value


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def date_of(text: str | None) -> date | None:
    """A day from its ISO text."""
    return date.fromisoformat(text) if text else None
