"""The committee's own statement, and the operator's page of use and limits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from billing_free import actions, queries
from billing_free.forms import QuotaForm
from billing_free.quotas import ITEMS, MIB, What, default_limit, spoken
from core import clock, tenancy
from core.errors import NotFound
from core.tenancy import Committee
from core.web import page, refusals_on
from registry.queries import committee_by_code


@requires(Permission.STATEMENT_READ)
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """One month's use at ¥0.00, for the committee's budget file."""
    committee, today = tenancy.current(), clock.today()
    month = request.GET.get("month") or f"{today:%Y-%m}"
    context = {
        "statement": queries.statement(committee.code, month, today=today),
        "spoken": queries.spoken_month(month),
        "months": [(one, queries.spoken_month(one)) for one in queries.months(committee.code, today=today)],
        "uses": queries.use(committee.code, committee.level, today),
        "running": month == f"{today:%Y-%m}",
    }
    return page(request, "billing_free/statement.html", context)


@requires(Permission.OPERATE)
@require_safe
def use(request: HttpRequest, code: str) -> HttpResponse:
    """A committee's use against its limits: numbers only."""
    committee = _committee(code)
    context = {"one": committee, "uses": queries.use(code, committee.level, clock.today())}
    return page(request, "billing_free/use.html", context)


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def quota(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Another limit for this committee, or the level's again."""
    committee, thing = _committee(code), _thing(what)
    now = next(line for line in queries.use(code, committee.level, clock.today()) if line.what == thing)
    scale, unit = (MIB, "MB") if thing == What.STORAGE else (1, ITEMS[thing].unit)  # nobody thinks in bytes
    form = QuotaForm(request.POST or None, initial={"amount": now.limit // scale if now.why else None})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            given = form.cleaned_data["amount"]
            amount = None if given is None else given * scale
            actions.set_quota(code=code, what=thing, amount=amount, why=form.cleaned_data["why"], by=signed_in(request))
            limit = spoken(thing, default_limit(committee.level, thing) if amount is None else amount)
            messages.success(request, f"{committee.name}的{thing.label}限额已改为 {limit}，立即生效。")
            return redirect("billing_free_operate:use", code=code)
    usual = spoken(thing, default_limit(committee.level, thing))
    context = {"one": committee, "form": form, "now": now, "usual": usual, "label": f"新的限额（{unit}）"}
    return page(request, "billing_free/quota.html", context, status=422 if form.errors else 200)


def _committee(code: str) -> Committee:
    found = committee_by_code(code)
    if found is None:
        raise NotFound("没有这个委员会。请从委员会列表进入。")
    return found


def _thing(what: str) -> What:
    if what not in What.values:
        raise NotFound("没有这一项限额。请从用量页进入。")
    return What(what)
