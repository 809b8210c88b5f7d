"""Host → committee: the request runs as that committee's role, or is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.http.request import split_domain_port

from core import tenancy
from core.errors import DomainError
from core.tenancy import Context
from core.web import refusal_page
from registry import hosts
from registry.queries import committee_by_host


class HostMiddleware:
    """First of all: nobody behind it sees a Host header that is not one of ours, written our way.

    ALLOWED_HOSTS lets everything through, for it cannot know the committees' own domains; this is what stands there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":  # the process alone; no database, any host
            return JsonResponse({"ok": True})
        host = hosts.read(request.META.get("HTTP_HOST", ""))
        if host is None or not _is_ours(host.name):
            answer = HttpResponse("这个网址不属于本平台。", status=400, content_type="text/plain; charset=utf-8")
            answer["X-Content-Type-Options"] = "nosniff"  # the middleware that says it comes later
            return answer
        request.META["HTTP_HOST"] = str(host)
        return self.get_response(request)


def _is_ours(name: str) -> bool:
    if hosts.is_bare(name) or hosts.is_below_base(name):
        return True
    with tenancy.nowhere():
        return committee_by_host(name) is not None


class CommitteeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            context = self._context(request, split_domain_port(request.get_host())[0])
        except DomainError as refusal:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            return refusal_page(request, refusal)
        previous = tenancy.enter(context)
        try:
            response = self.get_response(request)
        finally:
            tenancy.leave(previous)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _in_context(context, cast(Iterable[bytes], response.streaming_content))
        return response

    def _context(self, request: HttpRequest, host: str) -> Context:
        if hosts.is_bare(host):
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            return Context(role=settings.ROLE_OPERATOR)
        with tenancy.nowhere():
            committee = committee_by_host(host)
        if committee is None:
            raise tenancy.UnknownCommittee(host)
        request.committee = committee  # type: ignore[attr-defined]
        return tenancy.context_of(committee)


def _in_context(context: Context, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Each chunk of a streamed answer is made in its committee's context, and only there."""
    source = iter(chunks)
    while True:
        previous = tenancy.enter(context)
        try:
            chunk = next(source)
        except StopIteration:
            return
        finally:
            tenancy.leave(previous)
        yield chunk


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())
