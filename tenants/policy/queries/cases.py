"""Another document meets our deviations: thing by thing what becomes of each, and what somebody has to decide (YY21-22-1).

Nothing changes by itself: a case is worked out anew each time it is looked at, its choices are kept in a draft, and only a decision
registered by somebody else makes documents of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from core.errors import DomainError, NotFound
from exchange import downward
from policy_engine import (
    Overlay,
    Policy,
    Rebase,
    Template,
    TemplateError,
    TemplateErrors,
    load_overlay,
    rebase,
    resolve,
    settle,
)
from policy_engine.addresses import TOGETHER
from policy_engine.rebase import Line
from tenants.policy.models import Draft, Kind, Layer, PolicyDocument, Withdrawal
from tenants.policy.queries import changes, shipped, versions, words
from tenants.policy.queries.adaptable import Knob, sections
from tenants.policy.queries.drafting import UnsoundDraft, drafted_policy, open_drafts
from tenants.policy.queries.merging import merged
from tenants.policy.queries.stack import held_on, is_own_document, layers_on, own_overlays_on, policy_on
from tenants.policy.queries.telling import SORTS, Teller, teller

OWN = "own"
OUTCOMES = {
    "conflict": "上级也改了",
    "needs_approval": "要重新报批",
    "orphaned": "上级取消了这一项",
    "kept": "照旧有效",
    "redundant": "上级已经一样",
}
PLAIN = "上级也改了这个值"  # says no more than the outcome's word
OPEN = ("conflict", "needs_approval", "orphaned")
TAKES = {"ours": "保留本会的", "theirs": "改用上级的", "value": "另定", "move": "本会的另立一项"}


class Entangled(DomainError):
    code = "deviations_entangled"

    def __init__(self, faults: Iterable[TemplateError]) -> None:
        said = "；".join(one.message for one in list(faults)[:2])
        super().__init__(f"本会的几次调整互相牵连，不能逐项比对：{said}。请先做一份调整把它们合起来，再办这件事。")


class StillToCome(DomainError):
    code = "adaptation_to_come"

    def __init__(self, first: dt.date) -> None:
        super().__init__(
            f"本会还有一份 {first:%Y-%m-%d} 起施行的调整。请等它施行，或先在“文件与施行”里撤回，再换新版。"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """The document that would be adopted, and where it comes from."""

    origin: str
    title: str
    label: str  # 第 2 版, or the issuer and number of a shipped one
    note: str
    first_day: dt.date | None
    template: Template

    @property
    def is_from_above(self) -> bool:
        return self.origin.startswith("publication:")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of ours in the three documents."""

    path: str
    label: str
    old: str
    new: str
    ours: str


