"""The documents in force on a day, resolved into one policy.

Several documents may be in force at once (an opinion and a year's work points): a later one stands beside the earlier ones where it
says what it replaces of them or speaks of other things. The same document anew, and one that contradicts an earlier one without
saying what it replaces, takes its place.

A document never changes once adopted, so what its ids resolve to never changes either: resolved policies are
kept in the process under the committee's code and those ids, and nothing has to be invalidated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from core import tenancy
from core.errors import DomainError
from policy_engine import Overlay, Policy, Template, TemplateErrors, load_overlay, resolve, together
from policy_engine.addresses import LOCAL, TOGETHER
from tenants.policy.models import Kind, Layer, PolicyDocument

DataEntry = Literal["self", "self_and_filing", "office"]
DATA_ENTRY: DataEntry = "self"  # where the documents do not say who enters a record
KEPT = 64  # resolved policies per process: two or three per committee that is in use


class NoPolicy(DomainError):
    code = "no_policy"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day:%Y-%m-%d} 本会还没有施行中的办法，无从判断。请办公室先采用一份办法。")


@dataclass(frozen=True, slots=True)
class Layers:
    """The documents as one template, and its overlays, in the order they apply. `ids`: those that bind, not those wholly replaced."""

    template: Template
    overlays: tuple[Overlay, ...]
    ids: frozenset[UUID]

    @property
    def base(self) -> str:
        """What a new overlay names as its base: the newest of the documents."""
        names: list[str] = self.template.header.get(TOGETHER) or [self.template.id]
        return names[-1]


def documents() -> QuerySet[PolicyDocument]:
    """All adopted documents, the first adopted first, without their content."""
    return PolicyDocument.objects.defer("content").select_related("decision", "withdrawal")


def has_policy(day: date) -> bool:
    return _in_force(day).filter(kind=Kind.TEMPLATE).exists()


def has_any() -> bool:
    """Whether any document was ever adopted, be it for a day to come."""
    return PolicyDocument.objects.filter(kind=Kind.TEMPLATE, withdrawal=None).exists()


def in_force_ids(day: date) -> frozenset[UUID]:
    """The documents that bind on that day, those they replaced left out; empty where there is none."""
    try:
        return _loaded(tenancy.current().code, _stack(day)).ids
    except NoPolicy:
        return frozenset()


Binding = tuple[str, tuple[UUID, ...]]
"""What names a resolved policy, and may name what was worked out from one: the committee and its documents, in order."""


def binding_on(day: date, *, own: bool = True) -> Binding:
    """Of the policy in force on `day`; `own` False: without the committee's own adaptations. Raises NoPolicy. One query."""
    return tenancy.current().code, _stack(day, own=own)


def digest_by(binding: Binding) -> str:
    """The digest of the policy a binding names; worked out once."""
    return _digest(*binding)


def policy_of(binding: Binding, day: date) -> Policy:
    """The policy a binding names, read as of a day. No query once its documents are known."""
    return replace(_resolved(*binding), on=day)


def policy_on(day: date) -> Policy:
    """The resolved policy in force on `day`. Raises NoPolicy. One query once its documents are known."""
    return policy_of(binding_on(day), day)


def policies_over(days: Collection[date]) -> dict[date, Policy]:
    """The policy of each of several days, without those that have none. One query once their documents are known."""
    rows, found = _standing(), {}
    for day in days:
        known = [row for row in rows if row.in_force_from is None or row.in_force_from <= day]
        try:
            found[day] = policy_of((tenancy.current().code, _stack_of(day, known, own=True)), day)
        except NoPolicy:
            continue
    return found


def parent_policy_on(day: date) -> Policy:
    """The same without the committee's own adaptations: the value by which its parent reads it. Raises NoPolicy."""
    return replace(_resolved(tenancy.current().code, _stack(day, own=False)), on=day)


def is_own_document(day: date) -> bool:
    """Whether the document in force was issued by this committee itself, so that nobody above set its values."""
    newest = _in_force(day).filter(kind=Kind.TEMPLATE).order_by("-order").values_list("layer", flat=True).first()
    return newest == Layer.OWN


def held_on(day: date) -> Layers:
    """The parent's documents alone, without what the committee decided itself. Raises NoPolicy."""
    return _loaded(tenancy.current().code, _stack(day, own=False))


def own_overlays_on(day: date) -> tuple[Overlay, ...]:
    """Our own deviations in force on a day from the documents in force then, the first adopted first. Raises NoPolicy."""
    theirs = {one.id for one in held_on(day).overlays}
    return tuple(one for one in layers_on(day).overlays if one.id not in theirs)


def layers_on(day: date) -> Layers:
    """What a new overlay would be laid upon. Raises NoPolicy."""
    return _loaded(tenancy.current().code, _stack(day))


def data_entry_on(day: date) -> DataEntry:
    """Who enters a member's record (GZ20-4.4-4, YY21-10-2): self, self and filing by the special committee, or the office."""
    try:
        setting = policy_on(day).elements.get("setting.data_entry")
    except NoPolicy:
        return DATA_ENTRY
    value: DataEntry | None = setting.value("value", day) if setting else None
    return value or DATA_ENTRY


