"""What the operator fills in. What is possible is decided in `registry.onboarding`, not here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.models import Level, State

Choices = Iterable[tuple[str, str]]


class FilterForm(forms.Form):
    q = forms.CharField(label="名称、代码或网址名", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])
    below = forms.CharField(label="某级以下（代码）", required=False, max_length=40)


class StateForm(forms.Form):
    why = forms.CharField(label="原因", max_length=300, widget=forms.Textarea, help_text="记入操作记录")


class OrderForm(forms.Form):
    code = forms.CharField(label="代码", max_length=40, help_text="行政区划代码，例如 430923；开通后不能改")
    name = forms.CharField(label="名称", max_length=100, help_text="全称，例如 政协某某县委员会")
    slug = forms.CharField(label="网址名", max_length=40, help_text="小写字母、数字和连字符")
    level = forms.ChoiceField(label="级别", choices=[("", "请选择"), *Level.choices])
    parent = forms.ChoiceField(label="上级", required=False)
    template = forms.ChoiceField(label="首份办法", required=False, help_text="开通时就采用；以后也可以由委员会自己采用")

    def __init__(self, *args: Any, parents: Choices, templates: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", "没有上级"), *parents]  # type: ignore[attr-defined]
        self.fields["template"].choices = [("", "以后再采用"), *templates]  # type: ignore[attr-defined]
