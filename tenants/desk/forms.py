"""Asking the trail."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.desk import queries


class TrailForm(forms.Form):
    who = forms.CharField(label="操作人", required=False, max_length=60)
    what = forms.ChoiceField(label="做了什么", required=False)
    subject = forms.CharField(label="对象", required=False, max_length=60)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [("", "全部"), *queries.actions()]  # type: ignore[attr-defined]

    def filters(self) -> queries.TrailFilters:
        """What can be understood of the question; the rest asks nothing."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return queries.TrailFilters(**given)
