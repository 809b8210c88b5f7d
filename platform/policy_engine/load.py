"""A folder of small YAML files → Template. Every fault is a TemplateError with file, line, key and remedy; many at once."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_engine import schema
from policy_engine.build import (
    DATED,
    clause_of,
    duty_elements,
    exclusive_element,
    listing_element,
    setting_element,
)
from policy_engine.counting import broken_number_faults, counting_faults
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.exclusive import apart_faults, exclusive_faults
from policy_engine.indicators import indicator_faults
from policy_engine.kinds import KINDS, LISTS, NUMBERS, OWN_KEYS, SCORES, TERMS
from policy_engine.looking import looking_faults
from policy_engine.model import CONDITIONS, Template
from policy_engine.quick import is_day
from policy_engine.reader import Document, Way, listed, mapping, read
from policy_engine.scoring import score_faults, unscored_faults
from policy_engine.sense import duty_sense, folder_sense, list_sense, whole_faults
from policy_engine.timing import step_faults, timing_faults
from policy_engine.uncollected import uncollected
from policy_engine.vocabulary import TEMPLATES, Words, shared_words, words_of_header, words_with
from policy_engine.whom import whom_faults

FILES = {"policy.yaml", "clauses.yaml", *(f"{name}.yaml" for name in schema.SECTIONS)}
FOLDERS = {"duties", "cases"}
DIRECTED_WORDS = (
    "title",
    "period",
    "subject",
    "population",
    "parts",
    "waivable",
    "pro_rata",
    "at_venue",
    "count",
    "by",
)
ENGINE_SETTINGS = {
    "year_start_month": int, "pro_rata": bool, "allow_multi_count": bool,
    "term_from": str, "term_until": str, "holidays": list, "workdays": list,
}  # fmt: skip


def load_template(path: Path | str) -> Template:
    """Read and check a template folder. Raises TemplateErrors (all faults found), nothing else."""
    with uncollected():
        return _Folder(Path(path)).template()


def find_template(name: str) -> Path:
    """The folder for NAME (of `policy_templates/`) or DIR."""
    shipped = TEMPLATES / name
    return shipped if "/" not in name and not is_folder(Path(name)) and is_folder(shipped) else Path(name)


def is_folder(path: Path) -> bool:
    """Also False where asking is refused or the name makes no path."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=1)
def load_catalogue() -> tuple[Mapping[str, Any], ...]:
    """The shared indicators R01…R40, read once. Raises TemplateErrors."""
    document = read(TEMPLATES / "indicators.yaml", name="indicators.yaml")
    faults = schema.faults(document, schema.CATALOGUE, words_with({}))
    if faults:
        raise TemplateErrors(faults)
    return tuple(document.data["indicators"])


@lru_cache(maxsize=1)
def load_attributes() -> Mapping[str, Mapping[str, Any]]:
    """What returns break people down by, read once: attribute → `{title, cells: {key: {title, also}}, other: {title}}`. Raises TemplateErrors."""
    document = read(TEMPLATES / "attributes.yaml", name="attributes.yaml")
    faults = schema.faults(document, schema.ATTRIBUTES, words_with({}))
    if faults:
        raise TemplateErrors(faults)
    return dict(document.data["attributes"])


Known = Container[str] | None
"""Ids that exist; None where the file that lists them is itself faulty, so that nothing can be called unknown."""


