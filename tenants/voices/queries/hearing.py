"""Reading voices: which ones a person may see, how old they are, what became of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from accounts.access import may
from accounts.permissions import Permission
from core import audit
from core.errors import NotFound
from core.models import Erasure
from tenants.members.models import RuleName
from tenants.members.queries import member_of, reach_of, retention_years, years_before
from tenants.voices.models import Conversion, Handling, Output, Voice, VoiceState

OPEN, OVERDUE = "open", "overdue"  # states of the filter only
Voices = QuerySet[Voice]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFilters:
    """`q`: part of what was said, of the member's name or the number; days inclusive; `sort`: a key, `-` before it: descending."""

    q: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""


EVERYTHING = VoiceFilters()
SORTS = {"number": "number", "received": "received_on", "due": "due_on", "state": "state", "kind": "kind"}


def _seen_by(user: Any, permission: Permission) -> Q:
    """A filter on voices: those of members within reach, and what one entered; everybody's reach sees those of no member, too."""
    reach = reach_of(user, permission)
    own = Q(entered_by=user.actor_id) if user.actor_id else Q(pk__in=[])
    return reach.q("member", or_=own)


def dealt_with_by(by: audit.Actor) -> Q:
    """A filter on voices: which ones `by` may deal with."""
    return _seen_by(by, Permission.RECORDS_WRITE)


def brought_or_dealt_with_by(by: audit.Actor) -> Q:
    own = Q(member__user_id=by.actor_id) | Q(entered_by=by.actor_id) if by.actor_id else Q(pk__in=[])
    return reach_of(by, Permission.RECORDS_WRITE).q("member", or_=own)


def visible_voices(user: Any) -> Voices:
    """Readers of records see those of members within their reach; a member what they brought."""
    found = Voice.objects.select_related("member__sector")
    member = member_of(user) if may(user, Permission.RECORDS_OWN) else None
    own = Q(entered_by=user.pk) | (Q(member=member) if member is not None else Q(pk__in=[]))
    return found.filter(reach_of(user, Permission.RECORDS_READ).q("member", or_=own))


