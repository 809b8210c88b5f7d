"""What is written at the desk: notices, what becomes of them, reminders."""

from tenants.desk.actions.notices import put, read_all, read_notice, settle, tidy
from tenants.desk.actions.reminding import REMIND, LeadsOutOfRange, remind, set_reminders, tell_returned, tidy_reminders

__all__ = [
    "REMIND", "LeadsOutOfRange", "put", "read_all", "read_notice", "remind", "set_reminders", "settle", "tell_returned", "tidy", "tidy_reminders",
]  # fmt: skip
