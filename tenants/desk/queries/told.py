"""The trail in words: what an action is called, and what its values mean to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.models import AuditEvent
from core.words import field_name
from dispatch.registry import registration_of
from exchange import spans
from policy_engine.vocabulary import Words, shared_words, words_with
from registry.queries import committee_by_code
from tenants.liaison.models import State
from tenants.members.models import Member, PostKind, Sector, SpecialCommittee
from tenants.policy.queries import has_policy, policy_on
from tenants.reports.models import ReturnState

_KNOWN: Mapping[str, str] = {  # words of values whose field is not a column of the subject
    **dict(PostKind.choices), **dict(State.choices), **dict(ReturnState.choices),
    **{name: role.label for name, role in Role.by_name.items()}, "special_committee": "专委会", "sector": "界别", "committee": "本会",
    "other": "其他单位",
}  # fmt: skip
_NARROWED = re.compile(r"(?P<role>[a-z_]+):(?P<to>.+)\Z")  # a role and to what it is narrowed
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_PERIOD = re.compile(r"\d{4}(?:-(?:\d{2}|H[12]))?\Z")
_WORDED = ("kinds", "events")  # categories of the vocabulary whose words stand in rows
_KINDED = ("liaison.contactrecord", "activities.activity", "activities.occasion")
_LONGEST = 200
_NAMED: tuple[tuple[type[models.Model], str], ...] = (
    (Member, "name"), (User, "display_name"), (Sector, "name"), (SpecialCommittee, "name"),
)  # fmt: skip


def names_of(events: Iterable[AuditEvent]) -> dict[str, str]:
    """What the ids in these rows are called now: members, accounts, sectors, special committees. Four statements."""
    ids = {str(event.actor_id) for event in events if event.actor_id}
    for event in events:
        for values in (event.old, event.new):
            ids.update(_ids(values))
    found: dict[str, str] = {}
    for model, field in _NAMED:
        found |= {str(pk): name for pk, name in model._default_manager.filter(pk__in=ids).values_list("pk", field)}
    return found


def words_of(events: Iterable[AuditEvent]) -> dict[str, str]:
    """What the kinds of records and meetings are called; a policy's own words are looked up only where a row has one."""
    shared = _titles(shared_words())
    local = [event for event in events if any(word not in shared for word in _kinds(event))]
    day = max(event.created_at for event in local).astimezone(clock.ZONE).date() if local else None
    return _titles(words_with(policy_on(day).header.get("local"))) if day and has_policy(day) else shared


def _titles(known: Words) -> dict[str, str]:
    return {word: str(entry.get("title", word)) for one in _WORDED for word, entry in known.get(one, {}).items()}


def _kinds(event: AuditEvent) -> Iterator[str]:
    if event.subject_type not in _KINDED:
        return
    for said in (event.old, event.new):
        if isinstance(said, dict) and isinstance(said.get("kind"), str):
            yield said["kind"]


def labelled(label: str, names: Mapping[str, str]) -> str:
    """What a row was called, with a committee's code, a period and a kind as words: 政协南县委员会 2022 年 10 月 第 2 稿."""
    if label in names:
        return names[label]
    return " ".join(_part(one) for one in label.split(" "))


def _part(text: str) -> str:
    if _PERIOD.match(text):
        return spans.spoken(text)
    found = committee_by_code(text) if text.isdigit() and len(text) == 6 else None
    return found.name if found else text


def changes(event: AuditEvent, old: Any, new: Any, names: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(field, old, new) in words, for every field told of."""
    before, after = (value if isinstance(value, dict) else {} for value in (old, new))
    model = _model(event.subject_type)
    for key in dict.fromkeys([*before, *after]):
        said = [spoken(side.get(key), key, model, names) for side in (before, after)]
        yield field_name(key, model), said[0], said[1]


def spoken(value: Any, key: str, model: type[models.Model] | None, names: Mapping[str, str]) -> str:
    """One value as a reader would say it; at most 200 characters."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return _cut("、".join(spoken(one, key, model, names) for one in value if one is not None))
    if isinstance(value, dict):
        return _cut("，".join(f"{field_name(name)} {spoken(one, name, None, names)}" for name, one in value.items()))
    text = str(value)
    if _UUID.match(text):
        return names.get(text) or "一条记录"
    if key in ("kind", "kinds", "type") and text in names:
        return names[text]
    if key == "period" and _PERIOD.match(text):
        return spans.spoken(text)
    if key == "roles" and (given := _NARROWED.match(text)) and given["role"] in Role.by_name:
        return f"{Role.by_name[given['role']].label}（{names.get(given['to'], given['to'])}）"
    if key == "digest":
        return f"{text[:12]}…"
    if key in ("recipient", "committee") and (found := committee_by_code(text)):
        return found.name
    if key == "task" and (kind := registration_of(text)):
        return kind.title.partition("{")[0].strip()
    return _cut(_choice(model, key, text) or _KNOWN.get(text, text))


def _choice(model: type[models.Model] | None, key: str, text: str) -> str:
    column = next((one for one in model._meta.concrete_fields if one.name == key), None) if model else None
    return str(dict(column.flatchoices).get(text, "")) if column is not None and column.choices else ""


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _ids(one)
    elif isinstance(value, str) and _UUID.match(value.rpartition(":")[2]):
        yield value.rpartition(":")[2]


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label) if label else None
    except LookupError:
        return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
