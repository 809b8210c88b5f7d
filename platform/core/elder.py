"""Elder mode (长辈版): larger text and targets, chosen by a plain link and kept in a cookie, so it works signed out and without script."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import escape_leading_slashes

YEAR = 365 * 24 * 3600


class ElderMode:
    """Turns `?elder=1` or `?elder=0` into the cookie and leads back to the same page without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        choice = request.GET.get("elder")
        if request.method != "GET" or choice not in ("0", "1"):
            return self.get_response(request)
        response = HttpResponseRedirect(_without_choice(request))
        remember(response, choice=choice, secure=request.is_secure())
        return response


def _without_choice(request: HttpRequest) -> str:
    query = request.GET.copy()
    del query["elder"]
    # A path that begins with two slashes would otherwise lead to another host.
    path = escape_leading_slashes(request.path)
    return f"{path}?{query.urlencode()}" if query else path


def remember(response: HttpResponse, *, choice: str, secure: bool) -> None:
    """Keep the choice for a year; it says nothing about the person, so it outlives sign-out."""
    response.set_cookie("elder", choice, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
