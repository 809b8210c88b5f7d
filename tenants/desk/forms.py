"""Asking the trail, the inbox, the reminders and the calendar."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
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


class InboxForm(forms.Form):
    q = forms.CharField(label="事项或内容", required=False, max_length=60)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)
    all = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def filters(self) -> queries.InboxFilters:
        """What can be understood of the question; whoever searches searches everything."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return queries.InboxFilters(**{**given, "all": bool(given)})


class ReminderForm(forms.Form):
    q = forms.CharField(label="姓名、拼音或事项", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *queries.REMINDER_STATES.items()])
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    def filters(self) -> queries.ReminderFilters:
        """What can be understood of the question."""
        self.is_valid()
        return queries.ReminderFilters(**{name: value for name, value in self.cleaned_data.items() if value})


class ReminderPlanForm(forms.Form):
    is_on = forms.BooleanField(label="到期前后提醒", required=False)
    before = forms.CharField(label="提前几天", required=False, max_length=40, help_text="用顿号或逗号分开，如 7、3")
    on_day = forms.BooleanField(label="到期当天也提醒", required=False)
    after = forms.CharField(label="过期后第几天再提醒", required=False, max_length=40, help_text="如 3；不写就不再提醒")

    def __init__(self, *args: Any, plan: queries.Plan, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "is_on": plan.is_on, "on_day": 0 in plan.leads, "before": _days(one for one in plan.leads if one > 0),
            "after": _days(-one for one in plan.leads if one < 0),
        }  # fmt: skip
        super().__init__(*args, **kwargs)

    def clean_before(self) -> list[int]:
        return self._numbers("before")

    def clean_after(self) -> list[int]:
        return [-one for one in self._numbers("after")]

    @property
    def leads(self) -> list[int]:
        given = self.cleaned_data
        return [*given["before"], *([0] if given["on_day"] else []), *given["after"]]

    def _numbers(self, name: str) -> list[int]:
        parts = re.split(r"[、，,;；\s]+", self.cleaned_data[name].strip())
        if any(part and not part.isdecimal() for part in parts) or any(part and int(part) == 0 for part in parts):
            raise forms.ValidationError("请写大于 0 的整数，用顿号分开，如 7、3。")
        return [int(part) for part in parts if part]


def _days(numbers: Iterable[int]) -> str:
    return "、".join(map(str, numbers))


class AlmanacForm(forms.Form):
    y = forms.IntegerField(label="年份", required=False, min_value=2000, max_value=2100)
    who = forms.ChoiceField(
        label="对象",
        required=False,
        choices=[
            ("", "全部"),
            ("member", "委员"),
            ("sector", "界别"),
            ("special_committee", "专委会"),
            ("committee", "本会"),
        ],
    )
    open = forms.BooleanField(label="只看还没办完的", required=False)

    def filters(self) -> queries.AlmanacFilters:
        """What can be understood of the question."""
        self.is_valid()
        return queries.AlmanacFilters(who=self.cleaned_data.get("who", ""), open=bool(self.cleaned_data.get("open")))

    def year(self, today: dt.date) -> int:
        return self.cleaned_data.get("y") or today.year
