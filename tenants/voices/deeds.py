"""Outputs as rows of the `deed` view: one per author, one for the sector in whose name it was handed in."""

from __future__ import annotations

from core.deed import Branch
from tenants.members.deeds import confirmed, of_member

# The lead is the first author, the others follow as they were entered.
_PLACE = (
    "(SELECT count(*) FROM voices_outputauthor x WHERE x.output_id = w.output_id"
    " AND (x.role <> 'lead', x.id) <= (w.role <> 'lead', w.id))"
)
_CREW = (
    "(SELECT jsonb_object_agg(x.role, x.number) FROM (SELECT role, count(*) AS number FROM voices_outputauthor"
    " WHERE output_id = o.id GROUP BY role) x)"
)

_OUTPUT = {
    "family": "'record'",
    "source": "'voices.output'",
    "record_id": "o.id",
    "kind": "o.type",
    "on_date": "o.submitted_on",
    "authorship": "o.authorship",
    "confirmed": confirmed("o.state"),
    "based_on": "coalesce(o.based_on_id, o.based_on_contact_id)",
}

BRANCHES = (
    Branch(
        {
            **_OUTPUT,
            **of_member("w.member_id", "o.submitted_on"),
            "subject_type": "'member'",
            "subject_id": "w.member_id",
            "role": "w.role",
            "place": _PLACE,
            "crew": _CREW,
        },
        "voices_outputauthor w JOIN voices_output o ON o.id = w.output_id WHERE o.withdrawn_at IS NULL",
    ),
    Branch(
        {
            **_OUTPUT,
            "subject_type": "'sector'",
            "subject_id": "o.sector_id",
            "sector_id": "o.sector_id",
            "role": "'lead'",
        },
        "voices_output o WHERE o.withdrawn_at IS NULL AND o.sector_id IS NOT NULL",
    ),
    Branch(  # nobody's: the committee as a whole still has it
        _OUTPUT,
        "voices_output o WHERE o.withdrawn_at IS NULL AND o.sector_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM voices_outputauthor x WHERE x.output_id = o.id)",
    ),
)
