"""Pages for the end of a committee: archive, take it back, delete with a certificate."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import NotFound
from core.web import page, refusals_on
from registry import ending
from registry.operate import trail
from registry.operate.forms import ArchiveForm, DeleteForm, StateForm
from registry.operate.views import committee_or_404


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """Close it and keep its data until a day."""
    one = committee_or_404(code)
    form = ArchiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            given = form.cleaned_data
            ending.archive(
                code=code, until=given["until"], why=given["why"], today=clock.today(), by=signed_in(request)
            )
            messages.success(request, f"{one.name}已归档，数据保存到 {given['until']:%Y-%m-%d}。")
            return redirect("operate:committee", code=code)
    context = {"one": one, "form": form}
    return page(request, "registry/operate/archive.html", context, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def unarchive(request: HttpRequest, code: str) -> HttpResponse:
    """Open an archived one again."""
    one = committee_or_404(code)
    form = StateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            ending.unarchive(code=code, why=form.cleaned_data["why"], by=signed_in(request))
            messages.success(request, f"{one.name}已取消归档，可以照常进入。")
            return redirect("operate:committee", code=code)
    context = {"one": one, "form": form, "step": "unarchive"}
    return page(request, "registry/operate/state.html", context, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Order the deletion; its full name is written by hand first."""
    one = committee_or_404(code)
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            given = form.cleaned_data
            job = ending.order_deletion(
                code=code, name=given["name"], why=given["why"], today=clock.today(), by=signed_in(request)
            )
            return redirect("operate:job", id=job.pk)
    context = {"one": one, "form": form}
    return page(request, "registry/operate/delete.html", context, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_safe
def certificate(request: HttpRequest, id: UUID) -> HttpResponse:
    """The certificate of a deletion, as the file that was written then."""
    found = trail.certificate(id)
    if found is None:
        raise NotFound("没有这份删除证明。")
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="deletion-{found["committee"]["code"]}.json"'
    return answer
