"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock
from core.web import page
from tenants.desk import queries


@requires(Permission.HOME)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """今年还差什么 for a member, 今天等您的 for everybody else."""
    today = clock.today()
    if may(request.user, Permission.RECORDS_OWN) and (mine := queries.member_home(request.user, today=today)):
        return page(request, "desk/member.html", {"home": mine, "audience": "member"})
    return page(request, "desk/office.html", {"home": queries.office_home(request.user, today=today)})
