"""收件: what one was told."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from tenants.desk import actions, queries
from tenants.desk.forms import InboxForm

PER_PAGE = 30
_COLUMNS = (
    sheets.Out("收到时间", 17), sheets.Out("事项", 40), sheets.Out("内容", 60), sheets.Out("期限"), sheets.Out("状态"),
)  # fmt: skip


@requires(Permission.HOME)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What one was told, the newest first: the unread ones unless all are asked for. `?format=xlsx` is the same as a file."""
    today, form = clock.today(), InboxForm(request.GET)
    filters = form.filters()
    found = queries.inbox(signed_in(request), filters)
    if request.GET.get("format") == "xlsx":
        data = sheets.write(title="收件", columns=_COLUMNS, rows=queries.inbox_table(found))
        return sheets.download(data, name=f"收件-{today:%Y%m%d}.xlsx")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = queries.letters(shown.object_list, today=today)  # type: ignore[assignment,arg-type]  # to show
    unread = queries.number_unread(signed_in(request))
    context = {
        "page": shown,
        "filter": form,
        "filters": filters,
        "unread": unread,
        "tabs": [
            {"label": "未读", "url": "?", "current": not filters.all, "count": unread},
            {"label": "全部", "url": "?all=1", "current": filters.all},
        ],
        "export_url": sheet_url(request),
    }
    return page(request, "desk/inbox.html", context)


@requires(Permission.HOME)
@require_POST
def open_notice(request: HttpRequest, id: UUID) -> HttpResponse:
    """Read one and go to where it is dealt with."""
    notice = actions.read_notice(id=id, by=signed_in(request), at=clock.now())
    return redirect(notice.url)


@requires(Permission.HOME)
@require_POST
def read(request: HttpRequest, id: UUID) -> HttpResponse:
    """Read one and stay."""
    actions.read_notice(id=id, by=signed_in(request), at=clock.now())
    return redirect("desk:inbox")


@requires(Permission.HOME)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    number = actions.read_all(by=signed_in(request), at=clock.now())
    messages.success(request, f"{number} 条已标为已读，在“全部”里仍能查到。" if number else "没有未读的收件。")
    return redirect("desk:inbox")
