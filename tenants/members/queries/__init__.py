"""Reading members: the roster, and whom a user may reach."""

from tenants.members.queries.reach import (
    Reach,
    account_holders,
    not_yet_opened,
    reach_of,
    role_subjects,
    without_account,
)
from tenants.members.queries.roster import (
    DEFAULT_YEARS,
    EVERYBODY,
    POST_ORDER,
    SORTS,
    Filters,
    RosterRow,
    Span,
    conveners_on,
    due,
    engine_subjects,
    held_now,
    history_of,
    is_nameless,
    member_by_id,
    member_of,
    newest_export,
    on_day,
    retention_years,
    roster,
    rows_of,
    sectors,
    serving,
    special_committees,
    terms,
)

__all__ = ["DEFAULT_YEARS", "EVERYBODY", "POST_ORDER", "SORTS", "Filters", "Reach", "RosterRow", "Span", "account_holders", "conveners_on", "due", "engine_subjects", "held_now", "history_of", "is_nameless", "member_by_id", "member_of", "newest_export", "not_yet_opened", "on_day", "reach_of", "retention_years", "role_subjects", "roster", "rows_of", "sectors", "serving", "special_committees", "terms", "without_account"]  # fmt: skip
