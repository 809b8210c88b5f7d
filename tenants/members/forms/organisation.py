"""Sectors, special committees, offices and groups."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q

from policy_engine.vocabulary import shared_words
from tenants.members.forms.fields import MemberField, MembersField, narrow
from tenants.members.models import Member, SeatRole, Sector, Side, SpecialCommittee, UnitKind, UnitRole, role_word

_BETWEEN = re.compile(r"[、,，;；\n]+")
_OFFICE_BODIES = (
    "general_office", "research_office", "member_liaison_office", "study_liaison_committee", "liaison_work_committee",
    "special_committee_work_office", "working_team", "leading_group",
)  # fmt: skip


class SearchForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "名称"})
    )

    def text(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("q") or ""


class SectorForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    base = forms.CharField(label="组织依托", required=False, max_length=120, help_text="例如：县工商联。")
    venue = forms.CharField(label="活动场所", required=False, max_length=120)
    funds = forms.CharField(label="经费渠道", required=False, max_length=120)


class CommitteeForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)


class LinkForm(forms.Form):
    """A special committee and a sector it links from a day; one of the two is known from the page."""

    sector = forms.ModelChoiceField(label="界别", queryset=Sector.objects.none(), empty_label="请选择")
    special_committee = forms.ModelChoiceField(
        label="专委会", queryset=SpecialCommittee.objects.none(), empty_label="请选择"
    )
    since = forms.DateField(label="从哪天起")

    def __init__(self, *args: Any, given: str, today: dt.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"since": today}
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committee"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]
        del self.fields[given]


class SeatRoleForm(forms.Form):
    role = forms.ChoiceField(label="任什么", choices=SeatRole.choices)
    on = forms.DateField(label="从哪天起")


class DayForm(forms.Form):
    on = forms.DateField(label="从哪天起")


class NominateForm(forms.Form):
    """Who of the sector's serving members is proposed, and who of them first."""

    members = forms.ModelMultipleChoiceField(
        label="推选的召集人", queryset=Member.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    first = forms.ModelChoiceField(
        label="第一召集人", required=False, queryset=Member.objects.none(), empty_label="请选择"
    )
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="例如：经本界别 11 月 2 日会议协商推选。"
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("members", "first"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Call on a valid form."""
        first = self.cleaned_data["first"]
        return {
            "members": [one.pk for one in self.cleaned_data["members"]],
            "first": first.pk if first else None,
            "note": self.cleaned_data["note"],
        }


class UnitForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=UnitKind.choices)
    place = forms.CharField(label="街道（乡镇、苏木）", required=False, max_length=60)
    body = forms.ChoiceField(
        label="按文件属于", required=False, help_text="办法里的流程、报告写到这个机构时，就是指它。"
    )
    aliases = forms.CharField(
        label="别名", required=False, max_length=200, help_text="文件里的其他叫法，用顿号隔开，例如：联络室、工作五室。"
    )
    note = forms.CharField(
        label="职责或说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "3"})
    )
    since = forms.DateField(label="从哪天起")
    until = forms.DateField(label="从哪天起撤销", required=False, help_text="还在的空着。撤销后任职和成员一并结束。")

    def __init__(self, *args: Any, is_new: bool, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = shared_words()["bodies"]
        self.fields["body"].choices = [("", "不指"), *((key, titles[key]["title"]) for key in _OFFICE_BODIES)]  # type: ignore[attr-defined]
        is_group = kind == UnitKind.AREA_GROUP
        self.fields["place"].required = is_group
        gone = [*(("until",) if is_new else ("since", "kind")), *(("body", "aliases") if is_group else ("place",))]
        if is_group:
            self.fields["note"].label, self.fields["note"].help_text = "一街一策", "这个小组自己的工作思路，一两句。"
            self.fields["name"].help_text = "例如：东坪镇委员小组。"
        if kind not in (UnitKind.LEADING_GROUP, UnitKind.WORKING_TEAM):
            gone += ["kind"] if "kind" not in gone else []
        elif "kind" in self.fields:
            own = (UnitKind.LEADING_GROUP, UnitKind.WORKING_TEAM)
            self.fields["kind"].choices = [(one.value, one.label) for one in own]  # type: ignore[attr-defined]
        for name in gone:
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        """Keywords of the actions. Call on a valid form."""
        values = dict(self.cleaned_data)
        if "aliases" in values:
            values["aliases"] = [one.strip() for one in _BETWEEN.split(values["aliases"]) if one.strip()]
        return values


class AppointForm(forms.Form):
    role = forms.ChoiceField(label="任什么")
    side = forms.ChoiceField(label="哪一方", choices=Side.choices)
    member = MemberField(label="委员", required=False)
    holder = forms.CharField(
        label="或不是委员的", required=False, max_length=60, help_text="街道一方、机关工作人员填姓名。"
    )
    holder_post = forms.CharField(label="单位职务", required=False, max_length=80)
    since = forms.DateField(label="从哪天起")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Sequence[str] = UnitRole.values
        if kind == UnitKind.AREA_GROUP:
            roles = [UnitRole.LEADER, UnitRole.DEPUTY, UnitRole.LIAISON]
        else:
            del self.fields["side"]
        self.fields["role"].choices = [(one, role_word(kind, one)) for one in roles]  # type: ignore[attr-defined]
        narrow(self, Q())

    def values(self) -> dict[str, Any]:
        """Call on a valid form."""
        values = dict(self.cleaned_data)
        values["member"] = values["member"].pk if values["member"] else None
        return values


class JoinForm(forms.Form):
    members = MembersField(label="委员", help_text="一行一位，或用顿号隔开；姓名、编号、拼音都可以。")
    since = forms.DateField(label="从哪天起")
    exception_reason = forms.CharField(label="已在别的小组的，写明理由", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, Q())
