"""What every page shares: rendering, refusals, the context of the base template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.module_loading import import_string

from core import clock, tenancy
from core.errors import DomainError, NotFound

OF_THE_BASE = frozenset({"committee", "nav", "inbox"})


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A whole page. Templates receive plain values and run no queries.

    Raises ValueError for a value that would take the place of the base page's own: the head would name something else.
    """
    if taken := OF_THE_BASE & (context or {}).keys():
        raise ValueError(f"{template}: {', '.join(sorted(taken))} belongs to the base page")
    return render(request, template, dict(context or {}), status=status)


def sheet_url(request: HttpRequest) -> str:
    """Where the list as it is filtered comes as a file: all of it, not the page shown."""
    query = request.GET.copy()
    query.pop("page", None)
    query["format"] = "xlsx"
    return f"?{query.urlencode()}"


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Show a DomainError raised by an action on the form it came from.

    with refusals_on(form):
        actions.register_contact(...)
        return redirect(...)
    return page(...)  # the form again, with the refusal
    """
    try:
        yield
    except NotFound:
        raise  # nothing to mend on the form
    except DomainError as refusal:
        known = {name: text for name, text in refusal.fields.items() if name in form.fields}
        for name, text in known.items():
            form.add_error(name, text)
        if not known:
            form.add_error(None, refusal.message)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """`committee`, `nav`, `inbox` (its place with the number unread), `today` and `audience` (how large and dense the
    page is) for base.html."""
    context: dict[str, Any] = {
        "committee": tenancy.current() if tenancy.is_inside() else None,
        "today": clock.today(),
        "nav": [],
    }
    user = getattr(request, "user", None)
    if tenancy.is_inside() and user is not None and user.is_authenticated:
        context["audience"] = "member" if user.role_names <= {"member"} else "office"
        context["nav"] = import_string(settings.NAVIGATION)(user=user, path=request.path)
        context["inbox"] = next((one for one in context["nav"] if one.get("is_inbox")), None)
    elif user is not None and user.is_authenticated:
        context["nav"] = import_string(settings.OPERATOR_NAVIGATION)(user=user, path=request.path)
    return context


MACHINES = "/api/"  # whoever asks below reads JSON, also where nobody got as far as an endpoint


def refusal_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A refusal nobody caught, as a page with its sentence and its status; for a machine its four fields."""
    if request.path.startswith(MACHINES):
        return JsonResponse(refusal.to_json(), status=refusal.status, json_dumps_params={"ensure_ascii": False})
    context = {"refusal": refusal, "status": refusal.status, "came_from": _came_from(request)}
    return render(request, "error.html", context, status=refusal.status)


def _came_from(request: HttpRequest) -> str:
    """The page of this host whose button was refused: the step is mended there. Empty where it is not known."""
    if request.method != "POST":
        return ""
    place = urlsplit(request.headers.get("Referer", ""))
    query = f"?{place.query}" if place.query else ""
    return f"{place.path}{query}" if place.netloc == request.get_host() and place.path[:2] != "//" else ""


class RefusalMiddleware:
    """Turns a DomainError raised by a view into its page; everything else stays loud."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusal_page(request, error) if isinstance(error, DomainError) else None


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address nobody serves."""
    return refusal_page(request, NotFound("没有这个页面。请核对网址，或从首页进入。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours; rendered without the base's context, which may be what broke."""
    if request.path.startswith(MACHINES):
        told = DomainError("系统出错，已记入日志。什么也没有改动，请稍后重试。", code="server_error").to_json()
        return JsonResponse(told, status=500, json_dumps_params={"ensure_ascii": False})
    return HttpResponse(loader.get_template("500.html").render({}), status=500)
