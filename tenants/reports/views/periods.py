"""Which period, or kind of period, a page of the roll-up was asked for, and what else it offers."""

from __future__ import annotations

from django.http import HttpRequest

from core import clock
from exchange import queries as letters
from exchange.spans import Kind
from tenants.reports import queries

KINDS: dict[Kind, str] = {"month": "按月", "half_year": "按半年", "year": "按年"}
TABS = (("tree", "数值", "/rollup/"), ("heat", "热力", "/rollup/heat/"), ("trend", "走势", "/rollup/trend/"), ("wall", "完整性", "/rollup/wall/"))  # fmt: skip

STILL_DUE = 90  # days after its end a period nobody reported yet is offered


def chosen_period(request: HttpRequest) -> str:
    """The period asked for, or the month due if anybody reported it, or the newest anybody reported. Raises BadPeriod."""
    asked = request.GET.get("period", "")
    if asked:
        return queries.span(asked).key
    due = queries.due_month(clock.today()).key
    received = letters.periods_received()
    if not received or due in received:
        return due
    return queries.in_order([queries.span(key) for key in received])[0].key


def periods_of(chosen: str) -> list[dict[str, object]]:
    """The periods a page offers: the chosen one, what is due now or was passed over, and all anybody reported; the newest first."""
    received = letters.periods_received()
    due = queries.due_spans(clock.today(), within=STILL_DUE, closed=received)
    keys = {chosen, *(one.key for one in due), *received}
    ordered = queries.in_order([queries.span(key) for key in keys])
    return [{"key": one.key, "label": queries.spoken(one.key), "chosen": one.key == chosen} for one in ordered]


def chosen_kind(request: HttpRequest) -> Kind:
    asked = request.GET.get("kind", "")
    return next((kind for kind in KINDS if kind == asked), "month")


def kinds(chosen: Kind) -> list[dict[str, object]]:
    return [{"key": kind, "label": label, "chosen": kind == chosen} for kind, label in KINDS.items()]


def tabs(current: str, period: str) -> list[dict[str, object]]:
    """The four faces of the roll-up; a chosen period goes along where the page is of one."""
    return [
        {
            "label": label,
            "url": f"{url}?period={period}" if period and name in ("tree", "heat") else url,
            "current": name == current,
        }
        for name, label, url in TABS
    ]
