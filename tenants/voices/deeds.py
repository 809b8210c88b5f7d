"""Outputs as rows of the `deed` view: one per author, one for the sector in whose name it was handed in."""

from __future__ import annotations

from core.deed import Branch

_OUTPUT = {
    "family": "'record'",
    "source": "'voices.output'",
    "record_id": "o.id",
    "kind": "o.type",
    "on_date": "o.submitted_on",
    "authorship": "o.authorship",
    "confirmed": "o.state = 'confirmed'",
}

BRANCHES = (
    Branch(
        {**_OUTPUT, "subject_type": "'member'", "subject_id": "w.member_id", "role": "w.role"},
        "voices_outputauthor w JOIN voices_output o ON o.id = w.output_id WHERE o.withdrawn_at IS NULL",
    ),
    Branch(
        {**_OUTPUT, "subject_type": "'sector'", "subject_id": "o.sector_id", "role": "'lead'"},
        "voices_output o WHERE o.withdrawn_at IS NULL AND o.sector_id IS NOT NULL",
    ),
)
