"""What the pages ask for. Rules are the actions'; forms only read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.roles import Assignment, Role
from core.sheets import XLSX
from tenants.members.models import Member, PostKind, Sector, SpecialCommittee
from tenants.members.queries import Filters


class RosterFilter(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名、拼音或编号"})
    )
    sector = forms.ModelChoiceField(label="界别", required=False, queryset=Sector.objects.none(), empty_label="全部")
    special_committee = forms.ModelChoiceField(
        label="专委会", required=False, queryset=SpecialCommittee.objects.none(), empty_label="全部"
    )
    post = forms.ChoiceField(label="职务", required=False, choices=[("", "全部"), *PostKind.choices])
    status = forms.ChoiceField(
        label="状态", required=False, choices=[("serving", "在任"), ("left", "已离任"), ("all", "全部")]
    )
    day = forms.DateField(label="截至", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committee"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        sector, committee = asked.get("sector"), asked.get("special_committee")
        return Filters(
            q=asked.get("q") or "",
            sector=sector.pk if sector else None,
            special_committee=committee.pk if committee else None,
            post=asked.get("post") or "",
            status=asked.get("status") or "serving",
        )

    def day_asked(self, today: dt.date) -> dt.date:
        """The day the list is for. Call `filters` first."""
        return self.cleaned_data.get("day") or today


class MemberForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60, help_text="与身份证件一致；少数民族姓名的间隔号用“·”。")
    number = forms.CharField(label="委员编号", max_length=20, help_text="本会自己的编号，再次导入名册时按它认人。")
    sector = forms.ModelChoiceField(label="界别", queryset=Sector.objects.none(), empty_label="请选择")
    posts = forms.MultipleChoiceField(
        label="职务", choices=PostKind.choices, widget=forms.CheckboxSelectMultiple, initial=[PostKind.MEMBER.value]
    )
    special_committees = forms.ModelMultipleChoiceField(
        label="专委会", required=False, queryset=SpecialCommittee.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    work_unit = forms.CharField(label="工作单位", required=False, max_length=120)
    unit_post = forms.CharField(label="单位职务", required=False, max_length=80)
    phone = forms.CharField(
        label="联系电话", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    district = forms.CharField(
        label="所在区", required=False, max_length=60, help_text="居住或工作所在的区（县、市），写法与名册里已有的一致。",
        widget=forms.TextInput(attrs={"list": "districts"}),
    )  # fmt: skip
    joined_on = forms.DateField(label="任职日期", help_text="担任本届委员的第一天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committees"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]


class MemberEditForm(MemberForm):
    left_on = forms.DateField(label="离任日期", required=False, help_text="不再担任委员的第一天；在任的空着。")
    effective_on = forms.DateField(label="职务、专委会变动从哪天起", help_text="此前的职务照旧保留在履历里。")


class ChangeForm(forms.Form):
    """A change of sector, posts and seats from a day."""

    effective_on = forms.DateField(label="从哪天起", help_text="此前的职务、专委会照旧保留在履历里。")
    sector = forms.ModelChoiceField(label="界别", queryset=Sector.objects.none(), empty_label=None)
    posts = forms.MultipleChoiceField(label="职务", choices=PostKind.choices, widget=forms.CheckboxSelectMultiple)
    special_committees = forms.ModelMultipleChoiceField(
        label="专委会", required=False, queryset=SpecialCommittee.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label="依据", required=False, max_length=200, help_text="例如：第十届第3次常委会会议。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].queryset = Sector.objects.all()  # type: ignore[attr-defined]
        self.fields["special_committees"].queryset = SpecialCommittee.objects.all()  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    on = forms.DateField(label="离任日期", help_text="不再担任委员的第一天。")
    why = forms.CharField(label="原因", max_length=200, help_text="例如：调离本地。会留在操作记录里。")


class RejoinForm(forms.Form):
    on = forms.DateField(label="重新任职日期", help_text="重新担任委员的第一天；此前的任期照旧保留。")
    why = forms.CharField(label="依据", max_length=200, help_text="例如：第十届第5次常委会会议增补。")


def values_of(member: Member, *, posts: list[str], seats: list[Any], today: dt.date) -> dict[str, Any]:
    """A member as the edit form's initial values."""
    plain = ("name", "number", "work_unit", "unit_post", "phone", "district", "joined_on", "left_on", "sector")
    held = {"posts": posts, "special_committees": seats, "effective_on": today}
    return {name: getattr(member, name) for name in plain} | held


class ImportForm(forms.Form):
    file = forms.FileField(
        label="名册文件", help_text=".xlsx，最多 5,000 人。", widget=forms.FileInput(attrs={"accept": f".xlsx,{XLSX}"})
    )
    effective_on = forms.DateField(label="变动从哪天起", help_text="已有委员的职务、专委会有变化时，从这一天起算。")
    makes_groups = forms.BooleanField(label="同时新建文件里的新界别和新专委会", required=False)


class AccountForm(forms.Form):
    """What a member's account may do, beside the name it begins with; the member may change the name."""

    username = forms.CharField(label="账号或手机号", max_length=60, help_text="委员打开链接时可以改成自己记得住的。")
    roles = forms.MultipleChoiceField(
        label="角色", widget=forms.CheckboxSelectMultiple, initial=["member"],
        choices=[(name, f"{role.label}：{role.description}") for name, role in Role.by_name.items() if role.of_members],
    )  # fmt: skip

    def assignments(self) -> list[Assignment]:
        """Call on a valid form. A convener's sectors are read from the roster."""
        return [Assignment(name) for name in self.cleaned_data["roles"]]


class InviteMembersForm(forms.Form):
    again = forms.BooleanField(label="也给已邀请但还没有开通的重新生成，原来的链接作废", required=False)


class AnonymiseForm(forms.Form):
    """The reason, and the name typed once more: it cannot be undone."""

    why = forms.CharField(
        label="理由", max_length=200, help_text="例如：保存期满，或本人书面申请。理由会留在操作记录里。"
    )
    typed = forms.CharField(label="再写一遍姓名", max_length=60, help_text="处理后无法恢复，请核对是不是这个人。")

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self.name:
            raise forms.ValidationError(f"与“{self.name}”不一致，请核对后重写。")
        return typed


class RetentionForm(forms.Form):
    years = forms.IntegerField(label="离任后保存几年", help_text="从离任那天算起；连任下届的不计。")
    why = forms.CharField(label="依据或理由", max_length=200)


class TermForm(forms.Form):
    name = forms.CharField(label="届次", max_length=60, help_text="例如：第十届。")
    ends_on = forms.DateField(label="届满日", help_text="不再是本届委员的第一天；这一天及以后任职的算下一届。")
    continuing = forms.ModelMultipleChoiceField(
        label="连任下届的委员", required=False, queryset=Member.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text="他们的账号保留，个人信息不到期。",
    )  # fmt: skip
    why = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["continuing"].queryset = Member.objects.filter(left_on=None)  # type: ignore[attr-defined]
