"""The office's pages: who has an account, inviting, roles, ending access."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, invitations, queries
from accounts.access import requires, signed_in
from accounts.forms import AccountFilterForm, InviteForm, RolesForm, WhyForm, initial_of
from accounts.permissions import Permission
from core.web import page, refusals_on

PER_PAGE = 50


@require_safe
@requires(Permission.ACCOUNTS_MANAGE)
def account_list(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in here or is invited to, with roles and state."""
    form = AccountFilterForm(request.GET)
    shown = Paginator(queries.accounts(form.filters()), PER_PAGE).get_page(request.GET.get("page"))
    found = shown.paginator.count
    shown.object_list = queries.rows_of(shown.object_list)  # type: ignore[assignment]  # a page of rows to show
    filtered = any(value for name, value in request.GET.items() if name != "page")
    lead = f"{'符合条件的' if filtered else '共'} {found} 个"
    return page(request, "accounts/index.html", {"page": shown, "filter": form, "lead": lead, "is_filtered": filtered})


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody of an office; members are invited from the roster."""
    form = InviteForm(request.POST or None, subjects=queries.subjects())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            link = invitations.invite(
                display_name=given["display_name"], username=given["username"], roles=form.assignments(), by=signed_in(request)
            )  # fmt: skip
            return show_link(request, link)
    return page(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


def show_link(request: HttpRequest, link: invitations.Link, *, back: str = "") -> HttpResponse:
    """The link, this once: it is not kept, so the page cannot be shown again."""
    context = {
        "link": link,
        "url": request.build_absolute_uri(link.path),
        "joins": link.purpose == invitations.Purpose.JOIN,
        "back_url": back or f"/accounts/{link.user.pk}/",
    }
    return page(request, "accounts/link.html", context)


@require_safe
@requires(Permission.ACCOUNTS_MANAGE)
def account(request: HttpRequest, id: UUID) -> HttpResponse:
    """One account: what it may, its state, and what can be done with it."""
    user = actions.user_by_id(id)
    context = {"account": queries.account(user), "is_own": user.pk == signed_in(request).pk}
    return page(request, "accounts/account.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def roles(request: HttpRequest, id: UUID) -> HttpResponse:
    """Change what somebody may do; it holds from the next click on."""
    user = actions.user_by_id(id)
    form = RolesForm(request.POST or None, subjects=queries.subjects(), initial=initial_of(user.assignments))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.change_roles(id=id, roles=form.assignments(), by=signed_in(request))
            messages.success(request, f"{user.display_name}的角色已改，立即生效。")
            return redirect("accounts:account", id=id)
    return page(request, "accounts/roles.html", {"form": form, "user_": user}, status=422 if form.errors else 200)


@never_cache
@require_POST
@requires(Permission.ACCOUNTS_MANAGE)
def issue(request: HttpRequest, id: UUID) -> HttpResponse:
    """A fresh link to join or to set a password; the one before is void."""
    actions.user_by_id(id)
    try:
        return show_link(request, invitations.issue(id=id, by=signed_in(request)))
    except invitations.Deactivated as refusal:
        messages.warning(request, refusal.message)
        return redirect("accounts:account", id=id)


@require_POST
@requires(Permission.ACCOUNTS_MANAGE)
def revoke(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take an open link back."""
    try:
        invitations.revoke(id=id, by=signed_in(request))
        messages.success(request, "链接已撤销，不能再用。")
    except invitations.NothingOpen as refusal:
        messages.warning(request, refusal.message)
    return redirect("accounts:account", id=id)


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def deactivate(request: HttpRequest, id: UUID) -> HttpResponse:
    """End somebody's access, with a reason; all their devices are signed out at once."""
    user, form = actions.user_by_id(id), WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.deactivate(id=id, why=form.cleaned_data["why"], by=signed_in(request))
            messages.success(request, f"{user.display_name}的账号已停用，各处登录都已结束。")
            return redirect("accounts:account", id=id)
    return page(request, "accounts/deactivate.html", {"form": form, "user_": user}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ACCOUNTS_MANAGE)
def reactivate(request: HttpRequest, id: UUID) -> HttpResponse:
    """Give access back."""
    user = actions.reactivate(id=id, by=signed_in(request))
    messages.success(request, f"{user.display_name}的账号已恢复使用，角色和密码照旧。")
    return redirect("accounts:account", id=id)
