"""What a rebase comes to, in words and in files: the new overlay is written where somebody said, never over another file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.model import Element, Template, plain
from policy_engine.operations import in_slot, line_at, slot_at
from policy_engine.rebase import Line, News, Rebase
from policy_engine.settle import Cascade
from policy_engine.spoken import SETTINGS, Speech, speech_of

OUTCOMES = {
    "kept": "照旧", "redundant": "不再需要", "conflict": "两边都改了", "orphaned": "上级取消了", "needs_approval": "要有新的决定",
}  # fmt: skip
TAKES = {"ours": "用本会的", "theirs": "用上级的", "value": "另定一个", "move": "移到别处"}
HEADER = {
    "title": "文件标题", "number": "文号", "issuer": "发文机关", "adopted_on": "通过日期", "issued_on": "印发日期",
    "in_force_from": "施行日期", "in_force_until": "失效日期", "adopted_by": "由谁通过", "adopted_meeting": "通过的会议",
    "interpreter": "由谁解释", "level": "层级", "local": "本地用语", "direction": "下级可以怎样改",
}  # fmt: skip


def refuse_files(names: Sequence[str], overlays: int, *, force: bool) -> None:
    """Before anything is worked out: one file per overlay, none of them there already. Raises TemplateErrors."""
    faults = []
    if names and len(names) != overlays:
        faults.append(
            _fault("--out", f"有 {overlays} 份调整，写了 {len(names)} 个文件", "每份调整写一个 --out，次序相同")
        )
    for name in names:
        if Path(name).exists() and not force:
            faults.append(_fault(name, f"文件“{name}”已经有了", "换一个名字；确要覆盖，加 --force"))
        if not Path(name).parent.is_dir():
            faults.append(_fault(name, f"没有文件夹“{Path(name).parent}”", "先建好这个文件夹"))
    if faults:
        raise TemplateErrors(faults)


def write_settled(found: Cascade, names: Sequence[str]) -> list[str]:
    """The files written; those of overlays that are not settled yet are not."""
    writer = YAML()
    writer.allow_unicode, writer.width = True, 120
    done = list(zip(found.settled, names, strict=False))
    for overlay, name in done:
        with Path(name).open("w", encoding="utf-8") as file:
            writer.dump(plain(overlay.to_json()), file)
    return [name for _, name in done]


def rebased(found: Cascade, written: Sequence[str]) -> str:
    """Level by level: what becomes of each change, and what the parent changed besides."""
    lines = [line for one in found.rebases for line in _step(one)]
    lines += [f"调整“{one.id}”：各项都已定。" for one in found.settled]
    left = len(found.rebases[-1].open) if len(found.settled) < len(found.rebases) else 0
    lines += [f"还有 {left} 项没有决定；逐项写进 --choices 的文件。"] if left else []
    return "\n".join([*lines, *(f"已写入 {name}" for name in written)])


def _step(one: Rebase) -> Iterator[str]:
    yield f"调整“{one.overlay.id}”：上级文件由《{_title(one.old)}》换成《{_title(one.new)}》"
    speech = speech_of(one.new)
    for line in one.lines:
        yield _line(line, one, speech)
    if one.news:
        yield "上级另外改了（只告知）："
    for news in one.news:
        yield "\t".join([f"  {_label(news.path, one, speech)}", _changed(news, speech), news.path])


def _title(template: Template) -> str:
    return str(template.header.get("title") or template.id)


def _line(line: Line, one: Rebase, speech: Speech) -> str:
    key = line.operation.path.rpartition(".")[2]
    sides = (("上级原来", line.old), ("上级现在", line.new), ("本会", line.local))
    said = "，".join(f"{who} {_value(speech, key, value)}" for who, value in sides)
    choice = "；可选：" + "、".join(TAKES[take] for take in line.takes) if line.takes else ""
    codes = " ".join([line.operation.path, *line.takes])
    label = _label(line.operation.path, one, speech)
    return "\t".join([f"  {OUTCOMES[line.outcome]}", label, said, f"{line.why}{choice}", codes])


def _label(path: str, one: Rebase, speech: Speech) -> str:
    """The title of what stands at an address, and the key in words."""
    if path.startswith("header."):
        rest = path.removeprefix("header.")
        return HEADER.get(rest, SETTINGS.get(rest, "文件的基本情况"))
    if path.startswith("clause."):
        clause = one.new.clauses.get(path[7:]) or one.old.clauses.get(path[7:])
        return f"条款 {clause.ref}" if clause else "条款"
    if path.startswith("local."):
        return f"本地用语“{speech.coded(path.split('.')[2])}”"
    for template in (one.new, one.old):
        element, key = _found(template, path)
        if element:
            return speech.label(element, key) if key else speech.element(element)
        found = line_at(template.elements, path) or slot_at(template.elements, path)
        there = found and (len(found) > 3 or in_slot(template.elements, path) is not None)
        if found and (there or template is one.old):
            own = next((one.value for one in one.overlay.operations if one.path == path), None)
            return speech.line(found[0], found[1], found[2], found[3] if len(found) > 3 else "", own)
    return "下级自己的一项"


def _found(template: Template, path: str) -> tuple[Element | None, str]:
    if path in template.elements:
        return template.elements[path], ""
    name, _, key = path.rpartition(".")
    return template.elements.get(name), key


def _value(speech: Speech, key: str, value: Any) -> str:
    standing = {"standing": "有这一项", "ended": "没有这一项"}
    return standing[value] if isinstance(value, str) and value in standing else speech.value(key, value)


def _fault(key: str, message: str, remedy: str) -> TemplateError:
    return TemplateError("lianxin policy rebase", 0, key, "bad_file", message, remedy)


def _changed(news: News, speech: Speech) -> str:
    """A change of the parent's: what is gone or new is not said as a change to or from nothing."""
    old, new, key = news.old, news.new, news.path.rpartition(".")[2]
    if new == "ended" or (news.state == "removed" and old == "standing"):
        return "已取消"
    if news.state == "removed":
        return f"已取消（原来 {speech.value(key, old)}）"
    if news.state == "added":
        return "新增" if new == "standing" else f"新增 {speech.value(key, new)}"
    return f"{speech.value(key, old)} → {speech.value(key, new)}"
