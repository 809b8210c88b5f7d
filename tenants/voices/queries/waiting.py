"""What waits for the office at the desk: voices to be sorted, late, or to be answered (YY21-20-3, YY21-20-5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from core.waiting import Button, Item, Pile, Source
from tenants.voices.models import Voice, VoiceState
from tenants.voices.queries.hearing import OPEN, VoiceFilters, dealt_with_by, due_voices, voices


def _ask(user: Any, day: date, limit: int) -> Pile | None:
    if not may(user, Permission.RECORDS_WRITE):
        return None
    found = voices(user, VoiceFilters(state=OPEN), today=day).filter(dealt_with_by(user))
    mine = [VoiceState.RECEIVED, VoiceState.ACCEPTED, VoiceState.ANSWERED, VoiceState.CONVERTED]
    todo = [
        one for one in found if one.state in mine or ((due := getattr(one, "due_on", None)) is not None and due < day)
    ]
    todo.sort(key=lambda one: (getattr(one, "due_on", None) or date.max, one.received_on, one.number))
    return Pile(count=len(todo), items=[_item(one) for one in todo[:limit]])


NEXT = {VoiceState.RECEIVED: "去分办", VoiceState.ANSWERED: "去反馈", VoiceState.CONVERTED: "去反馈"}


def _item(voice: Voice) -> Item:
    what, url = f"{voice}·{voice.get_state_display()}", f"/voices/{voice.pk}/"
    step = Button(label=NEXT.get(VoiceState(voice.state), "去办理"), url=url, about=what, opens=True)
    return Item(
        key=f"voice:{voice.pk}", what=what, who=voice.member.name if voice.member else "", detail=voice.content[:60], url=url,
        since=voice.received_on, due=getattr(voice, "due_on", None), buttons=(step,),
    )  # fmt: skip


def _over(user: Any, day: date, limit: int) -> Pile | None:
    """One line however many: they are looked at and erased together."""
    if not may(user, Permission.MEMBERS_WRITE):
        return None
    number = due_voices(day).count()
    if not number:
        return None  # for years there is nobody: no empty line at the desk
    over = Item(
        key="voices:due", what=f"{number} 位反映人的姓名、电话保存期满", detail="看过名单后抹去", url="/voices/due/"
    )
    return Pile(count=number, items=[over][:limit])


KEEPING = Source(name="voices_due", title="到期的反映人信息", url="/voices/due/", order=75, ask=_over, unit="位")
WAITING = Source(name="voices", title="民意办理", url="/voices/?state=open", order=40, ask=_ask)
