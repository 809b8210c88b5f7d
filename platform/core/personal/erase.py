"""Making a person nameless in every table and in the trail. Rows, dates and ties stay, so no figure moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from core.models import AuditWords, Erasure
from core.personal.reach import Found, Model, about, same_person
from core.personal.rules import MARK, Rule, texts

_SHORTEST_NUMBER = 5  # a shorter run of digits or letters stands for too many other things to be searched for
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to the rows of one model (its label): counts of rows."""

    label: str
    erased: int
    scrubbed: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What an erasure did. `words`: rows of the trail whose words went."""

    lines: tuple[Line, ...]
    words: int

    @property
    def told(self) -> dict[str, int]:
        """For the trail: numbers only."""
        return {
            "erased": sum(one.erased for one in self.lines),
            "scrubbed": sum(one.scrubbed for one in self.lines),
            "dropped": sum(one.dropped for one in self.lines),
            "words": self.words,
        }


def is_erased(person: models.Model) -> bool:
    return Erasure.objects.filter(subject_id=person.pk, person_id=person.pk).exists()


def preview(person: models.Model) -> Effect:
    """Exactly what `erase` would do: done and undone."""
    with transaction.atomic():
        effect = erase(person)
        transaction.set_rollback(True)
    return effect


@transaction.atomic
def erase(person: models.Model) -> Effect:
    """Take everything that names the person out of the committee's schema, for good.

    By the rules of each model's declaration; in texts that stay, and in what others wrote, only the person's
    identifiers go. The caller writes the audit row, afterwards.
    """
    called = identifiers(person)
    prefix = getattr(person.Personal, "pseudonym", "匿名")  # type: ignore[attr-defined]  # every model of ours has one
    found = about(person)
    lines = tuple(_of_model(one, called, prefix) for one in found)
    return Effect(
        tuple(one for one in lines if one.erased or one.scrubbed or one.dropped), _words(person, found, called)
    )


def identifiers(person: models.Model) -> list[str]:
    """By what the person is known: name, number, phone, account. The longest first."""
    found: set[str] = set()
    for model, ids in same_person(person).items():
        for values in model._default_manager.filter(pk__in=ids).values_list(*model.Personal.identifiers):  # type: ignore[attr-defined]
            found.update(value.strip() for value in values if value)
    return sorted((one for one in found if _tells(one)), key=lambda one: (-len(one), one))


def scrubbed(text: str, called: Iterable[str]) -> str:
    """The text without what the person is called."""
    for one in called:
        text = text.replace(one, MARK)
    return text


def _tells(value: str) -> bool:
    return len(value) >= (_SHORTEST_NUMBER if value.isascii() else 2)


def _of_model(found: Found, called: list[str], prefix: str) -> Line:
    rules = texts(found.model)
    rows: Any = found.model._default_manager
    rows.filter(pk__in=found.dropped).delete()
    owned = found.owned - found.dropped
    erased = _erase(found.model, owned, rules, prefix)
    official = [name for name, rule in rules.items() if rule == Rule.SCRUB]
    changed = _scrub(found.model, owned, official, called)
    changed |= _scrub(found.model, found.mentioned - found.dropped, _written(found.model, rules), called)
    return Line(found.model._meta.label_lower, erased, len(changed), len(found.dropped))


def _erase(model: Model, ids: set[UUID], rules: Mapping[str, Rule], prefix: str) -> int:
    """Rows that held something to erase."""
    rows: Any = model._default_manager.filter(pk__in=ids)
    gone = {name: rule for name, rule in rules.items() if rule in (Rule.BLANK, Rule.REDACT, Rule.PSEUDONYM)}
    if not gone or not ids:
        return 0
    touched: set[UUID] = set()
    for name, rule in gone.items():
        column: Any = model._meta.get_field(name)
        empty = Q(**{name: None}) if column.null else Q(**{name: ""})
        holding = rows.exclude(empty)
        touched.update(holding.values_list("pk", flat=True))
        if rule == Rule.PSEUDONYM:
            for pk in holding.values_list("pk", flat=True):
                model._default_manager.filter(pk=pk).update(**{name: f"{prefix} {pk.hex[-8:]}"})
        else:
            holding.update(**{name: MARK if rule == Rule.REDACT else None if column.null else ""})
    return len(touched)


def _written(model: Model, rules: Mapping[str, Rule]) -> list[str]:
    return [name for name in rules if isinstance(model._meta.get_field(name), models.CharField | models.TextField)]


def _scrub(model: Model, ids: set[UUID], fields: list[str], called: list[str]) -> set[UUID]:
    """Ids of rows in whose texts the person was named."""
    if not (ids and fields and called):
        return set()
    named = Q()
    for name in fields:
        for one in called:
            named |= Q(**{f"{name}__contains": one})
    rows = list(model._default_manager.filter(named, pk__in=ids))
    for row in rows:
        for name in fields:
            setattr(row, name, scrubbed(getattr(row, name), called))
    model._default_manager.bulk_update(rows, fields, batch_size=_BATCH)
    return {row.pk for row in rows}


def _words(person: models.Model, found: list[Found], called: list[str]) -> int:
    """Erase what the trail says of the person; rewrite, without the name, what it says of others' rows."""
    own = {id for one in found for id in one.owned | one.dropped}
    others = {id for one in found for id in one.mentioned} - own
    said = [word for word in AuditWords.objects.filter(subject_id__in=others) if _names(word, called)]
    for word in said:
        word.label, word.why = scrubbed(word.label, called), scrubbed(word.why, called)
        word.old, word.new = _without(word.old, called), _without(word.new, called)
    gone = own | {word.subject_id for word in said}
    Erasure.objects.bulk_create([Erasure(subject_id=id, person_id=person.pk) for id in sorted(gone)], batch_size=_BATCH)
    count, _ = AuditWords.objects.filter(Q(subject_id__in=own) | Q(pk__in=[word.pk for word in said])).delete()
    AuditWords.objects.bulk_create(said, batch_size=_BATCH)
    return count


def _names(word: AuditWords, called: list[str]) -> bool:
    text = f"{word.label}\n{word.why}\n{word.old}\n{word.new}"
    return any(one in text for one in called)


def _without(value: Any, called: list[str]) -> Any:
    if isinstance(value, str):
        return scrubbed(value, called)
    if isinstance(value, list):
        return [_without(one, called) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, called) for key, one in value.items()}
    return value
