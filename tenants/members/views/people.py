"""One member."""

from __future__ import annotations

import datetime as dt
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
from tenants.members.forms import (
    AccountForm,
    ChangeForm,
    LeaveForm,
    MemberEditForm,
    MemberForm,
    RejoinForm,
    values_of,
)
from tenants.members.models import Member


@require_safe
@requires(Permission.MEMBERS_READ)
def member(request: HttpRequest, id: UUID) -> HttpResponse:
    """Everything about one person: what they hold and held, links and records, account, trail; and the ways to change it."""
    today = clock.today()
    found = queries.member_by_id(id)
    if not queries.reach_of(request.user, Permission.MEMBERS_READ).has(found):
        raise NotFound
    history = queries.history_of(found)
    may_write = may(request.user, Permission.MEMBERS_WRITE)
    context = {
        "member": found,
        "has_left": found.left_on is not None and found.left_on <= today,
        "is_nameless": found.left_on is not None and queries.is_nameless(found),
        "lead": _lead(found, history, today),
        "history": history,
        "panels": queries.panels(found, request.user, today),
        "trail": queries.latest_trail(found) if may(request.user, Permission.AUDIT_READ) else [],
        "may_write": may_write,
        "may_organise": may(request.user, Permission.ORGANISATION_READ),
        "may_manage": may(request.user, Permission.ACCOUNTS_MANAGE),
        "may_see_standing": may(request.user, Permission.STANDING_READ),
        "may_see_records": may(request.user, Permission.RECORDS_READ),
    }
    return page(request, "members/member.html", context)


def _lead(member: Member, history: dict[str, list[queries.Span]], day: dt.date) -> str:
    """Who this is today, in one line: sector, posts, special committees."""

    def now(spans: list[queries.Span]) -> str:
        return "、".join(one.label for one in spans if one.since <= day and (one.until is None or one.until > day))

    if member.left_on is not None and member.left_on <= day:
        return f"{member.sector.name} · {member.left_on:%Y-%m-%d} 起不再担任委员"
    return " · ".join(filter(None, (member.sector.name, now(history["posts"]) or "委员", now(history["seats"]))))


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def change(request: HttpRequest, id: UUID) -> HttpResponse:
    """Another sector, post or special committee from a day."""
    found = queries.member_by_id(id)
    posts, seats = queries.held_now(found)
    initial = {
        "sector": found.sector_id, "posts": posts, "special_committees": seats, "effective_on": clock.today(),
    }  # fmt: skip
    form = ChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = actions.change_member(id=id, **form.cleaned_data, by=signed_in(request))
            day = form.cleaned_data["effective_on"]
            messages.success(request, f"{changed.name}的变动从 {day:%Y-%m-%d} 起生效，此前的照旧保留在履历里。")
            return redirect("members:member", id=id)
    context = {"form": form, "member": found, "has_committees": bool(queries.special_committees())}
    return page(request, "members/change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def leave(request: HttpRequest, id: UUID) -> HttpResponse:
    """No longer a member from a day; what ends with it is said before."""
    found = queries.member_by_id(id)
    form = LeaveForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            left = actions.end_membership(id=id, **form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{left.name}从 {left.left_on:%Y-%m-%d} 起离任，职务、结对和联系安排一并结束。")
            return redirect("members:member", id=id)
    context = {"form": form, "member": found, "history": queries.history_of(found), "today": clock.today()}
    return page(request, "members/leave.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def rejoin(request: HttpRequest, id: UUID) -> HttpResponse:
    """A member again from a day; the earlier days stay."""
    found = queries.member_by_id(id)
    form = RejoinForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            back = actions.rejoin(id=id, **form.cleaned_data, by=signed_in(request))
            messages.success(
                request,
                f"{back.name}从 {form.cleaned_data['on']:%Y-%m-%d} 起重新任职。其他职务、专委会在“变动”里登记。",
            )
            return redirect("members:member", id=id)
    return page(request, "members/rejoin.html", {"form": form, "member": found}, status=422 if form.errors else 200)


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
