"""个人信息: a copy for the person, making nameless, what is due; 届满."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, storage
from core.errors import NotFound
from core.ids import ids_in
from core.personal.erase import Effect
from core.personal.reach import about
from core.web import page, refusals_on
from core.words import row_name
from tenants.members import actions, queries
from tenants.members.forms import AnonymiseForm, RetentionForm, TermForm
from tenants.members.models import Member


@requires(Permission.MEMBERS_WRITE)
@require_safe
@never_cache
def data(request: HttpRequest, id: UUID) -> HttpResponse:
    """What is held about a member, kind by kind; the ways to a copy and to making nameless."""
    found = queries.member_by_id(id)
    context = _held(found) | {"is_office": True, "back_url": f"/members/{id}/", "ask_url": f"/members/{id}/data/copy/"}
    context["may_anonymise"] = found.left_on is not None and found.left_on <= clock.today()
    return page(request, "members/data.html", context)


@requires(Permission.HOME)
@require_safe
@never_cache
def own_data(request: HttpRequest) -> HttpResponse:
    """The same for the member themself."""
    own = _own(request)
    return page(request, "members/data.html", _held(own) | {"back_url": "/", "ask_url": "/members/me/data/copy/"})


@requires(Permission.MEMBERS_WRITE)
@require_POST
def ask(request: HttpRequest, id: UUID) -> HttpResponse:
    """The office asks for a copy."""
    actions.ask_export(id=id, by=signed_in(request))
    messages.info(request, "正在准备导出，做好后在本页下载，保留七天。")
    return redirect("members:data", id=id)


@requires(Permission.HOME)
@require_POST
def ask_own(request: HttpRequest) -> HttpResponse:
    """The member asks for a copy."""
    actions.ask_export(id=_own(request).pk, by=signed_in(request))
    messages.info(request, "正在准备导出，做好后在本页下载，保留七天。")
    return redirect("members:own_data")


@requires(Permission.HOME)
@require_POST
def fetch(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """The copy itself: for the member and for the office."""
    user = signed_in(request)
    found = actions.hand_over(
        id=id, by=user, may_fetch=lambda member: member.user_id == user.pk or may(user, Permission.MEMBERS_WRITE)
    )
    return storage.send(found.stored, called=f"{found.member}的个人信息.zip", content_type="application/zip")


@requires(Permission.MEMBERS_WRITE)
@require_http_methods(["GET", "POST"])
def anonymise(request: HttpRequest, id: UUID) -> HttpResponse:
    """What will go, why, the name typed once more; then it is gone."""
    found = queries.member_by_id(id)
    form = AnonymiseForm(request.POST or None, name=found.name)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.anonymise_member(id=id, why=form.cleaned_data["why"], today=clock.today(), by=signed_in(request))
            messages.success(request, "已匿名处理：姓名、电话和谈话内容已抹去，履职数字不变。")
            return redirect("members:member", id=id)
    effect = actions.what_would_go(id=id, today=clock.today())
    context = {
        "form": form,
        "member": found,
        "lines": _lines(effect),
        "words": effect.words,
        "back_url": f"/members/{id}/data/",
    }
    return page(request, "members/anonymise.html", context, status=422 if form.errors else 200)


@requires(Permission.MEMBERS_WRITE)
@require_http_methods(["GET", "POST"])
def due(request: HttpRequest) -> HttpResponse:
    """Whose time has come, all at once as a job; how long data are kept."""
    form = RetentionForm(None, initial={"years": queries.retention_years()})
    if request.method == "POST":
        if "years" in request.POST:
            form = RetentionForm(request.POST)
            if form.is_valid():
                with refusals_on(form):
                    actions.set_retention(**form.cleaned_data, by=signed_in(request))
                    messages.success(request, f"保存年限已改为 {form.cleaned_data['years']} 年。")
                    return redirect("members:due")
        else:
            ids = ids_in(request.POST.getlist("member"))
            actions.ask_anonymise_due(ids=ids, today=clock.today(), by=signed_in(request))
            messages.info(request, f"正在匿名处理 {len(ids)} 人，进度见后台任务。")
            return redirect("jobs:index")
    context = {
        "due": list(queries.due(clock.today()).select_related("sector")[:500]),
        "years": queries.retention_years(),
        "form": form,
    }
    return page(request, "members/due.html", context, status=422 if form.errors else 200)


@requires(Permission.MEMBERS_WRITE)
@require_http_methods(["GET", "POST"])
def term(request: HttpRequest) -> HttpResponse:
    """办理届满: who sits on, what will end, and the act."""
    today = clock.today()
    form = TermForm(request.POST or None, initial={"ends_on": today})
    closing = None
    if request.method == "POST" and form.is_valid():
        values = {key: form.cleaned_data[key] for key in ("name", "ends_on")}
        values |= {
            "continuing": [one.pk for one in form.cleaned_data["continuing"]],
            "today": today,
            "by": signed_in(request),
        }
        with refusals_on(form):
            if "confirmed" in request.POST:
                done = actions.close_term(**values, why=form.cleaned_data["why"])
                messages.success(
                    request,
                    f"{form.cleaned_data['name']}已届满：{done.members} 人离任，其中连任 {done.continuing} 人。",
                )
                return redirect("members:roster")
            closing = actions.what_would_end(**values)
    context: dict[str, Any] = {"form": form, "closing": closing, "terms": queries.terms()}
    if closing:
        context["ended"] = [(row_name(label), count) for label, count in closing.ended.items()]
    return page(request, "members/term.html", context, status=422 if form.errors else 200)


def _own(request: HttpRequest) -> Member:
    own = queries.member_of(request.user)
    if own is None:
        raise NotFound("您的账号没有对应的委员，所以没有委员的个人信息。如有误，请联系本会办公室。")
    return own


def _held(member: Member) -> dict[str, Any]:
    """Counts per kind of row and the copy asked for last."""
    kinds = [(row_name(found.model._meta.label_lower), len(found.all)) for found in about(member)]
    copy = queries.newest_export(member)
    return {"member": member, "kinds": kinds, "copy": copy, "is_nameless": queries.is_nameless(member)}


def _lines(effect: Effect) -> list[dict[str, Any]]:
    return [
        {"what": row_name(one.label), "erased": one.erased, "scrubbed": one.scrubbed, "dropped": one.dropped}
        for one in effect.lines
    ]
