"""Pairings: a member's own people by name; for an office, how many each member has."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError
from core.web import page, refusals_on, sheet_url
from tenants.liaison import actions, queries
from tenants.liaison.forms import EndPairingForm, PairingForm
from tenants.members.forms import RosterFilter
from tenants.members.models import Member
from tenants.members.queries import member_of, reach_of

PER_PAGE = 50
COLUMNS = (sheets.Out("委员", 14), sheets.Out("编号", 12), sheets.Out("界别", 18), sheets.Out("结对人数", 10))


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_READ)
def constituents(request: HttpRequest) -> HttpResponse:
    """A member keeps the own list; others see numbers, never names."""
    member = member_of(request.user) if may(request.user, Permission.RECORDS_OWN) else None
    return _numbers(request) if member is None else _own(request, member)


def _own(request: HttpRequest, member: Member) -> HttpResponse:
    today = clock.today()
    form = PairingForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            link = actions.pair_constituent(**form.cleaned_data, member=member.pk, today=today, by=signed_in(request))
            number = queries.pairings_of(member, today).count()
            messages.success(request, f"已与{link.constituent.name}结对，现在共 {number} 人。记联系时可以直接选。")
            return redirect("liaison:constituents")
    above, below = queries.links_of(member, today)
    context = {
        "links": list(queries.pairings_of(member, today)),
        "ended": list(queries.ended_pairings_of(member, today)),
        "form": form,
        "above": above,
        "below": [queries.target_of(link)[0] for link in below],
        "audience": "member",
    }
    return page(request, "liaison/constituents.html", context, status=422 if form.errors else 200)


def _numbers(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    form = RosterFilter(request.GET)
    within = reach_of(request.user, Permission.RECORDS_READ).q()
    found = queries.paired_members(today, form.filters(), within=within, sort=request.GET.get("sort", ""))
    if request.GET.get("format") == "xlsx":
        rows = [(one.name, one.number, one.sector.name, one.pairs) for one in found]
        content = sheets.write(title="结对人数", columns=COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}结对人数-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    context = {
        "export_url": sheet_url(request),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filter": form,
        "totals": queries.totals(today, within=within),
        "may_open_members": may(request.user, Permission.MEMBERS_READ),
    }
    return page(request, "liaison/constituent_numbers.html", context)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def end_pairing(request: HttpRequest, id: UUID) -> HttpResponse:
    """End one of the own pairings, from the day given or today."""
    today = clock.today()
    form = EndPairingForm(request.POST)
    until = form.cleaned_data["until"] if form.is_valid() else today
    try:
        link = actions.end_pairing(link=id, until=until, today=today, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"与{link.constituent.name}的结对已结束，从 {link.until:%Y-%m-%d} 起不再计入。")
    return redirect("liaison:constituents")
