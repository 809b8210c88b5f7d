"""操作记录: the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import audit as trail
from core import clock, sheets
from core.web import page, sheet_url
from tenants.desk import queries
from tenants.desk.forms import TrailForm

PER_PAGE = 50
_COLUMNS = (
    sheets.Out("时间", 17), sheets.Out("操作人"), sheets.Out("做了什么", 16), sheets.Out("类别"), sheets.Out("对象", 24),
    sheets.Out("项目", 18), sheets.Out("原来", 30), sheets.Out("现在", 30), sheets.Out("理由", 30),
)  # fmt: skip


@requires(Permission.AUDIT_READ)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who changed what, when, why; newest first. `?format=xlsx` is the same as a file."""
    form = TrailForm(request.GET)
    filters = form.filters()
    found = queries.trail(filters)
    if request.GET.get("format") == "xlsx":
        return _file(request, found, of=filters.id)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = queries.events(shown.object_list, of=filters.id)  # type: ignore[assignment,arg-type]  # to show
    context = {
        "page": shown,
        "filter": form,
        "is_filtered": filters != queries.TrailFilters(),
        "export_url": sheet_url(request),
    }
    return page(request, "desk/audit.html", context)


def _file(request: HttpRequest, found: Any, *, of: UUID | None) -> HttpResponse:
    """The newest rows as .xlsx; that somebody took them out is a row of the trail itself."""
    rows = queries.events(found[: queries.LARGEST], of=of)
    data = sheets.write(title="操作记录", columns=_COLUMNS, rows=queries.table(rows))
    with transaction.atomic():
        trail.record(by=signed_in(request), action="desk.export_trail", subject=None, new={"counts": len(rows)})
    name = f"{request.committee.name}操作记录-{clock.today():%Y%m%d}.xlsx"  # type: ignore[attr-defined]
    return sheets.download(data, name=name)
