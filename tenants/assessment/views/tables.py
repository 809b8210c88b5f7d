"""履职情况 as tables: members by duties, sectors and special committees."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import sheets, tenancy
from core.web import page, sheet_url
from tenants.assessment.forms import OWING_FIRST, StandingFilter
from tenants.assessment.queries import table
from tenants.assessment.views import asking
from tenants.members import queries as members
from tenants.policy.queries import has_policy

PER_PAGE = 50


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Who is done and who is not, with what; `?format=xlsx` is the same list as a file. A member is led to the own page."""
    if not asking.reads_all(request):
        return redirect("standing:me")
    as_of = asking.as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    form = StandingFilter(
        {**request.GET.dict(), "as_of": as_of},
        sectors=members.sectors(),
        special_committees=members.special_committees(),
        duties=table.member_duties(as_of),
    )
    asked = form.asked()
    found = table.standing_table(asked, as_of=as_of, within=asking.reach(request).q())
    if request.GET.get("format") == "xlsx":
        return sheets.download(found.sheet(), name=f"{tenancy.current().name}履职情况-{as_of:%Y%m%d}.xlsx")
    context = {
        "table": found,
        "form": form,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": asking.tabs(request, as_of),
        "days": asking.days(request, as_of),
        "day": asking.day_query(request, as_of),
        "export_url": sheet_url(request),
        "heads": [(column, asking.door(request, duty=column.id, state="")) for column in found.columns],
        "doors": {
            "short": asking.door(request, state="outstanding", duty=""),
            "done": asking.door(request, state="met", duty=""),
            "all": asking.door(request, state="", duty=""),
        },
        "is_owing_first": asked.sort == OWING_FIRST,
        "narrowed": len(found.rows) if asked.state or asked.duty else None,
    }
    return page(request, "assessment/index.html", context)


@requires(Permission.STANDING_READ)
@require_safe
def sectors(request: HttpRequest) -> HttpResponse:
    """The sectors: their own duties, and how many of their members are done."""
    return _groups(request, "sector", asking.reach(request).sector_ids())


@requires(Permission.STANDING_READ)
@require_safe
def special_committees(request: HttpRequest) -> HttpResponse:
    """The special committees, likewise. Who is narrowed to some sees those."""
    reach = asking.reach(request)
    return _groups(request, "special_committee", None if reach.is_everybody else reach.special_committees)


def _groups(request: HttpRequest, kind: table.Groups, within: frozenset[UUID] | None) -> HttpResponse:
    as_of = asking.as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    found = table.group_table(kind, as_of=as_of, within=within)
    name = table.NAMES[kind]
    if request.GET.get("format") == "xlsx":
        return sheets.download(found.sheet(), name=f"{tenancy.current().name}{name}履职情况-{as_of:%Y%m%d}.xlsx")
    day = asking.day_query(request, as_of)
    context = {
        "table": found, "name": name, "tabs": asking.tabs(request, as_of), "days": asking.days(request, as_of), "day": day,
        "day_more": day.replace("?", "&"), "export_url": sheet_url(request),
    }  # fmt: skip
    return page(request, "assessment/groups.html", context)