@dataclass(frozen=True, slots=True)
class Matter:
    """A thing of which we deviate: the three sentences, what became of it, and what may be chosen."""

    id: str
    word: str
    title: str
    basis: str
    outcome: str
    why: str
    old: str
    new: str
    ours: str
    values: tuple[Value, ...]
    takes: tuple[str, ...]
    reason: str
    knobs: tuple[Knob, ...]
    lines: tuple[Line, ...]

    @property
    def outcome_word(self) -> str:
        return OUTCOMES[self.outcome]

    @property
    def is_open(self) -> bool:
        return self.outcome in OPEN

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The choices in words."""
        theirs = (
            "放弃本会的调整"
            if self.outcome == "orphaned"
            else "不再保留，改用上级的"
            if not self.is_open
            else TAKES["theirs"]
        )
        return [(one, theirs if one == "theirs" else TAKES[one]) for one in self.takes]


@dataclass(frozen=True)
class Case:
    """A document held against our deviations as of the day it would take effect."""

    target: Target
    day: dt.date
    found: Rebase
    old: Policy
    new: Policy
    matters: tuple[Matter, ...]

    @property
    def open(self) -> tuple[Matter, ...]:
        return tuple(one for one in self.matters if one.is_open)

    @property
    def automatic(self) -> tuple[Matter, ...]:
        return tuple(one for one in self.matters if not one.is_open)

    @cached_property
    def others(self) -> list[changes.Change]:
        """What the document asks otherwise besides, duty by duty."""
        ours = {one.id for one in self.matters}
        return [one for one in changes.thing_changes(self.old, self.new, self.day) if one.id not in ours]


def open_case() -> Draft | None:
    """The one being settled or waiting for its meeting."""
    return open_drafts().filter(is_case=True).first()


def first_day(draft: Draft, *, today: dt.date) -> dt.date:
    """The day a case was last worked out for: what was typed, else what the document names, never before today."""
    typed = (draft.typed.get("in_force_from") or [""])[-1]
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return max(filter(None, [today, target(draft.origin).first_day]))


def drafted(draft: Draft, day: dt.date) -> tuple[Policy, dt.date]:
    """What would be in force were the draft adopted, and from which day on. Raises NoPolicy, UnsoundDraft, and what `case_of` refuses."""
    if not draft.is_case:
        return drafted_policy(draft, day), day
    if draft.operations is None:
        raise UnsoundDraft("还有没有定的项。")
    case = case_of(target(draft.origin), first_day(draft, today=day))
    try:
        return after(case, draft.operations, body="chairpersons_council", reason=draft.reason or "草稿"), case.day
    except TemplateErrors as faults:
        raise UnsoundDraft(faults.errors[0].message) from faults


def reads_alike(draft: Draft, *, on: dt.date, settled_for: dt.date) -> bool:
    """Whether a case compares the same on both days: what was settled for one holds on the other."""
    found = target(draft.origin)
    return _read(case_of(found, on)) == _read(case_of(found, settled_for))


def _read(case: Case) -> list[tuple[Any, ...]]:
    return [
        (one.id, one.outcome, one.old, one.new, one.ours, [(v.path, v.old, v.new, v.ours) for v in one.values])
        for one in case.matters
    ]


def left_behind(document: PolicyDocument) -> PolicyDocument | None:
    """The document already registered for a later day that ends this adaptation, for it was settled without it; None where it goes on."""
    later = PolicyDocument.objects.defer("content").filter(
        kind=Kind.TEMPLATE, withdrawal=None, in_force_from__gt=document.in_force_from, order__lt=document.order
    )  # fmt: skip
    for one in later.order_by("in_force_from"):
        assert one.in_force_from is not None  # the filter's
        if all(overlay.id != document.identifier for overlay in own_overlays_on(one.in_force_from)):
            return one
    return None


def target(origin: str) -> Target:
    """Raises NotFound, PublicationAltered."""
    sort, _, name = origin.partition(":")
    if sort == "shipped":
        found = shipped.template(name)
        head = next(one for one in shipped.shipped() if one.id == name)
        return Target(origin, head.title, head.label, "", None, found)
    try:
        row = downward.publication(UUID(name))
    except ValueError as odd:
        raise NotFound("没有这份上级办法。") from odd
    return Target(
        origin, row.title, f"第 {row.version} 版", row.note, row.in_force_from, _labelled(Template.from_json(row.content), row)
    )  # fmt: skip


def _labelled(template: Template, row: Any) -> Template:
    """The document remembers which publication it is."""
    said = {"version": row.version, "substance": row.substance, "publisher": row.publisher}
    return replace(template, header={**template.header, versions.PUBLISHED: said})


def adoptable(found: Target, day: dt.date) -> Template:
    """The document as it would be adopted: from a day on, in place of everything in force then."""
    present = layers_on(day).template
    names = [name for name in present.header.get(TOGETHER, [present.id]) if name != found.template.id]
    header = {**found.template.header, "in_force_from": day.isoformat()}
    before = [one for one in header.get("replaces") or () if one not in names]
    return replace(found.template, header=header | {"replaces": [*before, *names]})


def case_of(found: Target, day: dt.date) -> Case:
    """Raises NoPolicy, StillToCome, Entangled."""
    nothing_to_come(day)
    basis = layers_on(day).template if is_own_document(day) else resolve(held_on(day).template, held_on(day).overlays)
    old, new = versions.frozen(basis, day), versions.frozen(found.template, day)
    ours = Overlay(id=OWN, base=old.id, operations=merged(own_overlays_on(day)))
    try:
        result = rebase(ours, old, new)
    except TemplateErrors as faults:
        raise Entangled(faults.errors) from faults
    return Case(found, day, result, old, new, tuple(_matters(result, old, new, day)))


def nothing_to_come(day: dt.date) -> None:
    """Another document takes the place of ours from a day on: what we decided for later would be lost. Raises StillToCome."""
    later = PolicyDocument.objects.filter(kind=Kind.OVERLAY, layer=Layer.OWN, withdrawal=None, in_force_from__gt=day)
    first = later.order_by("in_force_from").values_list("in_force_from", flat=True).first()
    if first is not None:
        raise StillToCome(first)


def has_deviations(day: dt.date) -> bool:
    """Is there anything of ours that another document would meet? Raises NoPolicy."""
    return bool(own_overlays_on(day))


def has_moved(*, since: dt.datetime) -> bool:
    """Whether a document was adopted or taken back since: a case settled then does not know of it."""
    rows: tuple[type[PolicyDocument] | type[Withdrawal], ...] = (PolicyDocument, Withdrawal)
    return any(one.objects.filter(created_at__gt=since).exists() for one in rows)


def _matters(found: Rebase, old: Policy, new: Policy, day: dt.date) -> Iterator[Matter]:
    was, is_, ours = teller(old, day), teller(new, day), teller(policy_on(day), day)
    knobs = {
        knob.path: knob
        for section in sections(new, new, day)
        for thing in section.things
        for knob in thing.knobs
        if not knob.parameter.is_fixed
    }
    by_thing: dict[str, list[Line]] = {}
    for line in found.lines:
        by_thing.setdefault(_thing(line.operation.path), []).append(line)
    order = {outcome: place for place, outcome in enumerate(OUTCOMES)}
    for name, lines in sorted(by_thing.items(), key=lambda one: min(order[line.outcome] for line in one[1])):
        yield _matter(name, lines, was, is_, ours, knobs)


def _thing(path: str) -> str:
    """The whole thing a path belongs to: `duty.x`, `workflow.y`, `local.kinds.z`, or the path itself."""
    parts = path.split(".")
    return ".".join(parts[: 3 if parts[0] == "local" else 2])


def _matter(name: str, lines: list[Line], was: Teller, is_: Teller, ours: Teller, knobs: Mapping[str, Knob]) -> Matter:
    open_lines = [one for one in lines if one.outcome in OPEN] or lines
    worst = min(open_lines, key=lambda one: list(OUTCOMES).index(one.outcome))
    settable = tuple(knobs[one.operation.path] for one in lines if one.operation.path in knobs)
    element = next((one.policy.elements[name] for one in (is_, was, ours) if name in one.policy.elements), None)
    clauses = [
        is_.policy.clauses.get(one) or was.policy.clauses.get(one) for one in (element.clauses if element else ())
    ]
    return Matter(
        id=name,
        word=SORTS.get(name.partition(".")[0], ""),
        title=ours.title(element) if element else name,
        basis="、".join(dict.fromkeys(words.reference(one.ref) for one in clauses if one)),
        outcome=worst.outcome,
        why="；".join(dict.fromkeys(_plainly(one.why) for one in open_lines if one.why not in ("", PLAIN))),
        old=_line(was, name), new=_line(is_, name), ours=_line(ours, name),
        values=tuple(_value(one, was) for one in lines if one.operation.op == "set"),
        takes=tuple(_takes(lines, settable, name)),
        reason=next((one.operation.source.reason or "" for one in lines), ""),
        knobs=settable, lines=tuple(lines),
    )  # fmt: skip


def _plainly(why: str) -> str:
    return why.replace(":", "：")


def _takes(lines: list[Line], settable: tuple[Knob, ...], name: str) -> Iterator[str]:
    """What may be chosen for all the changes of one thing together."""
    if all(one.outcome == "redundant" for one in lines):
        return
    open_lines = [one for one in lines if one.outcome in OPEN]
    allowed = [set(one.takes) for one in open_lines] or [{"ours", "theirs"}]
    common = set.intersection(*allowed)
    for take in ("ours", "theirs", "value", "move"):
        if take == "value" and len(settable) < len([one for one in lines if one.outcome != "redundant"]):
            continue
        if take == "move" and (len(lines) > 1 or lines[0].operation.op != "add" or not name.startswith("duty.")):
            continue
        if take in common:
            yield take


def _line(tell: Teller, name: str) -> str:
    element = tell.policy.elements.get(name)
    if element is None or not element.stands(tell.day):
        return ""
    return tell.line(element) or tell.title(element)


def _value(line: Line, tell: Teller) -> Value:
    name, _, key = line.operation.path.rpartition(".")
    element = tell.policy.elements.get(name)
    part = f"{element.title}：" if element and ".parts." in name else ""
    label = "" if key == "value" else words.key(key)
    old, new, ours = (_said(tell, key, one) for one in (line.old, line.new, line.local))
    return Value(line.operation.path, f"{part}{label}", old, new, ours)


def _said(tell: Teller, key: str, value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return words.number(value)
    return tell.value(value)


@dataclass(frozen=True, slots=True)
class Settled:
    """What stays of our deviations, in the overlay's language; None while something is undecided. `faults` by thing."""

    operations: list[dict[str, Any]] | None
    faults: Mapping[str, str]
    undecided: int


