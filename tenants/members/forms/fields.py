"""Fields for people: a member typed or chosen from the list of the page (`members/_people.html`)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from tenants.members.models import Member
from tenants.members.queries import members_named

_BETWEEN = re.compile(r"[、,，;；\n\r\t]+")


def one_member(text: str, *, within: Q) -> Member:
    """The one member `within` whom the text means. Raises ValidationError with what to do."""
    found = members_named(text, within=within)
    if not found:
        raise ValidationError(f"名册里没有“{text}”，请填全名、编号或拼音。")
    if len(found) > 1:
        candidates = "、".join(f"{one.name}（{one.number}，{one.sector}）" for one in found)
        raise ValidationError(f"“{text}”有 {len(found)} 位：{candidates}。请填编号。")
    return found[0]


def narrow(form: forms.BaseForm, within: Q) -> None:
    """Let the form's fields for people find only those `within`; anybody else is as unknown as a misspelt name."""
    for field in form.fields.values():
        if isinstance(field, MemberField | MembersField):
            field.within = within


class MemberField(forms.CharField):
    """A member typed or chosen from the list of the page (`liaison/_people.html`); cleans to a Member or None."""

    within = Q(pk__in=[])  # see `narrow`

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": "people", "autocomplete": "off", "placeholder": "姓名、拼音或编号"}
        super().__init__(max_length=100, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return one_member(text, within=self.within) if text else None


class MembersField(forms.CharField):
    """Several members, one per line or joined by 、, as pasted from a list; cleans to member ids without repeats."""

    within = Q(pk__in=[])  # see `narrow`

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20_000, widget=forms.Textarea(attrs={"rows": "3"}), **kwargs)

    def clean(self, value: Any) -> Any:
        names = [part.strip() for part in _BETWEEN.split(super().clean(value)) if part.strip()]
        found, wrong = [], []
        for name in dict.fromkeys(names):
            try:
                found.append(one_member(name, within=self.within).pk)
            except ValidationError as refusal:
                wrong += refusal.messages
        if wrong:
            raise ValidationError(wrong[0] if len(wrong) == 1 else "；".join(wrong[:5]))
        return list(dict.fromkeys(found))
