"""The list."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from tenants.members import queries
from tenants.members.actions import roster_file
from tenants.members.forms import RosterFilter

PER_PAGE = 50


@require_safe
@requires(Permission.MEMBERS_READ)
def roster(request: HttpRequest) -> HttpResponse:
    """Who is a member; filtered, sorted, and as a file with `?format=xlsx`."""
    today = clock.today()
    form = RosterFilter(request.GET)
    filters = form.filters()
    day = form.day_asked(today)
    within = queries.reach_of(request.user, Permission.MEMBERS_READ).q()
    members = queries.roster(day, filters, sort=request.GET.get("sort", "name"), within=within)
    if request.GET.get("format") == "xlsx":
        name = f"{request.committee.name}委员名册-{day:%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        return sheets.download(roster_file.export(queries.rows_of(members), day=day), name=name)
    shown = Paginator(members, PER_PAGE).get_page(request.GET.get("page"))
    found = shown.paginator.count
    shown.object_list = queries.rows_of(shown.object_list)  # type: ignore[assignment]  # a page of rows to show
    context = {
        "page": shown,
        "filter": form,
        "lead": _lead(found, filters, day),
        "is_filtered": filters != queries.EVERYBODY,
        "invented": any(row.is_invented for row in shown.object_list),
        "export_url": sheet_url(request),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
        "may_invite": may(request.user, Permission.ACCOUNTS_MANAGE),
    }
    return page(request, "members/roster.html", context)


def _lead(found: int, filters: queries.Filters, day: dt.date) -> str:
    words = {"serving": "在任", "left": "已离任", "all": "在册"}
    narrowed = filters != replace(queries.EVERYBODY, status=filters.status)
    who = words.get(filters.status, "")
    return f"{f'{who}、符合条件的' if narrowed else who} {found} 人 · 截至 {day:%Y-%m-%d}"
