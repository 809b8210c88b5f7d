"""接收: what the committees below sent; look first, then accept or send back with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.sheets import Out, book, download
from core.web import page, refusals_on
from exchange import actions as exchange
from exchange import queries as letters
from exchange.models import Delivery, DeliveryState
from exchange.signing import fingerprint
from tenants.reports import queries
from tenants.reports.forms import SendBackForm
from tenants.reports.views.sheets import breakdown_sheets, changes_sheet, numbers, theirs, three

PER_PAGE = 50


@requires(Permission.RETURNS_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything received, what waits first."""
    received = letters.received()
    found = _narrowed(request, received)
    waiting = [one for one in found if one.state == DeliveryState.SUBMITTED]
    decided = sorted(
        (one for one in found if one.state != DeliveryState.SUBMITTED),
        key=lambda one: queries.span(one.period).until,
        reverse=True,
    )
    page_of_decided = Paginator(decided, PER_PAGE).get_page(request.GET.get("page"))
    spans = queries.in_order([queries.span(key) for key in {one.period for one in received}])
    context = {
        "number": sum(one.state == DeliveryState.SUBMITTED for one in received),
        "waiting": _rows(waiting),
        "decided": _rows(list(page_of_decided)),
        "page": page_of_decided,
        "periods": [(one.key, queries.spoken(one.key)) for one in spans],
        "period": request.GET.get("period", ""),
        "name": request.GET.get("q", ""),
        "may_decide": may(request.user, Permission.RETURNS_DECIDE),
    }
    return page(request, "reports/inbox.html", context)


def _narrowed(request: HttpRequest, received: list[Delivery]) -> list[Delivery]:
    """Those of the period and the name asked for."""
    period, name = request.GET.get("period", ""), request.GET.get("q", "").strip()
    return [one for one in received if period in ("", one.period) and name in one.sender_name]


def _rows(received: list[Delivery]) -> list[dict[str, object]]:
    times = queries.in_time(received)
    return [
        {"delivery": one, "name": one.sender_name, "label": queries.spoken(one.period), "in_time": times[one.pk]}
        for one in received
    ]


