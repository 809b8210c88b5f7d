"""The one clock. Domain code takes dates as arguments; only views, tasks and commands ask here."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """The current moment, aware. In demo and tests the day is the one LIANXIN_TODAY names."""
    moment = dt.datetime.now(tz=ZONE)
    day: dt.date | None = settings.LIANXIN_TODAY
    return moment if day is None else dt.datetime.combine(day, moment.timetz())


def today() -> dt.date:
    """Today in the committees' zone."""
    return now().date()
