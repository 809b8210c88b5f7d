"""工作日历."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from tenants.desk import queries
from tenants.desk.forms import AlmanacForm

_COLUMNS = (
    sheets.Out("日期", 12), sheets.Out("事项", 36), sheets.Out("对象", 24), sheets.Out("频次"), sheets.Out("要求", 24),
    sheets.Out("依据", 20), sheets.Out("已完成 / 应完成", 14), sheets.Out("状态", 12),
)  # fmt: skip


@requires(Permission.POLICY_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The year's obligations and meetings by day. `?format=xlsx` and `?format=ics` are the same as files."""
    today = clock.today()
    form = AlmanacForm({"y": today.year, **request.GET.dict()})
    filters, number = form.filters(), form.year(today)
    year = queries.work_year(request.user, number, today=today, filters=filters)
    wanted = request.GET.get("format", "")
    committee = request.committee.name  # type: ignore[attr-defined]
    if year and wanted == "xlsx":
        data = sheets.write(title=f"{number} 年工作日历", columns=_COLUMNS, rows=queries.almanac_table(year))
        return sheets.download(data, name=f"{committee}{number}年工作日历.xlsx")
    if year and wanted == "ics":
        text = queries.ics(year, host=request.get_host(), name=f"{committee} {number} 年工作日历", stamp=clock.now())
        answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="calendar-{number}.ics"'
        return answer
    context = {
        "year": year,
        "number": number,
        "filter": form,
        "is_filtered": filters != queries.AlmanacFilters(),
        "may_remind": may(request.user, Permission.MEMBERS_WRITE),
        "export_url": sheet_url(request),
        "ics_url": sheet_url(request).replace("format=xlsx", "format=ics"),
    }
    return page(request, "desk/almanac.html", context)
