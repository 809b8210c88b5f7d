"""Signing in and out of one host, and the one-time links that lead in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, invitations, sessions
from accounts.access import public
from accounts.devices import device_of
from accounts.forms import JoinForm, NewPasswordForm, SignInForm
from accounts.models import User
from accounts.roles import Role
from core import tenancy
from core.web import page, refusals_on

ATTEMPTS, LOCK_SECONDS = 5, 30 * 60  # 等保: five failures lock for half an hour
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


def _device(request: HttpRequest) -> str:
    return device_of(request.headers.get("User-Agent", ""))


def _begin(request: HttpRequest, user: User, *, remembered: bool = False) -> None:
    """A new session for the user. Only a member's own phone is remembered, whatever the form said."""
    login(request, user, backend=BACKEND)
    kept = remembered and all(name in Role.by_name and Role.by_name[name].of_members for name in user.role_names)
    sessions.begin(request.session, device=_device(request), remembered=kept)
    actions.note_sign_in(user=user, device=_device(request))


@never_cache
@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by account and password; five failures lock the account name for half an hour."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        key = f"sign-in:{given['username']}"
        cache.add(key, 0, LOCK_SECONDS)
        if cache.incr(key) > ATTEMPTS:  # counted before the password is looked at, so guesses made at once count too
            form.add_error(None, "输错次数过多，请半小时后再试，或请办公室重设密码。")
        else:
            user = authenticate(request, username=given["username"], password=given["password"])
            if isinstance(user, User):
                cache.delete(key)
                _begin(request, user, remembered=given["remember"])
                return redirect(_next(request))
            actions.note_refusal(username=given["username"], device=_device(request))
            form.add_error(None, "账号或密码不对，请核对后重试。")
    context = {"form": form, "next": _next(request), "may_remember": tenancy.is_inside()}
    return page(request, "accounts/sign_in.html", context, status=200 if request.method == "GET" else 422)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave this host; the session row is deleted."""
    logout(request)
    messages.info(request, "您已退出。")
    return redirect("/sign-in/")


@never_cache
@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Open one's account, or set a new password, by a one-time link. Looking at it does not use it up."""
    invitation = invitations.find(token)
    joins = invitation.purpose == invitations.Purpose.JOIN
    form = (
        JoinForm(request.POST or None, initial={"username": invitation.user.username})
        if joins
        else NewPasswordForm(request.POST or None)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            user = invitations.accept(token=token, password=given["password"], username=given.get("username", ""))
            _begin(request, user)
            messages.success(request, "账号已开通。" if joins else "新密码已生效，其他设备上的登录都已结束。")
            return redirect("/")
    context = {"form": form, "joins": joins, "invitation": invitation}
    return page(request, "accounts/join.html", context, status=422 if form.errors else 200)
