"""The form of a case: what is taken of each thing of which we deviate; and what goes with a publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from tenants.policy.forms.adapting import STATEMENT, field_of, understood
from tenants.policy.queries import cases
from tenants.proceedings.models import Body


class CaseForm(forms.Form):
    """A case: for each thing of which we deviate what is taken, why, and where something else is wanted, what."""

    reason = forms.CharField(
        label="总的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text="为什么采用、为什么这样处理；上级备案时看得到",
    )  # fmt: skip
    body = forms.ChoiceField(label="请哪个会议决定", choices=Body.choices)
    in_force_from = forms.DateField(label="打算从哪天起施行", help_text="以前的情况仍按现在的办法判断")

    def __init__(self, *args: Any, case: cases.Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        for matter in case.matters:
            if not matter.takes:
                continue
            self.fields[f"take:{matter.id}"] = forms.ChoiceField(
                label="怎么定", choices=matter.offered, required=False, widget=forms.RadioSelect,
                initial="" if matter.is_open else "ours",
            )  # fmt: skip
            if "value" in matter.takes:
                for knob in matter.knobs:
                    self.fields[f"value:{knob.path}"] = field_of(knob)
                    self.fields[f"value:{knob.path}"].required = False
            if {"ours", "value"} & {*matter.takes}:
                self.fields[f"reason:{matter.id}"] = forms.CharField(
                    label="保留或另定的理由", max_length=300, required=False, initial=matter.reason
                )

    def rows(self) -> list[CaseRow]:
        return [self._row(matter) for matter in self.case.matters]

    def _row(self, matter: cases.Matter) -> CaseRow:
        values = [self[name] for one in matter.knobs if (name := f"value:{one.path}") in self.fields]
        take, reason = (
            self[name] if (name := f"{what}:{matter.id}") in self.fields else None for what in ("take", "reason")
        )
        return CaseRow(matter, take, reason, tuple(values))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for matter in self.case.matters:
            if data.get(f"take:{matter.id}") == "value":
                for knob in matter.knobs:
                    if data.get(f"value:{knob.path}") in (None, "") and f"value:{knob.path}" not in self.errors:
                        self.add_error(f"value:{knob.path}", "选了“另定”，请填上要定的数，或改选别的。")
            if (
                data.get(f"take:{matter.id}") in ("ours", "value")
                and matter.is_open
                and not data.get(f"reason:{matter.id}")
            ):
                self.add_error(f"reason:{matter.id}", "请写一句理由，上级备案时要看。")
        return data

    def choices(self) -> dict[str, dict[str, Any]]:
        """By thing `{take, reason, values}`, of what could be read."""
        data = self.cleaned_data
        return {
            matter.id: {
                "take": data.get(f"take:{matter.id}") or "", "reason": data.get(f"reason:{matter.id}") or "",
                "values": {one.path: understood(one, data.get(f"value:{one.path}")) for one in matter.knobs},
            }
            for matter in self.case.matters
        }  # fmt: skip

    @property
    def is_understood(self) -> bool:
        """Can the choices be read, whatever the statement still lacks?"""
        return set(self.errors) <= set(STATEMENT)

    def place(self, faults: Mapping[str, str]) -> None:
        """The engine's complaints at the thing they are about."""
        for name, said in faults.items():
            self.add_error(f"take:{name}" if f"take:{name}" in self.fields else None, said)


@dataclass(frozen=True, slots=True)
class CaseRow:
    matter: cases.Matter
    take: BoundField | None
    reason: BoundField | None
    values: tuple[BoundField, ...]


class PublishForm(forms.Form):
    note = forms.CharField(
        label="给下级的说明", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="改了什么、希望什么时候办好；下级逐项办理时看得到",
    )  # fmt: skip
