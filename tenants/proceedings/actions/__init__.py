"""The only writers of decisions, and of the processes in which people sign one after another."""

from tenants.proceedings.actions.decisions import DecidedInFuture, UnknownBody, record_decision
from tenants.proceedings.actions.signing import (
    MeetingMissing,
    NotYourStep,
    NoWorkflow,
    ReasonMissing,
    StepNotOpen,
    return_step,
    sign_step,
    start_process,
)

__all__ = [
    "DecidedInFuture", "MeetingMissing", "NoWorkflow", "NotYourStep", "ReasonMissing", "StepNotOpen", "UnknownBody", "record_decision",
    "return_step", "sign_step", "start_process",
]  # fmt: skip
