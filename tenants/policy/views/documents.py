"""文件与施行: every document adopted, what is in force when, and what is to come."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, tenancy
from core.web import page, refusals_on
from policy_engine import resolve
from registry.queries import children_of
from tenants.policy import actions, queries
from tenants.policy.forms import AdoptForm, WithdrawForm
from tenants.policy.queries import adopted, cases, changes, drafting, news, reading, shipped, versions
from tenants.policy.views.document import day_of, none, shared
from tenants.proceedings.models import Body


@requires(Permission.POLICY_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The documents with their state, newest first, and the facts of the one in force."""
    day = day_of(request)
    if not queries.has_any():
        return none(request, day)
    lines, today = adopted.lines(clock.today()), clock.today()
    publication = versions.news_from_above(today)
    is_concerned = may(request.user, Permission.POLICY_ADAPT) or may(request.user, Permission.POLICY_ADOPT)
    drafts = list(drafting.open_drafts()) if is_concerned else []
    context = {
        "lines": lines,
        "news": news.news_on(today) if queries.has_policy(today) and not publication else None,
        "publication": publication,
        "case": next((one for one in drafts if one.is_case), None),
        "draft": next((one for one in drafts if not one.is_case), None),
        "has_children": bool(children_of(tenancy.current().code)),
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
            actions.withdraw(
                id=id, reason=form.cleaned_data["reason"], today=clock.today(), at=clock.now(), by=signed_in(request)
            )
            messages.success(request, f"《{document.title}》已撤回，不会施行；原来的办法照旧。")
            return redirect("policy:documents")
    status = 422 if form.errors else 200
    return page(request, "policy/withdraw.html", {"document": document, "form": form}, status=status)


@requires(Permission.POLICY_ADOPT)
@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest) -> HttpResponse:
    """采用另一份办法 from a day on: which, what changes duty by duty, then the decision behind it."""
    today = clock.today()
    choices = [(one.id, f"{one.title}（{one.label}）") for one in shipped.shipped()]
    initial = {"decided_on": today, "in_force_from": today, "body": Body.CHAIRPERSONS_COUNCIL}
    form = AdoptForm(request.POST or None, choices=choices, initial=initial)
    told: list[changes.Change] | None = None
    case: cases.Case | None = None
    if form.is_valid():
        first, template = form.cleaned_data["in_force_from"], shipped.template(form.cleaned_data["template"])
        with refusals_on(form):
            if request.POST.get("step") == "adopt":
                document = actions.adopt_successor(
                    template=template, replaces=form.replaces, reason=form.cleaned_data["reason"], today=today,
                    by=signed_in(request), **form.decision(),
                )  # fmt: skip
                messages.success(
                    request, f"已登记采用《{document.title}》，{first:%Y-%m-%d} 起施行；以前的情况仍按原来的判断。"
                )
                return redirect("policy:documents")
            made = actions.successor(template=template, replaces=form.replaces, in_force_from=first)
            present = queries.policy_on(first) if queries.has_policy(first) else None
            told = changes.duty_changes(present if form.replaces else None, resolve(made), first)
            if present is not None and form.replaces and cases.has_deviations(first):
                case = cases.case_of(cases.target(f"shipped:{form.cleaned_data['template']}"), first)
    status = 422 if form.errors else 200
    return page(request, "policy/adopt.html", {"form": form, "changes": told, "case": case}, status=status)
