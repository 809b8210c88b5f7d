"""What a draft changes, thing by thing: the sentence as it is and as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from policy_engine import Policy
from policy_engine.operations import in_slot, line_at, line_name, slot_at
from policy_engine.spoken import Speech, speech_of
from tenants.policy.queries import words
from tenants.policy.queries.reading import NUMBERS
from tenants.policy.queries.telling import SORTS, Teller, sort_of, teller


@dataclass(frozen=True, slots=True)
class Value:
    """One value that differs."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A duty, list or setting before and after."""

    id: str
    word: str
    title: str
    kind: Literal["changed", "added", "dropped"]
    before: str
    after: str
    values: tuple[Value, ...] = ()


def changes(before: Policy, after: Policy, operations: Sequence[Mapping[str, Any]], day: date) -> list[Change]:
    """One line for each thing the operations touch, in their order. `day`: the first on which they hold."""
    was, is_ = teller(before, day), teller(after, day)
    touched: dict[str, list[Mapping[str, Any]]] = {}
    for operation in operations:
        touched.setdefault(_whole(str(operation["path"]), after), []).append(operation)
    return [_change(was, is_, name, some) for name, some in touched.items()]


def _whole(path: str, policy: Policy) -> str:
    """The thing a path belongs to: of a part its duty, of a step its workflow."""
    return ".".join(path.split(".")[:2])


def _change(was: Teller, is_: Teller, name: str, operations: Sequence[Mapping[str, Any]]) -> Change:
    old, new = was.policy.elements.get(name), is_.policy.elements[name]
    dropped = any(operation["op"] == "remove" and operation["path"] == name for operation in operations)
    return Change(
        id=name,
        word=SORTS.get(sort_of(new), ""),
        title=is_.title(new),
        kind="added" if old is None else "dropped" if dropped else "changed",
        before=was.line(old) if old else "",
        after="" if dropped else is_.line(new),
        values=() if old is None or dropped else tuple(_values(was, operations)),
    )


def _values(was: Teller, operations: Sequence[Mapping[str, Any]]) -> Iterator[Value]:
    """Each value that is set, and each line of a list that comes or goes, in words."""
    speech = speech_of(was.policy)
    for operation in operations:
        path, op, new = str(operation["path"]), operation["op"], operation.get("value")
        name, _, key = path.rpartition(".")
        element, line = was.policy.elements.get(name), line_at(was.policy.elements, path)
        if op == "set" and line is not None:
            one = next(one for one in line[0].value(line[1], was.day) if line_name(one) == line[2])
            yield Value(
                f"{one['title']}：{words.key(key)}",
                _of_line(was, speech, key, one.get(key)),
                _of_line(was, speech, key, new),
            )
        elif op in ("add", "remove") and slot_at(was.policy.elements, path) is not None:
            there = in_slot(was.policy.elements, path)
            named = new if op == "add" else there
            said = str(named["title"]) if isinstance(named, Mapping) else was.word("bodies", key)
            yield Value(
                "加一项" if op == "add" else "去掉一项", "" if op == "add" else said, said if op == "add" else "不再要"
            )
        elif op == "set" and element is not None:
            part = f"{element.title}：" if ".parts." in name else ""
            old = element.value(key, was.day) if key in element.values else element.read(key, was.day)
            yield Value(f"{part}{words.key(key)}", _said(speech, key, old), _said(speech, key, new))


def _of_line(tell: Teller, speech: Speech, key: str, value: Any) -> str:
    categories = {"by": "bodies", "type": "field_types"}
    return tell.word(categories[key], value) or "—" if key in categories else speech.value(key, value)


def _said(speech: Speech, key: str, value: Any) -> str:
    if key in NUMBERS:
        return words.number(value)
    if key == "value":
        return words.setting(value) or words.value(value)
    return speech.value(key, value)


def duty_changes(before: Policy | None, after: Policy, day: date) -> list[Change]:
    """What another document asks instead, duty by duty: changed, new, no longer asked; the rest is the same."""
    return thing_changes(before, after, day, sorts=("duty",))


def thing_changes(
    before: Policy | None, after: Policy, day: date, *, sorts: Sequence[str] = tuple(SORTS)
) -> list[Change]:
    """The same of every sort of thing a document brings with it."""
    was, is_ = teller(before, day) if before else None, teller(after, day)
    both = {name for one in (before, after) if one for name in one.elements}
    names = (name for name in both if name.partition(".")[0] in sorts and name.count(".") == 1)
    return [one for name in sorted(names) if (one := _thing_change(was, is_, name, day))]


def _thing_change(was: Teller | None, is_: Teller, name: str, day: date) -> Change | None:
    old, new = (tell.policy.elements.get(name) if tell else None for tell in (was, is_))
    old, new = (one if one is not None and one.stands(day) else None for one in (old, new))
    before = was.line(old) if was and old else ""
    after = is_.line(new) if new else ""
    if before == after:
        return None
    title = is_.title(new) if new else was.title(old) if was and old else name
    kind: Literal["changed", "added", "dropped"] = "added" if not before else "dropped" if not after else "changed"
    return Change(name, SORTS.get(name.partition(".")[0], ""), title, kind, before, after)
