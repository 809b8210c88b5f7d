"""The documents a committee has adopted, each with where it stands: in force, superseded, still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenants.policy.models import PolicyDocument
from tenants.policy.queries.stack import documents, in_force_ids


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One adopted document, and its state on a day."""

    document: PolicyDocument
    state: str  # in_force, future, superseded, withdrawn


def lines(day: date) -> list[DocumentLine]:
    """Every document adopted so far, the newest first."""
    standing = in_force_ids(day)
    return [DocumentLine(one, _state(one, standing, day)) for one in reversed(documents())]


def _state(document: PolicyDocument, standing: frozenset[object], day: date) -> str:
    if document.in_force_from and document.in_force_from > day:
        return "future"
    return "in_force" if document.pk in standing else "superseded"
