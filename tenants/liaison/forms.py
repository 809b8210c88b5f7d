"""What the pages ask for. Rules are the actions'; forms only read. Activities and outputs use the fields for people, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from tenants.liaison.models import ChoiceBasis, ContentType, Kind, Mode, PlaceLevel, State
from tenants.liaison.queries import ContactFilters, members_named
from tenants.members.models import Member, Sector

_BETWEEN = re.compile(r"[、,，;；\n\r\t]+")
STATES = [("", "全部"), *State.choices, ("withdrawn", "已撤回")]


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


class ContactForm(forms.Form):
    """One contact of a member: `pairs` are the people that member is paired with."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="这是一次", choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.CONTACT)
    mode = forms.ChoiceField(
        label="方式",
        choices=[choice for choice in Mode.choices if choice[0] != Mode.HYBRID],
        widget=forms.RadioSelect,
        initial=Mode.OFFLINE,
    )
    held_on = forms.DateField(label="日期", widget=forms.DateInput)
    place = forms.CharField(label="地点", required=False, max_length=120)
    constituents = forms.MultipleChoiceField(
        label="和谁（结对群众）", required=False, widget=forms.CheckboxSelectMultiple
    )
    headcount = forms.IntegerField(
        label="人数", required=False, min_value=1, max_value=100_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )  # fmt: skip
    summary = forms.CharField(
        label="说了什么", max_length=500, widget=forms.Textarea(attrs={"rows": "3"}), help_text="一两句话即可。"
    )
    opinions = forms.CharField(
        label="听到的意见", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": "2"})
    )
    as_voice = forms.BooleanField(label="转为民意，请办公室办理", required=False)
    content_type = forms.ChoiceField(label="内容", required=False, choices=[("", "不填"), *ContentType.choices])
    place_level = forms.ChoiceField(label="地点层级", required=False, choices=[("", "不填"), *PlaceLevel.choices])
    target = MemberField(label="联系的是哪位委员", required=False, help_text="走访或联系其他委员时填。")
    participants = MembersField(label="一起去的委员", required=False, help_text="一行一位，或用顿号隔开。")

    def __init__(
        self, *args: Any, today: date, within: Q, pairs: Sequence[tuple[UUID, str]] = (), **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"held_on": today, "key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        narrow(self, within)
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()
        self.fields["constituents"].choices = [(str(id), name) for id, name in pairs]  # type: ignore[attr-defined]
        if not pairs:
            del self.fields["constituents"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("as_voice") and not given.get("opinions"):
            self.add_error("opinions", "要转为民意，请写下群众的意见。")
        return given

    def values(self) -> dict[str, Any]:
        """Keywords of `register_contact`, but for the member. Call on a valid form."""
        values = dict(self.cleaned_data)
        values["id"] = values.pop("key")
        values["target"] = values["target"].pk if values["target"] else None
        values["constituents"] = [UUID(one) for one in values.get("constituents", ())]
        return values


class OfficeContactForm(ContactForm):
    """The same, for a member the office names."""

    member = MemberField(label="委员")
    field_order = ("key", "member")

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["member"] = values["member"].pk
        return values


class ContactFilterForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名、拼音、地点或内容"})
    )  # fmt: skip
    sector = forms.ModelChoiceField(label="界别", required=False, queryset=Sector.objects.none(), empty_label="全部")
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]

    def filters(self, sort: str = "") -> ContactFilters:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        if "sector" in asked:
            asked["sector"] = asked["sector"].pk
        return ContactFilters(sort=sort, **asked)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": "2"}))


class PairingForm(forms.Form):
    """A person a member pairs with."""

    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(
        label="电话", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    since = forms.DateField(label="从哪天起", widget=forms.DateInput)
    choice_basis = forms.ChoiceField(label="怎么选的", choices=ChoiceBasis.choices, initial=ChoiceBasis.SECTOR)
    profession = forms.CharField(label="职业", required=False, max_length=80)
    area = forms.CharField(label="所在地", required=False, max_length=120)
    note = forms.CharField(label="备注", required=False, max_length=300)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"since": today}
        super().__init__(*args, **kwargs)
        self.fields["since"].widget.attrs["max"] = today.isoformat()


class EndPairingForm(forms.Form):
    until = forms.DateField(label="从哪天起不再结对", widget=forms.DateInput)
