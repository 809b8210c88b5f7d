"""The only writers of contacts, pairings and links."""

from tenants.liaison.actions.chain import (
    AlreadyGridPaired,
    GridWorkerUnnamed,
    NoSuchTarget,
    NothingGiven,
    NotOfTheTier,
    assign_links,
    end_grid,
    end_link,
    pair_grid,
)
from tenants.liaison.actions.contacts import (
    CLAIMS,
    ContactInFuture,
    ContactWithSelf,
    NotPaired,
    SummaryMissing,
    UnknownWord,
    change_contact,
    confirm_contact,
    confirm_contacts,
    may_change,
    refuse_unknown,
    register_contact,
    reject_contact,
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
from tenants.liaison.actions.files import NotYoursToAttach, TooManyFiles, add_files, remove_file
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
    "CLAIMS", "AlreadyDecided", "AlreadyEnded", "AlreadyGridPaired", "AlreadyPaired", "AlreadyWithdrawn", "ContactInFuture", "ContactWithSelf", "EndsBeforeBeginning", "GridWorkerUnnamed", "NameMissing", "NoSuchTarget", "NotOfTheTier", "NotPaired", "NotYoursToAttach", "NotYoursToWithdraw", "NothingGiven", "PairingInFuture", "PeriodSigned", "ReasonMissing", "StillPaired", "SummaryMissing", "TooManyFiles", "UnknownWord", "WrongTarget", "add_files", "anonymise_constituent", "assign_link", "assign_links", "change_contact", "confirm_contact", "confirm_contacts", "end_grid", "end_link", "end_pairing", "may_change", "pair_constituent", "pair_grid", "refuse_unknown", "register_contact", "reject_contact", "remove_file", "reopen_contacts", "withdraw_contact",
]  # fmt: skip
