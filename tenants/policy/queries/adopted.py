"""The documents a committee has adopted, each with where it stands: in force, superseded, still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.errors import NotFound
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
    # A reverse one-to-one raises where there is none; the join has already told which have one.
    return [DocumentLine(one, _state(one, standing, day)) for one in reversed(documents())]


def _state(document: PolicyDocument, standing: frozenset[object], day: date) -> str:
    if hasattr(document, "withdrawal"):
        return "withdrawn"
    if document.in_force_from and document.in_force_from > day:
        return "future"
    return "in_force" if document.pk in standing else "superseded"


def document(id: UUID) -> PolicyDocument:
    """Raises NotFound."""
    found = documents().filter(pk=id).first()
    if found is None:
        raise NotFound("没有这份文件。")
    return found