def settled(case: Case, choices: Mapping[str, Mapping[str, Any]], *, body: str) -> Settled:
    """`choices`: by thing `{take, reason, values: {path: value}}`. Whole only when everything open is decided and holds together."""
    chosen = {one.id: choices.get(one.id, {}) for one in case.matters}
    undecided = sum(one.is_open and chosen[one.id].get("take") not in one.takes for one in case.matters)
    if undecided:
        return Settled(None, {}, undecided)
    said = {path: choice for one in case.matters for path, choice in _choices(one, chosen[one.id], case, body)}
    try:
        overlay = settle(case.found, said)
        resolve(case.new, [overlay])
    except TemplateErrors as refusal:
        return Settled(None, _by_matter(case, refusal.errors), 0)
    dropped = ("decided_by", "meeting", "document", "from")
    return Settled(
        [{key: value for key, value in one.to_json().items() if key not in dropped} for one in overlay.operations], {}, 0
    )  # fmt: skip


def _choices(matter: Matter, choice: Mapping[str, Any], case: Case, body: str) -> Iterator[tuple[str, Any]]:
    take = choice.get("take") or "ours"
    reason = choice.get("reason") or matter.reason
    for line in matter.lines:
        path = line.operation.path
        if line.outcome == "redundant":
            continue
        if take == "theirs":
            yield path, "theirs"
        elif take == "move":
            yield path, {"take": "move", "path": _free(case), "reason": reason, "decided_by": body}
        elif take == "value":
            yield path, {"take": "value", "value": choice["values"][path], "reason": reason, "decided_by": body}
        elif line.outcome != "kept":
            yield path, {"take": "ours", "reason": reason, "decided_by": body}


def _free(case: Case) -> str:
    taken = {*case.new.elements, *(one.path for one in case.found.overlay.operations)}
    return next(one for number in range(1, 1000) if (one := f"duty.own_{number}") not in taken)


def _by_matter(case: Case, errors: Iterable[TemplateError]) -> dict[str, str]:
    """The engine's complaints by the thing they are about; what is about none of them stands under the first open one."""
    found: dict[str, str] = {}
    for error in errors:
        at = next((one.id for one in case.matters if one.id in error.key or one.id in error.message), "")
        found.setdefault(at, f"{error.message}（{error.remedy}）")
    return found


def after(case: Case, operations: list[dict[str, Any]], *, body: str, reason: str) -> Policy:
    """The new document with what stays of our deviations, as it would read. Raises TemplateErrors."""
    return resolve(
        case.new, [overlay_of(operations, base=case.new.id, id=OWN, first_day=None, body=body, reason=reason)]
    )


def overlay_of(
    operations: list[dict[str, Any]], *, base: str, id: str, first_day: dt.date | None, body: str, reason: str
) -> Overlay:
    said = {"overlay": id, "base": base, "decided_by": body, "reason": reason, "operations": operations}
    return load_overlay(said | ({"from": first_day.isoformat()} if first_day else {}))
