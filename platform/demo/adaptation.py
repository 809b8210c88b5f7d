"""A county sets its own values in the city's document."""

from __future__ import annotations

import datetime as dt

from demo.cast import STORY_ENDS
from demo.company import Company
from tenants.policy.actions import adapt

WHO = "430923"
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
