"""What every model says of its fields: `class Personal` with `personal = {field: Rule}` and `safe = (field, …)`.

The rule says what becomes of the field when a person is made nameless; export and the end of a term follow from it:

    class Personal:
        personal = {"member": Rule.OWNS, "summary": Rule.REDACT, "title": Rule.SCRUB}
        safe = ("kind", "held_on")
        told = ("roles",)           # keys the trail uses beside the fields, whose words name nobody
        ends = "until"              # the day a row stops holding; set when the term ends
        withheld = ("password",)    # never exported
        identifiers = ("name",)     # of a person model: what is searched for in texts that stay

A model that is a person (member, constituent, account) has `identifiers`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models

MARK = "（已匿名）"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


class Rule(StrEnum):
    """The first four are for values, the last four for references (foreign keys)."""

    BLANK = "blank"  # emptied
    REDACT = "redact"  # replaced by MARK where something stands
    PSEUDONYM = "pseudonym"  # replaced by a word that names nobody and stays unique
    SCRUB = "scrub"  # an official text: stays, the person's identifiers in it go

    SAME = "same"  # the row it leads to is the same person
    OWNS = "owns"  # the row (or the row led to) is that person's: its words go by their rules
    MENTIONS = "mentions"  # the row stays as it is but for that person's identifiers
    DROPS = "drops"  # the row goes with the person


VALUE_RULES = frozenset({Rule.BLANK, Rule.REDACT, Rule.PSEUDONYM, Rule.SCRUB, Rule.DROPS})
REFERENCE_RULES = frozenset({Rule.SAME, Rule.OWNS, Rule.MENTIONS, Rule.DROPS})


def _declared(model: type[models.Model]) -> Mapping[str, Rule]:
    declaration = getattr(model, "Personal", None)
    return dict(getattr(declaration, "personal", {}) or {})


def texts(model: type[models.Model]) -> dict[str, Rule]:
    """Personal fields that hold a value."""
    return {name: rule for name, rule in _declared(model).items() if not _field(model, name).is_relation}


def references(model: type[models.Model]) -> dict[str, Rule]:
    """Personal fields that lead to another row."""
    return {name: rule for name, rule in _declared(model).items() if _field(model, name).is_relation}


def is_person(model: type[models.Model]) -> bool:
    return bool(getattr(getattr(model, "Personal", None), "identifiers", ()))


def has_words(model: type[models.Model]) -> bool:
    """Whether a row of the model holds personal values of its own, beyond whom it leads to."""
    return bool(texts(model))


def split(model: type[models.Model], values: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """What the trail tells of a row, in two: what names nobody, and the rest. None where there is nothing.

    A word is personal unless its field is declared safe; numbers, days, yes and no, and ids never are.
    """
    if values is None:
        return None, None
    declaration = getattr(model, "Personal", None)
    safe = {*getattr(declaration, "safe", ()), *getattr(declaration, "told", ())}
    named = set(texts(model))
    plain = {key: value for key, value in values.items() if key in safe or (key not in named and _names_nobody(value))}
    rest = {key: value for key, value in values.items() if key not in plain}
    return plain or None, rest or None


def _names_nobody(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_names_nobody(one) for one in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(_names_nobody(one) for one in value)
    if isinstance(value, str):
        return bool(_UUID.match(value))
    return value is None or isinstance(value, bool | int | float | dt.date | dt.datetime | UUID)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)
