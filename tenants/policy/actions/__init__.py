"""The only writers of adopted documents and of the drafts that become them."""

from tenants.policy.actions.documents import (
    AdaptationRefused,
    AlreadyAdopted,
    AlreadyInForce,
    AlreadyWithdrawn,
    CannotStandBeside,
    NothingChanged,
    Operation,
    StatementMissing,
    TakesEffectBeforeDecision,
    UnusableTemplate,
    adapt,
    adopt_successor,
    adopt_template,
    prepare_committee,
    preview,
    successor,
    withdraw,
)
from tenants.policy.actions.drafts import (
    AtTheMeeting,
    NotProposed,
    NotSound,
    SameHand,
    adopt_draft,
    drop_draft,
    keep_draft,
    propose,
    reopen,
)

__all__ = [
    "AdaptationRefused", "AlreadyAdopted", "AlreadyInForce", "AlreadyWithdrawn", "AtTheMeeting", "CannotStandBeside", "NotProposed", "NotSound", "NothingChanged", "Operation", "SameHand", "StatementMissing",
    "TakesEffectBeforeDecision", "UnusableTemplate", "adapt", "adopt_draft", "adopt_successor", "adopt_template", "drop_draft", "keep_draft",
    "prepare_committee", "preview", "propose", "reopen", "successor", "withdraw",
]  # fmt: skip
