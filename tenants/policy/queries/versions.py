"""Versions of a policy between levels: what this committee would publish, what its parent published, and how far ours is from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core import tenancy
from core.errors import DomainError
from exchange import downward
from exchange.models import Publication
from policy_engine import Element, Policy, Template, resolve
from policy_engine.model import in_force, plain
from tenants.policy.models import Kind, Layer, PolicyDocument
from tenants.policy.queries.stack import flattened, has_policy, held_on, is_own_document, parent_policy_on, policy_on

PUBLISHED = "publication"  # in the header of a document taken from the parent: which of its versions it is
COUNTED = ("duty", "setting", "checklist", "workflow", "report", "form", "venue")
"""Sorts of things whose values are parameters of R40; a thing counts once however many of its values differ."""
BESIDE = {"note", "parts", "standing", "clauses"}  # what does not change what is asked


class NotOurDocument(DomainError):
    """The document in force was written above: it is theirs to publish, with our deviations nobody asked for."""

    code = "nothing_in_force"

    def __init__(self) -> None:
        super().__init__("本会还没有施行中的办法，没有可以发布的。请先采用一份办法。")


@dataclass(frozen=True, slots=True)
class Edition:
    """What would be published: the policy as it stands once everything decided so far holds."""

    template: Template
    first_day: date
    substance: str

    @property
    def title(self) -> str:
        return str(self.template.header.get("title") or self.template.id)


def edition(today: date) -> Edition:
    """Everything this committee has decided, as of the first day of what was decided last. Raises NotOurDocument."""
    last = PolicyDocument.objects.filter(withdrawal=None, in_force_from__gt=today).order_by("-in_force_from").first()
    day = last.in_force_from if last is not None and last.in_force_from else today
    if not has_policy(day):
        raise NotOurDocument
    newest = downward.published().first()
    version = newest.version + 1 if newest else 1
    template = flattened(policy_on(day), id=f"{tenancy.current().code}-v{version}")
    return Edition(template, _first(day, today), substance(template, day))


def _first(day: date, today: date) -> date:
    """The first day of the newest document in force, or of the one to come."""
    if day > today:
        return day
    rows = PolicyDocument.objects.filter(withdrawal=None, in_force_from__lte=day).order_by("-in_force_from")
    found = rows.values_list("in_force_from", flat=True).first()
    return found or today


def substance(template: Template, day: date) -> str:
    """The hash of what a policy asks on a day, whatever it is called and however it came about."""
    asked = {name: _asked(one, day) for name, one in sorted(template.elements.items()) if one.stands(day)}
    text = json.dumps(plain(asked), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _asked(element: Element, day: date) -> Mapping[str, Any]:
    values = {key: entry.value for key, series in element.values.items() if (entry := in_force(series, day))}
    said = {**element.traits, "title": element.title, **values}
    return {key: value for key, value in said.items() if value is not None and key not in BESIDE}


def frozen(template: Template, day: date) -> Policy:
    """The policy as a day reads it, without its history: two of them are compared value by value."""
    elements = {name: _still(one, day) for name, one in template.elements.items()}
    return replace(resolve(template), elements=elements)


def _still(element: Element, day: date) -> Element:
    if not element.stands(day):
        return replace(element, begins=None, ends=date.min)
    values = {
        key: (replace(in_force(series, day) or series[0], since=None),)
        for key, series in element.values.items()
        if series and key != "standing"
    }
    return replace(element, values=values, begins=None, ends=None)


def news_from_above(day: date) -> Publication | None:
    """The parent's newest version while it asks something else than what we hold from it; None otherwise.

    A committee with a document of its own does not hold its parent's: what is published above is only listed for it.
    """
    newest = downward.from_above().first()
    if newest is None or not has_policy(day) or is_own_document(day):
        return None
    first = max(day, newest.in_force_from)
    taken = PolicyDocument.objects.filter(kind=Kind.TEMPLATE, layer=Layer.PARENT, withdrawal=None)
    versions = taken.filter(identifier__startswith=f"{newest.publisher}-v").values_list("identifier", flat=True)
    if f"{newest.publisher}-v{newest.version}" in set(versions):
        return None
    return None if substance(parent_policy_on(first), newest.in_force_from) == newest.substance else newest


@dataclass(frozen=True, slots=True)
class Deviations:
    """In which things we do otherwise than the parent asks (R40: `number` of `of`), and what we added."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    of: int

    @property
    def number(self) -> int:
        return len(self.changed)


def deviations_on(day: date) -> Deviations:
    """Our policy held against the parent's, thing by thing. Raises NoPolicy."""
    own, parent = policy_on(day), parent_policy_on(day)
    things = list(_things(parent, day))
    changed = (name for name in things if _whole(own, name, day) != _whole(parent, name, day))
    added = (name for name in _things(own, day) if name not in parent.elements)
    return Deviations(tuple(changed), tuple(added), len(things))


def _things(policy: Policy, day: date) -> Iterator[str]:
    for name in sorted(policy.elements):
        if name.partition(".")[0] in COUNTED and name.count(".") == 1 and policy.elements[name].stands(day):
            yield name


def _whole(policy: Policy, name: str, day: date) -> Any:
    """A thing with its parts as it reads on a day; None where it is not asked."""
    parts = (one for one in policy.elements if one == name or one.startswith(f"{name}."))
    return {one: _asked(policy.elements[one], day) for one in sorted(parts) if policy.elements[one].stands(day)}


def position_on(day: date) -> dict[str, Any] | None:
    """What the parent is told of what we hold from a day on; None where that is not the parent's document."""
    if tenancy.current().parent is None or not has_policy(day) or is_own_document(day):
        return None
    held, found = held_on(day).template, deviations_on(day)
    published = held.header.get(PUBLISHED) or {}
    return {
        "substance": published.get("substance") or substance(parent_policy_on(day), day), "since": day,
        "deviations": found.number, "parameters": found.of, "additions": len(found.added),
    }  # fmt: skip
