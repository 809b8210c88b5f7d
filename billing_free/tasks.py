"""What the timetable asks for."""

from __future__ import annotations

import datetime as dt

from celery import shared_task

from billing_free import actions
from core import clock, tenancy


@shared_task(name="billing_free.balance", ignore_result=True)
def balance() -> None:
    """Balance the month before last: no transaction of it can still be open."""
    first = clock.today().replace(day=1)
    last_month = (first - dt.timedelta(days=1)).replace(day=1)
    with tenancy.as_operator():
        actions.balance_month(f"{last_month - dt.timedelta(days=1):%Y-%m}")
