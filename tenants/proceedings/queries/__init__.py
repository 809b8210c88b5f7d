"""Reading processes: what waits for whom, how far each is."""

from tenants.proceedings.queries.signing import (
    Subject,
    Waiting,
    may_record,
    may_sign,
    process_by_id,
    processes,
    register_holder,
    register_subject,
    signers_of,
    steps_of,
    subject_of,
    waiting_for,
    who,
)

__all__ = [
    "Subject", "Waiting", "may_record", "may_sign", "process_by_id", "processes", "register_holder", "register_subject", "signers_of", "steps_of",
    "subject_of", "waiting_for", "who",
]  # fmt: skip
