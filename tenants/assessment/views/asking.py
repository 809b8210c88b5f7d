"""What every page of standing is asked: as of which day, of whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from accounts.access import may
from accounts.permissions import Permission
from core import clock
from tenants.assessment.forms import day_asked
from tenants.members import queries as members

TABS = (
    ("委员", "/standing/"), ("界别", "/standing/sectors/"), ("专委会", "/standing/special-committees/"),
    ("本会", "/standing/committee/"), ("异议", "/standing/objections/"),
)  # fmt: skip


def as_of(request: HttpRequest) -> date:
    return day_asked(request.GET.get("as_of", ""), today=clock.today())


def day_query(request: HttpRequest, day: date) -> str:
    """What a link carries so that the day stays the one asked for."""
    return f"?as_of={day.isoformat()}" if request.GET.get("as_of") else ""


def reach(request: HttpRequest) -> members.Reach:
    return members.reach_of(request.user, Permission.STANDING_READ)


def tabs(request: HttpRequest, day: date) -> list[dict[str, object]]:
    query = day_query(request, day)
    return [{"label": label, "url": f"{url}{query}", "current": request.path == url} for label, url in TABS]


def door(request: HttpRequest, **changes: str) -> str:
    """The page one is on with other filters: an empty one goes, the page number too."""
    query = request.GET.copy()
    for name in ("page", "format", *changes):
        query.pop(name, None)
    query.update({name: value for name, value in changes.items() if value})
    return f"?{query.urlencode()}"


def days(request: HttpRequest, day: date) -> list[dict[str, Any]]:
    """The days one asks for most: today, the ends of the month, the half-year and the year before."""
    today = clock.today()
    month_end = today.replace(day=1) - timedelta(days=1)
    half_end = date(today.year, 6, 30) if today.month > 6 else date(today.year - 1, 12, 31)
    named = [("今天", today), ("上月底", month_end), ("上半年底", half_end), ("去年底", date(today.year - 1, 12, 31))]
    known: dict[date, str] = {}
    for label, one in named:
        known.setdefault(one, label)
    return [
        {"label": label, "url": door(request, as_of="" if one == today else one.isoformat()), "current": one == day}
        for one, label in known.items()
    ]


def reads_all(request: HttpRequest) -> bool:
    return may(request.user, Permission.STANDING_READ)
