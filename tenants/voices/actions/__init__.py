"""The only writers of outputs and of voices."""

from tenants.voices.actions.hearing import (
    AlreadyClosed,
    BeforeReceived,
    ContentMissing,
    HeardInFuture,
    NotTriaged,
    ReasonMissing,
    SomethingMissing,
    WrongRoute,
    anonymise_speaker,
    answer,
    close,
    convert_to_output,
    convert_to_topic,
    give_feedback,
    hand_over,
    receive_voice,
    speak,
    take_up,
    triage,
)
from tenants.voices.actions.keeping import ERASE_DUE, NobodyDue, ask_erase_due, erase_due
from tenants.voices.actions.outputs import (
    CLAIMS,
    AlreadyRegistered,
    CoSignersMissing,
    LeadMissing,
    SectorMismatch,
    SubmittedInFuture,
    TitleMissing,
    TooManyAuthors,
    change_output,
    confirm_output,
    confirm_outputs,
    may_change,
    register_output,
    reject_output,
    reopen_outputs,
    withdraw_output,
)

__all__ = [
    "CLAIMS", "ERASE_DUE", "AlreadyClosed", "AlreadyRegistered", "BeforeReceived", "CoSignersMissing", "ContentMissing", "HeardInFuture",
    "LeadMissing", "NobodyDue", "NotTriaged", "ReasonMissing", "SectorMismatch", "SomethingMissing", "SubmittedInFuture", "TitleMissing",
    "TooManyAuthors", "WrongRoute", "anonymise_speaker", "answer", "ask_erase_due", "change_output", "close", "confirm_output", "confirm_outputs",
    "convert_to_output", "convert_to_topic", "erase_due", "give_feedback", "hand_over", "may_change", "receive_voice", "register_output",
    "reject_output", "reopen_outputs", "speak", "take_up", "triage", "withdraw_output",
]  # fmt: skip
