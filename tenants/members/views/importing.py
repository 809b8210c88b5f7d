"""A roster from an Excel file: upload, look, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from billing_free.actions import OverQuota
from core import clock, sheets
from core.errors import DomainError, NotFound
from core.sheets import WrongCells
from core.web import page, refusals_on
from tenants.members import actions, queries
from tenants.members.actions import RosterChanged, roster_file
from tenants.members.forms import ImportForm
from tenants.members.models import RosterImport

SHOWN = 200  # lines of a preview or of a list of wrong cells; the number is always the whole one


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file; every wrong cell is listed, with the file marked to take home and the right rows to go on with; or the preview follows."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"effective_on": clock.today()})
    wrong: WrongCells | None = None
    draft: RosterImport | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data.pop("file")
        given = {
            "content": file.read(sheets.LARGEST + 1),
            "file_name": file.name,
            **form.cleaned_data,
            "by": signed_in(request),
        }
        with refusals_on(form):
            try:
                return redirect("members:import_preview", id=actions.keep_draft(**given).pk)
            except WrongCells as refusal:
                wrong, draft = refusal, actions.keep_wrong_draft(**given)
    right = actions.preview(draft_id=draft.pk, by=signed_in(request))[1].right_rows if draft else 0
    context = {
        "form": form,
        "columns": roster_file.columns(),
        "errors": wrong.errors[:SHOWN] if wrong else (),
        "error_count": len(wrong.errors) if wrong else 0,
        "error_rows": len({error.row for error in wrong.errors}) if wrong else 0,
        "draft": draft,
        "right_rows": right,
        "last": queries.last_import(),
    }
    return page(request, "members/import.html", context, status=422 if form.errors or wrong else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def preview(request: HttpRequest, id: UUID) -> HttpResponse:
    """What confirming would do, old and new side by side; POST confirms exactly that, a long one as a job."""
    right_rows_only = request.GET.get("rows") == "right"
    draft, plan = actions.preview(draft_id=id, by=signed_in(request))
    if request.method == "POST":
        given: dict[str, Any] = {
            "draft_id": id, "digest": request.POST.get("digest", ""), "right_rows_only": right_rows_only, "by": signed_in(request),
        }  # fmt: skip
        try:
            if len(plan.new) + len(plan.changed) > actions.LONG:
                job = actions.ask_import(**given)
                messages.info(request, "正在导入，完成后名册一次更新；可以离开这一页。")
                return redirect("jobs:show", job_id=job.pk)
            done = actions.import_roster(**given)
        except (RosterChanged, WrongCells, OverQuota) as refusal:
            messages.warning(request, refusal.message)
        else:
            told = f"名册已导入：新增 {len(done.new)} 人，变更 {len(done.changed)} 人，不变 {done.unchanged} 人。"
            left = f"另有 {done.wrong_rows} 行要改，改好后再导入一次。" if done.errors else ""
            undo_url = reverse("members:import_undo", args=[id])
            messages.success(
                request, format_html('{}{}发现不对，可以<a href="{}">撤销这次导入</a>。', told, left, undo_url)
            )
            return redirect("members:roster")
        draft, plan = actions.preview(draft_id=id, by=signed_in(request))
    blocked = bool(plan.errors) and not (right_rows_only and plan.right_rows)
    context = {
        "draft": draft,
        "plan": plan,
        "blocked": blocked,
        "right_rows_only": right_rows_only,
        "new": plan.new[:SHOWN],
        "changed": plan.changed[:SHOWN],
        "errors": plan.errors[:SHOWN],
        "shown": SHOWN,
    }
    return page(request, "members/import_preview.html", context, status=422 if blocked else 200)


@require_safe
@requires(Permission.MEMBERS_WRITE)
def marked(request: HttpRequest, id: UUID) -> HttpResponse:
    """The clerk's own file back, each wrong cell coloured and commented."""
    name, content = actions.marked_copy(draft_id=id, by=signed_in(request))
    return sheets.download(content, name=f"{name.removesuffix('.xlsx')}-已标注.xlsx")


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def undo(request: HttpRequest, id: UUID) -> HttpResponse:
    """Look once more, then take the last import back."""
    found = queries.last_import()
    if found is None or found.pk != id:
        raise NotFound
    if request.method == "POST":
        try:
            actions.undo_import(id=id, by=signed_in(request))
        except DomainError as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(
                request, f"已撤销这次导入：新增的 {found.added} 人已移出名册，变更的 {found.changed} 人恢复原样。"
            )
            return redirect("members:roster")
    return page(request, "members/import_undo.html", {"last": found})


@require_safe
@requires(Permission.MEMBERS_WRITE)
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with this committee's sectors and special committees as drop-downs."""
    sectors = [one.name for one in queries.sectors()]
    committees = [one.name for one in queries.special_committees()]
    return sheets.download(
        roster_file.template(sectors=sectors, special_committees=committees), name="委员名册模板.xlsx"
    )
