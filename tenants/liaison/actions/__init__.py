"""The only writers of contacts, pairings and links."""

from tenants.liaison.actions.contacts import (
    CLAIMS,
    ContactInFuture,
    ContactWithSelf,
    NotPaired,
    SummaryMissing,
    UnknownWord,
    add_contact_files,
    change_contact,
    confirm_contact,
    confirm_contacts,
    may_change,
    refuse_unknown,
    register_contact,
    reject_contact,
    remove_contact_file,
    reopen_contacts,
    withdraw_contact,
)
from tenants.liaison.actions.decisions import (
    AlreadyDecided,
    AlreadyWithdrawn,
    NotYoursToWithdraw,
    PeriodSigned,
    ReasonMissing,
)
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
    "EndsBeforeBeginning", "NameMissing", "NotPaired", "NotYoursToWithdraw", "PairingInFuture", "PeriodSigned", "ReasonMissing", "StillPaired", "SummaryMissing",
    "UnknownWord", "WrongTarget", "add_contact_files", "anonymise_constituent", "assign_link", "change_contact", "confirm_contact", "confirm_contacts", "end_pairing", "may_change", "pair_constituent",
    "refuse_unknown", "register_contact", "reject_contact", "remove_contact_file", "reopen_contacts", "withdraw_contact",
]  # fmt: skip
