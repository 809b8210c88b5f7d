"""The office has members reminded a month ahead, so that the story's last day has reminders to show."""

from __future__ import annotations

import datetime as dt

from core import audit
from core.clock import ZONE
from demo.cast import STORY_ENDS
from demo.company import Company
from tenants.desk import actions

AHEAD = (31, 7, 0, -3)  # the year's last day is 31 days off


def remind(company: Company) -> None:
    actions.set_reminders(leads=AHEAD, is_on=True, by=company.office)
    at = dt.datetime.combine(STORY_ENDS, dt.time(7, 10), tzinfo=ZONE)
    actions.remind(today=STORY_ENDS, at=at, by=audit.SYSTEM)
