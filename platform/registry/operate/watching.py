"""Pages that show how things go: the migration under way, and what operators did."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core.web import page
from registry import runs
from registry.operate import trail as asked
from registry.operate.forms import TrailForm

PER_PAGE = 50


@requires(Permission.OPERATE)
@require_safe
@never_cache
def migration(request: HttpRequest) -> HttpResponse:
    """The last run of `lianxin migrate`; while it goes htmx asks every two seconds for the part that changes."""
    template = "_migration.html" if getattr(request, "htmx", False) else "migration.html"
    return page(request, f"registry/operate/{template}", {"run": runs.status()})


@requires(Permission.OPERATE)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """What operators did, newest first."""
    form = TrailForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    shown = Paginator(asked.events(**chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "rows": [asked.event(row) for row in shown.object_list], "filter": form}
    return page(request, "registry/operate/trail.html", context)
