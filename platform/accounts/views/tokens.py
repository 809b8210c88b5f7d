"""接口令牌: by which a program signs in as oneself."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires, signed_in
from accounts.forms import TokenForm
from accounts.guessing import guess
from accounts.permissions import Permission
from accounts.tokens import PasswordDiffers, issue_own_token, tokens_of
from accounts.tokens import revoke_token as revoke
from core.web import page, refusals_on


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.HOME)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one is shown this once."""
    user, form = signed_in(request), TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with guess(user, wrong=PasswordDiffers):
                made = issue_own_token(**form.cleaned_data, by=user)
            return page(request, "accounts/token.html", {"made": made, "url": request.build_absolute_uri("/api/v1/")})
    context = {"form": form, "tokens": tokens_of(user)}
    return page(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.HOME)
def revoke_token(request: HttpRequest, id: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    revoke(id=id, by=signed_in(request))
    messages.success(request, "令牌已撤销，用它的系统不能再登录。")
    return redirect("accounts:tokens")
