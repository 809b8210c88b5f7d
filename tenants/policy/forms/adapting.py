"""The form of an adaptation: one field per value that may be set, named by its path, and the decision behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from policy_engine import Policy
from policy_engine.vocabulary import words_with
from tenants.policy.queries import passages, words
from tenants.policy.queries.adaptable import Knob, Section, Thing
from tenants.proceedings.models import Body

STATES = [("", "全部"), *passages.STATES.items()]
FORCES = ("required", "in_principle", "encouraged", "explore", "may", "info")
AT_MOST = 4  # policies beside ours; more cannot be read at once


class AdaptForm(forms.Form):
    """One field per value that may be set, named by its path; a field named by a thing alone drops it.

    What the meeting decides may still be open here: it is asked for when the decision is registered.
    """

    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="为什么与上级不同，一两句即可；上级备案时看得到",
    )
    body = forms.ChoiceField(label="请哪个会议决定", choices=Body.choices)
    in_force_from = forms.DateField(label="打算从哪天起施行", help_text="从这一天起按本会的数判断，以前仍按原来的数")
    meeting = forms.CharField(
        label="会议", max_length=100, required=False, help_text="没开会可以先不填，登记决定时再填"
    )
    document_number = forms.CharField(label="文号", max_length=60, required=False)

    def __init__(self, *args: Any, sections: Sequence[Section], above: str = "上级", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections, self.above = sections, above
        for thing in self._things():
            for knob in thing.knobs:
                self.fields[knob.path] = field_of(knob)
            if thing.may_drop:
                self.fields[thing.id] = forms.BooleanField(label="本会不要这一项", required=False)

    def rows(self) -> Iterator[tuple[Section, list[ThingRow], bool]]:
        """The fields under their things, section by section, and whether it stands open: what was touched is seen."""
        for section in self.sections:
            things = [self._row(thing) for thing in section.things]
            yield section, things, not section.is_folded or any(one.is_touched for one in things)

    def operations(self) -> list[dict[str, Any]]:
        """What was changed, in the overlay's language. Only if it is understood."""
        return [*self._dropped(), *self._set()]

    @property
    def is_understood(self) -> bool:
        """Can the values be read, whatever the statement still lacks?"""
        return set(self.errors) <= set(STATEMENT)

    def _things(self) -> Iterator[Thing]:
        for section in self.sections:
            yield from section.things

    def _row(self, thing: Thing) -> ThingRow:
        common: list[Choice] = []
        spare: list[Choice] = []
        for knob in thing.knobs:
            (spare if knob.is_spare else common).append(Choice(knob, self[knob.path], self.above))
        drop = self[thing.id] if thing.may_drop else None
        is_touched = any(one.bound.errors or one.is_changed for one in (*common, *spare)) or bool(drop and drop.value())
        return ThingRow(thing, tuple(common), tuple(spare), drop, is_touched)

    def _dropped(self) -> Iterator[dict[str, Any]]:
        for thing in self._things():
            if thing.may_drop and self.cleaned_data.get(thing.id):
                yield {"op": "remove", "path": thing.id}

    def _set(self) -> Iterator[dict[str, Any]]:
        for thing in self._things():
            if thing.may_drop and self.cleaned_data.get(thing.id):
                continue  # what is dropped has no values
            for knob in thing.knobs:
                value = understood(knob, self.cleaned_data.get(knob.path))
                if not knob.parameter.is_fixed and value != knob.parameter.value:
                    yield {"op": "set", "path": knob.path, "value": value}


