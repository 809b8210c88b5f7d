"""文件: what can be printed, the forms members fill, duty files, and the documents of everybody in one zip."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets, storage
from core.errors import NotFound
from core.web import page, refusals_on, sheet_url
from dispatch.queries import shown as job_shown
from tenants.members.actions import on_hand
from tenants.members.models import Made, MadeFile, Member
from tenants.members.queries import member_by_id, member_of, reach_of, sectors, special_committees
from tenants.policy.queries import has_policy
from tenants.reports import actions, queries
from tenants.reports.forms import BundleForm, FormsFilter, StepForm, UndoForm, answers_form
from tenants.reports.queries import documents

PER_PAGE = 50


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the document in force prints, one's own form and file, and the zips made lately."""
    return _index(request, None)


def _index(request: HttpRequest, form: BundleForm | None) -> HttpResponse:
    today = clock.today()
    printed = queries.forms_on(today)
    own = member_of(request.user) if may(request.user, Permission.STANDING_OWN) else None
    of_members = [one for one in printed if one.is_of_members]
    may_bundle = may(request.user, Permission.JOBS_CANCEL)
    context = {
        "forms": printed,
        "own": own,
        "own_forms": [queries.progress_of(one, own, queries.period_of(one, today)) for one in of_members]
        if own
        else [],
        "may_see_members": may(request.user, Permission.STANDING_READ),
        "has_policy": has_policy(today),
        "may_see_bundles": may(request.user, Permission.JOBS_READ),
        "bundles": [_shown(one) for one in MadeFile.objects.filter(member=None)[:20]]
        if may(request.user, Permission.JOBS_READ)
        else [],
        "bundle_form": (form or BundleForm(today=today, forms=of_members)) if may_bundle else None,
    }
    return page(request, "reports/documents.html", context, status=422 if form is not None and form.errors else 200)


def _shown(row: MadeFile) -> dict[str, Any]:
    job = job_shown(row.job) if row.job else None
    return {"row": row, "job": job, "title": row.get_kind_display(), "is_ready": on_hand(row, clock.now())}


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def blank(request: HttpRequest, form: str) -> HttpResponse:
    """A form without anything in it. `?format=docx` is the Word file."""
    return _printed(request, documents.form_document(queries.form_on(form, clock.today())))


@requires(Permission.STANDING_READ)
@require_safe
def form_list(request: HttpRequest, form: str) -> HttpResponse:
    """Who has filled a form this year and how far each has come; `?format=xlsx` is the same as a file."""
    today = clock.today()
    printed = queries.form_on(form, today)
    if not printed.is_of_members:
        raise NotFound("这张表不由委员逐人填写，请从“文件”页打印空白的。")
    asked = FormsFilter(request.GET, form=printed, sectors=sectors(), special_committees=special_committees())
    period = asked.period() or queries.period_of(printed, today)
    found = queries.form_lines(
        printed, period, asked.filters(), day=today, within=reach_of(request.user, Permission.STANDING_READ).q()
    )
    wanted = [one for one in found if asked.takes(one.progress)]
    if request.GET.get("format") == "xlsx":
        return sheets.download(queries.form_sheet(printed, wanted), name=f"{printed.title}-{period}.xlsx")
    shown = Paginator(wanted, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": printed, "period": period, "filter": asked, "page": shown, "export_url": sheet_url(request),
        "done": sum(one.progress.next is None for one in found), "total": len(found),
        "waiting": [(step, sum(one.progress.next == step for one in found)) for step in printed.steps],
        "may_step": may(request.user, Permission.RECORDS_CONFIRM),
    }  # fmt: skip
    return page(request, "reports/form_list.html", context)


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_http_methods(["GET", "POST"])
def member_form(request: HttpRequest, form: str, member_id: UUID) -> HttpResponse:
    """One member's form: what stands in it, how far it has come, the next step. POST writes the fields."""
    today = clock.today()
    printed, member = queries.form_on(form, today), _seen(request, member_id)
    period = _period(request, printed, today)
    if request.GET.get("format") in documents.FORMATS:
        return _printed(request, _filled(printed, member, period))
    progress = queries.progress_of(printed, member, period)
    stored = queries.answers_of(progress.row) if progress.row else queries.draft_of(printed, member, today)
    asked = answers_form(printed)(request.POST if request.method == "POST" else None, initial=stored)
    if request.method == "POST" and not actions.may_fill(signed_in(request), member):
        raise NotFound
    if request.method == "POST" and asked.is_valid():
        with refusals_on(asked):
            actions.fill_form(
                form=form, member=member.pk, period=period, values=asked.answers(), today=today, by=signed_in(request)
            )
            messages.success(request, _next_of(queries.progress_of(printed, member, period), "已保存"))
            return redirect(_address(printed, member, period))
    return _member_form(request, printed, member, period, asked)


