"""What the pages of accounts ask for. Rules are the actions'; forms only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts import tokens
from accounts.models import Session
from accounts.queries import STATES, AccountFilters
from accounts.roles import Assignment, Role, ScopeKind

_NEW = {"autocomplete": "new-password"}
PASSWORD_HELP = "至少 10 位，不要只用数字，不要与账号或姓名相近。"
SCOPES = {
    ScopeKind.SPECIAL_COMMITTEE: ("负责的专委会", "选了“专委会工作室”时填：只看得到这些专委会的委员。"),
    ScopeKind.DISTRICT: ("负责的区", "选了“区政协录入员”时填：只看得到所在区是这里的委员。"),
    ScopeKind.SECTOR: ("召集的界别", "选了“界别召集人”时可填；本人所在和名册里担任召集人的界别不用再选。"),
}


def _password(label: str, *, help: str = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=200, strip=False, help_text=help, widget=forms.PasswordInput(attrs=attrs or _NEW)
    )


class SignInForm(forms.Form):
    username = forms.CharField(label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    remember = forms.BooleanField(
        label="记住这部手机", required=False, help_text="限委员自己的手机，14 天内不用再登录。"
    )


class NewPasswordForm(forms.Form):
    """A password twice."""

    password = _password("新密码", help=PASSWORD_HELP)
    again = _password("再输一遍")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", "两次输入的密码不一样，请再输一遍。")
        return given


class JoinForm(NewPasswordForm):
    username = forms.CharField(
        label="账号", max_length=60, help_text="以后登录时输入，可以改成您记得住的。",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )  # fmt: skip
    field_order = ("username", "password", "again")


class ChangePasswordForm(NewPasswordForm):
    current = _password("现在的密码", autocomplete="current-password")
    field_order = ("current", "password", "again")


class RolesForm(forms.Form):
    """Roles, and for the narrowed ones what they are narrowed to."""

    roles = forms.MultipleChoiceField(label="角色", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, subjects: Mapping[ScopeKind, Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (name, f"{role.label}：{role.description}") for name, role in Role.by_name.items() if not role.of_platform
        ]
        self.fields["roles"].choices = offered  # type: ignore[attr-defined]
        for kind, (label, help) in SCOPES.items():
            choices = list(subjects.get(kind, {}).items())
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple,
                help_text=help if choices else "名册里还没有可选的。",
            )  # fmt: skip

    def assignments(self) -> list[Assignment]:
        """What was chosen. Call on a valid form."""
        found = []
        for name in self.cleaned_data["roles"]:
            kind = Role.by_name[name].narrowed_by
            scopes = self.cleaned_data[kind.value] if kind else []
            found += [Assignment(name, scope) for scope in scopes] or [Assignment(name)]
        return found


def initial_of(roles: tuple[Assignment, ...]) -> dict[str, list[str]]:
    """Roles held, as the form's initial values."""
    found: dict[str, list[str]] = {"roles": list(dict.fromkeys(one.role for one in roles))}
    for one in roles:
        role = Role.by_name.get(one.role)
        if role and role.narrowed_by and one.scope:
            found.setdefault(role.narrowed_by.value, []).append(one.scope)
    return found


class InviteForm(RolesForm):
    display_name = forms.CharField(label="姓名", max_length=60, help_text="页面和操作记录里显示的名字。")
    username = forms.CharField(label="账号或手机号", max_length=60, help_text="本人打开链接时可以改。")
    field_order = ("display_name", "username", "roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]  # members and conveners are invited from the roster
        roles.choices = [(name, label) for name, label in roles.choices if not Role.by_name[name].of_members]
        del self.fields[ScopeKind.SECTOR.value]


class WhyForm(forms.Form):
    why = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": "2"}), help_text="记入操作记录"
    )


class AccountFilterForm(forms.Form):
    q = forms.CharField(
        label="搜索", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名或账号"})
    )
    role = forms.ChoiceField(label="角色", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(name, role.label) for name, role in Role.by_name.items() if not role.of_platform]
        self.fields["role"].choices = [("", "全部"), *offered]  # type: ignore[attr-defined]

    def filters(self) -> AccountFilters:
        """What was asked for; a value that is no choice filters nothing."""
        self.is_valid()
        return AccountFilters(**{name: value for name, value in self.cleaned_data.items() if value})


class TokenForm(forms.Form):
    """A token for a program, for oneself."""

    name = forms.CharField(label="给哪个系统用", max_length=80, help_text="例如：市里的 OA。以后凭这个名字认出它。")
    scope = forms.ChoiceField(
        label="可以做什么", widget=forms.RadioSelect, initial=Session.Scope.READ,
        choices=[("read", "只读：只能查看"), ("write", "读写：也能登记和办理")],
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label="用多久", coerce=int, initial=90, choices=[(days, f"{days} 天") for days in tokens.DAYS]
    )
    password = _password("您的登录密码", help="确认是您本人。", autocomplete="current-password")