STATEMENT = ("reason", "body", "in_force_from", "meeting", "document_number")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to set beside its field."""

    knob: Knob
    bound: BoundField
    above: str

    @property
    def is_changed(self) -> bool:
        return str(self.bound.value() or "") != str(self.bound.form.fields[self.knob.path].initial or "")

    @property
    def help(self) -> str:
        parameter = self.knob.parameter
        above = f"{self.above} {parameter.parent_shown}" if parameter.source.is_own else ""
        return " · ".join(filter(None, [above, self.knob.allows, f"来自{parameter.source.label}"]))


@dataclass(frozen=True, slots=True)
class ThingRow:
    thing: Thing
    common: tuple[Choice, ...]
    spare: tuple[Choice, ...]
    drop: BoundField | None
    is_touched: bool


def understood(knob: Knob, typed: Any) -> Any:
    """A cleaned field as the policy writes it: whole numbers, lists, list items that keep their ids."""
    old = knob.parameter.value
    if knob.sort == "number":
        whole = isinstance(typed, float) and typed.is_integer()
        return int(typed) if whole else typed
    if knob.sort == "flag":
        return typed == "yes"
    if knob.sort == "several":
        return [*(one for one in old or () if one in typed), *(one for one in typed if one not in (old or ()))]
    if knob.sort == "lines":
        lines = [line.strip() for line in str(typed).splitlines() if line.strip()]
        return lines if knob.path.startswith("setting.") else _items(old or (), lines)
    return typed


def _items(old: Sequence[Any], lines: Sequence[str]) -> list[dict[str, Any]]:
    """Lines as items of a checklist: a line that was there stays the same item, a new one gets the next free id."""
    known = {one["title"]: dict(one) for one in old}
    taken = {one["id"] for one in old}
    free = (f"own_{number}" for number in range(1, 1000) if f"own_{number}" not in taken)
    return [known[line] if line in known else {"id": next(free), "title": line} for line in dict.fromkeys(lines)]


def shown(knob: Knob) -> Any:
    """A value as its field shows it."""
    value = knob.parameter.value
    if knob.sort == "flag":
        return "yes" if value else "no"
    if knob.sort == "lines":
        return "\n".join(one["title"] if isinstance(one, dict) else one for one in value or ())
    return value


def field_of(knob: Knob) -> forms.Field:
    parameter = knob.parameter
    common: dict[str, Any] = {"label": parameter.label, "initial": shown(knob), "disabled": parameter.is_fixed}
    if knob.sort in ("choice", "flag"):
        return forms.ChoiceField(choices=knob.choices, **common)
    if knob.sort == "several":
        return forms.MultipleChoiceField(
            choices=knob.choices, required=False, widget=forms.CheckboxSelectMultiple, **common
        )
    if knob.sort == "lines":
        rows = len(parameter.value or ()) + 1
        return forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}), **common)
    if knob.sort == "text":
        return forms.CharField(max_length=200, **common)
    # A document that fixes no number may stay without one; a fixed number is replaced, never emptied by mistake.
    return forms.FloatField(min_value=0, required=parameter.value is not None, **common)


class DecisionForm(forms.Form):
    """What the meeting decided about a draft."""

    body = forms.ChoiceField(label="决定机构", choices=Body.choices)
    meeting = forms.CharField(label="会议", max_length=100, help_text="例如 第十届第3次主席会议")
    decided_on = forms.DateField(label="会议日期")
    document_number = forms.CharField(label="文号", max_length=60)
    in_force_from = forms.DateField(label="施行日期", help_text="不早于会议日期；可以是以后的一天")


class RemarkForm(forms.Form):
    remark = forms.CharField(label="退回的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AdoptForm(DecisionForm):
    """Another whole document: which, from when, in place of the present one or beside it."""

    template = forms.ChoiceField(label="采用哪份办法")
    how = forms.ChoiceField(
        label="和现在的办法什么关系", choices=[("replace", "取代现在的办法"), ("beside", "与现在的办法同时有效")],
        widget=forms.RadioSelect, initial="replace",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    @property
    def replaces(self) -> bool:
        return bool(self.cleaned_data["how"] == "replace")

    def decision(self) -> dict[str, Any]:
        """Body, meeting, day, number and first day. Only after is_valid()."""
        return {name: self.cleaned_data[name] for name in DecisionForm.base_fields}


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="为什么撤回", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


SUBJECTS: dict[str, tuple[str, Any]] = {
    "member": ("每位委员", "member"),
    "standing_member": ("每位常委", {"type": "member", "posts": ["standing_member"]}),
    "sector": ("每个界别", "sector"),
    "special_committee": ("每个专委会", "special_committee"),
}
RANGE_LINKS = ("constituent", "grid_worker", "residency")


class OwnDutyForm(forms.Form):
    """A duty of our own beside the parent's: something done so often, or so many kept."""

    title = forms.CharField(label="叫什么", max_length=40, help_text="例如 每年走访一户企业")
    kind = forms.ChoiceField(
        label="怎样要求", choices=[("count", "一段时间里至少几次（件）"), ("range", "一直保持几到几个")], widget=forms.RadioSelect,
        initial="count",
    )  # fmt: skip
    subject = forms.ChoiceField(label="对谁", choices=[(name, said) for name, (said, _) in SUBJECTS.items()])
    kinds = forms.MultipleChoiceField(label="计入哪些记录", required=False, widget=forms.CheckboxSelectMultiple)
    link = forms.ChoiceField(label="保持哪种联系", required=False)
    period = forms.ChoiceField(
        label="多长一段时间", required=False, choices=[("year", "每年"), ("half_year", "每半年"), ("quarter", "每季度"), ("month", "每月")]
    )  # fmt: skip
    min = forms.IntegerField(label="至少", min_value=1, max_value=999)
    max = forms.IntegerField(
        label="至多", min_value=1, max_value=999, required=False, help_text="只在“保持几到几个”时填"
    )
    force = forms.ChoiceField(
        label="效力", choices=[("required", "必须"), ("in_principle", "原则上（可豁免）"), ("encouraged", "鼓励（不计欠账）")]
    )  # fmt: skip

    def __init__(self, *args: Any, policy: Policy, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy, self.taken = policy, taken
        known = words_with(policy.header.get("local"))
        groups = {"contact": "联系", "activity": "活动", "output": "成果"}
        kinds, link = self.fields["kinds"], self.fields["link"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        assert isinstance(link, forms.ChoiceField)
        kinds.choices = [
            (name, entry["title"]) for group in groups for name, entry in known["kinds"].items() if entry.get("group") == group
        ]  # fmt: skip
        link.choices = [(name, known["links"][name]["title"]) for name in RANGE_LINKS]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == "count" and not data.get("kinds"):
            self.add_error("kinds", "请至少勾一种记录，不然没有东西可数。")
        if data.get("kind") == "range":
            if data.get("max") is None:
                self.add_error("max", "请填最多几个；没有上限就选“至少几次”。")
            elif data.get("min") and data["max"] < data["min"]:
                self.add_error("max", "最多不能小于最少。")
        return data

    def addition(self) -> dict[str, Any]:
        """`{id, value}` in the overlay's language. Only after is_valid()."""
        data = self.cleaned_data
        is_range = data["kind"] == "range"
        numbers = {"min": data["min"]} | ({"max": data["max"]} if is_range else {})
        value = {
            "title": data["title"], "clauses": [], "kind": data["kind"], "force": data["force"], "subject": SUBJECTS[data["subject"]][1],
            "period": "continuous" if is_range else data["period"] or "year",
            "counts": {"links": [data["link"]]} if is_range else {"kinds": list(data["kinds"])}, "values": [numbers],
        }  # fmt: skip
        return {"id": self._free(), "value": value}

    def _free(self) -> str:
        known = {name.removeprefix("duty.") for name in self.policy.elements} | self.taken
        return next(one for number in range(1, 1000) if (one := f"own_{number}") not in known)


class DocumentFilter(forms.Form):
    """What of the document to show; every one is a query parameter, so a view of it can be sent as a link."""

    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "条款或做法里的词"})
    )
    state = forms.ChoiceField(label="落实", required=False, choices=STATES)
    force = forms.ChoiceField(label="效力", required=False)
    show = forms.ChoiceField(
        label="只看", required=False, choices=[("", "全部"), ("duties", "只看职责"), ("own", "只看改动")]
    )
    on = forms.DateField(label="哪一天的", required=False, help_text="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        force = self.fields["force"]
        assert isinstance(force, forms.ChoiceField)
        force.choices = [("", "全部"), *((name, words.word("forces", name)) for name in FORCES)]

    def asked(self) -> dict[str, Any]:
        """The valid part of what was asked; an unknown word in the address filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        show = data.get("show") or (
            "own" if self.data.get("own") else ""
        )  # the latter: links sent before there were two
        said = {name: data.get(name) or "" for name in ("q", "state", "force")}
        return said | {"own": show == "own", "duties": show == "duties"}

    @property
    def is_filtered(self) -> bool:
        return any(self.asked().values())


class CompareFilter(forms.Form):
    """With whom to compare, and which rows to show."""

    beside = forms.MultipleChoiceField(label="和谁比", required=False, widget=forms.CheckboxSelectMultiple)
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "项目或内容里的词"})
    )
    show = forms.ChoiceField(label="显示", required=False, choices=[("", "只看不同的"), ("all", "全部")])

    def __init__(self, data: QueryDict, *, choices: Sequence[tuple[str, str]]) -> None:
        known = {name for name, _ in choices}
        beside = [name for name in data.getlist("beside") if name in known][:AT_MOST] or [
            name for name, _ in choices[:1]
        ]
        data = data.copy()
        data.setlist("beside", beside)
        super().__init__(data)
        field = self.fields["beside"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(choices)

    def asked(self) -> dict[str, Any]:
        """The valid part of what was asked; without a choice the first that there is."""
        self.is_valid()
        data = self.cleaned_data
        return {"beside": data.get("beside") or [], "q": data.get("q") or "", "everything": data.get("show") == "all"}


def day_asked(text: str, *, today: date) -> date:
    """The day whose policy to show, also one to come: what the address says, or today where it says nothing or nonsense."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
