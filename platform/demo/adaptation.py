"""A county sets its own values in the city's document."""

from __future__ import annotations

import datetime as dt

from core.clock import ZONE
from demo.cast import STORY_ENDS
from demo.company import Company
from tenants.policy.actions import adapt, keep_draft, propose

WHO, WHO_PREPARES, WHO_ASKS_IN_TIME = "430923", "430921", "430900"
DECIDED_ON, FROM = dt.date(2022, 6, 16), dt.date(2022, 7, 1)


def adapt_constituents(company: Company) -> None:
    """Five to eight constituents instead of three to five, by decision of the chairpersons' council."""
    adapt(
        operations=[
            {"op": "set", "path": "duty.constituents.min", "value": 5},
            {"op": "set", "path": "duty.constituents.max", "value": 8},
        ],
        reason="山区乡镇分散，每名委员多联系几户，才能覆盖到边远的村组。",
        body="chairpersons_council", meeting="第十届第3次主席会议", decided_on=DECIDED_ON,
        document_number="安协办〔2022〕11号（演示）", in_force_from=FROM, today=STORY_ENDS, by=company.office,
    )  # fmt: skip


def set_return_days(company: Company) -> None:
    """A city says until when its counties' returns are due; its document is silent."""
    adapt(
        operations=[
            {"op": "set", "path": "setting.return_days_month.value", "value": 5},
            {"op": "set", "path": "setting.return_days_half_year.value", "value": 10},
        ],
        reason="各县报数的日子不一，定一个期限，汇总才能按时（演示）。",
        body="chairpersons_council", meeting="第六届第12次主席会议", decided_on=dt.date(2022, 3, 10),
        document_number="益协办〔2022〕7号（演示）", in_force_from=dt.date(2022, 4, 1), today=STORY_ENDS, by=company.office,
    )  # fmt: skip


def prepare_draft(company: Company) -> None:
    """Another county's office prepares its own values and a duty of its own; its leader has still to register the decision."""
    at = dt.datetime.combine(STORY_ENDS - dt.timedelta(days=2), dt.time(10), ZONE)
    first_day, body = dt.date(2023, 1, 1), "chairpersons_council"
    reason = "湖区渔民上岸安置点多，想让每名委员多跑几趟、多交几个朋友（演示）。"
    own = {
        "title": "每半年到安置点走访一次", "clauses": [], "kind": "count", "force": "in_principle", "subject": "member", "period": "half_year",
        "counts": {"kinds": ["visit"]}, "values": [{"min": 1}],
    }  # fmt: skip
    draft = keep_draft(
        typed={
            "reason": [reason], "body": [body], "in_force_from": [first_day.isoformat()], "duty.constituents.min": ["4"],
            "duty.constituents.max": ["6"], "duty.contacts.min": ["4"],
        },
        operations=[
            {"op": "set", "path": "duty.constituents.min", "value": 4},
            {"op": "set", "path": "duty.constituents.max", "value": 6},
            {"op": "set", "path": "duty.contacts.min", "value": 4},
        ],
        additions=[{"id": "own_1", "value": own}], at=at, by=company.office,
    )  # fmt: skip
    propose(id=draft.pk, reason=reason, body=body, in_force_from=first_day, at=at, by=company.office)
