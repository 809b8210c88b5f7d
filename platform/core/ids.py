"""Ids that come as text, from a form, an address or a stored scope: what is none names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def id_of(text: str) -> UUID | None:
    """The id a text writes, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """The ids among them, in their order; everything else is left out."""
    return [found for found in map(id_of, texts) if found is not None]
