"""Calling members, answering, guests."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

from tenants.activities.models import Answer
from tenants.activities.queries import guest_levels_on, members_called_by
from tenants.liaison.forms import MembersField, narrow
from tenants.members.models import Sector, SpecialCommittee


class InviteForm(forms.Form):
    """Whom to call: a whole sector, a whole special committee, members by name; together they add up."""

    sector = forms.ModelChoiceField(
        label="整个界别", required=False, queryset=Sector.objects.none(), empty_label="不选"
    )
    special_committee = forms.ModelChoiceField(
        label="整个专委会", required=False, queryset=SpecialCommittee.objects.none(), empty_label="不选"
    )
    everybody = forms.BooleanField(label="全体委员", required=False)
    members = MembersField(label="委员", required=False, help_text="一行一位，或用顿号隔开。")

    def __init__(self, *args: Any, within: Q, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within = within
        narrow(self, within)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committee"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]

    def chosen(self, day: date) -> list[UUID]:
        """Ids of those meant who serve on the day. Call on a valid form."""
        given, found = self.cleaned_data, list(self.cleaned_data["members"])
        if given["sector"]:
            found += members_called_by(day, within=self.within, sector=given["sector"].pk)
        if given["special_committee"]:
            found += members_called_by(day, within=self.within, special_committee=given["special_committee"].pk)
        if given["everybody"]:
            found += members_called_by(day, within=self.within)
        return list(dict.fromkeys(found))


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=Answer.choices)
    reason = forms.CharField(label="请假原因", required=False, max_length=200)


class GuestForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60)
    level = forms.ChoiceField(label="哪一级")
    unit = forms.CharField(label="单位", required=False, max_length=120)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = list(guest_levels_on(day).items())  # type: ignore[attr-defined]
