"""Writing a voice down, dealing with it, answering; and the form anybody may fill in."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q

from tenants.activities.models import TopicForm as TopicForms
from tenants.liaison.forms import MemberField, narrow
from tenants.voices.models import Channel, Solved, VoiceKind, VoiceState
from tenants.voices.queries import VoiceFilters

_LONG = forms.Textarea(attrs={"rows": "4"})


class VoiceForm(forms.Form):
    """What a member heard."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    content = forms.CharField(
        label="反映了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": "4"}), help_text="一件事记一条。"
    )
    channel = forms.ChoiceField(label="怎么听到的", choices=Channel.choices, initial=Channel.CONTACT)
    received_on = forms.DateField(label="哪天", widget=forms.DateInput)
    name = forms.CharField(label="反映人姓名", required=False, max_length=60)
    phone = forms.CharField(
        label="反映人电话", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args: Any, today: date, within: Q, **kwargs: Any) -> None:
        kwargs["initial"] = {"received_on": today, "key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        narrow(self, within)
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()

    def values(self) -> dict[str, Any]:
        """Keywords of `receive_voice`, but for the member. Call on a valid form."""
        values = dict(self.cleaned_data)
        values["id"] = values.pop("key")
        return values


class OfficeVoiceForm(VoiceForm):
    member = MemberField(label="哪位委员反映的", required=False, help_text="群众直接来信来访的不填。")

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["member"] = values["member"].pk if values["member"] else None
        return values


class SpeakForm(forms.Form):
    """For anybody, without an account. `website` is shown to nobody: what fills it in is a machine."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    content = forms.CharField(
        label="您想反映什么", min_length=8, max_length=1000, widget=forms.Textarea(attrs={"rows": "6"}),
        help_text="写清地点、时间和事情，方便我们找到承办单位。请不要写身份证号和银行卡号。",
    )  # fmt: skip
    name = forms.CharField(label="姓名", required=False, max_length=60, help_text="不填也可以。")
    phone = forms.CharField(
        label="电话", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text="不填也可以，但查不了办理情况，我们也不能告诉您结果。",
    )  # fmt: skip
    agrees = forms.BooleanField(
        label="我已看过下面的个人信息说明，同意为办理和答复这件事使用我填写的内容。",
        error_messages={"required": "请先看过个人信息说明并勾选同意。"},
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4()}
        super().__init__(*args, **kwargs)


class StatusForm(forms.Form):
    """The two things a citizen has who left a number; blanks and hyphens may stand in them."""

    receipt = forms.CharField(
        label="回执号", max_length=20, help_text="提交后给您的 8 位数字。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    last_four = forms.CharField(
        label="电话的后四位", max_length=10, help_text="提交时留的那个电话。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_receipt(self) -> str:
        return _digits(self.cleaned_data["receipt"], 8, "回执号是 8 位数字，请核对。")

    def clean_last_four(self) -> str:
        return _digits(self.cleaned_data["last_four"], 4, "请填电话的最后 4 位数字。")


def _digits(text: str, number: int, remedy: str) -> str:
    digits = "".join(unicodedata.normalize("NFKC", text).replace("-", "").split())
    if len(digits) != number or not (digits.isascii() and digits.isdigit()):
        raise forms.ValidationError(remedy)
    return digits


class KeepingForm(forms.Form):
    years = forms.IntegerField(label="办结后保存几年", help_text="从办结那天算起；只管姓名和电话，事情本身留下。")
    why = forms.CharField(label="依据或理由", max_length=200)


class HandOverForm(forms.Form):
    handler = forms.CharField(label="转给哪个单位", max_length=80, widget=forms.TextInput(attrs={"list": "handlers"}))
    handed_on = forms.DateField(label="哪天转的", widget=forms.DateInput)
    due_on = forms.DateField(label="请在哪天前办结", required=False, widget=forms.DateInput)


class AnswerForm(forms.Form):
    result = forms.CharField(label="办理结果", max_length=1000, widget=_LONG)
    done_on = forms.DateField(label="哪天办结的", widget=forms.DateInput)


class FeedbackForm(forms.Form):
    told = forms.CharField(label="怎样答复反映人的", max_length=500, widget=_LONG)
    solved = forms.ChoiceField(label="反映人觉得解决了吗", choices=Solved.choices, widget=forms.RadioSelect)
    told_on = forms.DateField(label="哪天答复的", widget=forms.DateInput)


class TopicForm(forms.Form):
    title = forms.CharField(label="议题", max_length=200)
    form = forms.ChoiceField(label="协商形式", choices=TopicForms.choices)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)


class CloseForm(forms.Form):
    reason = forms.CharField(label="为什么不办理", max_length=300, widget=forms.Textarea(attrs={"rows": "2"}))


class AnonymiseForm(forms.Form):
    why = forms.CharField(label="理由", max_length=300, initial="反映人要求")


class VoiceFilterForm(forms.Form):
    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "内容、委员姓名或编号"}),
    )
    state = forms.ChoiceField(
        label="办到哪一步", required=False, choices=[("", "全部"), ("open", "没有办结"), ("overdue", "超过期限"), *VoiceState.choices]
    )  # fmt: skip
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *VoiceKind.choices])
    channel = forms.ChoiceField(label="渠道", required=False, choices=[("", "全部"), *Channel.choices])
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    def filters(self, sort: str = "") -> VoiceFilters:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        return VoiceFilters(sort=sort, **{name: value for name, value in self.cleaned_data.items() if value})
