"""What a return counts of voices (R29–R32): heard, answered to the person, turned into something, solved. No word of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from tenants.voices.models import Conversion, Solved, Voice, VoiceKind, VoiceState

ALL = Q()
ACCEPTED = ~Q(state=VoiceState.RECEIVED)
SPECIFIC = Q(kind=VoiceKind.SPECIFIC)


def rules(as_of: date) -> Mapping[str, tuple[Q, Q | None]]:
    """Per word of the catalogue (`voices:`): which voices are in the numerator, and out of which; None: a plain count."""
    converted = Exists(Conversion.objects.filter(voice=OuterRef("pk")))
    return {
        "received": (ALL, None),
        "answered": (Q(told_on__lte=as_of), ALL),
        "converted": (ACCEPTED & Q(converted), ACCEPTED),
        "solved": (SPECIFIC & Q(solved=Solved.YES), SPECIFIC),
    }


def counted(wanted: Mapping[str, tuple[str, date, date]], as_of: date) -> dict[str, tuple[int, int | None]]:
    """Numerator and denominator per key of `wanted`: rule, first day and the day after the last of those received. One statement."""
    known = rules(as_of)
    cells: dict[str, Any] = {}
    for place, (rule, start, until) in enumerate(wanted.values()):
        within = Q(received_on__gte=start, received_on__lt=min(until, as_of + timedelta(days=1)))
        for side, condition in zip(("n", "d"), known[rule], strict=True):
            if condition is not None:
                cells[f"{side}{place}"] = Count("pk", filter=within & condition)
    found = Voice.objects.aggregate(**cells) if cells else {}
    return {key: (found[f"n{place}"], found.get(f"d{place}")) for place, key in enumerate(wanted)}


def opened(rule: str, start: date, until: date, as_of: date) -> list[tuple[Voice, bool]]:
    """The voices a figure is made of, the newest first, with whether each is in the numerator."""
    numerator, whole = rules(as_of)[rule]
    rows = Voice.objects.filter(received_on__gte=start, received_on__lt=min(until, as_of + timedelta(days=1)))
    among = rows.filter(whole if whole is not None else ALL)
    inside = set(among.filter(numerator).values_list("pk", flat=True))
    return [(voice, voice.pk in inside) for voice in among]
