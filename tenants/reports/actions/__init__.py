"""The only writers of returns, filled forms and bundles of documents."""

from tenants.reports.actions.bundles import BUNDLE, ask_bundle, fetch_bundle, make_bundle
from tenants.reports.actions.forms import fill_form, may_fill, may_take, take_form_step, undo_form_step
from tenants.reports.actions.keys import change_key, reseal_keys
from tenants.reports.actions.returns import (
    CLOSE_PERIOD,
    NothingClosed,
    NotOverYet,
    NotWhatWasSeen,
    SamePerson,
    WrongState,
    close_period,
    request_close,
    sign,
    submit,
    withdraw_signature,
)

__all__ = [
    "BUNDLE", "CLOSE_PERIOD", "NotOverYet", "NotWhatWasSeen", "NothingClosed", "SamePerson", "WrongState", "ask_bundle", "change_key", "close_period", "fetch_bundle",
    "fill_form", "make_bundle", "may_fill", "may_take", "request_close", "reseal_keys", "sign", "submit", "take_form_step",
    "undo_form_step", "withdraw_signature",
]  # fmt: skip
