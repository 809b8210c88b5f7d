"""The steps a member's form has taken, as checks of the `deed` view: the workflow's name is the list's."""

from __future__ import annotations

from core.deed import Branch
from tenants.members.deeds import of_member

BRANCHES = (
    Branch(
        {
            "family": "'check'",
            "source": "'reports.formstep'",
            "record_id": "s.id",
            "kind": "s.workflow",
            "on_date": "s.done_on",
            **of_member("f.member_id", "s.done_on"),
            "subject_type": "'member'",
            "subject_id": "f.member_id",
            "checklist": "s.workflow",
            "item": "s.step",
            "confirmed": "true",
            "for_period": "f.period",
        },
        "reports_formstep s JOIN reports_filledform f ON f.id = s.of_id",
    ),
)
