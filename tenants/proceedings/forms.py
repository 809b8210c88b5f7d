"""What the pages ask for. Rules are the actions'; forms only read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from tenants.proceedings.models import Body, ProcessState, Step


class SignForm(forms.Form):
    """An opinion; of a body, the meeting it decided at; entered for somebody, who signed on paper."""

    opinion = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text="同意可以不写；退回要写明理由，申报的人要照着改。",
    )  # fmt: skip
    meeting = forms.CharField(
        label="哪次会议", required=False, max_length=100, help_text="例如：第十届第3次主席会议；退回的可以空着。"
    )
    decided_on = forms.DateField(label="会议日期", required=False)
    document_number = forms.CharField(label="文号", required=False, max_length=60)
    on_paper = forms.CharField(
        label="谁签的字", required=False, max_length=60, help_text="按纸质件补录时填签字人；在线签署的空着。"
    )

    def __init__(self, *args: Any, step: Step, is_mine: bool, today: dt.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"decided_on": today}
        super().__init__(*args, **kwargs)
        self.is_return = "return" in self.data
        if step.by not in Body.values:
            for name in ("meeting", "decided_on", "document_number"):
                del self.fields[name]
        elif not self.is_return:
            for name in ("meeting", "decided_on"):  # a body agrees at a meeting; who returns need not name one
                self.fields[name].required = True
            self.fields["meeting"].error_messages["required"] = f"请填写是哪次{Body(step.by).label}。"
        if is_mine:
            del self.fields["on_paper"]
        else:
            self.fields["on_paper"].required = True


class ProcessFilter(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "事项"})
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ProcessState.choices])

    def asked(self) -> dict[str, str]:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("q", "state")}