@dataclass(slots=True)
class _Folder:
    """One loading: reads file by file, collects the faults of all, and builds only what is sound."""

    path: Path
    faults: list[TemplateError] = field(default_factory=list)
    as_written: dict[str, Any] = field(default_factory=dict)  # data of files that do not fit their shape

    def template(self) -> Template:
        self.must_be_a_folder()
        header = self.read("policy.yaml", schema.HEADER, words_with({}), required=True)
        words = words_of_header(header.data or self.as_written.get("policy.yaml"))
        clauses = self.read("clauses.yaml", schema.CLAUSES, words, required=True)
        sections = {name: self.read(f"{name}.yaml", schema.section(name), words) for name in schema.SECTIONS}
        duties = [self.read(f"duties/{file.name}", schema.DUTY, words, required=True) for file in self.files("duties")]
        self.cross_check(header, clauses, sections, duties)
        catalogue = self.catalogue()
        self.stop_at_faults()
        built = _built(header, clauses, sections, duties, catalogue)
        self.faults += [*_reading_faults(sections["readings"], built), *exclusive_faults(header, built)]
        self.stop_at_faults()
        self.faults += [*apart_faults(header, built), *whole_faults(duties, built)]
        self.stop_at_faults()
        return built

    def cross_check(
        self, header: Document, clauses: Document, sections: Mapping[str, Document], duties: list[Document]
    ) -> None:
        """What only shows when files are held against each other; faulty files are left out and blamed once."""
        known = {entry["id"] for entry in clauses.data["clauses"]} if clauses.data else None
        lists = {f"{schema.SINGULAR[name]}.{key}" for name, key, _ in _section_entries(sections)}
        names = {Path(document.file).stem for document in duties}
        lists |= {f"duty.{name}" for name in names}
        if header.data:
            self.faults += [
                *_header_faults(header),
                *local_faults(header),
                *_setting_faults(header, known),
                *_term_faults(header),
            ]
        if clauses.data:
            self.faults += _clause_faults(clauses)
        for document in filter(_sound, duties):
            self.faults += [*_named_as_its_file(document), *duty_faults(document, known, self.unless_faulty(lists))]
            if document.data["kind"] == "score":
                self.faults += score_faults(document, names, mapping(header.data).get("local"))
        self.faults += looking_faults(filter(_sound, duties))
        self.faults += folder_sense(header, sections, [one for one in duties if _sound(one)], self.unless_faulty(lists))
        for name, key, entry in _section_entries(sections):
            self.faults += _section_faults(sections[name], (name, key), entry, known, names)
            if name == "indicators":
                codes, local = {one["code"] for one in self.catalogue()}, mapping(header.data).get("local")
                self.faults += indicator_faults(sections[name], (name, key), key, entry, codes, local)

    def unless_faulty(self, lists: set[str]) -> Known:
        """The lists a duty may name, if all files that may hold them could be read."""
        files = {f"{name}s.yaml" for name in LISTS.values()}
        return None if files & {fault.file for fault in self.faults} else lists

    def must_be_a_folder(self) -> None:
        if not is_folder(self.path):
            self.fault(
                "", "missing_folder", "模板文件夹不存在或读不了", "检查路径和权限，或用 policy_templates 里的名字"
            )
            self.stop_at_faults()
        for file in [*self.files("."), *self.files("duties"), *self.files("cases")]:
            place = file.relative_to(self.path).as_posix()
            if file.exists() and not (file.is_file() or file.is_dir()):  # a pipe would keep us waiting
                self.fault(place, "unreadable", "这不是文件", "换成普通文件")
            if not (
                place in FILES | FOLDERS
                or (file.parent != self.path and file.suffix == ".yaml")
                or file.suffix == ".md"
            ):
                self.fault(
                    place,
                    "unknown_file",
                    f"不认识的文件“{place}”",
                    f"可用的:{listed(sorted(FILES | FOLDERS))}；duties 和 cases 里放 .yaml",
                )
        self.stop_at_faults()

    def files(self, folder: str) -> list[Path]:
        """What lies in a folder, hidden files apart; an absent folder is empty."""
        try:
            return sorted(file for file in (self.path / folder).iterdir() if not file.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError:
            self.fault(folder, "unreadable", "文件夹读不了", "检查它是不是文件夹，以及权限")
            return []

    def read(self, name: str, shape: schema.Schema, words: Words, *, required: bool = False) -> Document:
        """One file, shape checked; an absent optional one, or a faulty one, is an empty document."""
        file = self.path / name
        if not required and not file.exists():
            return Document(name, None)
        try:
            document = read(file, name=name)
        except TemplateErrors as errors:
            self.faults += errors.errors
            return Document(name, None)
        found = schema.faults(document, shape, words)
        self.faults += found
        if found:
            self.as_written[name] = document.data
        return Document(name, None) if found else document

    def catalogue(self) -> tuple[Mapping[str, Any], ...]:
        try:
            return load_catalogue()
        except TemplateErrors as errors:
            self.faults += errors.errors
            return ()

    def fault(self, name: str, code: str, message: str, remedy: str) -> None:
        self.faults.append(TemplateError(name or str(self.path), 0, "", code, message, remedy))

    def stop_at_faults(self) -> None:
        if self.faults:
            raise TemplateErrors(self.faults)


def _built(
    header: Document,
    clauses: Document,
    sections: Mapping[str, Document],
    duties: list[Document],
    catalogue: tuple[Mapping[str, Any], ...],
) -> Template:
    head = header.data
    elements = [setting_element(name, entry, head) for name, entry in head.get("settings", {}).items()]
    elements += [
        listing_element(schema.SINGULAR[name], key, entry, head) for name, key, entry in _section_entries(sections)
    ]
    elements += [exclusive_element(number, entry, head) for number, entry in enumerate(head.get("exclusive", ()), 1)]
    elements += [element for document in duties for element in duty_elements(document.data, head)]
    return Template(
        id=head["id"],
        header={key: value for key, value in head.items() if key not in ("settings", "exclusive")},
        clauses={entry["id"]: clause_of(entry) for entry in clauses.data["clauses"]},
        elements={element.id: element for element in elements},
        catalogue=catalogue,
    )


def _reading_faults(document: Document, template: Template) -> Iterator[TemplateError]:
    """A reading must point at elements or values that exist: it is carried by them, not by its own words."""
    for name, entry in mapping(mapping(document.data).get("readings")).items():
        for index, address in enumerate(entry.get("carried_by", ())):
            element, _, key = address.rpartition(".")
            if address not in template.elements and key not in getattr(template.elements.get(element), "values", ()):
                yield document.fault(
                    ("readings", name, "carried_by", index),
                    "unknown_id",
                    f"没有“{address}”",
                    "写元素的 id(如 duty.visits、setting.data_entry)，或再加上它的键(如 duty.visits.min)",
                )


def _sound(document: Document) -> bool:
    return document.data is not None


def _section_entries(sections: Mapping[str, Document]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(file, id, entry) of everything in the sound optional files."""
    for name, document in sections.items():
        for key, entry in mapping(mapping(document.data).get(name)).items():
            yield name, key, entry


def _header_faults(header: Document) -> Iterator[TemplateError]:
    start, end = header.data.get("in_force_from"), header.data.get("in_force_until")
    if start and end and start >= end:
        yield header.fault(("in_force_until",), "backwards", "失效日早于施行日", "改正其中一个日期")


def local_faults(header: Document) -> Iterator[TemplateError]:
    """Unknown categories and words; also asked of words that an overlay adds."""
    words = words_with(header.data.get("local"))
    for category, entries in mapping(header.data.get("local")).items():
        if category not in shared_words():
            yield header.fault(
                ("local", category),
                "unknown_word",
                f"词表里没有“{category}”这一类",
                f"可用的类:{listed(shared_words())}",
            )
        for name, entry in entries.items():
            parent = mapping(entry).get("is_a")
            if parent is not None and (parent == name or parent not in words.get(category, {})):
                yield header.fault(
                    ("local", category, name, "is_a"),
                    "unknown_word",
                    f"没有“{parent}”这个词",
                    f"is_a 要指向 {category} 里的词",
                )


def _clause_faults(clauses: Document) -> Iterator[TemplateError]:
    seen: set[str] = set()
    for index, entry in enumerate(clauses.data["clauses"]):
        if entry["id"] in seen:
            yield clauses.fault(
                ("clauses", index, "id"), "duplicate_id", f"条款“{entry['id']}”写了两次", "每个条款 id 只用一次"
            )
        seen.add(entry["id"])
        if _above(entry.get("count_min"), entry.get("count_max")):
            yield clauses.fault(
                ("clauses", index, "count_min"), "min_above_max", "count_min 大于 count_max", "调换或改正这两个数"
            )


def _term_faults(header: Document) -> Iterator[TemplateError]:
    settings = header.data.get("settings", {})
    start, end = (mapping(entry).get("value", entry) for entry in map(settings.get, ("term_from", "term_until")))
    if all(isinstance(day, str) and is_day(day) for day in (start, end)) and start >= end:
        yield header.fault(("settings", "term_until"), "backwards", "term_until 早于 term_from", "改正其中一个日期")


def _setting_faults(header: Document, known: Known) -> Iterator[TemplateError]:
    for name, entry in header.data.get("settings", {}).items():
        written = mapping(entry)
        value = written.get("value") if written else entry
        way = ("settings", name)
        odd = setting_fault(name, value)
        yield from _dangling(header, (*way, "clauses"), written.get("clauses", ()), known)
        if odd:
            yield header.fault(way, *odd)
        if written.get("options") and value not in written["options"]:
            yield header.fault((*way, "value"), "not_an_option", f"“{value}”不在 options 里", "从 options 里选一个")


def setting_fault(name: str, value: Any) -> tuple[str, str, str] | None:
    """Code, message and remedy where a setting that the engine reads has a value it cannot use."""
    wanted = ENGINE_SETTINGS.get(name)
    if wanted is None or value is None:
        return None
    if name == "pro_rata" and isinstance(value, Mapping):
        odd_keys = schema.faults(Document("settings", value), schema.PRO_RATA, words_with({}))
        return next(((one.code, f"设置“pro_rata”:{one.message}", one.remedy) for one in odd_keys), None)
    if type(value) is not wanted:
        return "wrong_type", f"设置“{name}”的值类型不对", f"写成 {wanted.__name__}"
    if name == "year_start_month" and value not in range(1, 13):
        return "bad_value", "月份只能是 1 到 12", "写 1 到 12，如 year_start_month: 7"
    odd = [day for day in (value if isinstance(value, list) else ()) if not is_day(str(day))]
    if odd or (wanted is str and not is_day(str(value))):
        value = odd[0] if odd else value
        return "bad_date", f"“{value}”不是存在的日期", "写成 2021-12-25 的样子"
    return None


def _section_faults(
    document: Document, way: Way, entry: Mapping[str, Any], known: Known, duties: Container[str]
) -> Iterator[TemplateError]:
    """Of one checklist, workflow, report, form, venue, text or indicator."""
    yield from _dangling(document, (*way, "clauses"), entry.get("clauses", ()), known)
    if "size" in entry and entry["items"] and entry["size"] < len(entry["items"]):
        yield document.fault(
            (*way, "size"),
            "bad_value",
            f"size 是 {entry['size']}，items 却有 {len(entry['items'])} 项",
            "改正 size，或删去它",
        )
    yield from step_faults(document, (*way, "steps"), entry.get("steps", []))
    yield from list_sense(document, str(way[0]), way, entry)
    for lines in ("items", "steps", "fields"):
        yield from _doubles(document, (*way, lines), [line["id"] for line in entry.get(lines, ())])
    for index, duty in enumerate(entry.get("duties", ())):
        if duty not in duties:
            yield document.fault(
                (*way, "duties", index), "unknown_duty", f"没有职责“{duty}”", "改成 duties 文件夹里的 id"
            )


def _named_as_its_file(document: Document) -> Iterator[TemplateError]:
    if document.data["id"] != Path(document.file).stem:
        yield document.fault(("id",), "wrong_id", f"id“{document.data['id']}”与文件名不同", "职责的 id 与文件名一致")


def duty_faults(document: Document, known: Known, lists: Known) -> Iterator[TemplateError]:
    """What a schema cannot see in a duty; also asked of duties that an overlay adds."""
    duty = document.data
    yield from _duty_shape_faults(document, duty, lists)
    yield from timing_faults(document, duty)
    yield from whom_faults(document, duty, lists)
    yield from duty_sense(document, duty)
    yield from _dangling(document, ("clauses",), duty["clauses"], known)
    yield from _value_faults(document, ("values",), duty.get("values", ()), known)
    is_score = duty["kind"] == "score"
    for index, part in enumerate(duty.get("parts", ())):
        yield from () if is_score else unscored_faults(document, ("parts", index), part, lists)
        yield from _dangling(document, ("parts", index, "clauses"), part.get("clauses", ()), known)
        yield from _value_faults(document, ("parts", index, "values"), part.get("values", ()), known)
        if not is_score:
            yield from _number_faults(document, ("parts", index, "values"), "count", part.get("values", ()))
        blocks = [part.get("counts", {})]
        yield from broken_number_faults(document, ("parts", index, "values"), part.get("values", ()), blocks)
        yield from broken_number_faults(document, ("parts",), [{}] * index + [part], blocks)
        if _above(part.get("min"), part.get("max")):
            yield document.fault(("parts", index, "min"), "min_above_max", "min 大于 max", "调换或改正这两个数")
    blocks = [counts for _, counts in _counts_of(duty)]  # points may be broken
    yield from () if is_score else broken_number_faults(document, ("values",), duty.get("values", ()), blocks)
    yield from _doubles(document, ("parts",), [part["id"] for part in duty.get("parts", ())])
    if len(duty.get("parts", ())) < max((entry.get("k", 0) for entry in duty.get("values", ())), default=0):
        yield document.fault(("values",), "bad_value", "k 比 parts 的项数还多", "改小 k，或补上 parts")


def _duty_shape_faults(document: Document, duty: Mapping[str, Any], lists: Known) -> Iterator[TemplateError]:
    """Has a duty of this kind what its kind needs?"""
    kind = KINDS[duty["kind"]]
    for key in kind.needs:
        if key not in duty:
            yield document.fault(
                (key,), "missing_key", f"{duty['kind']} 类职责缺少“{key}”", f"补上“{key}”(写法见 README)"
            )
    for key in OWN_KEYS:
        if key in duty and key not in (*kind.needs, *kind.takes):
            yield document.fault((key,), "unknown_key", f"{duty['kind']} 类职责不用“{key}”", "删去，或改 kind")
    yield from _number_faults(document, ("values",), duty["kind"], duty.get("values", ()))
    yield from _direction_faults(document, duty.get("direction", {}))
    yield from _list_faults(document, duty, lists)
    for name, counts in _counts_of(duty):
        if ("kinds" in counts) == ("links" in counts):
            yield document.fault(
                name, "kinds_or_links", "kinds 和 links 要写一个，且只写一个", "数记录写 kinds，数联系关系写 links"
            )
        yield from counting_faults(document, name, counts)
    if not kind.judged and any(entry.get("min") is not None for entry in duty.get("values", ())):
        yield document.fault(
            ("values",), "qualitative_number", f"{duty['kind']} 类职责不带数字", "去掉 min，或改用 count"
        )


def _number_faults(document: Document, way: Way, kind: str, values: Any) -> Iterator[TemplateError]:
    """Each kind has its own numbers; one of another kind would be read by nobody."""
    allowed = KINDS[kind].numbers
    for index, entry in enumerate(values):
        for key in (*NUMBERS, *SCORES):
            if key in entry and key not in allowed:
                remedy = f"改用{listed(allowed)}，或改 kind" if allowed else "删去，或改 kind"
                yield document.fault((*way, index, key), "unknown_key", f"{kind} 类职责不用“{key}”", remedy)
    main = [key for key in allowed if key not in ("each", "per")]
    if values and main and not any(key in entry for entry in values for key in main):
        yield document.fault(way, "missing_key", f"没有写{'或'.join(main)}", _unnumbered(kind, main))


def _unnumbered(kind: str, main: list[str]) -> str:
    """What to do where `values` states no number of its kind."""
    if "values" not in KINDS[kind].needs:
        return "写上数字；没有要写的，就整个不写 values(不能写 values: [{}])"
    return f"写上数字；文件没有规定数字的写 {main[0]}: null，那就只计数"


def _direction_faults(document: Document, directions: Mapping[str, Any]) -> Iterator[TemplateError]:
    allowed = (*NUMBERS, *SCORES, *TERMS, "force", *DATED, *CONDITIONS, *DIRECTED_WORDS)
    for key, direction in directions.items():
        if key not in allowed:
            kind = KINDS[document.data["kind"]]
            others = () if document.data["kind"] == "score" else {*NUMBERS, *SCORES, *TERMS} - {*kind.numbers}
            meant = listed(one for one in dict.fromkeys(allowed) if one not in others)
            yield document.fault(("direction", key), "unknown_key", f"direction 里不认识“{key}”", f"可用的键:{meant}")
        low, high = mapping(direction).get("in_range", (0, 0))
        if low > high:
            yield document.fault(("direction", key), "min_above_max", "in_range 的下限大于上限", "调换或改正这两个数")


def _list_faults(document: Document, duty: Mapping[str, Any], lists: Known) -> Iterator[TemplateError]:
    name = LISTS.get(duty["kind"])
    if name and name in duty and lists is not None and f"{name}.{duty[name]}" not in lists:
        yield document.fault((name,), "unknown_list", f"{name}s.yaml 里没有“{duty[name]}”", "先在那个文件里写明")


def _counts_of(duty: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    for name in ("counts", "out_of"):
        if name in duty:
            yield (name,), duty[name]
    for index, part in enumerate(duty.get("parts", ())):
        if "counts" in part:
            yield ("parts", index, "counts"), part["counts"]


def _value_faults(document: Document, way: Way, values: Any, known: Known) -> Iterator[TemplateError]:
    days = [date.fromisoformat(entry["from"]) if entry.get("from") else date.min for entry in values]
    for index, entry in enumerate(values):
        if _above(entry.get("min"), entry.get("max")):
            yield document.fault((*way, index, "min"), "min_above_max", "min 大于 max", "调换或改正这两个数")
        if "clause" in entry:
            yield from _dangling(document, (*way, index, "clause"), [entry["clause"]], known)
        if index and days[index] <= days[index - 1]:
            yield document.fault(
                (*way, index, "from"), "not_in_order", "values 要按日期从早到晚，日期不能相同", "排好次序"
            )


def _dangling(document: Document, way: Way, clauses: Any, known: Known) -> Iterator[TemplateError]:
    for clause in clauses:
        if known is not None and clause not in known:
            yield document.fault(
                way, "dangling_clause", f"clauses.yaml 里没有条款“{clause}”", "改正编号，或先在 clauses.yaml 里补上"
            )


def _doubles(document: Document, way: Way, ids: list[str]) -> Iterator[TemplateError]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield document.fault((*way, index, "id"), "duplicate_id", f"id“{name}”重复", "每个 id 只用一次")


def _above(least: Any, most: Any) -> bool:
    return least is not None and most is not None and least > most
