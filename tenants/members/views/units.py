"""Offices, leading groups, and the groups of streets and townships."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError, NotFound
from core.web import page, refusals_on, sheet_url
from tenants.members import actions, queries
from tenants.members.forms import AppointForm, DayForm, JoinForm, SearchForm, UnitForm
from tenants.members.models import Unit, UnitKind
from tenants.members.views.groups import tabs_at

KINDS = {
    "groups": (UnitKind.AREA_GROUP,),
    "leading": (UnitKind.LEADING_GROUP, UnitKind.WORKING_TEAM),
    "offices": (UnitKind.OFFICE,),
}
TITLES = {"groups": "街道小组", "leading": "领导小组", "offices": "工作机构"}
EMPTY = {
    "groups": "委员按街道（乡镇、苏木）编成小组，政协和街道双方各有组长、副组长、联络员。",
    "leading": "文件要求成立的领导小组、工作专班，连同组长、副组长、成员。",
    "offices": "办公室、研究室、联络室等，连同文件里的其他叫法；流程走到哪个机构，由它的负责人办理。",
}
COLUMNS = (
    sheets.Out("名称", 26), sheets.Out("类别", 12), sheets.Out("街道", 16), sheets.Out("别名", 20), sheets.Out("政协方", 40),
    sheets.Out("街道方", 40), sheets.Out("空缺", 30), sheets.Out("委员", 8), sheets.Out("说明", 40),
)  # fmt: skip


@require_safe
@requires(Permission.ORGANISATION_READ)
def area_groups(request: HttpRequest) -> HttpResponse:
    """The groups of streets: both sides' posts, the gaps named, members in none."""
    return _list(request, "groups")


@require_safe
@requires(Permission.ORGANISATION_READ)
def leading(request: HttpRequest) -> HttpResponse:
    """Leading groups and working teams."""
    return _list(request, "leading")


@require_safe
@requires(Permission.ORGANISATION_READ)
def offices(request: HttpRequest) -> HttpResponse:
    """The committee's offices and by which names documents call them."""
    return _list(request, "offices")


def _list(request: HttpRequest, tab: str) -> HttpResponse:
    today, form = clock.today(), SearchForm(request.GET)
    lines = [line for kind in KINDS[tab] for line in queries.unit_lines(kind, today, q=form.text())]
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.unit.name, one.unit.get_kind_display(), one.unit.place, "、".join(one.unit.aliases), one.cppcc, one.subdistrict,
             "、".join(one.gaps), one.members, one.unit.note)
            for one in lines
        ]  # fmt: skip
        content = sheets.write(title=TITLES[tab], columns=COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}{TITLES[tab]}-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    context = {
        "lines": lines,
        "filter": form,
        "is_filtered": bool(form.text()),
        "title": TITLES[tab],
        "empty": EMPTY[tab],
        "tab": tab,
        "is_groups": tab == "groups",
        "lead": _lead(tab, lines),
        "outside": queries.without_group(today)[:12] if tab == "groups" and lines else [],
        "outside_number": len(queries.without_group(today)) if tab == "groups" and lines else 0,
        "tabs": tabs_at(tab),
        "export_url": sheet_url(request),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
    }
    return page(request, "members/units.html", context)


