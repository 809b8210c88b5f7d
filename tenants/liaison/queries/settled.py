"""Until which day records stand in signed figures. The app that signs tells (settings.RECORDS_SETTLED), so none is imported upward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from tenants.liaison.models import Claim, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The newest signed return: what it is called, where it is, and its last day."""

    label: str
    url: str
    last_day: date


def settled() -> Settled | None:
    found: Settled | None = import_string(settings.RECORDS_SETTLED)()
    return found


def settled_for(record: Claim) -> Settled | None:
    """What keeps a record from being changed: it counts, and its day lies in signed figures. What still waits does not count."""
    if record.state != State.CONFIRMED or record.is_withdrawn:
        return None
    found = settled()
    return found if found is not None and record.day <= found.last_day else None
