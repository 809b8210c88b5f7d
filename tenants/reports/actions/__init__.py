"""The only writers of returns, filled forms and bundles of documents."""

from tenants.reports.actions.bundles import BUNDLE, ask_bundle, fetch_bundle, make_bundle
from tenants.reports.actions.forms import fill_form, may_fill, may_take, take_form_step, undo_form_step
from tenants.reports.actions.returns import (
    CLOSE_MONTH,
    NothingClosed,
    NotOverYet,
    WrongState,
    close_month,
    request_close,
    sign,
    submit,
    withdraw_signature,
)

__all__ = [
    "BUNDLE", "CLOSE_MONTH", "NotOverYet", "NothingClosed", "WrongState", "ask_bundle", "close_month", "fetch_bundle",
    "fill_form", "make_bundle", "may_fill", "may_take", "request_close", "sign", "submit", "take_form_step",
    "undo_form_step", "withdraw_signature",
]  # fmt: skip
