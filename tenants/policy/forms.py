"""The form of an adaptation: one field per value that may be set, named by its path, and the decision behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from tenants.policy.queries import passages, words
from tenants.policy.queries.reading import Parameter
from tenants.proceedings.models import Body

STATES = [("", "全部"), *passages.STATES.items()]
FORCES = ("required", "in_principle", "encouraged", "explore", "may", "info")
AT_MOST = 4  # policies beside ours; more cannot be read at once
Groups = tuple[tuple[str, tuple[Parameter, ...]], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to set: the parent's beside the field for ours."""

    parameter: Parameter
    bound: BoundField


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs from what is in force."""

    title: str
    label: str
    old: str
    new: str


class AdaptForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="为什么与上级不同，一两句即可"
    )
    body = forms.ChoiceField(label="决定机构", choices=Body.choices)
    meeting = forms.CharField(label="会议", max_length=100, help_text="例如 第3次会议")
    decided_on = forms.DateField(label="会议日期")
    document_number = forms.CharField(label="文号", max_length=60)
    in_force_from = forms.DateField(label="施行日期", help_text="从这一天起按本会的数判断，以前仍按原来的数")

    def __init__(self, *args: Any, groups: Groups, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        for _, parameters in groups:
            for parameter in parameters:
                self.fields[parameter.path] = _field(parameter)

    def choices(self) -> Iterator[tuple[str, list[Choice]]]:
        """The fields of the values, under the titles of their duties."""
        for title, parameters in self.groups:
            yield title, [Choice(parameter, self[parameter.path]) for parameter in parameters]

    def operations(self) -> list[dict[str, Any]]:
        """What was changed, in the overlay's language. Only after is_valid()."""
        return [{"op": "set", "path": parameter.path, "value": value} for _, parameter, value in self._changed()]

    def changes(self) -> list[Change]:
        """What was changed, to read. Only after is_valid()."""
        return [
            Change(title, parameter.label, parameter.shown, parameter.read(value))
            for title, parameter, value in self._changed()
        ]

    def decision(self) -> dict[str, Any]:
        """The arguments of `actions.adapt` besides the operations."""
        names = ("reason", "body", "meeting", "decided_on", "document_number", "in_force_from")
        return {name: self.cleaned_data[name] for name in names}

    def _changed(self) -> Iterator[tuple[str, Parameter, Any]]:
        for title, parameters in self.groups:
            for parameter in parameters:
                value = self.cleaned_data.get(parameter.path)
                if (
                    not parameter.is_fixed
                    and value != parameter.value
                    and not (value is None and parameter.value is None)
                ):
                    yield title, parameter, int(value) if isinstance(value, float) and value.is_integer() else value


def _field(parameter: Parameter) -> forms.Field:
    common: dict[str, Any] = {"label": parameter.label, "initial": parameter.value, "disabled": parameter.is_fixed}
    if parameter.options:
        return forms.ChoiceField(
            choices=[(option, words.setting(option) or option) for option in parameter.options], **common
        )
    # A document that fixes no number may stay without one; a fixed number is replaced, never emptied by mistake.
    return forms.FloatField(min_value=0, required=parameter.value is not None, **common)


class DocumentFilter(forms.Form):
    """What of the document to show; every one is a query parameter, so a view of it can be sent as a link."""

    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "条款或做法里的词"})
    )
    state = forms.ChoiceField(label="落实", required=False, choices=STATES)
    force = forms.ChoiceField(label="效力", required=False)
    own = forms.ChoiceField(label="调整", required=False, choices=[("", "全部"), ("1", "本会调整过的")])
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
        return {name: data.get(name) or "" for name in ("q", "state", "force")} | {"own": bool(data.get("own"))}

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
