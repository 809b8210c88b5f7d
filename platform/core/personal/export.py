"""A copy of everything a committee holds about one person (PIPL art. 45). Other persons stand in it as 另一人."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from core import clock, sheets
from core.models import AuditEvent
from core.personal.reach import Found, about, same_person
from core.personal.rules import Rule, is_person, texts
from core.words import act, field_name, row_name

SELF, ANOTHER = "本人", "另一人"
_KEYS = ("id",)


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind: `keys` are the fields' own names, `headers` what people call them."""

    label: str
    title: str
    keys: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def collect(person: models.Model) -> list[Section]:
    """One section per kind of row, the person first, the trail of what they did and what was done to them last."""
    selves = {id for ids in same_person(person).values() for id in ids}
    found = about(person)
    return [*(_section(one, selves) for one in found), _trail(found, selves)]


def packed(sections: Sequence[Section], *, title: str, at: dt.datetime) -> bytes:
    """A zip of 个人信息.xlsx, one sheet per section, and 个人信息.json with the same."""
    book = sheets.book(
        [(one.title, [sheets.Out(header, 18) for header in one.headers], one.rows) for one in sections if one.rows]
    )
    told = {
        "title": title,
        "made_at": f"{at:%Y-%m-%dT%H:%M:%S%z}",
        "sections": [
            {"kind": one.label, "title": one.title, "rows": [dict(zip(one.keys, row, strict=True)) for row in one.rows]}
            for one in sections
        ],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("个人信息.xlsx", book)
        archive.writestr("个人信息.json", json.dumps(told, ensure_ascii=False, indent=1, default=str))
    return buffer.getvalue()


def _section(found: Found, selves: set[UUID]) -> Section:
    model = found.model
    withheld = set(getattr(model.Personal, "withheld", ()))  # type: ignore[attr-defined]  # every model of ours has one
    fields: list[Any] = [
        one
        for one in model._meta.concrete_fields
        if one.name not in {*_KEYS, *withheld} and not isinstance(one, models.JSONField | models.BinaryField)
    ]
    rules = texts(model)
    people = {one.name for one in fields if one.is_relation and is_person(one.related_model)}
    related = [one.name for one in fields if one.is_relation and one.name not in people]
    rows: Any = model._default_manager.filter(pk__in=found.all).order_by("created_at", "pk")
    rows = rows.select_related(*related) if related else rows
    told = []
    for row in rows:
        hidden = {name for name, rule in rules.items() if rule != Rule.SCRUB} if row.pk in found.mentioned else set()
        told.append(tuple("（他人所写，不导出）" if one.name in hidden and getattr(row, one.name) else _value(row, one, selves, people) for one in fields))  # fmt: skip
    keys = tuple(one.name for one in fields)
    headers = tuple("记入时间" if key == "created_at" else field_name(key, model) for key in keys)
    return Section(model._meta.label_lower, row_name(model._meta.label_lower), keys, headers, tuple(told))


def _value(row: Any, field: Any, selves: set[UUID], people: set[str]) -> Any:
    value = getattr(row, field.attname)
    if value is None or value == "":
        return None
    if field.name in people or (isinstance(value, UUID) and not field.is_relation):
        return SELF if value in selves else ANOTHER
    if field.is_relation:
        return str(getattr(row, field.name))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else value


def _trail(found: list[Found], selves: set[UUID]) -> Section:
    keys = ("created_at", "action", "actor", "subject")
    headers = ("时间", "做了什么", "操作人", "对象")
    return Section("core.auditevent", row_name("core.auditevent"), keys, headers, tuple(_events(found, selves)))


def _events(found: list[Found], selves: set[UUID]) -> Iterator[tuple[Any, ...]]:
    subjects = {id for one in found for id in one.owned | one.dropped}
    rows = AuditEvent.objects.filter(Q(actor_id__in=selves) | Q(subject_id__in=subjects)).order_by("created_at", "pk")
    for row in rows.iterator(chunk_size=1000):
        who = SELF if row.actor_id in selves else (row.actor_name or ANOTHER)
        whom = SELF if row.subject_id in selves else row_name(row.subject_type) if row.subject_type else ""
        yield f"{row.created_at.astimezone(clock.ZONE):%Y-%m-%d %H:%M}", act(row.action), who, whom
