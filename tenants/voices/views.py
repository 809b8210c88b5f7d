"""Pages of outputs: the list, a new one with its authors, one record."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.web import page, refusals_on
from tenants.liaison.forms import ReasonForm
from tenants.liaison.queries import audience_of, enterable, people
from tenants.members.queries import member_of
from tenants.voices import actions, queries
from tenants.voices.forms import OfficeOutputForm, OutputFilterForm, OutputForm
from tenants.voices.models import Output

PER_PAGE = 50


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_list(request: HttpRequest) -> HttpResponse:
    """What was handed in, the newest first; a joint one stands once."""
    form = OutputFilterForm(request.GET)
    shown = Paginator(queries.outputs(request.user, form.filters()), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"output": one, "names": queries.names(one)} for one in shown.object_list]
    context = {
        "page": shown,
        "rows": rows,
        "filter": form,
        "lead": f"共 {shown.paginator.count} 件，联名的计一件",
        "is_filtered": any(value for name, value in request.GET.items() if name != "page"),
        "may_record": may(request.user, Permission.RECORDS_OWN) or may(request.user, Permission.RECORDS_WRITE),
        "audience": audience_of(request.user),
    }
    return page(request, "voices/outputs.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_new(request: HttpRequest) -> HttpResponse:
    """Record an output with its authors; a member is the first of them."""
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else member_of(request.user)
    form = (OfficeOutputForm if for_others else OutputForm)(
        request.POST or None, today=today, within=enterable(signed_in(request))
    )
    if request.method == "POST" and form.is_valid() and (for_others or member):
        with refusals_on(form):
            values = form.values() if for_others else {**form.values(), "lead": member.pk}  # type: ignore[union-attr]
            output = actions.register_output(**values, today=today, by=signed_in(request))
            _tell(request, output)
            return redirect("voices:output", id=output.pk)
    context = {
        "form": form,
        "member": member,
        "for_others": for_others,
        "people": people(today, request.user),
        "audience": audience_of(request.user),
    }
    return page(request, "voices/output_new.html", context, status=422 if form.errors else 200)


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
    open_claim = record.state == "claimed" and not record.is_withdrawn
    writes = may(request.user, Permission.RECORDS_WRITE) and actions.may_take_back(record, by=signed_in(request))
    signers = queries.signers(record)
    context = {
        "output": record,
        "signers": signers,
        "others": max(getattr(record, "number", 0) - len(signers), 0),
        "may_open_members": may(request.user, Permission.MEMBERS_READ),
        "may_decide": may(request.user, Permission.RECORDS_CONFIRM) and open_claim,
        "may_withdraw": not record.is_withdrawn and (writes or record.entered_by == request.user.pk),
        "form": form,
        "audience": audience_of(request.user),
    }
    return page(request, "voices/output.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def output_withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take an output back, with a reason."""
    record = queries.output_by_id(request.user, id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            actions.withdraw_output(id=id, reason=form.cleaned_data["reason"], by=signed_in(request), at=clock.now())
            messages.success(request, "这件成果已撤回，不再计入；内容仍可查看。")
            return redirect("voices:output", id=id)
    return _output_page(request, record, form)
