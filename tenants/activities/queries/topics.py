"""Reading topics of consultation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from core.errors import NotFound
from tenants.activities.models import Topic


def topics(*, year: int | None = None, state: str = "", q: str = "") -> QuerySet[Topic]:
    """Topics of the committee, the newest year first."""
    found = Topic.objects.select_related("activity")
    if year:
        found = found.filter(year=year)
    if state:
        found = found.filter(state=state)
    if text := " ".join(q.split()):
        found = found.filter(title__icontains=text)
    return found


def topic_by_id(id: UUID) -> Topic:
    """Raises NotFound."""
    found = Topic.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found
