"""Which rows of a committee's schema are about a person: found from the declarations and the foreign keys, never from a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from core.personal.rules import Rule, is_person, references

Model = type[models.Model]


@dataclass(slots=True)
class Found:
    """Rows of one model. `owned`: their words are the person's; `mentioned`: somebody else's; `dropped`: go with the person."""

    model: Model
    owned: set[UUID] = field(default_factory=set)
    mentioned: set[UUID] = field(default_factory=set)
    dropped: set[UUID] = field(default_factory=set)

    def put(self, ids: Iterable[UUID], rule: Rule) -> None:
        place = {Rule.OWNS: self.owned, Rule.DROPS: self.dropped, Rule.MENTIONS: self.mentioned}[rule]
        place.update(ids)
        self.mentioned -= self.owned

    @property
    def all(self) -> set[UUID]:
        return self.owned | self.mentioned | self.dropped


def tenant_models() -> Iterator[Model]:
    """Every model of ours with a table in a committee's schema."""
    for model in apps.get_models():
        config = model._meta.app_config
        if config is not None and config.name in settings.TENANT_APPS and hasattr(model, "Personal"):
            yield model


def same_person(person: models.Model) -> dict[Model, set[UUID]]:
    """The rows that are this person: itself, and what `Rule.SAME` ties to it in either direction."""
    found: dict[Model, set[UUID]] = {type(person): {person.pk}}
    for model in tenant_models():
        for name, rule in references(model).items():
            if rule != Rule.SAME:
                continue
            other: Any = model._meta.get_field(name).related_model
            if isinstance(person, model) and (key := getattr(person, f"{name}_id")):
                found.setdefault(other, set()).add(key)
            elif isinstance(person, other):
                found.setdefault(model, set()).update(_ids(model, {name: {person.pk}}))
    return found


def about(person: models.Model) -> list[Found]:
    """Everything about a person, one `Found` per model that has any, the person first. One or two statements per reference."""
    selves = same_person(person)
    found: dict[Model, Found] = {}
    for model, ids in selves.items():
        _at(found, model).put(ids, Rule.OWNS)
    for model in tenant_models():
        refers = references(model)
        for name, rule in refers.items():
            target: Any = model._meta.get_field(name).related_model
            if rule == Rule.SAME or target not in selves:
                continue
            ids = _ids(model, {name: selves[target]})
            if ids:
                _at(found, model).put(ids, rule)
                _follow(found, model, ids, refers)
    return [one for one in found.values() if one.all]


def _follow(found: dict[Model, Found], model: Model, ids: set[UUID], refers: Mapping[str, Rule]) -> None:
    """A row that ties a person to a record leads to the record."""
    for name, rule in refers.items():
        target: Any = model._meta.get_field(name).related_model
        if is_person(target):
            continue
        led = model._default_manager.filter(pk__in=ids, **{f"{name}__isnull": False})
        _at(found, target).put(led.values_list(f"{name}_id", flat=True), rule)


def _at(found: dict[Model, Found], model: Model) -> Found:
    return found.setdefault(model, Found(model))


def _ids(model: Model, wanted: Mapping[str, set[UUID]]) -> set[UUID]:
    filters = {f"{name}__in": ids for name, ids in wanted.items()}
    return set(model._default_manager.filter(**filters).values_list("pk", flat=True))
