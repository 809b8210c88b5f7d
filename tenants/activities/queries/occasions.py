"""The committee's calendar, for its page and for the engine."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from policy_engine.almanac import Event
from policy_engine.vocabulary import shared_words, words_with
from tenants.activities.models import Occasion
from tenants.policy.queries import NoPolicy, policy_on


def occasion_kinds(day: date) -> dict[str, str]:
    """Kinds of meeting with their names: the shared ones, then the local ones of the policy of that day."""
    try:
        local = policy_on(day).header.get("local")
    except NoPolicy:
        local = None
    words = words_with(local) if local else shared_words()
    return {word: str(entry.get("title", word)) for word, entry in words.get("events", {}).items()}


def occasions(*, year: int | None = None) -> QuerySet[Occasion]:
    found = Occasion.objects.order_by("held_on", "id")
    return found.filter(held_on__year=year) if year else found


def engine_events() -> tuple[Event, ...]:
    """What the judge asks of the calendar. One statement."""
    return tuple(
        Event(id=str(one.pk), kind=one.kind, on=one.held_on, title=one.title)
        for one in Occasion.objects.order_by("held_on", "id")
    )
