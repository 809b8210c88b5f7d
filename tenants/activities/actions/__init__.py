"""The only writers of activities, who is called to them and who came, of topics and of the committee's calendar."""

from tenants.activities.actions.calling import (
    AlreadyHeld,
    GuestLevelNotAllowed,
    GuestNameMissing,
    NobodyCalled,
    NotHeldYet,
    add_guest,
    answer_invitation,
    call_activity,
    invite,
    remove_guest,
    take_attendance,
    withdraw_participation,
)
from tenants.activities.actions.held import (
    CLAIMS,
    ActivityEndsBeforeBeginning,
    ActivityInFuture,
    AlreadyTakesPart,
    OrganiserMissing,
    TitleMissing,
    UnknownKind,
    change_activity,
    confirm_participation,
    confirm_participations,
    may_change,
    record_participation,
    register_activity,
    reject_participation,
    reopen_participations,
    withdraw_activity,
)
from tenants.activities.actions.occasions import UnknownOccasion, remove_occasion, set_occasion
from tenants.activities.actions.topics import (
    ResultMissing,
    TopicTitleMissing,
    YearOutOfRange,
    move_topic,
    propose_topic,
)

__all__ = [
    "CLAIMS", "ActivityEndsBeforeBeginning", "ActivityInFuture", "AlreadyHeld", "AlreadyTakesPart", "GuestLevelNotAllowed",
    "GuestNameMissing", "NobodyCalled", "NotHeldYet", "OrganiserMissing", "ResultMissing", "TitleMissing", "TopicTitleMissing",
    "UnknownKind", "UnknownOccasion", "YearOutOfRange", "add_guest", "answer_invitation", "call_activity", "change_activity",
    "confirm_participation", "confirm_participations", "invite", "may_change", "move_topic", "propose_topic",
    "record_participation", "register_activity", "reject_participation", "remove_guest", "remove_occasion", "reopen_participations", "set_occasion",
    "take_attendance", "withdraw_activity", "withdraw_participation",
]  # fmt: skip
