"""Members paired with grid workers: one's own, or for an office everybody's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError
from core.web import page, refusals_on, sheet_url
from tenants.liaison import actions, queries
from tenants.liaison.forms import DayForm, GridForm, SearchForm
from tenants.members.queries import member_of, reach_of

PER_PAGE = 50
COLUMNS = (
    sheets.Out("委员", 14), sheets.Out("编号", 10), sheets.Out("界别", 16), sheets.Out("网格员", 14), sheets.Out("社区（嘎查）", 20),
    sheets.Out("网格", 12), sheets.Out("起始", 12),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_READ)
def pairings(request: HttpRequest) -> HttpResponse:
    """Which grid worker each member is paired with; POST adds one. As a file with `?format=xlsx`."""
    today = clock.today()
    own = None if may(request.user, Permission.RECORDS_READ) else member_of(request.user)
    within = Q(pk=own.pk if own else None) if own or not may(request.user, Permission.RECORDS_READ) else reach_of(
        request.user, Permission.RECORDS_READ
    ).q()  # fmt: skip
    asked = SearchForm(request.GET)
    found = queries.grid_pairings(today, q=asked.text(), within=within)
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.member.name, one.member.number, one.member.sector.name, one.constituent.name, one.constituent.area, one.constituent.grid, one.since)
            for one in found
        ]  # fmt: skip
        content = sheets.write(title="网格结对", columns=COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}网格结对-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    may_write = bool(own) or may(request.user, Permission.RECORDS_WRITE)
    may_name = queries.enterable(signed_in(request))
    form = GridForm(request.POST or None, today=today, within=may_name, is_own=own is not None)
    if request.method == "POST" and may_write and form.is_valid():
        with refusals_on(form):
            values = dict(form.cleaned_data)
            member = own or values.pop("member")
            link = actions.pair_grid(**values, member=member.pk, today=today, by=signed_in(request))
            messages.success(request, f"{member.name}已与{link.constituent.area}网格员{link.constituent.name}结对。")
            return redirect("liaison:grid")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "filter": asked,
        "is_filtered": bool(asked.text()),
        "is_own": own is not None,
        "lead": f"{shown.paginator.count} 对",
        "form": form,
        "people": queries.people(today, request.user) if may_write and not own else (),
        "export_url": sheet_url(request),
        "may_write": may_write,
        "may_open_members": may(request.user, Permission.MEMBERS_READ),
        "audience": queries.audience_of(request.user),
    }
    return page(request, "liaison/grid.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def end(request: HttpRequest, id: UUID) -> HttpResponse:
    """The pairing stands no more, from the day given or today."""
    form = DayForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    try:
        link = actions.end_grid(id=id, on=on, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"与{link.constituent.name}的结对从 {on:%Y-%m-%d} 起结束。")
    return redirect("liaison:grid")