def _lead(tab: str, lines: list[queries.UnitLine]) -> str:
    if not lines:
        return ""
    short = sum(bool(one.gaps) for one in lines)
    if tab == "groups":
        return f"{len(lines)} 个小组，" + (f"{short} 个岗位不齐" if short else "双方岗位都齐")
    return f"{len(lines)} 个" + (f"，{short} 个没有登记负责人" if short else "")


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def new(request: HttpRequest, tab: str) -> HttpResponse:
    """Add one."""
    if tab not in KINDS:
        raise NotFound
    kind = KINDS[tab][0]
    form = UnitForm(request.POST or None, is_new=True, kind=kind, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            values = {"kind": kind} | form.values()
            made = actions.add_unit(**values, by=signed_in(request))
            messages.success(request, f"已新建“{made.name}”。接着登记由谁任职。")
            return redirect("organisation:unit", id=made.pk)
    context = {
        "form": form,
        "title": f"新建{TITLES[tab]}",
        "back": f"/organisation/{tab}/",
        "back_label": TITLES[tab],
    }
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Name, other names, what it is for, or its end."""
    found = queries.unit_by_id(id)
    given = {name: getattr(found, name) for name in ("name", "body", "place", "note", "until")}
    given["aliases"] = "、".join(found.aliases)
    form = UnitForm(request.POST or None, is_new=False, kind=found.kind, initial=given)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.update_unit(id=id, **form.values(), by=signed_in(request))
            messages.success(request, f"{form.cleaned_data['name']}的资料已更新。")
            return redirect("organisation:unit", id=id)
    back = f"/organisation/units/{id}/"
    context = {"form": form, "title": "修改", "lead": found.name, "back": back, "back_label": found.name}
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.ORGANISATION_READ)
def unit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Every post with its holder or its gap, the members, and the places to change them."""
    return _page(request, queries.unit_by_id(id))


def _page(
    request: HttpRequest, found: Unit, *, appointing: AppointForm | None = None, joining: JoinForm | None = None
) -> HttpResponse:
    today = clock.today()
    line = queries.unit_line(found, today)
    tab = next(key for key, kinds in KINDS.items() if found.kind in kinds)
    memberships = list(queries.memberships_of(found, today))
    context = {
        "unit": found,
        "line": line,
        "memberships": memberships,
        "lead": f"缺{'、'.join(line.gaps)}" if line.gaps else (found.place or found.get_kind_display()),
        "back": f"/organisation/{tab}/",
        "back_label": TITLES[tab],
        "appointing": appointing or AppointForm(kind=found.kind, initial={"since": today} | _asked(request)),
        "joining": joining or JoinForm(initial={"since": today}),
        "people": queries.name_choices(today),
        "today": today,
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
    }
    failed = any(form is not None and form.errors for form in (appointing, joining))
    return page(request, "members/unit.html", context, status=422 if failed else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """A gap's link names the post to be filled."""
    return {name: request.GET[name] for name in ("role", "side") if name in request.GET}


@require_POST
@requires(Permission.MEMBERS_WRITE)
def appoint(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who holds a post from a day."""
    found = queries.unit_by_id(id)
    form = AppointForm(request.POST, kind=found.kind)
    if form.is_valid():
        with refusals_on(form):
            post = actions.appoint(unit=id, **form.values(), by=signed_in(request))
            name = post.member.name if post.member else post.holder
            messages.success(request, f"{name}从 {post.since:%Y-%m-%d} 起任{found.name}{form_role(form, found)}。")
            return redirect("organisation:unit", id=id)
    return _page(request, found, appointing=form)


def form_role(form: AppointForm, unit: Unit) -> str:
    words = dict(form.fields["role"].choices)  # type: ignore[attr-defined]
    return str(words.get(form.cleaned_data["role"], ""))


@require_POST
@requires(Permission.MEMBERS_WRITE)
def join(request: HttpRequest, id: UUID) -> HttpResponse:
    """Members into the group; into a second one only with a reason."""
    found = queries.unit_by_id(id)
    form = JoinForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            made = actions.join_unit(unit=id, **form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{len(made)} 人已编入{found.name}。")
            return redirect("organisation:unit", id=id)
    return _page(request, found, joining=form)


@require_POST
@requires(Permission.MEMBERS_WRITE)
def end_appointment(request: HttpRequest, id: UUID) -> HttpResponse:
    """The post is held no more."""
    return _ended(request, id, actions.end_appointment, "任职已结束")


@require_POST
@requires(Permission.MEMBERS_WRITE)
def leave(request: HttpRequest, id: UUID) -> HttpResponse:
    """No longer of the group."""
    return _ended(request, id, actions.leave_unit, "已退出小组")


def _ended(request: HttpRequest, id: UUID, end: Any, what: str) -> HttpResponse:
    form = DayForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    found = queries.unit_of(id)
    try:
        end(id=id, on=on, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"{what}，从 {on:%Y-%m-%d} 起。")
    return redirect("organisation:unit", id=found)
