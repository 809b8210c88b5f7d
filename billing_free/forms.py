"""What the operator fills in."""

from __future__ import annotations

from django import forms


class QuotaForm(forms.Form):
    amount = forms.IntegerField(
        label="新的限额", required=False, min_value=0, max_value=2**40, help_text="留空则恢复本级别的通用限额"
    )
    why = forms.CharField(label="原因", max_length=300, widget=forms.Textarea, help_text="记入操作记录，委员会也能看到")
