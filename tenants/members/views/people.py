"""One member."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from accounts.roles import ScopeKind
from accounts.views.office import show_link
from core import clock
from core.errors import NotFound
from core.web import page, refusals_on
from tenants.members import actions, queries
from tenants.members.forms import AccountForm, MemberEditForm, MemberForm, values_of


@require_safe
@requires(Permission.MEMBERS_READ)
def member(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who this is: posts, seats, unit, and the ways to records and standing."""
    today = clock.today()
    found = queries.member_by_id(id)
    if not queries.reach_of(request.user, Permission.MEMBERS_READ).has(found):
        raise NotFound
    context = {
        "member": found,
        "has_left": found.left_on is not None and found.left_on <= today,
        "history": queries.history_of(found),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
        "may_manage": may(request.user, Permission.ACCOUNTS_MANAGE),
        "may_see_standing": may(request.user, Permission.STANDING_READ),
        "may_see_records": may(request.user, Permission.RECORDS_READ),
    }
    return page(request, "members/member.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Add one member by hand."""
    form = MemberForm(request.POST or None, initial={"joined_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = actions.add_member(**form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{made.name}已列入名册。")
            return redirect("members:member", id=made.pk)
    return page(
        request, "members/new.html", {"form": form, "districts": _districts()}, status=422 if form.errors else 200
    )


def _districts() -> list[str]:
    """Those the roster knows, so that one is not written in two ways."""
    return list(queries.role_subjects()[ScopeKind.DISTRICT])


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Correct a member, or note a change of posts and seats from a day."""
    today = clock.today()
    found = queries.member_by_id(id)
    posts, seats = queries.held_now(found)
    form = MemberEditForm(request.POST or None, initial=values_of(found, posts=posts, seats=seats, today=today))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = actions.update_member(id=id, **form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{changed.name}的信息已更新。")
            return redirect("members:member", id=id)
    return page(
        request,
        "members/edit.html",
        {"form": form, "member": found, "member_url": f"/members/{id}/", "districts": _districts()},
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def account(request: HttpRequest, id: UUID) -> HttpResponse:
    """Invite the member: an account that waits, and a link to open it with a password of the member's own."""
    found = queries.member_by_id(id)
    form = AccountForm(request.POST or None, initial={"username": found.phone or found.number})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            link = actions.invite_member(
                id=id, username=form.cleaned_data["username"], roles=form.assignments(), by=signed_in(request)
            )
            return show_link(request, link, back=f"/members/{id}/")
    return page(
        request,
        "members/account.html",
        {"form": form, "member": found, "member_url": f"/members/{id}/"},
        status=422 if form.errors else 200,
    )
