"""文件与施行: every document adopted, what is in force when, and what is to come."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import clock
from core.web import page
from tenants.policy import queries
from tenants.policy.queries import adopted, reading
from tenants.policy.views.document import day_of, none, shared


@requires(Permission.POLICY_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The documents with their state, newest first, and the facts of the one in force."""
    day = day_of(request)
    if not queries.has_any():
        return none(request, day)
    lines = adopted.lines(clock.today())
    context = {"lines": lines, "facts": reading.facts(queries.policy_on(day)) if queries.has_policy(day) else ()}
    return page(request, "policy/documents.html", shared(request, day) | context)
