"""The only writers of contacts, pairings and links."""

from tenants.liaison.actions.contacts import (
    CLAIMS,
    ContactInFuture,
    ContactWithSelf,
    NotPaired,
    SummaryMissing,
    UnknownWord,
    confirm_contact,
    confirm_contacts,
    refuse_unknown,
    register_contact,
    reject_contact,
    withdraw_contact,
)
from tenants.liaison.actions.decisions import AlreadyDecided, AlreadyWithdrawn, NotYoursToWithdraw, ReasonMissing
from tenants.liaison.actions.pairings import (
    AlreadyEnded,
    AlreadyPaired,
    EndsBeforeBeginning,
    NameMissing,
    PairingInFuture,
    WrongTarget,
    assign_link,
    end_pairing,
    pair_constituent,
)
from tenants.liaison.actions.privacy import StillPaired, anonymise_constituent

__all__ = [
    "CLAIMS", "AlreadyDecided", "AlreadyEnded", "AlreadyPaired", "AlreadyWithdrawn", "ContactInFuture", "ContactWithSelf",
    "EndsBeforeBeginning", "NameMissing", "NotPaired", "NotYoursToWithdraw", "PairingInFuture", "ReasonMissing", "StillPaired", "SummaryMissing",
    "UnknownWord", "WrongTarget", "anonymise_constituent", "assign_link", "confirm_contact", "confirm_contacts", "end_pairing", "pair_constituent",
    "refuse_unknown", "register_contact", "reject_contact", "withdraw_contact",
]  # fmt: skip
