"""The secret behind a form's token is good at one host only.

Django compares the token with the cookie; a cookie of another committee planted together with its token would pass. So the
cookie carries a seal over secret and host, and one that does not fit is as good as none.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import csrf
from django.utils.crypto import constant_time_compare, salted_hmac


def _seal(secret: str, request: HttpRequest) -> str:
    return salted_hmac("accounts.csrf", f"{request.get_host()} {secret}", algorithm="sha256").hexdigest()[:32]


class CsrfPerHost(csrf.CsrfViewMiddleware):
    """Django's check with a sealed cookie."""

    def _get_secret(self, request: HttpRequest) -> str | None:
        secret, _, seal = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "").partition(".")
        if not secret or not constant_time_compare(seal, _seal(secret, request)):
            return None
        csrf._check_token_format(secret)  # type: ignore[attr-defined]
        return secret

    def _set_csrf_cookie(self, request: HttpRequest, response: HttpResponseBase) -> None:
        super()._set_csrf_cookie(request, response)  # type: ignore[misc]
        if settings.CSRF_COOKIE_NAME in response.cookies:
            morsel = response.cookies[settings.CSRF_COOKIE_NAME]
            morsel.set(
                morsel.key,
                f"{morsel.value}.{_seal(morsel.value, request)}",
                f"{morsel.value}.{_seal(morsel.value, request)}",
            )
