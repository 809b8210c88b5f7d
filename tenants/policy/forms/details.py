"""The form of one thing: what counts, for whom, by when; the lines of its list changed, added, removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from policy_engine.due import FORMS
from tenants.policy.forms.adapting import field_of, understood
from tenants.policy.queries.adaptable import Knob
from tenants.policy.queries.details import KEEP, Detail, Row

NEW = 3  # lines that can be added at once
FILTERS_NEEDED = ("kinds", "links")
MONTH_DAY = re.compile(r"^(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$")


class DetailForm(forms.Form):
    """One field per value, named by its path; `drop:<path>` takes a line away, `new<n>:…` adds one."""

    why = forms.CharField(
        label="这一项的理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不写就用整份调整的理由",
    )  # fmt: skip

    def __init__(self, *args: Any, detail: Detail, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.detail = detail
        for knob in self._knobs():
            self.fields[knob.path] = _field(knob)
            if knob.sort == "due":
                self.fields[f"{knob.path}:much"] = forms.CharField(
                    label="填日子或天数", max_length=20, required=False, initial=_much(knob.parameter.value)
                )
        for row in detail.rows:
            if row.may_drop:
                self.fields[f"drop:{row.path}"] = forms.BooleanField(label="去掉", required=False)
        if detail.may_add:
            for number in range(1, NEW + 1):
                self._add_new(number)

    def _add_new(self, number: int) -> None:
        self.fields[f"new{number}:title"] = forms.CharField(label="叫什么", max_length=60, required=False)
        if self.detail.listing == "steps":
            by = next((knob.choices for row in self.detail.rows for knob in row.knobs if knob.path.endswith(".by")), ())
            self.fields[f"new{number}:by"] = forms.ChoiceField(label="由谁办", choices=by, required=False)
            self.fields[f"new{number}:days"] = forms.IntegerField(
                label="几天内", min_value=0, max_value=1000, required=False
            )
        if self.detail.listing == "fields":
            sorts = next(
                (knob.choices for row in self.detail.rows for knob in row.knobs if knob.path.endswith(".type")), ()
            )
            usable = [one for one in sorts if one[0] not in ("choice", "rows")]
            self.fields[f"new{number}:type"] = forms.ChoiceField(label="填什么", choices=usable, required=False)
            self.fields[f"new{number}:required"] = forms.BooleanField(label="必填", required=False)
        self.fields[f"new{number}:before"] = forms.ChoiceField(
            label="加在哪里", choices=self.detail.new_choices, required=False
        )

    def _knobs(self) -> Iterator[Knob]:
        yield from self.detail.knobs
        for row in self.detail.rows:
            yield from row.knobs

    @property
    def plain(self) -> list[tuple[BoundField, str]]:
        """What is not ticked: each field with how far it may go; of a due day two fields."""
        return [
            (self[name], one.allows)
            for one in self.detail.knobs
            if one.sort != "several"
            for name in ([one.path, f"{one.path}:much"] if one.sort == "due" else [one.path])
        ]

    @property
    def filters(self) -> list[BoundField]:
        """What is ticked, where something is ticked already."""
        return [bound for bound in self._ticked() if bound.value()]

    @property
    def unset(self) -> list[BoundField]:
        """What may be ticked besides."""
        return [bound for bound in self._ticked() if not bound.value()]

    def _ticked(self) -> Iterator[BoundField]:
        yield from (self[one.path] for one in self.detail.knobs if one.sort == "several")

    def lines(self) -> list[tuple[Row, list[BoundField], BoundField | None]]:
        return [
            (row, [self[one.path] for one in row.knobs], self[f"drop:{row.path}"] if row.may_drop else None)
            for row in self.detail.rows
        ]

    def new_lines(self) -> list[list[BoundField]]:
        if not self.detail.may_add:
            return []
        return [
            [self[name] for name in self.fields if name.startswith(f"new{number}:")] for number in range(1, NEW + 1)
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for knob in self._knobs():
            key = knob.path.rpartition(".")[2]
            if key in FILTERS_NEEDED and knob.sort == "several" and not data.get(knob.path):
                self.add_error(knob.path, "请至少勾一种，不然没有东西可数。")
            if knob.sort == "due" and knob.path in data:
                self._check_due(knob, data)
        return data

    def _check_due(self, knob: Knob, data: Mapping[str, Any]) -> None:
        try:
            _due(data[knob.path], data.get(f"{knob.path}:much") or "", knob.parameter.value)
        except ValueError as odd:
            self.add_error(f"{knob.path}:much", str(odd))

    def operations(self) -> list[dict[str, Any]]:
        """What was changed, in the overlay's language. Only after is_valid()."""
        data, reason = self.cleaned_data, str(self.cleaned_data.get("why") or "").strip()
        found = [*self._set(data), *self._lines(data), *self._new(data)]
        return [one | ({"reason": reason} if reason else {}) for one in found]

    def _set(self, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for knob in self.detail.knobs:
            value = self._value(knob, data)
            if not _same(value, knob.parameter.value):
                yield {"op": "set", "path": knob.path, "value": value}

    def _lines(self, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for row in self.detail.rows:
            if data.get(f"drop:{row.path}"):
                yield {"op": "remove", "path": row.path}
                continue
            for knob in row.knobs:
                value = self._value(knob, data)
                if not _same(value, knob.parameter.value):
                    yield {"op": "set", "path": knob.path, "value": value}

    def _new(self, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        taken = {row.path.rpartition(".")[2] for row in self.detail.rows}
        for number in range(1, NEW + 1):
            title = str(data.get(f"new{number}:title") or "").strip()
            if not title:
                continue
            name = next(one for place in range(1, 1000) if (one := f"own_{place}") not in taken)
            taken.add(name)
            value: dict[str, Any] = {"title": title}
            for key in ("by", "days", "type", "before"):
                if data.get(f"new{number}:{key}") not in (None, ""):
                    value[key] = data[f"new{number}:{key}"]
            if data.get(f"new{number}:required"):
                value["required"] = True
            yield {"op": "add", "path": f"{self.detail.id}.{self.detail.listing}.{name}", "value": value}

    def _value(self, knob: Knob, data: Mapping[str, Any]) -> Any:
        typed = data.get(knob.path)
        key = knob.path.rpartition(".")[2]
        if knob.sort == "due":
            return _due(str(typed or ""), data.get(f"{knob.path}:much") or "", knob.parameter.value)
        if key == "subject":
            return json.loads(str(typed))
        if knob.sort == "number" and typed is not None:
            return int(typed)
        if knob.sort == "several":
            return understood(knob, typed) or None
        if knob.sort in ("choice", "text", "long"):
            return typed or None
        return understood(knob, typed)


def _same(new: Any, old: Any) -> bool:
    return new == old or (new in (None, "", False) and old in (None, "", [], False))


def _field(knob: Knob) -> forms.Field:
    value, key = knob.parameter.value, knob.path.rpartition(".")[2]
    if knob.sort == "due":
        return forms.ChoiceField(label=knob.parameter.label, choices=knob.choices, initial=_form(knob), required=False)
    if key == "subject":
        return forms.ChoiceField(
            label=knob.parameter.label, choices=knob.choices, initial=json.dumps(value, sort_keys=True)
        )
    if knob.sort == "choice":
        known = {name for name, _ in knob.choices}
        initial = value if value in known else "counts" if key == "late" else ""
        return forms.ChoiceField(label=knob.parameter.label, choices=knob.choices, initial=initial, required=False)
    if knob.sort == "number":
        return forms.IntegerField(
            label=knob.parameter.label, min_value=0, max_value=1000, required=False, initial=value
        )
    if knob.sort == "long":
        return forms.CharField(
            label=knob.parameter.label,
            max_length=2000,
            required=False,
            initial=value,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
    field = field_of(knob)
    field.required = field.required or key in FILTERS_NEEDED
    return field


def _form(knob: Knob) -> str:
    if knob.choices[0][0] == KEEP:
        return KEEP
    return next((form for form in FORMS if form in (knob.parameter.value or {})), "")


def _much(due: Mapping[str, Any] | None) -> str:
    return str(next((due[form] for form in FORMS if form in due), "")) if due else ""


def _due(form: str, much: str, present: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The due day as the policy writes it. Raises ValueError with what to type."""
    text = much.strip()
    if not form:
        return None
    if form == KEEP or (present and form in present and str(present[form]) == text):
        return dict(present) if present else None
    if form == "on":
        try:
            return {"on": date.fromisoformat(text).isoformat()}
        except ValueError:
            raise ValueError("请填一个日子，例如 2023-06-30。") from None
    if form == "month_day":
        found = MONTH_DAY.match(text)
        if found is None or not _is_day(*map(int, found.groups())):
            raise ValueError("请填几月几日，例如 11-30。")
        return {"month_day": f"{int(found[1]):02d}-{int(found[2]):02d}"}
    most = 31 if form == "day" else 1000
    if not text.isdecimal() or not (form != "day" or int(text)) or int(text) > most:
        raise ValueError(f"请填一个数，不大于 {most}。")
    return {form: int(text)}


def _is_day(month: int, day: int) -> bool:
    try:
        date(2023, month, day)
    except ValueError:
        return False
    return True
