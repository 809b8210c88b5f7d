"""A roster from an Excel file: upload, look, confirm."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from billing_free.actions import OverQuota
from core import clock, sheets
from core.sheets import WrongCells
from core.web import page, refusals_on
from tenants.members import actions, queries
from tenants.members.actions import RosterChanged, roster_file
from tenants.members.forms import ImportForm

SHOWN = 200  # lines of a preview or of a list of wrong cells; the number is always the whole one


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file; every wrong cell is listed and nothing kept, or the preview follows."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"effective_on": clock.today()})
    wrong: WrongCells | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data.pop("file")
        with refusals_on(form):
            try:
                content = file.read(sheets.LARGEST + 1)
                draft = actions.keep_draft(
                    content=content, file_name=file.name, **form.cleaned_data, by=signed_in(request)
                )
                return redirect("members:import_preview", id=draft.pk)
            except WrongCells as refusal:
                wrong = refusal
    context = {
        "form": form,
        "columns": roster_file.columns(),
        "errors": wrong.errors[:SHOWN] if wrong else (),
        "error_count": len(wrong.errors) if wrong else 0,
        "error_rows": len({error.row for error in wrong.errors}) if wrong else 0,
    }
    return page(request, "members/import.html", context, status=422 if form.errors or wrong else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def preview(request: HttpRequest, id: UUID) -> HttpResponse:
    """What confirming would do; POST confirms exactly that."""
    if request.method == "POST":
        try:
            done = actions.import_roster(draft_id=id, digest=request.POST.get("digest", ""), by=signed_in(request))
        except (RosterChanged, WrongCells, OverQuota) as refusal:
            messages.warning(request, refusal.message)
        else:
            told = f"名册已导入：新增 {len(done.new)} 人，变更 {len(done.changed)} 人，不变 {done.unchanged} 人。"
            messages.success(request, told)
            return redirect("members:roster")
    draft, plan = actions.preview(draft_id=id, by=signed_in(request))
    context = {
        "draft": draft,
        "plan": plan,
        "new": plan.new[:SHOWN],
        "changed": plan.changed[:SHOWN],
        "errors": plan.errors[:SHOWN],
        "shown": SHOWN,
    }
    return page(request, "members/import_preview.html", context, status=422 if plan.errors else 200)


@require_safe
@requires(Permission.MEMBERS_WRITE)
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with this committee's sectors and special committees as drop-downs."""
    sectors = [one.name for one in queries.sectors()]
    committees = [one.name for one in queries.special_committees()]
    return sheets.download(
        roster_file.template(sectors=sectors, special_committees=committees), name="委员名册模板.xlsx"
    )
