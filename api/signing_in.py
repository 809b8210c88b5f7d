"""By what a request says who it is: a token of one's own, or the session of a browser that also sends the page's token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.csrf import CsrfPerHost
from accounts.models import Session, User
from api.refusals import CsrfMissing


class TokenSignIn(BaseAuthentication):
    """`Authorization: Bearer lxt_…`."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        held = tokens.holder_of(secret.strip())
        if held is None or held.user is None:
            raise exceptions.AuthenticationFailed
        return held.user, held

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lianxin"'


class _Check(CsrfPerHost):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise CsrfMissing


class BrowserSignIn(BaseAuthentication):
    """The session of this host; what changes something must carry X-CSRFToken."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        asked = request._request
        user: Any = getattr(asked, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        check = _Check(lambda _: HttpResponse())
        check.process_request(asked)
        check.process_view(asked, BrowserSignIn, (), {})  # any that is not exempt
        return user, None


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenSignIn
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of one's own, made on the page 接口令牌."}


class _SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BrowserSignIn
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "The signed-in browser; writes also carry X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "__Host-lianxin_session", "description": told}
