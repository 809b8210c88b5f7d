"""One's own account: password, signed-in devices, the latest sign-ins."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, queries, tokens
from accounts.access import requires, signed_in
from accounts.forms import ChangePasswordForm
from accounts.guessing import guess
from accounts.permissions import Permission
from core import tenancy
from core.web import page, refusals_on


@never_cache
@require_safe
@requires(Permission.HOME, Permission.OPERATE)
def mine(request: HttpRequest) -> HttpResponse:
    """登录记录与设备."""
    user = signed_in(request)
    context = {
        "account": user,
        "roles": queries.role_words(user.assignments, queries.subjects()),
        "sessions": queries.sessions_of(user),
        "here": request.session.session_key,
        "sign_ins": queries.sign_ins_of(user),
        "tokens": tokens.tokens_of(user) if tenancy.is_inside() else None,
    }
    return page(request, "accounts/mine.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.HOME, Permission.OPERATE)
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other device has to sign in again."""
    user, form = signed_in(request), ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            with guess(user, wrong=actions.WrongPassword):
                actions.change_password(
                    user=user, current=given["current"], password=given["password"], keep=request.session.session_key
                )
            update_session_auth_hash(request, user)  # this browser stays, under a new key
            messages.success(request, "密码已改，其他设备上的登录都已结束。")
            return redirect("accounts:mine")
    return page(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.HOME, Permission.OPERATE)
def end_session(request: HttpRequest, id: UUID) -> HttpResponse:
    """End one of one's own devices."""
    actions.end_session(user=signed_in(request), id=id)
    messages.success(request, "那台设备已退出。")
    return redirect("accounts:mine")


@require_POST
@requires(Permission.HOME, Permission.OPERATE)
def end_others(request: HttpRequest) -> HttpResponse:
    """End all devices but this one."""
    ended = actions.end_other_sessions(user=signed_in(request), keep=request.session.session_key)
    messages.success(request, f"已退出其他 {ended} 台设备。" if ended else "没有其他设备在登录。")
    return redirect("accounts:mine")
