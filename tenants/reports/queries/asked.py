"""Until when the parent asks for this committee's own returns: as the policy it published says. Its days make one late, not ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from exchange import downward
from exchange.spans import kind_of
from policy_engine.periods import Period
from tenants.reports.queries.deadlines import SETTINGS, days_after


def asked_until(spans: Iterable[Period]) -> dict[str, dt.date | None]:
    """By period, the last day in time; None where the parent has published no day. One statement."""
    told = downward.settings_from_above(SETTINGS.values())
    return {span.key: _until(span, told.get(SETTINGS[kind_of(span.key)], ())) for span in spans}


def _until(span: Period, series: Sequence[tuple[dt.date, Any]]) -> dt.date | None:
    begun = [(since, value) for since, value in series if since <= span.last_day]
    return days_after(span, max(begun, key=lambda one: one[0])[1] if begun else None)
