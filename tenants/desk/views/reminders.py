"""提醒: when this committee reminds, and which reminders went to whom."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, refusals_on, sheet_url
from tenants.desk import actions, queries
from tenants.desk.forms import ReminderForm, ReminderPlanForm

PER_PAGE = 50
_COLUMNS = (
    sheets.Out("提醒日期", 12), sheets.Out("提醒谁"), sheets.Out("界别", 14), sheets.Out("事项", 36), sheets.Out("还差"),
    sheets.Out("期限", 12), sheets.Out("第几次", 12), sheets.Out("状态", 18),
)  # fmt: skip


@requires(Permission.MEMBERS_WRITE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Who was reminded of what, the newest first. `?format=xlsx` is the same as a file."""
    form, today = ReminderForm(request.GET), clock.today()
    filters = form.filters()
    found = queries.reminders(filters, sort=request.GET.get("sort", "-sent"))
    if request.GET.get("format") == "xlsx":
        data = sheets.write(title="到期提醒", columns=_COLUMNS, rows=queries.reminder_table(found))
        return sheets.download(data, name=f"到期提醒-{today:%Y%m%d}.xlsx")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "one": one,
            "name": queries.name_of(one),
            "state": queries.state_of(one),
            "stage": queries.stage_words(one.stage),
        }
        for one in shown.object_list
    ]
    context = {
        "page": shown,
        "rows": rows,
        "filter": form,
        "is_filtered": filters != queries.ReminderFilters(),
        "plan": queries.reminder_plan(),
        "export_url": sheet_url(request),
    }
    return page(request, "desk/reminders.html", context)


@requires(Permission.MEMBERS_WRITE)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """When to remind."""
    form = ReminderPlanForm(request.POST or None, plan=queries.reminder_plan())
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.set_reminders(leads=form.leads, is_on=form.cleaned_data["is_on"], by=signed_in(request))
            said = queries.reminder_plan()
            messages.success(
                request,
                f"从明天起{said.spoken}提醒，已发出的不受影响。" if said.is_on else "已停止到期提醒，随时可以再打开。",
            )
            return redirect("desk:reminders")
    return page(request, "desk/reminder_plan.html", {"form": form}, status=422 if form.errors else 200)
