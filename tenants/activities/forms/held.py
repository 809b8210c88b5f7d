"""What the pages of activities ask for. Rules are the actions'; forms only read."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models import Q

from tenants.activities.models import Destination, OrganiserType
from tenants.activities.queries import ActivityFilters, kind_titles
from tenants.liaison.forms import STATES, MembersField, narrow
from tenants.liaison.models import PlaceLevel
from tenants.members.models import Member, Sector, SpecialCommittee


def organisers(*, own: bool) -> list[tuple[str, Any]]:
    """Who can have organised it, as one list: `committee`, `sector:<id>`, …; `own` offers the member as well."""
    first = [("member", "委员本人")] if own else []
    return [
        *first,
        (OrganiserType.COMMITTEE.value, "本会机关"),
        ("专委会", [(f"special_committee:{one.pk}", one.name) for one in SpecialCommittee.objects.all()]),
        ("界别", [(f"sector:{one.pk}", one.name) for one in Sector.objects.all()]),
        (OrganiserType.OTHER.value, OrganiserType.OTHER.label),
    ]


class ActivityForm(forms.Form):
    """An activity that was held; an office pastes who took part, a member enters the own part."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label="活动名称", max_length=200)
    kind = forms.ChoiceField(label="种类")
    organiser = forms.ChoiceField(label="谁组织的")
    held_on = forms.DateField(label="日期", widget=forms.DateInput)
    until = forms.DateField(label="到哪天", required=False, help_text="一天的活动不用填。", widget=forms.DateInput)
    place = forms.CharField(label="地点", required=False, max_length=120)
    place_level = forms.ChoiceField(label="地点层级", required=False, choices=[("", "不填"), *PlaceLevel.choices])
    venue_name = forms.CharField(label="工作室或联络站", required=False, max_length=120)
    destination = forms.ChoiceField(label="去向", required=False, choices=[("", "不填"), *Destination.choices])
    beneficiary = forms.CharField(
        label="为谁办的", required=False, max_length=120, help_text="办实事时填，如某村 30 户。"
    )
    result = forms.CharField(
        label="办成了什么", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "2"}), help_text="一两句即可。"
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, within: Q, **kwargs: Any) -> None:
        kwargs["initial"] = {"held_on": today, "key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        narrow(self, within)
        if self.is_own:  # an office announces, too, what is still to be held
            for name in ("held_on", "until"):
                self.fields[name].widget.attrs["max"] = today.isoformat()
        self.fields["kind"].choices = [("", "请选择"), *kind_titles(today).items()]  # type: ignore[attr-defined]
        self.fields["organiser"].choices = [("", "请选择"), *organisers(own=self.is_own)]  # type: ignore[attr-defined]

    is_own = True

    def values(self, member: Member | None = None) -> dict[str, Any]:
        """Keywords of `register_activity`; `member` is who organised it where a member did."""
        values = dict(self.cleaned_data)
        values["organiser_type"], _, id = values.pop("organiser").partition(":")
        own = member.pk if member is not None and values["organiser_type"] == OrganiserType.MEMBER else None
        values["organiser"] = UUID(id) if id else own
        values["id"] = values.pop("key")
        return values


class OfficeActivityForm(ActivityForm):
    held_on = forms.DateField(
        label="日期", widget=forms.DateInput, help_text="还没有办的填将来的日期：先邀请、报名，办过以后登记到会情况。"
    )
    participants = MembersField(
        label="参加或邀请的委员", required=False,
        help_text="一行一位或用顿号隔开，可以从表格里整列粘贴；也可以保存后按界别勾选。",
    )  # fmt: skip
    field_order = ("key", "title", "kind", "organiser", "held_on", "until")
    is_own = False


class ActivityFilterForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "名称或地点"})
    )
    kind = forms.ChoiceField(label="种类", required=False)
    sector = forms.ModelChoiceField(
        label="组织的界别", required=False, queryset=Sector.objects.none(), empty_label="全部"
    )
    special_committee = forms.ModelChoiceField(
        label="组织的专委会", required=False, queryset=SpecialCommittee.objects.none(), empty_label="全部"
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[*STATES, ("planned", "还没有举办")])
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *kind_titles(today).items()]  # type: ignore[attr-defined]
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committee"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]

    def filters(self, sort: str = "") -> ActivityFilters:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("sector", "special_committee"):
            if name in asked:
                asked[name] = asked[name].pk
        return ActivityFilters(sort=sort, **asked)
