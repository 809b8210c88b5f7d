"""The parent's document changed: what becomes of each deviation. Pure; nothing changes by itself.

Every operation of the overlay gets exactly one line, every change of the parent that no operation touches one piece of news.
`settle` makes the overlay for the new version out of the lines and the committee's choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from policy_engine.addresses import element_at
from policy_engine.build import subject
from policy_engine.errors import TemplateError
from policy_engine.kinds import NUMBERS
from policy_engine.model import Dated, Element, Template, plain
from policy_engine.operations import addressed, collection, gives_way, in_slot, line_name, line_of, slot_at
from policy_engine.overlay import Operation, Overlay, refuse
from policy_engine.reader import listed, mapping
from policy_engine.resolve import attempt, misaddressed

Outcome = Literal["kept", "conflict", "redundant", "orphaned", "needs_approval"]
Take = Literal["ours", "theirs", "value", "move"]
RANK = {"chairpersons_council": 1, "standing_committee": 2, "plenary_session": 3}
GONE = {"unknown_id", "unknown_list", "unknown_duty", "unknown_word", "dangling_clause"}
MEANING = {"kind": "种类", "period": "期间", "subject": "对象", "population": "范围", "counts": "数什么", "distinct": "数法", "by": "记在谁名下"}  # fmt: skip
ABSENT = object()
ASKING = (
    "must_confirm",
    "data_only",
    "none",
)  # settings child_adaptation under which a deviation is not the county's own affair


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One operation: what the parent said before (`old`), says now (`new`), what the overlay says (`local`), and what may be chosen."""

    operation: Operation
    outcome: Outcome
    old: Any = None
    new: Any = None
    local: Any = None
    why: str = ""
    takes: tuple[Take, ...] = ()

    def to_json(self) -> dict[str, Any]:
        sides = {"old": plain(self.old), "new": plain(self.new), "local": plain(self.local)}
        said = {"op": self.operation.op, "path": self.operation.path, "outcome": self.outcome}
        return said | sides | {"why": self.why, "takes": list(self.takes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A change of the parent that the overlay does not touch."""

    path: str
    state: Literal["added", "removed", "changed"]
    old: Any = None
    new: Any = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = plain(asdict(self))
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebase:
    """An overlay held against two versions of what it rests upon."""

    overlay: Overlay
    old: Template
    new: Template
    lines: tuple[Line, ...]
    news: tuple[News, ...]

    @property
    def open(self) -> tuple[Line, ...]:
        """What somebody has to decide."""
        return tuple(line for line in self.lines if line.outcome not in ("kept", "redundant"))

    def to_json(self) -> dict[str, Any]:
        return {
            "overlay": self.overlay.id,
            "old": {"id": self.old.id, "digest": self.old.digest},
            "new": {"id": self.new.id, "digest": self.new.digest},
            "clean": not self.open,
            "lines": [line.to_json() for line in self.lines],
            "news": [one.to_json() for one in self.news],
        }


def rebase(overlay: Overlay, old: Template, new: Template) -> Rebase:
    """Hold an overlay made for `old` against `new`; both may already carry the overlays of the levels between.

    Raises TemplateErrors where the overlay does not even fit `old`.
    """
    below = [old.id, *getattr(old, "layers", ())]
    refuse(misaddressed(below, overlay))
    ours, faults = attempt(old, dict(old.elements), overlay)
    refuse(fault for _, fault in faults)
    refused = {operation.path: fault for operation, fault in attempt(new, dict(new.elements), overlay)[1]}
    paths = [operation.path for operation in overlay.operations]
    lines = tuple(
        _Case(overlay, old, new, ours, paths, operation, refused.get(operation.path)).line()
        for operation in overlay.operations
    )
    return Rebase(overlay=overlay, old=old, new=new, lines=lines, news=tuple(_news(old, new, overlay)))


@dataclass(frozen=True, slots=True)
class _Case:
    """One operation before its line is drawn. `ours` are the old elements with the overlay, `fault` what the new parent refuses."""

    overlay: Overlay
    old: Template
    new: Template
    ours: Mapping[str, Element]
    paths: Sequence[str]
    operation: Operation
    fault: TemplateError | None

    def line(self) -> Line:
        return {"set": self.set, "add": self.add, "remove": self.remove, "select": self.select}[self.operation.op]()

    def set(self) -> Line:
        before = addressed(self.old, self.old.elements, self.operation)
        after = addressed(self.new, self.new.elements, self.operation)
        local = subject(self.operation.value) if self.key in ("subject", "population") else self.operation.value
        assert before is not None
        replaced = gives_way(before[2], self.operation.source)[2]
        sides: dict[str, Any] = {"old": _seen(replaced), "local": local}
        if after is None:
            return self.gone("上级的新版里没有这一项了", sides)
        element, _, series = after
        if before[0].stands(None) and not element.stands(None):
            return self.gone("上级的新版已经取消这一项", sides | {"new": _seen(series)})
        now = gives_way(series, self.operation.source)[2]
        sides["new"] = _seen(now)
        was, is_ = [one.value for one in replaced], [one.value for one in now]
        if was != is_:
            if is_ and all(value == local for value in is_):
                return Line(operation=self.operation, outcome="redundant", why="上级的新版已经一样", **sides)
            return self.conflict("上级也改了这个值", sides)
        meaning = self.meaning(before[0], element)
        return self.conflict(f"数没有变，意思变了:{meaning}", sides) if meaning else self.allowed(sides)

    def add(self) -> Line:
        theirs = element_at(self.new, self.new.elements, self.operation.path)
        sides: dict[str, Any] = {"local": self.operation.value}
        line = in_slot(self.new.elements, self.operation.path)
        if line is not None:
            sides |= {"local": in_slot(self.ours, self.operation.path), "new": line}
            return self.added_too(sides)
        if slot_at(self.old.elements, self.operation.path):
            sides["local"] = line_of(self.operation)
        if theirs is None:
            return self.allowed(sides)
        sides["new"] = _content(theirs, self.new.elements)
        return self.added_too(sides, _content(self.ours[self.operation.path], self.ours))

    def added_too(self, sides: dict[str, Any], own: Any = None) -> Line:
        if sides["new"] == (sides["local"] if own is None else own):
            return Line(operation=self.operation, outcome="redundant", why="上级的新版已经有了同样的", **sides)
        why = "上级的新版也增加了同名的一项，内容不同"
        return Line(operation=self.operation, outcome="conflict", why=why, takes=("theirs", "move"), **sides)

    def remove(self) -> Line:
        if slot_at(self.old.elements, self.operation.path):
            return self.line_gone()
        before, after = self.old.elements[self.operation.path], self.new.elements.get(self.operation.path)
        sides: dict[str, Any] = {"old": _content(before, self.old.elements)}
        if after is None or (before.stands(None) and not after.stands(None)):
            return Line(operation=self.operation, outcome="redundant", why="上级的新版也取消了", **sides)
        sides["new"] = _content(after, self.new.elements)
        changed = sides["old"] != sides["new"]
        return self.conflict("本会取消的一项，上级改了内容", sides) if changed else self.allowed(sides)

    def line_gone(self) -> Line:
        was, is_ = (in_slot(one.elements, self.operation.path) for one in (self.old, self.new))
        if is_ is None:
            return Line(operation=self.operation, outcome="redundant", why="上级的新版也取消了", old=was)
        sides = {"old": was, "new": is_}
        return self.conflict("本会取消的一项，上级改了内容", sides) if was != is_ else self.allowed(sides)

    def select(self) -> Line:
        path, chosen = self.operation.path, list(self.operation.value)
        before, after = (collection(one.elements, path) for one in (self.old, self.new))
        sides = {"old": _names(before, path), "new": _names(after, path), "local": chosen}
        gone = [name for name in chosen if f"{path}.{name}" in before - after]
        if len(gone) == len(chosen):
            return self.gone("选留的各项，上级的新版里都没有了", sides)
        told = [f"新增{listed(_names(after - before, path))}"] if after - before else []
        told += [f"没有了{listed(gone)}"] if gone else []
        return self.conflict(f"上级{'，'.join(told)}", sides) if told else self.allowed(sides)

    @property
    def key(self) -> str:
        return self.operation.path.rpartition(".")[2]

    def meaning(self, before: Element, after: Element) -> str:
        """What makes an unchanged number mean something else, the words that the overlay sets itself left out."""
        if self.key not in NUMBERS:
            return ""
        return listed(
            title
            for key, title in MEANING.items()
            if before.read(key) != after.read(key) and f"{before.id}.{key}" not in self.paths
        )

    def gone(self, why: str, sides: dict[str, Any]) -> Line:
        return Line(operation=self.operation, outcome="orphaned", why=why, takes=("theirs", "move"), **sides)

    def conflict(self, why: str, sides: dict[str, Any]) -> Line:
        able = (
            self.fault is None or self.fault.code == "min_above_max"
        )  # that may mend itself as other lines are settled
        takes: tuple[Take, ...] = ("ours", "theirs") if able else ("theirs",)
        told = why if able or self.fault is None else f"{why}；照旧不行:{self.fault.message}"
        takes += ("value",) if self.operation.op in ("set", "select") else ()
        return Line(operation=self.operation, outcome="conflict", why=told, takes=takes, **sides)

    def allowed(self, sides: dict[str, Any]) -> Line:
        """The parent left it alone; does it still let us do it, and was ours the body to decide?"""
        value: tuple[Take, ...] = ("value",) if self.operation.op == "set" else ()
        if self.fault and self.fault.code == "direction":
            takes: tuple[Take, ...] = ("theirs", *value)
            return Line(
                operation=self.operation, outcome="needs_approval", why=self.fault.message, takes=takes, **sides
            )
        if self.fault and self.fault.code in GONE:
            return self.gone(self.fault.message, sides)
        if self.fault:
            return self.conflict(self.fault.message, sides)
        why = self.body()
        if why:
            takes = ("ours", "theirs", *value)
            return Line(operation=self.operation, outcome="needs_approval", why=why, takes=takes, **sides)
        return Line(operation=self.operation, outcome="kept", **sides)

    def body(self) -> str:
        """Why the old decision does not carry over: the new version was adopted higher up, or deviations must be confirmed now."""
        was, is_ = (one.setting("child_adaptation") for one in (self.old, self.new))
        if is_ != was and is_ in ASKING:
            return "上级的新版不再让下级自行调整"
        rank, before = (RANK.get(str(one.header.get("adopted_by")), 0) for one in (self.new, self.old))
        if rank > before and RANK.get(str(self.operation.source.decided_by), 0) < rank:
            return "上级的新版由更高的会议通过，原来作出决定的机构不够"
        return ""


def _seen(series: Sequence[Dated]) -> Any:
    """One value, or the values with their days where several are announced."""
    if len(series) < 2:
        return series[0].value if series else None
    return [{"from": entry.since.isoformat() if entry.since else None, "value": entry.value} for entry in series]


def _content(element: Element, elements: Mapping[str, Element]) -> dict[str, Any]:
    """What an element says, by whom and when left out."""
    values = {key: [entry.value for entry in series] for key, series in element.values.items()}
    parts = {name: _content(elements[name], elements) for name in element.traits.get("parts", ())}
    said = {
        "title": element.title,
        **element.traits,
        **{key: one if len(one) > 1 else one[0] for key, one in values.items()},
    }
    return plain({**said, **({"parts": parts} if parts else {})})  # type: ignore[no-any-return]


def _names(paths: Iterable[str], collection_path: str) -> list[str]:
    return sorted(name.removeprefix(f"{collection_path}.") for name in paths)


def _news(old: Template, new: Template, overlay: Overlay) -> Iterator[News]:
    touched = {operation.path for operation in overlay.operations}
    was, is_ = _addressed_values(old), _addressed_values(new)
    for path in sorted(was.keys() | is_.keys()):
        if was.get(path, ABSENT) == is_.get(path, ABSENT) or _covered(path, touched):
            continue
        if path in was and path in is_ and _besides(path, was[path], touched) == _besides(path, is_[path], touched):
            continue  # what differs is a line's affair, told already
        state: Any = "added" if path not in was else "removed" if path not in is_ else "changed"
        if not (state != "changed" and _covered_by_element(path, was, is_)):
            yield News(path=path, state=state, old=was.get(path), new=is_.get(path))


def _addressed_values(template: Template) -> dict[str, Any]:
    """Everything a template says, by address; an element by itself stands for its being there."""
    found: dict[str, Any] = {f"clause.{name}": clause.summary for name, clause in template.clauses.items()}
    for name, element in template.elements.items():
        found[name] = "ended" if not element.stands(None) else "standing"
        found |= {f"{name}.{key}": value for key, value in element.traits.items() if key != "parts"} | {
            f"{name}.title": element.title
        }
        found |= {
            f"{name}.{key}": [[entry.since, entry.value] for entry in series] if len(series) > 1 else series[0].value
            for key, series in element.values.items()
        }
    for category, words in mapping(template.header.get("local")).items():
        for word, entry in words.items():
            said = entry if isinstance(entry, Mapping) else {"title": entry}
            found[f"local.{category}.{word}"] = "standing"
            found |= {f"local.{category}.{word}.{key}": value for key, value in said.items()}
    return found | {f"header.{key}": value for key, value in template.header.items() if key not in ("id", "local")}


def _besides(path: str, value: Any, touched: set[str]) -> Any:
    """A list without the lines, or values of lines, that have a line of their own."""
    if not isinstance(value, list):
        return value
    own = [one.removeprefix(f"{path}.").partition(".") for one in touched if one.startswith(f"{path}.")]
    whole, keys = {line for line, _, key in own if not key}, {(line, key) for line, _, key in own if key}
    return [
        {key: said for key, said in one.items() if (one.get("id"), key) not in keys}
        if isinstance(one, Mapping)
        else one
        for one in value
        if line_name(one) not in whole
    ]


def _covered(path: str, touched: set[str]) -> bool:
    """Already told by a line."""
    return any(path == one or path.startswith(f"{one}.") for one in touched)


def _covered_by_element(path: str, was: Mapping[str, Any], is_: Mapping[str, Any]) -> bool:
    """A key that came or went with its whole element."""
    name = path.rpartition(".")[0]
    return (name in was) != (name in is_)
