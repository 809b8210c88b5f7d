"""A committee's own domains on the operator's site: ask, prove, give back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import DomainError
from core.web import page, refusals_on
from registry import domains
from registry.operate import queries
from registry.operate.forms import DomainForm
from registry.operate.views import committee_or_404


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, code: str) -> HttpResponse:
    """What it has, what it asked for with the record that proves it, and the form for another."""
    one = committee_or_404(code)
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = domains.claim(code=code, domain=form.cleaned_data["domain"], now=clock.now(), by=signed_in(request))
            messages.success(request, f"已登记 {made.domain}。请按下面的记录证明，{made.until:%m-%d} 前有效。")
            return redirect("operate:domains", code=code)
    context = {"one": one, "form": form, "sites": queries.sites(one, now=clock.now())}
    return page(request, "registry/operate/domains.html", context, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_POST
def prove(request: HttpRequest, code: str) -> HttpResponse:
    """Look for the record now."""
    domain = request.POST.get("domain", "")
    try:
        domains.prove(code=code, domain=domain, now=clock.now(), by=signed_in(request))
        messages.success(request, f"{domain} 已证明，一秒内可以访问。")
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    return redirect("operate:domains", code=code)


@requires(Permission.OPERATE)
@require_POST
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Give it back."""
    domain = request.POST.get("domain", "")
    try:
        domains.release(code=code, domain=domain, why="由运维释放", by=signed_in(request))
        messages.success(request, f"{domain} 已释放，一秒内不再能访问。")
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    return redirect("operate:domains", code=code)
