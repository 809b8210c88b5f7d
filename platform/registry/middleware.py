"""Host → committee: the request runs as that committee's role, or is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.http.request import split_domain_port

from core import tenancy
from core.errors import DomainError
from core.tenancy import Context
from core.web import refusal_page
from registry.queries import committee_by_host


class CommitteeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":  # the process alone; no database, any host
            return JsonResponse({"ok": True})
        try:
            host = split_domain_port(request.get_host())[0]
            context = self._context(request, host)
        except DisallowedHost:
            return HttpResponse("这个网址不属于本平台。", status=400, content_type="text/plain; charset=utf-8")
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
        if host in {settings.BASE_DOMAIN, "127.0.0.1"}:
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