def _member_form(
    request: HttpRequest, printed: queries.PrintedForm, member: Member, period: str, asked: Any = None,
    step_form: Any = None, undo: Any = None,
) -> HttpResponse:  # fmt: skip
    user, today = signed_in(request), clock.today()
    progress = queries.progress_of(printed, member, period)
    stored = queries.answers_of(progress.row) if progress.row else queries.draft_of(printed, member, today)
    asked = asked if asked is not None else answers_form(printed)(initial=stored)
    following, last = progress.next, progress.last
    may_fill = actions.may_fill(user, member) and not progress.is_locked
    is_first = progress.row is None
    context = {
        "form": printed, "member": member, "period": period, "progress": progress, "asked": asked, "may_fill": may_fill,
        "answers": [(field.title, stored.get(field.id, "")) for field in printed.fields],
        "steps": [(step, progress.taken.get(step.id)) for step in printed.steps],
        "next_step": following if following and not is_first and actions.may_take(user, member, following) else None,
        "undo_step": last if last and last != printed.steps[0] and actions.may_take(user, member, last) else None,
        "step_form": step_form or StepForm(today=today), "undo_form": undo or UndoForm(),
        "is_own": member.user_id == user.pk, "address": _address(printed, member, period),
    }  # fmt: skip
    wrong = any(bool(one is not None and one.errors) for one in (asked, step_form, undo))
    return page(request, "reports/member_form.html", context, status=422 if wrong else 200)


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_POST
def take_step(request: HttpRequest, form: str, member_id: UUID, step: str) -> HttpResponse:
    """Note that the next step was taken."""
    today = clock.today()
    printed, member = queries.form_on(form, today), _seen(request, member_id)
    period = _period(request, printed, today)
    asked = StepForm(request.POST, today=today)
    if asked.is_valid():
        with refusals_on(asked):
            actions.take_form_step(
                form=form, member=member.pk, period=period, step=step, done_on=asked.cleaned_data["done_on"] or today,
                today=today, by=signed_in(request),
            )  # fmt: skip
            progress = queries.progress_of(printed, member, period)
            messages.success(request, _next_of(progress, f"{member.name}：已登记{printed.step(step).title}"))
            from_list = request.GET.get("from") == "list"
            return redirect(f"{printed.url}?period={period}" if from_list else _address(printed, member, period))
    return _member_form(request, printed, member, period, step_form=asked)


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_POST
def undo_step(request: HttpRequest, form: str, member_id: UUID, step: str) -> HttpResponse:
    """Take the last step back, with a reason."""
    today = clock.today()
    printed, member = queries.form_on(form, today), _seen(request, member_id)
    period = _period(request, printed, today)
    asked = UndoForm(request.POST)
    if asked.is_valid():
        with refusals_on(asked):
            actions.undo_form_step(
                form=form,
                member=member.pk,
                period=period,
                step=step,
                why=asked.cleaned_data["why"],
                today=today,
                by=signed_in(request),
            )
            messages.success(request, f"已撤回“{printed.step(step).title}”，可以重新办理。")
            return redirect(_address(printed, member, period))
    return _member_form(request, printed, member, period, undo=asked)


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def duty_file(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """A member's year as a document, for the member and for whoever may read the member's records."""
    member = member_by_id(member_id)
    own = member.user_id is not None and member.user_id == request.user.pk
    if not own and not (reach_of(request.user, Permission.RECORDS_READ).has(member) and _may_see(request, member)):
        raise NotFound
    return _printed(request, documents.duty_file(member, _day(request)))


@requires(Permission.JOBS_CANCEL)
@require_POST
def ask_bundle(request: HttpRequest) -> HttpResponse:
    """Have everybody's documents made; the job's page shows how far it is and lets one stop it."""
    today = clock.today()
    form = BundleForm(request.POST, today=today, forms=[one for one in queries.forms_on(today) if one.is_of_members])
    if form.is_valid():
        with refusals_on(form):
            made = actions.ask_bundle(**form.values(), by=signed_in(request))
            messages.info(request, "正在逐人生成，可以先做别的；做好后回“文件”页下载，也可在这里取消。")
            return redirect("jobs:show", job_id=made.job)
    return _index(request, form)


@requires(Permission.JOBS_CANCEL)
@require_POST
def fetch_bundle(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Note who takes it out, and hand over a ticket."""
    found = actions.fetch_bundle(id=bundle_id, at=clock.now(), by=signed_in(request))
    word = storage.ticket(found.stored, user=signed_in(request).pk)
    return redirect(f"/documents/bundles/{found.pk}/{word}/")


@requires(Permission.JOBS_CANCEL)
@require_safe
@never_cache
def send_bundle(request: HttpRequest, bundle_id: UUID, word: str) -> HttpResponseBase:
    """The zip, to whom the ticket was given, within five minutes."""
    name = storage.redeem(word, user=signed_in(request).pk)
    found = MadeFile.objects.filter(pk=bundle_id, member=None, stored=name).first()
    if found is None:
        raise NotFound
    title = "履职档案" if found.kind == Made.DUTY_FILE else "登记表"
    return storage.send(
        name, called=f"{title}-{found.as_of:%Y%m%d}-{found.number}人.zip", content_type="application/zip"
    )


def _seen(request: HttpRequest, member_id: UUID) -> Member:
    member = member_by_id(member_id)
    if not _may_see(request, member):
        raise NotFound
    return member


def _may_see(request: HttpRequest, member: Member) -> bool:
    own = member.user_id is not None and member.user_id == request.user.pk
    return own or reach_of(request.user, Permission.STANDING_READ).has(member)


def _filled(printed: queries.PrintedForm, member: Member, period: str) -> documents.Document:
    (answers,) = queries.answers_of_many(printed, [member], period).values()
    return documents.form_document(printed, answers, of=member.name)


def _period(request: HttpRequest, printed: queries.PrintedForm, today: dt.date) -> str:
    asked = request.GET.get("period") or request.POST.get("period") or ""
    return (
        asked if asked.isdigit() and len(asked) == 4 and int(asked) <= today.year else queries.period_of(printed, today)
    )


def _address(printed: queries.PrintedForm, member: Member, period: str) -> str:
    return f"{printed.url}{member.pk}/?period={period}"


def _next_of(progress: queries.Progress, said: str) -> str:
    return f"{said}，下一步：{progress.next.title}。" if progress.next else f"{said}，各步已办完。"


def _day(request: HttpRequest) -> dt.date:
    today = clock.today()
    try:
        return min(dt.date.fromisoformat(request.GET.get("as_of", "")), today)
    except ValueError:
        return today


def _printed(request: HttpRequest, document: documents.Document) -> HttpResponse:
    """A PDF opens in the browser, a Word file is kept."""
    ending = request.GET.get("format", "pdf")
    if ending not in documents.FORMATS:
        ending = "pdf"
    printer, content_type = documents.FORMATS[ending]
    response = HttpResponse(printer(document), content_type=content_type)
    name = f"{document.name}.{ending}"
    response["Content-Disposition"] = content_disposition_header(ending != "pdf", name) or ""
    return response
