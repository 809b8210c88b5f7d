"""YAML or JSON text → plain data that remembers its lines. Whatever is in the file, the answer is data or TemplateErrors."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from policy_engine.errors import TemplateError, TemplateErrors

Way = tuple[str | int, ...]
MOST_NODES = 200_000
DEEPEST = 40
ODD_NUMBER = re.compile(r"(?<=[\s:,\[])(?:NaN|-?Infinity|-?\d{400,})(?=[\s,}\]])")


@dataclass(slots=True)
class Document:
    """A file's data; `lines` maps the way to a value (keys and indexes) to its line."""

    file: str
    data: Any
    lines: dict[Way, int] = field(default_factory=dict)
    text: str = ""  # of JSON, whose lines are looked up only when a fault asks for one

    def line(self, way: Way) -> int:
        """The line of a value, or of the nearest thing around it."""
        if self.text and not self.lines:
            with suppress(TemplateErrors):
                self.lines = parse(self.text, self.file).lines
            self.text = ""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 0)

    def fault(self, way: Way, code: str, message: str, remedy: str) -> TemplateError:
        return TemplateError(self.file, self.line(way), ".".join(map(str, way)), code, message, remedy)


def read(path: Path, *, name: str | None = None) -> Document:
    """Read one YAML file. Raises TemplateErrors."""
    return parse(read_text(path, name or str(path)), name or str(path))


def read_text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _one(name, 0, "missing_file", "文件不存在", "补上这个文件，或改正路径") from None
    except (OSError, ValueError) as error:
        raise _one(
            name, 0, "unreadable", f"读不了这个文件:{type(error).__name__}", "检查权限，并存为 UTF-8 编码"
        ) from None


def parse(text: str, name: str) -> Document:
    """Read YAML text. Raises TemplateErrors."""
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.max_depth = DEEPEST + 1  # further down every bracket costs ruamel more than the one before
        node = yaml.compose(text)
        return _Walk(Document(name, None)).document_from(node)
    except (RecursionError, MaxDepthExceededError):
        raise _one(name, 0, "too_deep", "嵌套太深", f"最多嵌套 {DEEPEST} 层") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _one(
            name,
            mark.line + 1 if mark else 0,
            "broken_yaml",
            f"YAML 写法有误:{error.problem}",
            "检查缩进、冒号、引号和括号",
        ) from None
    except (YAMLError, ValueError, TypeError, IndexError, AttributeError, KeyError, NotImplementedError) as error:
        # ruamel lets a few internal errors of its scanner through on damaged text; to the author they are all one thing.
        raise _one(
            name, 0, "broken_yaml", f"YAML 无法解析:{type(error).__name__}", "检查缩进、冒号、引号和特殊字符"
        ) from None


def read_facts(path: Path) -> Document:
    """Read a fact sheet: JSON (fast), or YAML by its ending. Raises TemplateErrors."""
    text = read_text(path, str(path))
    if path.suffix in (".yaml", ".yml"):
        return parse(text, str(path))
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()  # half a character could be read, but never written again
        return Document(str(path), data, text=text)
    except json.JSONDecodeError as error:
        raise _one(
            str(path), error.lineno, "broken_json", f"JSON 写法有误:{error.msg}", "检查逗号、引号和括号"
        ) from None
    except (ValueError, RecursionError) as error:
        raise _odd_json(text, str(path), error) from None


def _odd_json(text: str, name: str, error: Exception) -> TemplateErrors:
    """What JSON's own reader cannot place: a key written twice, NaN, a number without end."""
    if isinstance(error, _DoubleKey):
        with suppress(RecursionError):
            try:
                parse(text, name)
            except TemplateErrors as errors:
                doubles = [fault for fault in errors.errors if fault.code == "duplicate_key"]
                if doubles:
                    return TemplateErrors(doubles)
        return _one(name, 0, "duplicate_key", f"重复的键:{error}", "删去一个")
    found = ODD_NUMBER.search(text) if not isinstance(error, RecursionError) else None
    return _one(
        name,
        text.count("\n", 0, found.start()) + 1 if found else 0,
        "broken_json",
        "JSON 无法解析",
        "不要使用 NaN、Infinity、半个字符(\\ud800)、过大的数字或过深的嵌套",
    )


class _DoubleKey(ValueError):
    pass


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently keep the last of two equal keys."""
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [key for key, _ in pairs]
        raise _DoubleKey(listed(sorted({key for key in names if names.count(key) > 1})))
    return data


def _one(file: str, line: int, code: str, message: str, remedy: str) -> TemplateErrors:
    return TemplateErrors([TemplateError(file, line, "", code, message, remedy)])


class _Walk:
    """Turns YAML nodes into data, noting lines, and collecting double keys, odd keys and values nobody can mean."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[TemplateError] = []
        self.seen = 0

    def document_from(self, node: Node | None) -> Document:
        self.document.data = None if node is None else self.value(node, ())
        if self.faults:
            raise TemplateErrors(self.faults)
        return self.document

    def value(self, node: Node, way: Way) -> Any:
        self.seen += 1
        if self.seen > MOST_NODES or len(way) > DEEPEST:
            raise RecursionError  # an alias may point at itself or multiply without end
        self.document.lines.setdefault(way, _line(node))
        if isinstance(node, MappingNode):
            return self.mapping(node, way)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*way, index)) for index, child in enumerate(node.value)]
        return self.scalar(node, way)

    def mapping(self, node: MappingNode, way: Way) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node, way)
            if key is None:
                continue
            if key in result:
                self.note((*way, key), key_node, "duplicate_key", f"“{key}”写了两次", "删去一个")
            self.document.lines[(*way, key)] = _line(key_node)
            result[key] = self.value(value_node, (*way, key))
        return result

    def key(self, node: Node, way: Way) -> str | None:
        if isinstance(node, ScalarNode) and str(node.tag) != "tag:yaml.org,2002:merge":
            return str(node.value)
        self.note(way, node, "bad_key", "冒号前面必须是一个词", "写成 min: 2 的样子，冒号前面不要用括号或 <<")
        return None

    def scalar(self, node: Node, way: Way) -> Any:
        kind, text = str(node.tag).rsplit(":", 1)[-1], str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in ("true", "yes", "on")
        if kind in ("int", "float"):
            return self.number(node, text, way)
        if kind in ("str", "timestamp"):
            return text
        self.note(way, node, "bad_tag", f"不认识的 YAML 标记“{node.tag}”", "去掉以 ! 开头的标记")
        return None

    def number(self, node: Node, text: str, way: Way) -> int | float | None:
        try:
            plain = text.replace("_", "")
            number = float(plain) if str(node.tag).endswith("float") else _whole(plain)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and abs(number) < 10**15:
            return number
        self.note(way, node, "bad_number", f"“{text[:40]}”不是可用的数字", "写成普通的数字")
        return None

    def note(self, way: Way, node: Node, code: str, message: str, remedy: str) -> None:
        key = ".".join(map(str, way))
        self.faults.append(TemplateError(self.document.file, _line(node), key, code, message, remedy))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _whole(text: str) -> int:
    return int(text, 0) if text.lstrip("+-").lower().startswith(("0x", "0o", "0b")) else int(text)


def listed(values: Iterable[object], *, most: int = 400) -> str:
    """A Chinese enumeration for messages, cut off where it would be endless."""
    words = [str(value) for value in values]
    return "、".join(words[:most]) + ("……" if len(words) > most else "")


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one: for reading documents whose faults are already noted."""
    return value if isinstance(value, Mapping) else {}