@requires(Permission.RETURNS_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def accept_many(request: HttpRequest) -> HttpResponse:
    """Several at once: first what accepting would take in, then, confirmed, each by itself; what is refused says why and stays."""
    chosen = _chosen(request)
    if request.method == "POST" and chosen:
        done, refused = exchange.accept_many(
            delivery_ids=[one.pk for one in chosen], at=clock.now(), by=signed_in(request)  # type: ignore[arg-type]
        )  # fmt: skip
        names = {one.pk: one.sender_name for one in chosen}
        if done:
            messages.success(request, f"已接收 {len(done)} 份，已计入本会汇总。")
        for key, why in refused:
            messages.error(request, f"{names[key]}没有接收：{why.message}")
        return redirect("reports:inbox")
    times = queries.in_time(chosen)
    lines = [_weighed(one) | {"in_time": times[one.pk]} for one in chosen]
    genuine = [line for line in lines if line["is_genuine"]]
    return page(request, "reports/accept_many.html", {"lines": lines, "genuine": len(genuine)})


def _chosen(request: HttpRequest) -> list[Delivery]:
    """Those asked for that still wait; none named: all that wait on the list as it was narrowed."""
    asked = set((request.POST if request.method == "POST" else request.GET).getlist("id"))
    waiting = [one for one in letters.received(whole=True) if one.state == DeliveryState.SUBMITTED]
    if asked or request.method == "POST":
        return [one for one in waiting if str(one.pk) in asked]
    return _narrowed(request, waiting)


def _weighed(one: Delivery) -> dict[str, object]:
    """A line of the preview: whether it is genuine, what it lacks, what it changes."""
    before = letters.earlier_than(one)
    return {
        "delivery": one,
        "name": one.sender_name,
        "label": queries.spoken(one.period),
        "is_genuine": letters.is_genuine(one),
        "lacking": [child["name"] for child in one.body["children"] if child["state"] != "accepted"],
        "before": before,
        "changes": _changes(one, before) if before else None,
    }


@requires(Permission.RETURNS_READ)
@require_safe
def preview(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """What accepting would take in."""
    delivery = letters.received_one(delivery_id)
    if request.GET.get("format") == "xlsx":
        return _sheet(delivery)
    return _preview(request, delivery, SendBackForm())


def _preview(request: HttpRequest, delivery: Delivery, form: SendBackForm, *, status: int = 200) -> HttpResponse:
    body = delivery.body
    before = letters.earlier_than(delivery)
    context = {
        "delivery": delivery,
        "name": body["committee"]["name"],
        "label": queries.named(delivery.period),
        "has_below": bool(body["children"]),
        "table": _table(delivery),
        "breakdowns": queries.tables(body),
        "before": before,
        "changes": _changes(delivery, before) if before else None,
        "chain": queries.chain(body, before.body) if before else (),
        "children": body["children"],
        "in_time": queries.in_time([delivery])[delivery.pk],
        "is_genuine": letters.is_genuine(delivery),
        "fingerprint": _fingerprint(delivery.public_key),
        "is_adapted": queries.is_adapted(body),
        "may_decide": delivery.state == DeliveryState.SUBMITTED and may(request.user, Permission.RETURNS_DECIDE),
        "form": form,
    }
    return page(request, "reports/received.html", context, status=status)


def _table(delivery: Delivery) -> list[dict[str, Any]]:
    """What was sent, the sender's own and with those below it."""
    body = delivery.body
    own, total = queries.figures_in(body, "own"), queries.figures_in(body, "total")
    columns = queries.columns_for(total, adapted=queries.is_adapted(body))
    pairs = zip(*(queries.cells(columns, figures) for figures in (own, total)), strict=True)
    return [{"column": one.column, "own": one, "total": two} for one, two in pairs]


def _changes(delivery: Delivery, before: Delivery) -> queries.Changes:
    keys = _fingerprint(before.public_key), _fingerprint(delivery.public_key)
    return queries.changes(delivery.body, before.body, keys=keys, of="对方")


def _sheet(delivery: Delivery) -> HttpResponse:
    body = delivery.body
    before = letters.earlier_than(delivery)
    columns = [Out("指标", 26), Out("口径", 14), *three("对方本级"), *three("含其下级"), Out("答复的委员会", 14)]
    rows = [
        [
            line["column"].indicator.title,
            theirs(line["column"]),
            *numbers(line["own"], line["total"]),
            line["total"].answered,
        ]
        for line in _table(delivery)
    ]
    label = queries.spoken(delivery.period)
    name = f"{body['committee']['name']} {label}报表 第{delivery.revision}稿.xlsx"
    parts = [(label, columns, rows), *breakdown_sheets(body, basis=theirs)]
    if before:
        parts.append(changes_sheet(_changes(delivery, before), queries.chain(body, before.body), basis=theirs))
    return download(book(parts), name=name)


def _fingerprint(public_key: str) -> str:
    try:
        return fingerprint(public_key)
    except ValueError:
        return "—"


@requires(Permission.RETURNS_DECIDE)
@require_POST
def accept(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    delivery = exchange.accept(delivery_id=delivery_id, at=clock.now(), by=signed_in(request))  # type: ignore[arg-type]
    name = delivery.body["committee"]["name"]
    messages.success(request, f"已接收{name}{queries.named(delivery.period)}，已计入本会汇总。")
    return redirect("reports:inbox")


@requires(Permission.RETURNS_DECIDE)
@require_POST
def send_back(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    form = SendBackForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            delivery = exchange.send_back(
                delivery_id=delivery_id,
                reason=form.cleaned_data["reason"],
                at=clock.now(),
                by=signed_in(request),  # type: ignore[arg-type]
            )
            name = delivery.body["committee"]["name"]
            messages.info(request, f"已退回{name}{queries.named(delivery.period)}，等对方改后再报。")
            return redirect("reports:inbox")
    return _preview(request, letters.received_one(delivery_id), form, status=422)
