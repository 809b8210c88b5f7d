"""One thing of the policy with everything that may be changed in it besides its numbers: what counts, by when, for whom, steps, fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import NotFound
from policy_engine import Element, Policy
from policy_engine.addresses import settable
from policy_engine.directions import direction_of
from policy_engine.model import FILTERS
from policy_engine.spoken import speech_of
from tenants.policy.queries import words
from tenants.policy.queries.adaptable import Knob, Sort, allowed
from tenants.policy.queries.reading import Parameter, Source, decision_days, parameter
from tenants.policy.queries.stack import parent_policy_on, policy_on
from tenants.policy.queries.telling import SORTS, sort_of, teller

ALWAYS = ("kinds", "links", "roles", "authorship", "organisers", "modes", "place_levels", "destinations")
"""What a record may be told apart by; the other filters are offered where the document uses them."""
FILTER_WORDS = {
    "kinds": "计入哪些记录", "links": "计入哪种联系", "roles": "以什么身份才算", "authorship": "怎样署名才算", "organisers": "谁组织的才算",
    "modes": "什么方式才算", "place_levels": "在哪一级才算", "destinations": "去哪里才算", "target_types": "对谁做才算", "posts": "什么职务的才算",
    "tags": "带什么标记才算", "results": "有什么结果才算",
}  # fmt: skip
GROUPS = ("contact", "activity", "output")
PRESETS: tuple[Mapping[str, Any], ...] = (
    {"type": "member"},
    {"type": "member", "posts": ["standing_member"]},
    {"type": "member", "except_posts": ["standing_member"]},
    {"type": "member", "except_posts": ["chairperson", "vice_chairperson", "secretary_general"]},
    {"type": "member", "posts": ["chairperson", "vice_chairperson"]},
)
DUES = (
    ("", "没有期限"), ("month_day", "某月某日以前（填 11-30）"), ("day", "每期最后一个月的几日以前（填 10）"),
    ("days_before_end", "每期结束多少天以前（填天数）"), ("days_after_end", "每期结束后多少天内（填天数）"),
    ("days_after_start", "每期开始后多少天内（填天数）"), ("on", "某一天以前（填 2023-06-30）"),
)  # fmt: skip
KEEP = "keep"
LINES = {"workflow": "steps", "form": "fields"}  # a checklist's items are typed line by line beside its numbers
SHAPED = ("choice", "rows")  # types of field that need more than a name
LINE_WORDS = {"steps": "步骤", "fields": "栏目"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list with what may be changed in it."""

    path: str
    title: str
    knobs: tuple[Knob, ...]
    may_drop: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """A thing to be changed on a page of its own. `listing`: the list whose lines may be changed, added and removed."""

    id: str
    word: str
    title: str
    sentence: str
    basis: str
    knobs: tuple[Knob, ...]
    listing: str = ""
    rows: tuple[Row, ...] = ()
    may_add: bool = False
    refusal: str = ""

    @property
    def is_duty(self) -> bool:
        return self.id.startswith("duty.")

    @property
    def line_word(self) -> str:
        return LINE_WORDS.get(self.listing, "")

    @property
    def new_choices(self) -> list[tuple[str, str]]:
        """Where a new line goes: at the end, or before one of those there."""
        return [("", "加在最后"), *((one.path.rpartition(".")[2], f"加在“{one.title}”前面") for one in self.rows)]


def detail_on(name: str, day: date) -> Detail:
    """Raises NoPolicy, NotFound."""
    return detail(policy_on(day), parent_policy_on(day), name, day)


def detail(policy: Policy, parent: Policy, name: str, day: date) -> Detail:
    element = policy.elements.get(name)
    if element is None or name.count(".") != 1 or sort_of(element) not in SORTS or not element.stands(day):
        raise NotFound("施行中的办法里没有这一项。请回调整页另选。")
    make = _Maker(policy, parent, day)
    knobs = tuple(one for one in make.knobs(element) if not one.parameter.is_fixed)
    listing = LINES.get(sort_of(element), "")
    rows, may_add = make.rows(element, listing) if listing and listing in element.values else ((), False)
    tell = teller(policy, day)
    refs = dict.fromkeys(words.reference(policy.clauses[one].ref) for one in element.clauses if one in policy.clauses)
    return Detail(
        id=name, word=SORTS[sort_of(element)], title=tell.title(element), sentence=tell.line(element), basis="、".join(refs),
        knobs=knobs, listing=listing if rows or may_add else "", rows=rows, may_add=may_add,
        refusal="" if knobs or rows else "上级不许改这一项，或者这一项没有别的可以改。",
    )  # fmt: skip


