"""What the operator fills in. What is possible is decided in `registry.onboarding`, not here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.models import Level, State
from registry.operate import trail

Choices = Iterable[tuple[str, str]]


class FilterForm(forms.Form):
    q = forms.CharField(label="名称、代码或网址名", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])
    below = forms.CharField(label="某级以下（代码）", required=False, max_length=40)


class StateForm(forms.Form):
    why = forms.CharField(label="原因", max_length=300, widget=forms.Textarea, help_text="记入操作记录")


class ArchiveForm(StateForm):
    until = forms.DateField(
        label="数据保存到", widget=forms.DateInput(attrs={"type": "date"}), help_text="含这一天；之后才能删除"
    )
    field_order = ("until", "why")


class DeleteForm(StateForm):
    name = forms.CharField(label="照写全称以确认", max_length=100)
    field_order = ("name", "why")


class DomainForm(forms.Form):
    domain = forms.CharField(label="域名", max_length=253, help_text="完整域名，例如 zhengxie.example.gov.cn")


class TrailForm(forms.Form):
    q = forms.CharField(label="对象、人或原因", required=False, max_length=60)
    action = forms.ChoiceField(label="事项", required=False, choices=[("", "全部"), *trail.WORDS.items()])


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
