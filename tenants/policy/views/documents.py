"""文件与施行: every document adopted, what is in force when, and what is to come."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.web import page, refusals_on
from tenants.policy import actions, queries
from tenants.policy.forms import WithdrawForm
from tenants.policy.queries import adopted, reading
from tenants.policy.views.document import day_of, none, shared


@requires(Permission.POLICY_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The documents with their state, newest first, and the facts of the one in force."""
    day = day_of(request)
    if not queries.has_any():
        return none(request, day)
    lines = adopted.lines(clock.today())
    context = {
        "lines": lines,
        "may_adopt": may(request.user, Permission.POLICY_ADOPT),
        "facts": reading.facts(queries.policy_on(day)) if queries.has_policy(day) else (),
    }
    return page(request, "policy/documents.html", shared(request, day) | context)


@requires(Permission.POLICY_ADOPT)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """撤回 a document whose first day has not come."""
    document, form = adopted.document(id), WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.withdraw(id=id, reason=form.cleaned_data["reason"], today=clock.today(), by=signed_in(request))
            messages.success(request, f"《{document.title}》已撤回，不会施行；原来的办法照旧。")
            return redirect("policy:documents")
    status = 422 if form.errors else 200
    return page(request, "policy/withdraw.html", {"document": document, "form": form}, status=status)
