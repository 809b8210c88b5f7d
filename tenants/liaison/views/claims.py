"""What waits for the office's word: contacts, participations and outputs in one list (GZ20-4.4-4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import DomainError, NotFound
from core.web import page, refusals_on
from tenants.liaison.forms import ReasonForm
from tenants.liaison.queries import claims

SHOWN = 100
UNDO = "claims-confirmed"  # in the session: what the last press confirmed
HERE = "/contacts/claims/"


@require_safe
@requires(Permission.RECORDS_CONFIRM)
def claim_list(request: HttpRequest) -> HttpResponse:
    """The oldest first; the first button has the focus, so Enter confirms and goes on. `?all=1` ticks everything."""
    every = claims.waiting(signed_in(request))
    kind = request.GET.get("kind", "")
    waiting = [line for line in every if not kind or line.source == kind]
    days = (clock.today() - waiting[0].held_on).days if waiting else 0
    context = {
        "lines": waiting[:SHOWN],
        "number": len(waiting),
        "shown": SHOWN,
        "lead": f"{len(waiting)} 条，最早的是 {days} 天前的" if waiting else "",
        "ticked": request.GET.get("all") == "1",
        "tabs": _tabs(every, kind),
        "kind": kind,
        "undo": len(request.session.get(UNDO, ())),
    }
    return page(request, "liaison/claims.html", context)


def _tabs(every: list[claims.Waiting], kind: str) -> list[dict[str, object]]:
    """One per kind that waits, where several do."""
    counted = Counter(line.source for line in every)
    if len(counted) < 2:
        return []
    kinds = [(name, claims.source(name).label, number) for name, number in counted.items()]
    return [
        {"label": label, "url": f"?kind={name}" if name else HERE, "current": kind == name, "count": number}
        for name, label, number in [("", "全部", len(every)), *kinds]
    ]


@require_POST
@requires(Permission.RECORDS_CONFIRM)
def claims_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the ticked ones: first a look at what that means, then, with `sure`, the deed; all or none."""
    chosen = request.POST.getlist("chosen")
    wanted = [line for line in claims.waiting(signed_in(request)) if line.key in set(chosen)]
    if not wanted:
        messages.warning(request, "没有选中待确认的记录。请先在要确认的行前打勾。")
        return redirect(HERE)
    if not request.POST.get("sure"):
        kinds = Counter(line.what for line in wanted).most_common()
        gone = len(set(chosen)) - len(wanted)
        context = {"lines": wanted, "kinds": kinds, "people": len({line.who for line in wanted}), "gone": gone}
        return page(request, "liaison/claims_preview.html", context)
    _confirm(request, wanted)
    return redirect(HERE)


def _confirm(request: HttpRequest, wanted: list[claims.Waiting]) -> None:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for line in wanted:
        ids[line.source].append(line.id)
    with transaction.atomic():
        for name, some in ids.items():
            claims.source(name).confirm(ids=some, by=signed_in(request), at=clock.now())  # type: ignore[arg-type]
    request.session[UNDO] = [line.key for line in wanted]
    messages.success(request, f"已确认 {len(wanted)} 条，计入各人履职。{_rest(request)}")


def _rest(request: HttpRequest) -> str:
    left = claims.number_waiting(signed_in(request))
    return f"还有 {left} 条待确认。" if left else "没有待确认的了。"


def _back(request: HttpRequest) -> str:
    """Where the button stood: the list, or the home page that showed the same lines."""
    target = request.GET.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else HERE


@require_POST
@requires(Permission.RECORDS_CONFIRM)
def claim_confirm(request: HttpRequest, source: str, id: UUID) -> HttpResponse:
    """Confirm one and go on to the next."""
    try:
        claims.source(source).confirm(ids=[id], by=signed_in(request), at=clock.now())  # type: ignore[arg-type]
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, refusal.message)
    else:
        request.session[UNDO] = [f"{source}:{id}"]
        messages.success(request, f"已确认，计入履职。{_rest(request)}")
    return redirect(_back(request))


@require_POST
@requires(Permission.RECORDS_CONFIRM)
def claims_undo(request: HttpRequest) -> HttpResponse:
    """Take back what the last press confirmed; what others decided meanwhile, or somebody took back, stays."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for key in request.session.pop(UNDO, ()):
        name, _, id = key.partition(":")
        ids[name].append(UUID(id))
    number = 0
    with transaction.atomic():
        for name, some in ids.items():
            number += len(claims.source(name).reopen(ids=some, by=signed_in(request), at=clock.now()))
    if number:
        messages.success(request, f"已撤销，{number} 条回到待确认。")
    else:
        messages.warning(request, "没有可以撤销的：半小时以内自己确认的才能撤销，其他请打开记录撤回。")
    return redirect(HERE)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_CONFIRM)
def claim_return(request: HttpRequest, source: str, id: UUID) -> HttpResponse:
    """Return one with a reason its author will read."""
    kind, form = claims.source(source), ReasonForm(request.POST or None)
    if not kind.exists(id, signed_in(request)):
        raise NotFound
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            kind.reject(id=id, reason=form.cleaned_data["reason"], by=signed_in(request), at=clock.now())  # type: ignore[arg-type]
            messages.success(request, f"已退回，录入人会看到原因。{_rest(request)}")
            return redirect(_back(request))
    line = next((line for line in kind.waiting(signed_in(request), None) if line.id == id), None)
    if line is None:
        messages.warning(request, "这条已经处理过，或已撤回。")
        return redirect(HERE)
    if not form.is_bound:
        form.fields["reason"].widget.attrs["autofocus"] = True
    context = {"line": line, "form": form, "back_url": _back(request)}
    return page(request, "liaison/claim_return.html", context, status=422 if form.errors else 200)
