"""Checking exported returns with nothing but the files: shape, digest, signature, revisions, sums. Pure, offline.

What cannot be checked with the files at hand is said as a note; what does not hold is a fault, with place and remedy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from exchange import breakdowns
from exchange.canonical import digest_of
from exchange.figures import OWN, TOTAL, Figure, figures_in, recomputed
from exchange.files import BODY_FORMAT, BROKEN_DOWN_FORMAT, FILE_FORMAT
from exchange.signing import ALGORITHM, fingerprint, is_signed
from exchange.spans import span_of, spoken
from policy_engine.load import load_catalogue

STATES = ("accepted", "submitted", "returned", "missing")


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold, where, and what to do about it."""

    file: str
    key: str
    code: str
    message: str
    remedy: str
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("file", "line", "key", "code", "message", "remedy")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file that could be read, and who signed what."""

    file: str
    committee: str
    name: str
    period: str
    revision: int
    digest: str
    fingerprint: str
    holds: bool = True


@dataclass(slots=True)
class Report:
    """The outcome over all files."""

    files: list[Checked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "files": [asdict(one) for one in self.files],
            "errors": [one.to_json() for one in self.faults],
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    data: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        return self.data["body"]  # type: ignore[no-any-return]

    @property
    def digest(self) -> str:
        return str(self.data["digest"])

    @property
    def key(self) -> tuple[str, str, int]:
        return self.body["committee"]["code"], self.body["period"], self.body["revision"]

    @property
    def said(self) -> str:
        return f"{self.body['committee']['name']} {spoken(self.body['period'])}第 {self.body['revision']} 稿"


def verify(texts: Mapping[str, str], *, trusted: Iterable[Mapping[str, Any]] | None = None) -> Report:
    """Check files, given as name → text. `trusted` are the keys of a list from elsewhere: `{committee, public_key}` each.

    Without it a signature only shows that the file was not changed since whoever holds that key signed it.
    """
    report = Report()
    files = [file for name, text in texts.items() if (file := _read(name, text, report)) is not None]
    by_key: dict[tuple[str, str, int], _File] = {}
    for file in files:
        faults = list(_alone(file))
        other = by_key.setdefault(file.key, file)
        if other.digest != file.digest:
            faults.append(_two(file, other))
        report.faults += faults
    for file in files:
        report.faults += [*_in_turn(file, by_key, report), *_from_below(file, by_key, report)]
    if trusted is None:
        if files:
            report.notes.append(
                "没有给出可信公钥清单：只说明签署后没有改动，没有核对是谁的公钥。可用 --keys 给出清单。"
            )
    else:
        known = {(str(one.get("committee")), one.get("public_key")) for one in trusted}
        report.faults += [fault for file in files for fault in _trusted(file, known)]
    bad = {fault.file for fault in report.faults}
    report.files = [_checked(file, holds=file.name not in bad) for file in files]
    return report


def _checked(file: _File, *, holds: bool) -> Checked:
    code, period, revision = file.key
    mark = str(file.data["signature"]["fingerprint"])
    name = file.body["committee"]["name"]
    return Checked(
        file=file.name, committee=code, name=name, period=period, revision=revision, digest=file.digest, fingerprint=mark,
        holds=holds,
    )  # fmt: skip


# --- reading ---------------------------------------------------------------------------------------


class _Twice(ValueError):
    pass


def _read(name: str, text: str, report: Report) -> _File | None:
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
        json.dumps(data, ensure_ascii=False).encode()  # half a character has no canonical text
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, _Twice) else "这个文件不是完整的报表文件，读不出来"
        line = getattr(error, "lineno", 0)
        report.faults.append(Fault(name, "", "unreadable", said, "请重新导出，或请对方重新发来", line))
        return None
    if isinstance(data, dict) and isinstance(data.get("keys"), list) and "body" not in data:
        said = "这是公钥清单，不是报表文件"
        report.faults.append(Fault(name, "", "bad_shape", said, "请把它写在 --keys 后面"))
        return None
    if faults := dict.fromkeys(_shape(name, one) for one in sorted(_SHAPE.iter_errors(data), key=_place)[:20]):
        report.faults += faults
        return None
    return _File(name, data)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("同一个键写了两次，不同的程序会读出不同的数")
    return found


def _no_float(text: str) -> NoReturn:
    raise _Twice(f"报表里只有整数，不会有 {text}")


def _place(error: ValidationError) -> str:
    return ".".join(str(step) for step in error.absolute_path)


def _shape(name: str, error: ValidationError) -> Fault:
    place = _place(error)
    said = {
        "required": f"缺少 {'、'.join(key for key in error.validator_value if key not in error.instance)}"
        if error.validator == "required"
        else "",
        "additionalProperties": "有不认识的内容",
        "const": f"应为 {error.validator_value}",
    }.get(str(error.validator), "不是应有的写法")
    return Fault(name, place, "bad_shape", f"{place or '文件'}{said}", "这不是本版本能读的报表文件，请重新导出")


# --- one file alone --------------------------------------------------------------------------------


def _alone(file: _File) -> Iterator[Fault]:
    signed = file.data["signature"]
    if digest_of(file.body) != file.digest:
        yield Fault(
            file.name, "digest", "altered", f"{file.said}：内容与校验值不符，签署以后被改动过", "以签署单位手中的原件为准，请重新取得"
        )  # fmt: skip
    if not is_signed(file.body, public_key=signed["public_key"], signature=signed["value"]):
        yield Fault(
            file.name, "signature.value", "bad_signature", f"{file.said}：签名不符，不是用所附公钥签署的这份内容", "不要采用，请向报送单位核对"
        )  # fmt: skip
    if not _is_key(signed["public_key"]) or fingerprint(signed["public_key"]) != signed["fingerprint"]:
        yield Fault(
            file.name, "signature.fingerprint", "bad_fingerprint", f"{file.said}：指纹不是所附公钥的指纹", "不要采用，请向报送单位核对"
        )  # fmt: skip
    if (span := span_of(file.body["period"])) is None or span.last_day.isoformat() != file.body["as_of"]:
        yield Fault(file.name, "body.as_of", "bad_period", f"{file.said}：统计日不是这一期的最后一天", "请重新导出")
    for scope in (OWN, TOTAL):
        yield from _figures(file, scope)
    yield from _children(file)
    for place, said in breakdowns.faults(file.body):
        yield Fault(file.name, f"body.{place}", "bad_breakdown", f"{file.said}：{said}", "请报送单位核对后报更正稿")


def _is_key(text: str) -> bool:
    try:
        fingerprint(text)
    except ValueError:
        return False
    return True


def _figures(file: _File, scope: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    kinds = {entry["code"]: entry["kind"] for entry in load_catalogue()}
    for place, one in enumerate(figures_in(file.body, scope)):
        where = f"body.{scope}.{place}"
        if one.key in seen:
            yield Fault(file.name, where, "twice", f"{file.said}：{one.indicator} 同一口径出现两次", "请重新导出")
        seen.add(one.key)
        if wrong := _wrong(one, kinds.get(one.indicator)):
            yield Fault(
                file.name, where, "impossible", f"{file.said}：{one.indicator} {wrong}", "请报送单位核对后报更正稿"
            )


def _wrong(one: Figure, kind: str | None) -> str:
    if one.applicable != (one.numerator is not None) or (not one.applicable and one.denominator is not None):
        return "“不适用”与数字不一致"
    if one.answered > one.asked or one.applicable != (one.answered > 0):
        return "答复的委员会数不合理"
    if kind == "attainment" and one.applicable and (one.denominator is None or (one.numerator or 0) > one.denominator):
        return "达标的比应达标的还多"
    return ""


def _children(file: _File) -> Iterator[Fault]:
    codes = [child["code"] for child in file.body["children"]]
    if len(set(codes)) != len(codes) or file.body["committee"]["code"] in codes:
        yield Fault(
            file.name, "body.children", "bad_children", f"{file.said}：下级重复，或把自己列为下级", "请重新导出"
        )
    for place, child in enumerate(file.body["children"]):
        counted = child["state"] == "accepted"
        if counted != (child["digest"] is not None) or counted != (child["revision"] is not None):
            said = f"{file.said}：{child['name']}的状态与稿次、校验值不一致"
            yield Fault(file.name, f"body.children.{place}", "bad_children", said, "请重新导出")


def _trusted(file: _File, known: set[tuple[str, Any]]) -> Iterator[Fault]:
    code, key = file.body["committee"]["code"], file.data["signature"]["public_key"]
    if (code, key) not in known:
        said = f"{file.said}：签署用的公钥不在可信清单里（指纹 {file.data['signature']['fingerprint']}）"
        yield Fault(file.name, "signature.public_key", "untrusted_key", said, "向该委员会核对指纹，或换一份新的清单")


# --- files together --------------------------------------------------------------------------------


def _two(file: _File, other: _File) -> Fault:
    said = f"{file.said}与 {other.name} 是同一稿，内容却不同"
    return Fault(file.name, "body.revision", "two_versions", said, "同一稿只能有一份，请向报送单位核对哪一份是真的")


def _in_turn(file: _File, files: Mapping[tuple[str, str, int], _File], report: Report) -> Iterator[Fault]:
    """A revision names the digest of the one before; the first names none."""
    code, period, revision = file.key
    previous = file.body["previous"]
    if (revision > 1) != (previous is not None):
        said = f"{file.said}：{'没有写明前一稿' if revision > 1 else '第一稿不应有前一稿'}"
        yield Fault(file.name, "body.previous", "broken_chain", said, "请报送单位重新导出")
        return
    before = files.get((code, period, revision - 1))
    if before is not None and before.digest != previous:
        said = f"{file.said}接的不是 {before.name} 这一份第 {revision - 1} 稿"
        yield Fault(file.name, "body.previous", "broken_chain", said, "两份中有一份不是当时报的，请向报送单位核对")
    elif before is None and previous is not None:
        report.notes.append(f"{file.said}：没有给出第 {revision - 1} 稿，前后衔接没有核对。")


def _from_below(file: _File, files: Mapping[tuple[str, str, int], _File], report: Report) -> Iterator[Fault]:
    """The total is the own figures and the totals of the accepted children; checked when all of these are at hand."""
    below, absent = [], []
    for child in file.body["children"]:
        if child["state"] != "accepted":
            continue
        given = files.get((child["code"], file.body["period"], child["revision"]))
        if given is None:
            absent.append(child["name"])
        elif given.digest != child["digest"]:
            said = f"{file.said}计入的{child['name']}第 {child['revision']} 稿，不是 {given.name} 这一份"
            yield Fault(file.name, "body.children", "other_child", said, "两级手中的不是同一份，请核对")
            return
        else:
            below.append(given.body)
    if absent:
        report.notes.append(f"{file.said}：没有给出{'、'.join(absent)}的报表，含下级的合计没有重算。")
        return
    stated = {one.key: one for one in figures_in(file.body, TOTAL)}
    right = {one.key: one for one in recomputed(file.body, below)}
    for key in sorted({*stated, *right}):
        if stated.get(key) != right.get(key):
            said = f"{file.said}：{key[0]} 含下级的数写的是{_said(stated.get(key))}，重算是{_said(right.get(key))}"
            yield Fault(file.name, f"body.total.{key[0]}.{key[1]}", "wrong_sum", said, "请报送单位重新结账后报更正稿")


def _said(one: Figure | None) -> str:
    if one is None:
        return "没有"
    if not one.applicable:
        return f"不适用（{one.answered}/{one.asked} 个委员会）"
    numbers = f"{one.numerator}" if one.denominator is None else f"{one.numerator}/{one.denominator}"
    return f"{numbers}（{one.answered}/{one.asked} 个委员会）"


# --- the shape -------------------------------------------------------------------------------------

_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_MAYBE = {"anyOf": [_COUNT, {"type": "null"}]}
_HEX = {"type": "string", "pattern": r"^[0-9a-f]{64}\Z"}
_DIGEST = {"anyOf": [_HEX, {"type": "null"}]}
_DAY = {"type": "string", "pattern": r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z"}
_MAYBE_DAY = {"anyOf": [_DAY, {"type": "null"}]}
_CODE = {"type": "string", "pattern": r"^[a-z0-9]{1,40}\Z"}
_WORDS = {"type": "string", "minLength": 1, "maxLength": 200}


def _closed(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}


_FIGURES = {
    "type": "array",
    "maxItems": 1000,
    "items": _closed(
        indicator={"type": "string", "pattern": r"^R[0-9]{2}\Z"},
        basis={"enum": ["own", "parent"]},
        applicable={"type": "boolean"},
        numerator=_MAYBE,
        denominator=_MAYBE,
        answered=_COUNT,
        asked=_COUNT,
    ),
}
_CHILD = _closed(
    code=_CODE,
    name=_WORDS,
    state={"enum": list(STATES)},
    revision={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9999}, {"type": "null"}]},
    digest=_DIGEST,
    size={"type": "integer", "minimum": 1, "maximum": 100_000},
    submitted_on=_MAYBE_DAY,
)
_KEY = {"type": "string", "pattern": r"^[a-z][a-z_]{0,39}\Z"}  # a cell of attributes.yaml; never a text somebody typed
_LINES = {
    "type": "array",
    "maxItems": 200,
    "items": _closed(
        cells={"type": "array", "items": _KEY, "minItems": 1, "maxItems": 200}, persons=_COUNT, did=_MAYBE
    ),
}
_BREAKDOWN = _closed(
    attribute=_KEY,
    threshold={"type": "integer", "minimum": 1, "maximum": 1000},
    cells={"type": "array", "items": _KEY, "maxItems": 200, "uniqueItems": True},
    persons=_LINES,
    figures={
        "type": "object",
        "propertyNames": {"pattern": r"^R[0-9]{2}\.(own|parent)\Z"},
        "additionalProperties": _LINES,
        "maxProperties": 200,
    },
)
_PLAIN: dict[str, Any] = {
    "committee": _closed(code=_CODE, name=_WORDS, level=_WORDS),
    "period": {"type": "string", "pattern": r"^20[0-9]{2}(-(0[1-9]|1[0-2])|-H[12])?\Z"},
    "revision": {"type": "integer", "minimum": 1, "maximum": 9999},
    "previous": _DIGEST,
    "as_of": _DAY,
    "due_on": _MAYBE_DAY,
    "policies": _closed(own=_DIGEST, parent=_DIGEST),
    "own": _FIGURES,
    "total": _FIGURES,
    "children": {"type": "array", "items": _CHILD, "maxItems": 5000},
}
_BODY = {
    "if": {"type": "object", "properties": {"format": {"const": BROKEN_DOWN_FORMAT}}, "required": ["format"]},
    "then": _closed(
        format={"const": BROKEN_DOWN_FORMAT},
        breakdowns={"type": "array", "items": _BREAKDOWN, "maxItems": 20},
        **_PLAIN,
    ),
    "else": _closed(format={"const": BODY_FORMAT}, **_PLAIN),
}
_SHAPE = Draft202012Validator(
    _closed(
        format={"const": FILE_FORMAT},
        digest=_HEX,
        signature=_closed(
            algorithm={"const": ALGORITHM},
            public_key={"type": "string", "maxLength": 100},
            fingerprint={"type": "string", "maxLength": 100},
            value={"type": "string", "maxLength": 200},
        ),
        body=_BODY,
    )
)
