"""Health of the deployment, and the bare host."""

from __future__ import annotations

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from accounts.access import may, public
from accounts.permissions import Permission
from core import tenancy
from core.web import page
from dispatch.tasks import ALIVE
from registry.middleware import database_answers


@never_cache
@public
def ready(request: HttpRequest) -> HttpResponse:
    """Database, Redis and worker; 503 names what is missing."""
    state = {"database": _tried(database_answers), "redis": _tried(_redis_answers), "worker": _tried(_worker_alive)}
    return JsonResponse({"ok": all(state.values()), **state}, status=200 if all(state.values()) else 503)


def _tried(check) -> bool:  # type: ignore[no-untyped-def]
    try:
        return bool(check())
    except Exception:
        return False


def _redis_answers() -> bool:
    caches["default"].set("ready", "1", 5)
    return caches["default"].get("ready") == "1"


def _worker_alive() -> bool:
    with tenancy.nowhere():  # the key of the deployment, not of a committee
        return caches["default"].get(ALIVE) == "1"


@public
def welcome(request: HttpRequest) -> HttpResponse:
    """The bare host: what this is; operators sign in here and go on to their committees."""
    if may(request.user, Permission.OPERATE):
        return redirect("operate:index")
    return page(request, "registry/welcome.html", {})