def voices(user: Any, filters: VoiceFilters, *, today: date) -> Voices:
    """What `user` may see and asks for, what has waited longest first, closed ones last; each with `due_on`, the next day
    something is due."""
    found = visible_voices(user).annotate(due_on=Min("handlings__due_on", filter=Q(handlings__done_on=None)))
    if filters.state == OVERDUE:
        found = found.filter(due_on__lt=today).exclude(state=VoiceState.CLOSED)
    elif filters.state == OPEN:
        found = found.exclude(state=VoiceState.CLOSED)
    elif filters.state:
        found = found.filter(state=filters.state)
    for name in ("kind", "channel"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.since:
        found = found.filter(received_on__gte=filters.since)
    if filters.until:
        found = found.filter(received_on__lte=filters.until)
    if text := " ".join(filters.q.split()):
        named = Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower())
        numbered = Q(number=int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else Q(pk__in=[])
        found = found.filter(Q(content__icontains=text) | named | numbered)
    key = SORTS.get(filters.sort.removeprefix("-"))
    if key:
        return found.order_by(f"{'-' if filters.sort.startswith('-') else ''}{key}", "number")
    return found.annotate(is_closed=Q(state=VoiceState.CLOSED)).order_by("is_closed", "received_on", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many of what one may see stand where."""

    all: int
    received: int
    handling: int
    overdue: int
    answered: int
    closed: int

    @property
    def open(self) -> int:
        return self.all - self.closed


def numbers(user: Any, *, today: date) -> Numbers:
    """One statement."""
    late = Handling.objects.filter(voice=OuterRef("pk"), done_on=None, due_on__lt=today)
    states = {
        name: Count("pk", filter=Q(state=state))
        for name, state in (("received", "received"), ("handling", "handling"), ("answered", "answered"), ("closed", "closed"))
    }  # fmt: skip
    overdue = Count("pk", filter=Exists(late) & ~Q(state=VoiceState.CLOSED))
    return Numbers(**visible_voices(user).aggregate(all=Count("pk"), overdue=overdue, **states))


def voice_by_id(user: Any, id: UUID) -> Voice:
    """Raises NotFound, also for one outside what the user may see."""
    found = visible_voices(user).select_related("speaker").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def by_receipt(receipt: str, last_four: str) -> Voice | None:
    """The voice a citizen asks after: the digits of the receipt and the last four of the telephone number left with it.

    None for any other pair, whichever of the two is wrong, and where no number was left or it has been erased.
    """
    found = Voice.objects.select_related("speaker").filter(receipt=receipt).first()
    left = unicodedata.normalize("NFKC", found.speaker.phone) if found is not None and found.speaker else ""
    phone = "".join(filter(str.isdecimal, left))  # full-width digits come from Chinese input
    fits = len(last_four) == 4 and len(phone) >= 4 and constant_time_compare(phone[-4:], last_four)
    return found if fits else None


def told_to_citizen(voice: Voice) -> str:
    """Where it stands, in a sentence for who said it; names nobody but the department that deals with it."""
    open_at = "、".join(voice.handlings.filter(done_on=None).values_list("handler", flat=True))
    if voice.state == VoiceState.CLOSED:
        if voice.closed_reason:
            return "没有办理，原因见下。"
        return f"已办结，{voice.told_on:%Y-%m-%d} 答复。"
    return {
        VoiceState.RECEIVED: "已收到，正在分办。",
        VoiceState.ACCEPTED: "已受理，正在研究怎么办。",
        VoiceState.HANDLING: f"已转{open_at or '承办单位'}办理，还没有办完。",
        VoiceState.CONVERTED: "已写成政协的意见建议，正在推动，有结果后答复您。",
        VoiceState.ANSWERED: "承办单位已有结果，我们核对后答复您。",
    }[VoiceState(voice.state)]


def speakers_kept() -> int:
    """For how many years after closing a speaker's name and number are kept."""
    return retention_years(RuleName.SPEAKERS)


def due_voices(today: date) -> Voices:
    """Voices closed so long ago that whoever spoke is to be erased, the oldest first."""
    gone = Erasure.objects.filter(subject_id=OuterRef("speaker_id"), person_id=OuterRef("speaker_id"))
    found = Voice.objects.filter(
        ~Exists(gone), state=VoiceState.CLOSED, speaker__isnull=False,
        closed_on__lte=years_before(today, speakers_kept()),
    )  # fmt: skip
    return found.select_related("speaker").order_by("closed_on", "number")


def days_on(voice: Voice, today: date) -> int:
    """How long it has been waiting, or how long it took."""
    return ((voice.told_on or today) - voice.received_on).days


def deals(user: Any, voice: Voice) -> bool:
    """Whether the user may deal with it."""
    return may(user, Permission.RECORDS_WRITE) and Voice.objects.filter(dealt_with_by(user), pk=voice.pk).exists()


def may_know_speaker(user: Any, voice: Voice) -> bool:
    """The citizen's name and number: for who wrote them down and, until the matter is closed, for who deals with it."""
    return voice.entered_by == user.pk or (voice.state != VoiceState.CLOSED and deals(user, voice))


def handlings_of(voice: Voice) -> list[Handling]:
    return list(voice.handlings.order_by("handed_on", "id"))


def conversions_of(voice: Voice) -> list[Conversion]:
    found = voice.conversions.select_related("output", "topic").order_by("id")
    return [one for one in found if one.topic is not None or (one.output is not None and not one.output.is_withdrawn)]


def voices_behind(output: Output, user: Any) -> list[Voice]:
    """What was said that the output was made of, as far as the user may see it."""
    return list(visible_voices(user).filter(conversions__output=output))


def sheet_rows_of_voices(found: Voices, *, today: date) -> Iterator[tuple[Any, ...]]:
    """Lines of the exported file; the citizens' names and numbers stay out of it."""
    for one in found.iterator(chunk_size=1000):
        yield (
            one.number, one.received_on, one.get_channel_display(), one.member.name if one.member else "", one.content,
            one.get_kind_display(), one.get_state_display(), getattr(one, "due_on", None), days_on(one, today), one.told_on, one.told,
            one.get_solved_display(),
        )  # fmt: skip
