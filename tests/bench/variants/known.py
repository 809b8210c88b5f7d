"""Names the committee to the pages, for peers that have no `core.tenancy`: costs nothing, asks nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from core import tenancy
from tests.bench.committee import ENTRY


class KnownCommittee:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.context = tenancy.Context(role=None, committee=ENTRY)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.committee = ENTRY  # type: ignore[attr-defined]
        token = tenancy._context.set(self.context)
        try:
            return self.get_response(request)
        finally:
            tenancy._context.reset(token)