def _in_force(day: date) -> QuerySet[PolicyDocument]:
    standing = PolicyDocument.objects.filter(withdrawal=None)
    return standing.filter(Q(in_force_from=None) | Q(in_force_from__lte=day))


def _stack(day: date, *, own: bool = True) -> tuple[UUID, ...]:
    """Ids of the documents that may count, the templates first, each sort in the order of adoption.

    `own` False leaves out what the committee decided itself, but for a document of its own with none of the parent's beside it.
    """
    return _stack_of(day, _standing(_in_force(day)), own=own)


class _Known(NamedTuple):
    id: UUID
    kind: str
    base: str
    layer: str
    in_force_from: date | None


def _standing(rows: QuerySet[PolicyDocument] | None = None) -> list[_Known]:
    """Documents not taken back, in the order of adoption. One query."""
    found = PolicyDocument.objects.filter(withdrawal=None) if rows is None else rows
    return [_Known._make(row) for row in found.order_by("order").values_list(*_Known._fields)]


def _stack_of(day: date, rows: Sequence[_Known], *, own: bool) -> tuple[UUID, ...]:
    templates = [row for row in rows if row.kind == Kind.TEMPLATE]
    if not own:
        templates = [row for row in templates if row.layer == Layer.PARENT] or templates
    if not templates:
        raise NoPolicy(day)
    newest = {row.base: row.id for row in templates}  # the same document anew takes the place of the old one
    overlays = [row.id for row in rows if row.kind == Kind.OVERLAY and (own or row.layer == Layer.PARENT)]
    return (*(row.id for row in templates if newest[row.base] == row.id), *overlays)


@lru_cache(maxsize=KEPT)
def _loaded(committee: str, ids: tuple[UUID, ...]) -> Layers:
    """`committee` is part of the key only: the rows are read from the schema entered, which is that committee's."""
    rows = {row.pk: row for row in PolicyDocument.objects.filter(id__in=ids)}
    documents = [rows[key] for key in ids]
    kept = _beside([row for row in documents if row.kind == Kind.TEMPLATE])
    names = {row.base for row in kept}
    overlays = [row for row in documents if row.kind == Kind.OVERLAY and row.base in names]
    template, left = composed(
        [Template.from_json(row.content) for row in kept], [load_overlay(row.content) for row in overlays]
    )
    gone = set().union(*(wholly_replaced(row.content["header"]) for row in kept))
    return Layers(template, left, frozenset(row.pk for row in (*kept, *overlays) if row.base not in gone))


def composed(templates: Sequence[Template], overlays: Sequence[Overlay]) -> tuple[Template, tuple[Overlay, ...]]:
    """The documents as one, and the overlays still to be laid upon it, in their order.

    An overlay made upon a document that a later one replaces belongs to that document's days: it is laid upon it before the later
    one comes, so that it neither outlives its document nor is lost for the days on which it held.
    """
    so_far: list[Template] = []
    left = list(overlays)
    for template in templates:
        gone = wholly_replaced(template.header)
        mine = [one for one in left if one.base in gone]
        if mine and so_far:
            so_far = _carried_out(so_far, mine, gone)
            left = [one for one in left if one not in mine]
        so_far.append(template)
    return together(so_far), tuple(left)


def wholly_replaced(header: Mapping[str, Any]) -> set[str]:
    """The documents of which a later one leaves nothing."""
    return {name for name in header.get("replaces") or () if isinstance(name, str)}


def _carried_out(templates: list[Template], overlays: Sequence[Overlay], gone: set[str]) -> list[Template]:
    """The documents with the overlays in them: as one where all of them go, else each with its own."""
    if all(one.id in gone for one in templates):
        return [flattened(resolve(together(templates), overlays), id=templates[-1].id)]
    own = [[overlay for overlay in overlays if overlay.base == one.id] for one in templates]
    return [flattened(resolve(one, some), id=one.id) if some else one for one, some in zip(templates, own, strict=True)]


def flattened(policy: Template, *, id: str) -> Template:
    """A resolved policy as one document of its own: its header and words as they are now, its values with their days."""
    header = {key: value for key, value in policy.header.items() if key not in (TOGETHER, "replaces")}
    elements = {name: one for name, one in policy.elements.items() if name != "header" and not name.startswith(LOCAL)}
    return Template(
        id=id, header=header | {"id": id}, clauses=policy.clauses, elements=elements, catalogue=policy.catalogue
    )


def _beside(rows: list[PolicyDocument]) -> list[PolicyDocument]:
    """The newest document with as many of those before it as it leaves standing."""
    kept = [rows[-1]]
    for row in reversed(rows[:-1]):
        try:
            together([Template.from_json(one.content) for one in (row, *kept)])
        except TemplateErrors:
            continue
        kept.insert(0, row)
    return kept


@lru_cache(maxsize=KEPT)
def _resolved(committee: str, ids: tuple[UUID, ...]) -> Policy:
    layers = _loaded(committee, ids)
    return resolve(layers.template, layers.overlays)


@lru_cache(maxsize=KEPT)
def _digest(committee: str, ids: tuple[UUID, ...]) -> str:
    return _resolved(committee, ids).digest
