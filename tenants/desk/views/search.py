"""搜索."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import clock
from core.web import page
from tenants.desk import queries


@requires(Permission.HOME)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything within reach that is called so."""
    text = " ".join(request.GET.get("q", "").split())
    found = queries.search(request.user, text, day=clock.today())
    context = {
        "q": text,
        "found": found,
        "number": sum(len(one.hits) for one in found),
        "is_more": any(one.more_url for one in found),
    }
    return page(request, "desk/search.html", context)