class _Maker:
    def __init__(self, policy: Policy, parent: Policy, day: date) -> None:
        self.policy, self.parent, self.day = policy, parent, day
        self.tell, self.speech, self.decided = teller(policy, day), speech_of(policy), decision_days()

    def knobs(self, element: Element) -> Iterator[Knob]:
        sort = sort_of(element)
        yield self.made(element, "title", "text", "叫什么")
        if sort == "duty":
            yield from self.of_duty(element)
        elif sort == "report":
            yield self.made(element, "author", "choice", "由谁报", self.optional("bodies"))
            yield self.made(element, "period", "choice", "多久一次", self.optional("periods"))
            forms = (
                ("", "不限"),
                ("written", "书面报告"),
                ("hearing", "听取汇报"),
                ("written_or_hearing", "书面或听取汇报"),
            )
            yield self.made(element, "form", "choice", "怎样报", forms)
        elif sort == "venue" and "modes" in element.values:
            yield self.made(element, "modes", "several", "方式", self.words("modes"))
        elif sort == "text":
            yield self.made(element, "text", "long", "内容")
        elif sort == "form" and "remark" in settable(element):
            yield self.made(element, "remark", "long", "备注")

    def of_duty(self, element: Element) -> Iterator[Knob]:
        subjects = self.subjects(element)
        if len(subjects) > 1:
            yield self.made(element, "subject", "choice", "对谁", subjects)
        if "due" in settable(element) and element.read("period", self.day) not in ("continuous", "event"):
            yield self.made(element, "due", "due", "什么时候以前", self.dues(element))
            late = (("counts", "逾期的也算，标明逾期"), ("not_counted", "逾期的不算"))
            if element.value("due", self.day):
                yield self.made(element, "late", "choice", "逾期的算不算", late)
        yield self.made(element, "waivable", "flag", "可以豁免吗", (("yes", "可以"), ("no", "不可以")))
        for name in (element.id, *element.traits.get("parts", ())):
            one = self.policy.elements[name]
            if "counts" in one.traits and one.stands(self.day):
                yield from self.filters(one)

    def filters(self, element: Element) -> Iterator[Knob]:
        part = f"{element.title}：" if ".parts." in element.id else ""
        offered = settable(element)
        for key in FILTERS:
            now = element.value(key, self.day)
            if key not in offered or not (now or (key in ALWAYS and not part)):
                continue
            chosen = self.kinds(now or ()) if key == "kinds" else self.words(key)
            if chosen and not (key == "links" and not now):
                yield self.made(element, key, "several", f"{part}{FILTER_WORDS[key]}", chosen)

    def subjects(self, element: Element) -> tuple[tuple[str, str], ...]:
        """The present one first, then the usual ones of the same type."""
        now = element.read("subject", self.day)
        usual = [dict(one) for one in PRESETS if one["type"] == now.get("type")]
        return tuple(
            (json.dumps(one, sort_keys=True), self.speech.value("subject", one))
            for one in [now, *(one for one in usual if one != now)]
        )

    def dues(self, element: Element) -> tuple[tuple[str, str], ...]:
        now = element.value("due", self.day)
        known = (
            now and (set(now) & {form for form, _ in DUES}) and not set(now) & {"working_days", "after_end", "event"}
        )
        return DUES if not now or known else ((KEEP, f"照旧：{self.speech.value('due', now)}"), *DUES)

    def kinds(self, now: Sequence[str]) -> tuple[tuple[str, str], ...]:
        entries = self.tell.words["kinds"]
        found = [name for group in GROUPS for name, one in entries.items() if one.get("group") == group]
        return tuple((name, self.tell.word("kinds", name)) for name in dict.fromkeys([*found, *now]))

    def words(self, category: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.tell.word(category, name)) for name in self.tell.words.get(category, {}))

    def optional(self, category: str) -> tuple[tuple[str, str], ...]:
        return (("", "文件没有写"), *self.words(category))

    def types(self, line: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What a field may be made: those that need no more than a name, and what it is."""
        return tuple(one for one in self.words("field_types") if one[0] not in SHAPED or one[0] == line.get("type"))

    def rows(self, element: Element, listing: str) -> tuple[tuple[Row, ...], bool]:
        direction = direction_of(self.policy, element, listing)
        if direction.kind == "fixed":
            return (), False
        lines = [one for one in element.value(listing, self.day) or () if isinstance(one, Mapping)]
        made = (self.row(element, listing, one, may_drop=direction.kind == "free" and len(lines) > 1) for one in lines)
        return tuple(made), True

    def row(self, element: Element, listing: str, line: Mapping[str, Any], *, may_drop: bool) -> Row:
        path = f"{element.id}.{listing}.{line['id']}"
        asked: dict[str, list[tuple[str, Sort, str, tuple[tuple[str, str], ...]]]] = {
            "steps": [("title", "text", "叫什么", ()), ("by", "choice", "由谁办", self.optional("bodies")), ("days", "number", "几天内", ())],
            "fields": [
                ("title", "text", "叫什么", ()), ("type", "choice", "填什么", self.types(line)),
                ("required", "flag", "必填吗", (("yes", "必填"), ("no", "选填"))),
            ],
        }  # fmt: skip
        knobs = tuple(self.of_line(element, listing, path, line, *one) for one in asked[listing])
        return Row(path, str(line["title"]), knobs, may_drop)

    def of_line(
        self,
        element: Element,
        listing: str,
        path: str,
        line: Mapping[str, Any],
        key: str,
        sort: Sort,
        label: str,
        choices: tuple[tuple[str, str], ...],
    ) -> Knob:
        whole = parameter(self.policy, element, self.parent.elements.get(element.id), listing, self.day, self.decided)
        value = line.get(key)
        found = Parameter(
            path=f"{path}.{key}", label=label, value=value, parent_value=value, bounds="", is_fixed=False, options=(), chain=whole.chain
        )  # fmt: skip
        return Knob(found, sort, choices)

    def made(
        self, element: Element, key: str, sort: Sort, label: str, choices: tuple[tuple[str, str], ...] = ()
    ) -> Knob:
        direction = direction_of(self.policy, element, key)
        if element.values.get(key):
            known = parameter(self.policy, element, self.parent.elements.get(element.id), key, self.day, self.decided)
            chain: tuple[Source, ...] = known.chain
        else:
            chain = (_born(self.policy),)
        value = element.read(key, self.day)
        found = Parameter(
            path=f"{element.id}.{key}", label=label, value=value, parent_value=value, bounds=words.bounds(direction),
            is_fixed=direction.kind == "fixed", options=(), chain=chain,
        )  # fmt: skip
        return Knob(found, sort, choices, allows=allowed(direction, key, found) if direction.kind != "free" else "")


def _born(policy: Policy) -> Source:
    return Source(document=policy.document, ref="", since=None, reason="", decided="", is_own=False)
