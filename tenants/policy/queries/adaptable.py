"""What a committee may change in its policy, thing by thing, with how far each value may go and where it comes from (YY21-22-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from policy_engine import Element, Policy
from policy_engine.directions import direction_of
from policy_engine.model import Direction
from tenants.policy.queries import words
from tenants.policy.queries.reading import NUMBERS, Parameter, decision_days, duties_in_order, parameter, parameters_of
from tenants.policy.queries.stack import parent_policy_on, policy_on
from tenants.policy.queries.telling import Teller, sort_of, teller

Sort = Literal["number", "choice", "flag", "lines", "several", "text", "long", "due"]
RHYTHMS = ("month", "quarter", "half_year", "year")
FORCES = ("required", "in_principle", "encouraged", "info")


@dataclass(frozen=True, slots=True)
class Knob:
    """One value that can be set, and how it is asked for."""

    parameter: Parameter
    sort: Sort
    choices: tuple[tuple[str, str], ...] = ()
    allows: str = ""  # how far it may go, in words
    is_spare: bool = False  # seldom wanted: folded

    @property
    def path(self) -> str:
        return self.parameter.path


@dataclass(frozen=True, slots=True)
class Thing:
    """A duty, list or setting with its values; `refusal` says why it cannot be dropped (empty: it can)."""

    id: str
    title: str
    text: str
    refs: tuple[str, ...]
    knobs: tuple[Knob, ...]
    may_drop: bool = False
    refusal: str = ""

    @property
    def has_details(self) -> bool:
        """Is there a page of its own, with everything else that may be changed in it?"""
        return not self.id.startswith("setting.")

    @property
    def is_numbered(self) -> bool:
        """Does the document fix a number?"""
        return any(knob.sort == "number" and knob.parameter.value is not None for knob in self.knobs)

    @property
    def basis(self) -> str:
        return "、".join(self.refs)


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    note: str
    things: tuple[Thing, ...]
    is_folded: bool = True


def sections_on(day: date) -> tuple[Section, ...]:
    """Everything a committee may set on `day`: duties, then lists and reports, then settings. Raises NoPolicy."""
    policy, parent = policy_on(day), parent_policy_on(day)
    return sections(policy, parent, day)


def sections(policy: Policy, parent: Policy, day: date) -> tuple[Section, ...]:
    ask = _Asker(policy, parent, teller(policy, day), decision_days())
    duties = list(ask.duties())
    numbered = tuple(one for one in duties if one.is_numbered)
    found = (
        Section("duties", "有数的要求", "", numbered, is_folded=False),
        Section("others", "没有定数的要求", "要定数，就填上", tuple(one for one in duties if not one.is_numbered)),
        Section("lists", "清单和接收方", "清单每行一项", tuple(ask.lists())),
        Section("procedures", "流程、表单、阵地和说明", "步骤、栏目在各项自己的页上改", tuple(ask.procedures())),
        Section("settings", "设置", "", tuple(ask.settings())),
    )
    return tuple(section for section in found if section.things)


@dataclass(frozen=True, slots=True)
class _Asker:
    policy: Policy
    parent: Policy
    tell: Teller
    decided: dict[str, date]

    @property
    def day(self) -> date:
        return self.tell.day

    def duties(self) -> Iterator[Thing]:
        for duty in duties_in_order(self.policy, self.day):
            element = self.policy.elements[f"duty.{duty.id}"]
            numbers = [
                self.number(one)
                for one in parameters_of(self.policy, self.parent, self.day, prefix=element.id, decided=self.decided)
                if one.path.rpartition(".")[2] in NUMBERS
            ]
            spare = [
                self.choice(element, "force", "forces", FORCES),
                self.choice(element, "period", "periods", RHYTHMS),
            ]
            yield self.thing(element, [*numbers, *(one for one in spare if one)], **self.dropping(element))

    def lists(self) -> Iterator[Thing]:
        for element in self.standing("checklist", "report"):
            knobs = []
            if "items" in element.values:
                knobs.append(self.knob(element, "items", "lines"))
            if "size" in element.values:
                knobs.append(self.knob(element, "size", "number"))
            if "receivers" in element.values:
                bodies = tuple((name, entry["title"]) for name, entry in self.tell.words["bodies"].items())
                knobs.append(self.knob(element, "receivers", "several", choices=bodies))
            if knobs:
                yield self.thing(element, knobs)

    def procedures(self) -> Iterator[Thing]:
        """Things without a value to set here: all of theirs is on a page of their own."""
        for element in self.standing("workflow", "form", "venue", "text"):
            yield self.thing(element, [])

    def settings(self) -> Iterator[Thing]:
        for element in self.standing("setting"):
            knob = self.setting(element)
            if knob:
                yield self.thing(element, [knob])

    def setting(self, element: Element) -> Knob | None:
        """None where the value is written for programs and has no words."""
        options, value = element.traits.get("options"), element.value("value", self.day)
        if options:
            return self.knob(element, "value", "choice", choices=self.said(options))
        if isinstance(value, bool):
            return self.knob(element, "value", "flag", choices=(("yes", "是"), ("no", "否")))
        if value is None or isinstance(value, (int, float)):
            return self.knob(element, "value", "number")
        if isinstance(value, str):
            return self.knob(element, "value", "text") if not value.isascii() else None
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            if any(not one.isascii() for one in value):
                return self.knob(element, "value", "lines")
            theirs = (
                self.parent.elements[element.id].value("value", self.day) if element.id in self.parent.elements else []
            )
            every = list(dict.fromkeys([*(theirs or ()), *value]))
            return self.knob(element, "value", "several", choices=self.said(every))
        return None

    def said(self, values: Sequence[Any]) -> tuple[tuple[str, str], ...]:
        return tuple((str(one), words.setting(one) or self.tell.value(one)) for one in values)

    def dropping(self, element: Element) -> dict[str, Any]:
        """May the duty be left out?"""
        bound = any(direction.kind != "free" for direction in element.directions.values())
        return {"may_drop": not bound, "refusal": "上级不许取消这一项" if bound else ""}

    def number(self, found: Parameter) -> Knob:
        name, _, key = found.path.rpartition(".")
        return self.made(self.policy.elements[name], key, found, "number")

    def choice(self, element: Element, key: str, category: str, offered: Sequence[str]) -> Knob | None:
        value = element.read(key, self.day)
        if value not in offered:
            return None
        choices = tuple((one, self.tell.word(category, one)) for one in offered)
        return self.knob(element, key, "choice", choices=choices, is_spare=True)

    def knob(
        self,
        element: Element,
        key: str,
        sort: Sort,
        *,
        choices: tuple[tuple[str, str], ...] = (),
        is_spare: bool = False,
    ) -> Knob:
        found = parameter(self.policy, element, self.parent.elements.get(element.id), key, self.day, self.decided)
        return self.made(element, key, found, sort, choices=choices, is_spare=is_spare)

    def made(
        self,
        element: Element,
        key: str,
        found: Parameter,
        sort: Sort,
        *,
        choices: tuple[tuple[str, str], ...] = (),
        is_spare: bool = False,
    ) -> Knob:
        direction = direction_of(self.policy, element, key)
        return Knob(
            parameter=_fixed(found, direction, element),
            sort=sort,
            choices=choices,
            allows=allowed(direction, key, found),
            is_spare=is_spare,
        )

    def thing(self, element: Element, knobs: Sequence[Knob], **more: Any) -> Thing:
        refs = tuple(
            dict.fromkeys(
                words.reference(self.policy.clauses[one].ref) for one in element.clauses if one in self.policy.clauses
            )
        )
        return Thing(element.id, self.tell.title(element), self.tell.line(element), refs, tuple(knobs), **more)

    def standing(self, *sorts: str) -> Iterator[Element]:
        for name in sorted(self.policy.elements):
            element = self.policy.elements[name]
            if sort_of(element) in sorts and element.stands(self.day):
                yield element


def allowed(direction: Direction, key: str, found: Parameter) -> str:
    """How far the value may go: 可在 3–8 之间; 只可加严，不低于 3."""
    if direction.kind != "only_strengthen" or found.value is None:
        return words.bounds(direction)
    if key in ("min", "percent", "k", "each", "size"):
        return f"只可加严，不低于 {found.shown}"
    if key in ("max", "per"):
        return f"只可加严，不高于 {found.shown}"
    if key in ("items", "receivers"):
        return "只可增加，不可减少"
    return "不可改" if key == "value" else words.bounds(direction)


def _fixed(found: Parameter, direction: Direction, element: Element) -> Parameter:
    """A setting that may only be strengthened has nothing stricter to become: it stands."""
    stands = direction.kind == "fixed" or (direction.kind == "only_strengthen" and sort_of(element) == "setting")
    return found.fixed() if stands and not found.is_fixed else found
