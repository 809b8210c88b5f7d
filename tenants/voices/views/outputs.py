"""Pages of outputs: the list, a new one with its authors, one record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from tenants.liaison.forms import ReasonForm
from tenants.liaison.queries import as_typed, audience_of, enterable, seen_by
from tenants.liaison.views import files, records
from tenants.members.models import Member
from tenants.members.queries import member_of
from tenants.voices import actions, queries
from tenants.voices.forms import OfficeOutputForm, OutputFilterForm, OutputForm
from tenants.voices.models import AuthorRole, Output, Voice

PER_PAGE = 50
COLUMNS = (
    sheets.Out("提交日期", 12), sheets.Out("种类", 16), sheets.Out("标题", 50), sheets.Out("作者", 30), sheets.Out("署名", 12),
    sheets.Out("状态", 10),
)  # fmt: skip


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_list(request: HttpRequest) -> HttpResponse:
    """What was handed in, the newest first; a joint one stands once."""
    form = OutputFilterForm(request.GET)
    found = queries.outputs(request.user, form.filters(request.GET.get("sort", "")))
    if request.GET.get("format") == "xlsx":
        name = f"{request.committee.name}履职成果-{clock.today():%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        return sheets.download(
            sheets.write(title="履职成果", columns=COLUMNS, rows=queries.sheet_rows(found)), name=name
        )
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"output": one, "names": queries.names(one)} for one in shown.object_list]
    context = {
        "page": shown,
        "rows": rows,
        "filter": form,
        "lead": f"共 {shown.paginator.count} 件，联名的计一件",
        "export_url": sheet_url(request),
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("page", "sort")),
        "may_record": may(request.user, Permission.RECORDS_OWN) or may(request.user, Permission.RECORDS_WRITE),
        "audience": audience_of(request.user),
    }
    return page(request, "voices/outputs.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_new(request: HttpRequest) -> HttpResponse:
    """Record an output with its authors; a member is the first of them. `?voice=`: made of what somebody said."""
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else member_of(request.user)
    voice = _voice(request)
    routes = queries.routes_on(today).outputs(voice.kind) if voice else {}
    initial: dict[str, Any] = {"title": voice.content[:60], "type": next(iter(routes), "")} if voice else {}
    if voice and voice.member and voice.member.pk in seen_by(request.user, {voice.member.pk}):
        initial["lead"] = as_typed(voice.member)
    if based_on := request.GET.get("based_on", ""):
        initial["based_on"] = based_on
    form = _form(request, initial=initial)
    if voice:
        del form.fields["based_on"]
        form.fields["type"].choices = list(routes.items())  # type: ignore[attr-defined]

    def save(form: OutputForm) -> Output:
        given = {**_values(form, member), "today": today, "by": signed_in(request)}
        kind, _, id = given.get("based_on", "").partition(":")
        from_voice = voice.pk if voice else UUID(id) if kind == "voice" else None
        if from_voice is None:
            return actions.register_output(**given)
        given.pop("based_on", None)
        return actions.convert_to_output(**{**given, "id": from_voice, "output": given["id"]}, at=clock.now())

    return records.enter(
        request, PAGES, form, save=save, tell=lambda made: _tell(request, made),
        can_save=for_others or member is not None, member=member, voice=voice,
    )  # fmt: skip


def _voice(request: HttpRequest) -> Voice | None:
    """The voice of `?voice=`; raises NotFound for one the user may not see."""
    try:
        id = UUID(request.GET.get("voice", ""))
    except ValueError:
        return None
    return queries.voice_by_id(request.user, id)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Set right what an output says and whose it is, with a reason."""
    record = queries.output_by_id(request.user, id)
    lead = next((one.member for one in queries.signers(record) if one.role == AuthorRole.LEAD), None)
    member = None if may(request.user, Permission.RECORDS_WRITE) else lead or member_of(request.user)
    form = records.with_reason(_form(request, record), returned=record.state == "rejected")
    if queries.base_of(record) and queries.base_shown(record, request.user) is None:
        del form.fields["based_on"]  # it stays, unseen

    def save(form: OutputForm) -> bool:
        values = _values(form, member)
        values.pop("id")
        return actions.change_output(id=record.pk, **values, today=clock.today(), by=signed_in(request), at=clock.now())

    return records.correct(request, PAGES, record, form, save=save, member=member)


def _values(form: OutputForm, member: Member | None) -> dict[str, Any]:
    return form.values() if member is None else {**form.values(), "lead": member.pk}


def _form(request: HttpRequest, record: Output | None = None, *, initial: dict[str, Any] | None = None) -> OutputForm:
    for_others = may(request.user, Permission.RECORDS_WRITE)
    given = queries.as_entered(record) | {"based_on": queries.base_of(record)} if record else initial or {}
    return (OfficeOutputForm if for_others else OutputForm)(
        request.POST or None, today=clock.today(), within=enterable(signed_in(request)),
        initial=given, bases=queries.bases(request.user, today=clock.today(), chosen=given.get("based_on", ""), voices=record is None),
    )  # fmt: skip


def _tell(request: HttpRequest, output: Output) -> None:
    what = f"已登记{output.get_type_display()}《{output.title}》"
    if output.state == "claimed":
        messages.info(request, f"{what}，等待办公室确认后计入。")
    else:
        messages.success(request, f"{what}，计入各位作者履职。")


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output(request: HttpRequest, id: UUID) -> HttpResponse:
    """One output, its authors, and the way to take it back."""
    return _output_page(request, queries.output_by_id(request.user, id), ReasonForm())


def _output_page(request: HttpRequest, record: Output, form: ReasonForm) -> HttpResponse:
    signers = queries.signers(record)
    context = {
        "output": record,
        "record": record,
        "signers": signers,
        "voices": queries.voices_behind(record, request.user),
        "base": queries.base_shown(record, request.user),
        "others": max(getattr(record, "number", 0) - len(signers), 0),
        "may_open_members": may(request.user, Permission.MEMBERS_READ),
        "form": form,
        **files.rights(request, PAGES, record),
    }
    return page(request, "voices/output.html", context, status=422 if form.errors else 200)


PAGES = records.Pages(
    noun="这件成果", address="voices:output", edit="voices:output_edit", template="voices/output_form.html",
    find=queries.output_by_id, show=_output_page, take_back=actions.withdraw_output, may_change=actions.may_change,
    taken_back="这件成果已撤回，不再计入；内容仍可查看。",
)  # fmt: skip


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take an output back, with a reason."""
    return records.withdraw(request, PAGES, id)
