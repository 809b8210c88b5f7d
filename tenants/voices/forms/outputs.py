"""What the pages of outputs ask for. Rules are the actions'; forms only read."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q

from tenants.liaison.forms import MemberField, MembersField, RecordFilterForm, narrow
from tenants.members.models import Sector
from tenants.voices.models import Authorship, OutputType
from tenants.voices.queries import OutputFilters
from tenants.voices.queries.bases import Choices


class OutputForm(forms.Form):
    """An output of the member who fills it in, alone or with others."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    type = forms.ChoiceField(
        label="种类", choices=OutputType.choices, widget=forms.RadioSelect, initial=OutputType.PROPOSAL
    )
    title = forms.CharField(label="标题", max_length=200)
    submitted_on = forms.DateField(label="提交日期", widget=forms.DateInput)
    authorship = forms.ChoiceField(
        label="署名", choices=Authorship.choices, widget=forms.RadioSelect, initial=Authorship.INDIVIDUAL
    )
    others = MembersField(
        label="其他作者",
        required=False,
        help_text="联名或小组时填：一行一位，或用顿号隔开。联名的只登记一次，每位都会记上。",
    )
    sector = forms.ModelChoiceField(
        label="界别", required=False, queryset=Sector.objects.none(), empty_label="不填", help_text="界别集体名义时选。"
    )

    based_on = forms.ChoiceField(
        label="依托什么写成",
        required=False,
        help_text="哪次活动、联系、议题，或哪条民意；选民意的，那条民意随之记为已转化。",
    )

    def __init__(self, *args: Any, today: date, within: Q, bases: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"submitted_on": today, "key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["based_on"].choices = bases  # type: ignore[attr-defined]
        narrow(self, within)
        self.fields["submitted_on"].widget.attrs["max"] = today.isoformat()
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Keywords of `register_output`, but for the lead."""
        values = dict(self.cleaned_data)
        values["sector"] = values["sector"].pk if values["sector"] else None
        values["id"] = values.pop("key")
        return values


class OfficeOutputForm(OutputForm):
    lead = MemberField(label="作者（领衔人）", required=False, help_text="界别集体名义的可以不填。")
    field_order = ("type", "title", "submitted_on", "authorship", "lead", "others", "sector", "based_on")

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["lead"] = values["lead"].pk if values["lead"] else None
        return values


class OutputFilterForm(RecordFilterForm):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "标题、姓名或拼音"})
    )
    type = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *OutputType.choices])
    authorship = forms.ChoiceField(label="署名", required=False, choices=[("", "全部"), *Authorship.choices])

    def filters(self, sort: str = "") -> OutputFilters:
        return OutputFilters(sort=sort, **self.asked())
