from __future__ import annotations

from django import forms


class SignInForm(forms.Form):
    username = forms.CharField(label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
