"""Topics of consultation, and the committee's calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from tenants.activities.models import Activity, TopicSource, TopicState
from tenants.activities.models import TopicForm as Forms
from tenants.activities.queries import occasion_kinds


class TopicForm(forms.Form):
    title = forms.CharField(label="议题", max_length=200)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    form = forms.ChoiceField(label="协商形式", choices=Forms.choices)
    source = forms.ChoiceField(label="从哪里来", choices=TopicSource.choices)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"year": today.year, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class TopicMoveForm(forms.Form):
    state = forms.ChoiceField(label="进展", choices=TopicState.choices)
    activity = forms.ModelChoiceField(
        label="在哪次活动上协商", required=False, queryset=Activity.objects.none(), empty_label="不关联"
    )
    result = forms.CharField(
        label="协商结果", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(self, *args: Any, held: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = held  # type: ignore[attr-defined]


class TopicFilterForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "议题"})
    )
    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2099)
    state = forms.ChoiceField(label="进展", required=False, choices=[("", "全部"), *TopicState.choices])


class OccasionForm(forms.Form):
    kind = forms.ChoiceField(label="会议")
    held_on = forms.DateField(label="日期", widget=forms.DateInput)
    title = forms.CharField(
        label="名称",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "如 第十届第二次会议"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(occasion_kinds(today).items())  # type: ignore[attr-defined]
