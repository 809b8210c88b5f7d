"""Home and the trail."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock
from core.web import page
from tenants.desk import queries

PER_PAGE = 50


@requires(Permission.HOME)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """今年还差什么 for a member, 今天等您的 for everybody else."""
    today = clock.today()
    if may(request.user, Permission.RECORDS_OWN) and (mine := queries.member_home(request.user, today=today)):
        return page(request, "desk/member.html", {"home": mine, "audience": "member"})
    return page(request, "desk/office.html", {"home": queries.office_home(request.user, today=today)})


@requires(Permission.AUDIT_READ)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who changed what, when, why; newest first."""
    filters = queries.TrailFilters(q=request.GET.get("q", "")[:60].strip(), app=request.GET.get("app", "")[:20])
    shown = Paginator(queries.trail(filters), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [queries.event(row) for row in shown.object_list]  # type: ignore[misc]  # to show
    return page(request, "desk/audit.html", {"page": shown, "filters": filters, "apps": queries.WORDS.items()})
