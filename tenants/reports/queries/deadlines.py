"""Until when a return is to be sent: so many days after its period, where the document or the committee's own adaptation says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core import clock
from exchange import queries as letters
from exchange.models import Delivery
from exchange.spans import Kind, kind_of, span_of
from policy_engine import Policy
from policy_engine.periods import DAY, Period
from tenants.policy.queries import policies_over

SETTINGS: Mapping[Kind, str] = {
    "month": "return_days_month",
    "half_year": "return_days_half_year",
    "year": "return_days_year",
}

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def due_on(span: Period) -> dt.date | None:
    """The last day in time by this committee's policy of the period's last day; None: no day is set, so nothing is ever late.

    For what the levels below send the recipient's policy counts, which is this one when asked by the recipient.
    """
    return dues_on([span])[span.key]


def dues_on(spans: Sequence[Period]) -> dict[str, dt.date | None]:
    """The same for several periods, by key. One statement."""
    policies = policies_over([span.last_day for span in spans])
    return {span.key: _due(span, policies.get(span.last_day)) for span in spans}


def _due(span: Period, policy: Policy | None) -> dt.date | None:
    days = policy.setting(SETTINGS[kind_of(span.key)], span.last_day) if policy else None
    return days_after(span, days)


def days_after(span: Period, days: object) -> dt.date | None:
    """So many days after a period, as a policy sets them; None for anything that is no number of days."""
    return span.last_day + dt.timedelta(days=int(days)) if isinstance(days, int | float) and days >= 0 else None


def late_from(due: dt.date | None) -> dt.datetime:
    """The moment from which a first revision comes too late; the end of time where no day is set."""
    return dt.datetime.combine(due + DAY, dt.time(), clock.ZONE).astimezone(dt.UTC) if due else NEVER


def is_late(first_at: dt.datetime, due: dt.date | None) -> bool:
    """Did the first revision come after the last day in time?"""
    return first_at >= late_from(due)


@dataclass(frozen=True, slots=True)
class InTime:
    """Whether a committee's return came in time: told by when its first revision came; a correction is not late."""

    first_on: dt.date | None
    due_on: dt.date | None

    @property
    def is_late(self) -> bool:
        return self.days > 0

    @property
    def days(self) -> int:
        return (self.first_on - self.due_on).days if self.first_on and self.due_on else 0

    @property
    def said(self) -> str:
        """In words; empty where no day is set."""
        if self.due_on is None or self.first_on is None:
            return ""
        return f"迟报 {self.days} 天（期限 {self.due_on:%m-%d}）" if self.is_late else "按期"


def in_time(received: Sequence[Delivery]) -> dict[UUID, InTime]:
    """Per return received. Two statements."""
    periods = {one.period for one in received}
    first = letters.first_received(periods) if periods else {}
    spans = {key: span for key in periods if (span := span_of(key))}
    due = dues_on(list(spans.values())) if spans else {}
    return {
        one.pk: InTime(
            _day(at) if (at := first.get((one.sender, one.period))) else None,
            due.get(one.period),
        )
        for one in received
    }


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.ZONE).date()
