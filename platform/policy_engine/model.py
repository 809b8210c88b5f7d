"""The shapes of a policy: elements with dated values and their sources, and what one day makes of them.

A template, an overlay and a resolved policy are the same thing at different ages: a set of **elements** (`duty.constituents`,
`setting.data_entry`, `checklist.five_haves`, …), each with **values** (`min`, `kinds`, `items`, …), each value a series of dated
entries that remember their document, clause and reason. `Policy.duty(id, on)` is the plain reading of one day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal[
    "count",
    "range",
    "any_of",
    "all_of",
    "at_least_k_of",
    "coverage",
    "checklist",
    "workflow",
    "report_cycle",
    "qualitative",
]
Force = Literal["required", "in_principle", "encouraged", "explore", "may", "info"]
State = Literal["met", "outstanding", "waived", "not_applicable", "counted"]
DirectionKind = Literal["fixed", "only_strengthen", "in_range", "free"]

JUDGED: frozenset[str] = frozenset({"required", "in_principle"})  # the rest is counted and shown, never owed
FILTERS = (
    "kinds", "links", "roles", "authorship", "organisers", "place_levels", "modes", "target_types", "destinations",
)  # fmt: skip
LISTS = {"checklist": "checklist", "workflow": "workflow", "report_cycle": "report"}


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

    def stands(self, on: date | None) -> bool:
        """In force on that day; None asks for the latest state."""
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
    """Whom a duty binds: a type, narrowed by posts held (any of) and posts that exempt."""

    type: str = "member"
    posts: tuple[str, ...] = ()
    except_posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deed rows count. Empty tuple: any. Unconfirmed rows never count, so that is no option.

    `family` is record, link or check; `kinds` are record kinds or link kinds; `checklist`/`items` name a list of checks.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a checklist, a step of a workflow or a receiver of a report; `yearly` ones must be met anew each period."""

    id: str
    title: str = ""
    yearly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of an any-of, all-of or at-least-k-of duty."""

    id: str
    title: str
    clauses: tuple[str, ...]
    where: Filter
    distinct: str
    by: str
    min: float | None
    max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty as one day reads it. `min` None: count it, never judge it. `percent` belongs to coverage, `k` to at-least-k-of."""

    id: str
    title: str
    clauses: tuple[str, ...]
    kind: Kind
    force: Force
    subject: Subject
    period: str
    in_force: bool
    waivable: bool = False
    pro_rata: bool = False
    min: float | None = None
    max: float | None = None
    k: int | None = None
    where: Filter | None = None
    distinct: str = "record"
    by: str = "subject"
    population: Subject | None = None
    parts: tuple[Part, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def judged(self) -> bool:
        return self.force in JUDGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure of the shared catalogue (R01…R40) as this policy carries it.

    `kind`: attainment (share of subjects meeting `duties`), coverage, count (rows passing `where`), other.
    An attainment or coverage indicator without duties is not applicable here.
    """

    id: str
    title: str
    kind: str
    period: str = "year"
    duties: tuple[str, ...] = ()
    where: Filter | None = None
    distinct: str = "record"
    denominator: str = ""
    scale: float = 1
    dimensions: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    definition: str = ""
    anchor: str | None = None

    @property
    def applicable(self) -> bool:
        return bool(self.duties) or self.kind not in ("attainment", "coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A loaded template folder. `header` is policy.yaml without settings: title, number, issuer, adopted, issued, parent, …"""

    id: str
    header: Mapping[str, Any]
    clauses: Mapping[str, Clause]
    elements: Mapping[str, Element]
    catalogue: Mapping[str, Indicator] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Canonical, lossless: `from_json(to_json())` is equal."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Template:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Template):
    """A template with its overlays applied; `layers` names them, `on` the day asked for (None: latest)."""

    layers: tuple[Mapping[str, Any], ...] = ()
    on: date | None = None


def in_force(series: Series, on: date | None) -> Dated | None:
    """The entry valid on a day (None: the last one)."""
    valid = [entry for entry in series if on is None or entry.since is None or entry.since <= on]
    return valid[-1] if valid else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
