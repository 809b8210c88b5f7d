"""The operator's pages: which committees there are, opening one, pausing one, what works, what is broken."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import NotFound
from core.web import page, refusals_on
from dispatch.models import JobState
from registry import lifecycle, onboarding
from registry.models import Committee, State
from registry.operate import queries
from registry.operate.forms import FilterForm, OrderForm, StateForm

PER_PAGE = 100
STEPS = {"suspend": State.SUSPENDED, "resume": State.ACTIVE}
SAID = {"suspend": "已暂停", "resume": "已恢复使用"}


@requires(Permission.OPERATE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every committee and its state, as a tree."""
    form = FilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    lines = queries.tree(**chosen)
    shown = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    counts = [(State(state), number) for state, number in sorted(queries.states().items())]
    context = {"page": shown, "filter": form, "counts": counts, "found": len(lines)}
    return page(request, "registry/operate/index.html", context)


@requires(Permission.OPERATE)
@require_safe
def committee(request: HttpRequest, code: str) -> HttpResponse:
    """One committee: where it stands, what can be done with it."""
    one = committee_or_404(code)
    context = {
        "one": one,
        "children": queries.tree(below=code),
        "retry": _retry(one),
        "is_current": queries.is_current(one),
        "may_delete": one.state == State.ARCHIVED and one.kept_until is not None and clock.today() > one.kept_until,
        "sites": queries.sites(one, now=clock.now()),
        "jobs": [(JobState(state).label, state, number) for state, number in sorted(queries.job_states(code).items())],
        "host": _host(request, one),
    }
    return page(request, "registry/operate/committee.html", context)


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Suspend or resume: asked for first (GET), with a reason (POST)."""
    one = committee_or_404(code)
    form = StateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            lifecycle.change(code=code, to=STEPS[step], why=form.cleaned_data["why"], by=signed_in(request))
            messages.success(request, f"{one.name}{SAID[step]}，一秒内各处生效。")
            return redirect("operate:committee", code=code)
    context = {"one": one, "form": form, "step": step}
    return page(request, "registry/operate/state.html", context, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Order a committee; the page of the job shows how far it is."""
    parents = [(line.code, f"{line.indent}{line.name}") for line in queries.tree()]
    form = OrderForm(request.POST or None, initial=request.GET.dict(), parents=parents, templates=queries.templates())
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        with refusals_on(form):
            optional = {key: given[key] or None for key in ("parent", "template")}
            job = onboarding.order(**given | optional, by=signed_in(request))
            return redirect("operate:job", id=job.pk)
    return page(request, "registry/operate/new.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.OPERATE)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Jobs of all committees: which kind, whose, in what state."""
    state, code = request.GET.get("state", ""), request.GET.get("committee", "")
    state = state if state in JobState.values else ""
    shown = Paginator(queries.jobs(state=state, committee=code), PER_PAGE).get_page(request.GET.get("page"))
    names = {line.code: line.name for line in queries.tree()}
    rows = [(line, names.get(line.committee, "平台")) for line in map(queries.job_line, shown.object_list)]
    counts = queries.job_states(code)
    tabs = [{"label": "全部", "url": _query("", code), "current": not state, "count": sum(counts.values())}] + [
        {"label": one.label, "url": _query(one, code), "current": one == state, "count": counts.get(one)}
        for one in JobState
    ]
    context = {"page": shown, "rows": rows, "tabs": tabs, "of": names.get(code, "")}
    return page(request, "registry/operate/jobs.html", context)


@requires(Permission.OPERATE)
@require_safe
@never_cache
def job(request: HttpRequest, id: UUID) -> HttpResponse:
    """One job; htmx asks again every two seconds while it is under way and gets the part that changes."""
    row = queries.job(id)
    if row is None:
        raise NotFound
    context = {"job": queries.job_line(row), "steps": queries.steps(row), "again": _again(row)}
    code = row.committee or (row.ids.get("code") if row.task == onboarding.PROVISION else "")
    context["one"] = queries.committee(code) if code else None
    template = "_job.html" if getattr(request, "htmx", False) else "job.html"
    return page(request, f"registry/operate/{template}", context)


@requires(Permission.OPERATE)
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Database, Redis, workers, versions: the doctor's findings."""
    return page(request, "registry/operate/health.html", {"health": queries.health()})


def _retry(one: Committee) -> str:
    """The order of one half made, to be given again as it was."""
    if one.state != State.MAKING:
        return ""
    values = {"code": one.code, "name": one.name, "slug": one.slug, "level": one.level, "template": one.template}
    return urlencode(values | ({"parent": one.parent.code} if one.parent else {}))


def _again(row: Any) -> str:
    """The form filled in as before, for an order that failed."""
    failed = row.task == onboarding.PROVISION and row.state in (JobState.FAILED, JobState.CANCELLED)
    return urlencode({key: value for key, value in row.ids.items() if value}) if failed else ""


def _query(state: str, code: str) -> str:
    return "?" + urlencode({key: value for key, value in (("state", state), ("committee", code)) if value})


def _host(request: HttpRequest, one: Committee) -> str:
    return f"{one.slug}.{request.get_host()}"


def committee_or_404(code: str) -> Committee:
    found = queries.committee(code)
    if found is None:
        raise NotFound("没有这个委员会。请从委员会列表进入。")
    return found
