"""What a draft changes, thing by thing: the sentence as it is and as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from policy_engine import Policy
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
    """The thing a path belongs to: of a part its duty."""
    name = path if path in policy.elements else path.rpartition(".")[0]
    return name.partition(".parts.")[0]


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
    for operation in operations:
        name, _, key = str(operation["path"]).rpartition(".")
        element = was.policy.elements.get(name)
        if operation["op"] != "set" or element is None:
            continue
        part = f"{element.title}：" if ".parts." in name else ""
        old, new = element.value(key, was.day), operation["value"]
        old = element.read(key, was.day) if key not in element.values else old
        yield Value(f"{part}{words.key(key)}", _said(was, key, old), _said(was, key, new))


def _said(tell: Teller, key: str, value: Any) -> str:
    return words.number(value) if key in NUMBERS else tell.value(value)


def duty_changes(before: Policy | None, after: Policy, day: date) -> list[Change]:
    """What another document asks instead, duty by duty: changed, new, no longer asked; the rest is the same."""
    was, is_ = teller(before, day) if before else None, teller(after, day)
    names = {
        name
        for one in (before, after)
        if one
        for name in one.elements
        if name.startswith("duty.") and name.count(".") == 1
    }
    return [one for name in sorted(names) if (one := _duty_change(was, is_, name, day))]


def _duty_change(was: Teller | None, is_: Teller, name: str, day: date) -> Change | None:
    old, new = (tell.policy.elements.get(name) if tell else None for tell in (was, is_))
    old, new = (one if one is not None and one.stands(day) else None for one in (old, new))
    before = was.line(old) if was and old else ""
    after = is_.line(new) if new else ""
    if before == after:
        return None
    title = is_.title(new) if new else was.title(old) if was and old else name
    kind: Literal["changed", "added", "dropped"] = "added" if not before else "dropped" if not after else "changed"
    return Change(name, SORTS["duty"], title, kind, before, after)
