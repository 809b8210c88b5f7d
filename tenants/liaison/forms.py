"""What the pages ask for. Rules are the actions'; forms only read. Activities and outputs use them, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models import Q

from tenants.liaison.models import ChoiceBasis, ContentType, Kind, Mode, PlaceLevel, State
from tenants.liaison.queries import BASES, ContactFilters, Target
from tenants.members.forms import MemberField, MembersField, narrow
from tenants.members.models import Sector

STATES = [("", "全部"), *State.choices, ("withdrawn", "已撤回")]


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


class RecordFilterForm(forms.Form):
    """What lists of records of one shape are filtered by; outputs use it, too."""

    sector = forms.ModelChoiceField(label="界别", required=False, queryset=Sector.objects.none(), empty_label="全部")
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return asked | ({"sector": asked["sector"].pk} if "sector" in asked else {})


class ContactFilterForm(RecordFilterForm):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名、拼音、地点或内容"})
    )  # fmt: skip
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Kind.choices])

    def filters(self, sort: str = "") -> ContactFilters:
        return ContactFilters(sort=sort, **self.asked())


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


class LinkForm(forms.Form):
    """One source and several targets, typed or chosen from the page's lists."""

    source = MemberField(label="由谁联系")
    targets = forms.CharField(
        label="联系谁", max_length=20_000, widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="一行一个，或用顿号隔开。委员填姓名、编号或拼音；界别、专委会填名称。",
    )  # fmt: skip
    since = forms.DateField(label="从哪天起")
    basis = forms.CharField(label="依据", required=False, max_length=120, help_text="例如：党组分工。")

    def __init__(self, *args: Any, known: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, Q())
        self.known = known

    def clean_targets(self) -> list[UUID]:
        """Ids of the targets named; one that is not of this level is said."""
        found, wrong = [], []
        for text in filter(
            None, (part.strip() for part in re.split(r"[、,，;；\n\r\t]+", self.cleaned_data["targets"]))
        ):
            fitting = [one for one in self.known if text in (one.name, one.detail.rpartition(" ")[2], as_named(one))]
            if len(fitting) == 1:
                found.append(fitting[0].id)
            else:
                wrong.append(f"“{text}”有 {len(fitting)} 位，请填编号" if fitting else f"“{text}”不在这一级的对象里")
        if wrong:
            raise forms.ValidationError("；".join(wrong[:5]) + "。")
        return list(dict.fromkeys(found))


def as_named(target: Target) -> str:
    """How a list of the page writes a target: with the number that tells apart."""
    number = target.detail.rpartition(" ")[2]
    return f"{target.name}（{number}）" if number else target.name


class ProposalForm(forms.Form):
    """By what to propose, and from which day what is kept shall stand."""

    by = forms.ChoiceField(label="怎么分", choices=list(BASES.items()))
    since = forms.DateField(label="从哪天起")
    basis = forms.CharField(label="依据", required=False, max_length=120, help_text="例如：党组分工。")


class SearchForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名、拼音或名称"})
    )

    def text(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("q") or ""


class GridForm(forms.Form):
    """A member and a grid worker; a member needs no first field."""

    member = MemberField(label="委员")
    name = forms.CharField(label="网格员姓名", max_length=60)
    place = forms.CharField(label="社区（嘎查）", max_length=120)
    grid = forms.CharField(label="第几网格", required=False, max_length=60)
    phone = forms.CharField(
        label="电话", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    since = forms.DateField(label="从哪天起")

    def __init__(self, *args: Any, today: date, within: Q, is_own: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"since": today}
        super().__init__(*args, **kwargs)
        narrow(self, within)
        if is_own:
            del self.fields["member"]


class DayForm(forms.Form):
    on = forms.DateField(label="从哪天起")
