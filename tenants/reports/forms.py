"""What the pages of returns ask for."""

from __future__ import annotations

from django import forms


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label="退回理由", max_length=500, widget=forms.Textarea, help_text="写清哪一项、怎么改，下级会原样看到。"
    )


class WithdrawForm(forms.Form):
    why = forms.CharField(label="撤回签署的原因", max_length=200)
