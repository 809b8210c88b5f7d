"""Signing in and out of one host."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from accounts.forms import SignInForm
from core.web import page

ATTEMPTS, LOCK_SECONDS = 5, 30 * 60  # 等保: five failures lock for half an hour


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


@never_cache
@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by account and password; five failures lock the account name for half an hour."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = f"sign-in:{form.cleaned_data['username']}"
        cache.add(key, 0, LOCK_SECONDS)
        if cache.incr(key) > ATTEMPTS:  # counted before the password is looked at, so guesses made at once count too
            form.add_error(None, "输错次数过多，请半小时后再试，或请办公室重设密码。")
        elif (user := authenticate(request, **form.cleaned_data)) is not None:
            cache.delete(key)
            login(request, user)
            return redirect(_next(request))
        else:
            form.add_error(None, "账号或密码不对，请核对后重试。")
    context = {"form": form, "next": _next(request)}
    return page(request, "accounts/sign_in.html", context, status=200 if request.method == "GET" else 422)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave this host; the session row is deleted."""
    logout(request)
    messages.info(request, "您已退出。")
    return redirect("/sign-in/")
