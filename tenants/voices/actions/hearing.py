"""The only writers of voices: heard, sorted, dealt with, turned into something, answered (YY21-20-3..5, GZ20-4.3-2..3, OR21-4.3-2..3)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from billing_free.actions import claim
from billing_free.quotas import What
from core import audit, clock, notices, tenancy
from core.errors import DomainError, NotFound
from core.personal.erase import Effect
from tenants.activities.actions import propose_topic
from tenants.activities.models import Topic, TopicSource
from tenants.liaison.actions import refuse_unknown
from tenants.liaison.models import ContactRecord
from tenants.liaison.queries import active_members, refuse_strangers
from tenants.members.actions import nameless
from tenants.members.models import Member
from tenants.voices import queries
from tenants.voices.actions.outputs import register_output
from tenants.voices.models import Channel, Conversion, Handling, Output, Solved, Speaker, Voice, VoiceKind, VoiceState


class ContentMissing(DomainError):
    code = "content_missing"

    def __init__(self) -> None:
        super().__init__("请写下反映了什么。", fields={"content": "请写下反映了什么"})


class HeardInFuture(DomainError):
    code = "heard_in_future"

    def __init__(self, day: date, field: str) -> None:
        text = f"{day:%Y-%m-%d} 还没有到，请选今天或以前的日期。"
        super().__init__(text, fields={field: text})


class BeforeReceived(DomainError):
    code = "before_received"

    def __init__(self, field: str, day: date) -> None:
        text = f"不能早于收到的那天（{day:%Y-%m-%d}），请核对。"
        super().__init__(text, fields={field: text})


class SomethingMissing(DomainError):
    code = "something_missing"

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text, fields={field: text})


class NotTriaged(DomainError):
    code = "not_triaged"

    def __init__(self) -> None:
        super().__init__("还没有分办。请先定是具体问题、普遍问题还是苗头性问题，再往下办。")


class WrongRoute(DomainError):
    code = "wrong_route"

    def __init__(self, kind: str, routes: Collection[str]) -> None:
        text = f"本会办法规定{kind}可以转成：{'、'.join(routes)}。请从中选；类别定错了，先改类别。"
        super().__init__(text, fields={"type": text})


class AlreadyClosed(DomainError):
    code = "already_closed"

    def __init__(self, voice: Voice) -> None:
        super().__init__(f"{voice}已经办结。又有新情况，请另记一条。")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("请写明为什么不办理，反映人会问到。", fields={"reason": "请写明为什么不办理"})


@transaction.atomic
def receive_voice(
    *,
    content: str,
    channel: str,
    received_on: date,
    today: date,
    by: audit.Actor,
    member: UUID | None = None,
    contact: UUID | None = None,
    name: str = "",
    phone: str = "",
    id: UUID | None = None,
) -> Voice:
    """Write down what somebody said. `member` brought it; `name` and `phone` are of the citizen who wants to hear back.

    `id`: a second press finds the first voice. Raises ContentMissing, UnknownWord, HeardInFuture, UnknownMember, MemberNotActive,
    NotYourRecord, OverQuota.
    """
    refuse_unknown("channel", channel, Channel)
    if received_on > today:
        raise HeardInFuture(received_on, "received_on")
    if member is not None:
        refuse_strangers(by=by, members=active_members([member], received_on, by=by))
    return _written(
        content=content, channel=channel, received_on=received_on, by=by, member_id=member, contact_id=contact, name=name,
        phone=phone, id=id,
    )  # fmt: skip


def speak(*, content: str, today: date, name: str = "", phone: str = "", id: UUID | None = None) -> Voice:
    """What a citizen sent by the public form. Raises ContentMissing, OverQuota."""
    with transaction.atomic():
        return _written(
            content=content, channel=Channel.WEB, received_on=today, by=audit.SYSTEM, member_id=None, contact_id=None,
            name=name, phone=phone, id=id,
        )  # fmt: skip


@transaction.atomic
def take_up(record: ContactRecord, *, by: audit.Actor) -> Voice:
    """The opinions of a contact as a voice (settings.VOICE_OF_CONTACT). In the transaction that writes the record."""
    return _written(
        content=record.opinions, channel=Channel.CONTACT, received_on=record.held_on, by=by, member_id=record.member_id,
        contact_id=record.pk, name="", phone="", id=None,
    )  # fmt: skip


def _written(
    *,
    content: str,
    channel: str,
    received_on: date,
    by: audit.Actor,
    member_id: UUID | None,
    contact_id: UUID | None,
    name: str,
    phone: str,
    id: UUID | None,
) -> Voice:
    content, name, phone = content.strip(), " ".join(name.split()), phone.strip()
    if not content:
        raise ContentMissing
    if id is not None and (twin := Voice.objects.filter(pk=id).first()):
        if twin.entered_by != by.actor_id:
            raise NotFound
        return twin
    with connection.cursor() as cursor:  # one at a time takes a number
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"voice {tenancy.current().schema}"])
    newest = Voice.objects.order_by("-number").values_list("number", flat=True).first() or 0
    speaker = Speaker(name=name, phone=phone) if name or phone else None
    if speaker is not None:
        speaker.save(force_insert=True)
    voice = Voice(
        number=newest + 1, receipt=_receipt(), received_on=received_on, channel=channel, member_id=member_id, contact_id=contact_id,
        speaker=speaker, content=content, entered_by=by.actor_id,
    )  # fmt: skip
    if id is not None:
        voice.pk = id
    voice.save(force_insert=True)
    claim(what=What.RECORDS, by=by)
    new = {"number": voice.number, "received_on": received_on, "channel": channel, "member": member_id}
    audit.record(by=by, action="voices.receive", subject=voice, new=new)
    return voice


def _receipt() -> str:
    """Digits no other voice has; under the lock that gives out numbers."""
    while True:
        digits = f"{secrets.randbelow(10**8):08}"
        if not Voice.objects.filter(receipt=digits).exists():
            return digits


def _open(id: UUID, *, by: audit.Actor, triaged: bool = True) -> Voice:
    """The voice, locked, within reach of `by`, still to be dealt with. Raises NotFound, AlreadyClosed, NotTriaged."""
    voice = Voice.objects.select_for_update(of=("self",)).filter(queries.dealt_with_by(by), pk=id).first()
    if voice is None:
        raise NotFound
    if voice.state == VoiceState.CLOSED:
        raise AlreadyClosed(voice)
    if triaged and not voice.kind:
        raise NotTriaged
    return voice


def _moved(voice: Voice, state: str, *, by: audit.Actor, action: str, why: str = "", **new: Any) -> Voice:
    """Write the voice's new state and tell the trail."""
    old, voice.state = voice.state, state
    voice.save(update_fields=["state", "kind", "told_on", "told", "solved", "closed_reason", "closed_on"])
    audit.record(by=by, action=action, subject=voice, old={"state": old}, new={"state": state, **new}, why=why)
    return voice


@transaction.atomic
def triage(*, id: UUID, kind: str, by: audit.Actor) -> Voice:
    """Say what kind of matter it is; the policy's route table says where such go. Raises NotFound, AlreadyClosed, UnknownWord."""
    refuse_unknown("kind", kind, VoiceKind)
    voice = _open(id, by=by, triaged=False)
    voice.kind = kind
    state = VoiceState.ACCEPTED if voice.state == VoiceState.RECEIVED else voice.state
    return _moved(voice, state, by=by, action="voices.triage", kind=kind)


@transaction.atomic
def hand_over(
    *, id: UUID, handler: str, handed_on: date, today: date, by: audit.Actor, due_on: date | None = None
) -> Handling:
    """Give the matter to a department or office until a day. Raises NotFound, AlreadyClosed, NotTriaged, SomethingMissing,
    HeardInFuture, BeforeReceived."""
    voice = _open(id, by=by)
    if not handler.strip():
        raise SomethingMissing("handler", "请填写由哪个单位办理。")
    if handed_on > today:
        raise HeardInFuture(handed_on, "handed_on")
    if handed_on < voice.received_on:
        raise BeforeReceived("handed_on", voice.received_on)
    if due_on is not None and due_on < handed_on:
        raise SomethingMissing("due_on", "办理期限不能早于转办的那天，请核对。")
    made = Handling(voice=voice, handler=handler.strip(), handed_on=handed_on, due_on=due_on)
    made.save(force_insert=True)
    _moved(voice, VoiceState.HANDLING, by=by, action="voices.hand_over", handler=made.handler, due_on=due_on)
    return made


@transaction.atomic
def answer(*, handling: UUID, result: str, done_on: date, today: date, by: audit.Actor) -> Handling:
    """What came of it, as the handler answered; with the last answer the voice waits for its feedback. Raises NotFound,
    AlreadyClosed, SomethingMissing, HeardInFuture, BeforeReceived."""
    found = Handling.objects.filter(pk=handling).first()
    if found is None:
        raise NotFound
    voice = _open(found.voice_id, by=by)
    if not result.strip():
        raise SomethingMissing("result", "请写明办理结果。")
    if done_on > today:
        raise HeardInFuture(done_on, "done_on")
    if done_on < found.handed_on:
        raise BeforeReceived("done_on", found.handed_on)
    found.result, found.done_on = result.strip(), done_on
    found.save(update_fields=["result", "done_on"])
    waits = voice.handlings.filter(done_on=None).exists()
    state = VoiceState.HANDLING if waits else VoiceState.ANSWERED
    _moved(voice, state, by=by, action="voices.answer", handler=found.handler, done_on=done_on)
    return found


@transaction.atomic
def convert_to_output(
    *,
    id: UUID,
    type: str,
    title: str,
    submitted_on: date,
    authorship: str,
    today: date,
    by: audit.Actor,
    at: datetime,
    lead: UUID | None = None,
    others: Collection[UUID] = (),
    sector: UUID | None = None,
    output: UUID | None = None,
) -> Output:
    """Turn a voice into an output, by the policy's route table; the rest, and the refusals, as in `register_output`.

    `output`: the id the output will have, from the form. A member turns what they brought themselves, also before the office
    has sorted it. Raises NotFound, AlreadyClosed, WrongRoute too.
    """
    voice = Voice.objects.select_for_update(of=("self",)).filter(queries.brought_or_dealt_with_by(by), pk=id).first()
    if voice is None:
        raise NotFound
    if voice.state == VoiceState.CLOSED:
        raise AlreadyClosed(voice)
    routes = queries.routes_on(today).outputs(voice.kind)
    if type not in routes:
        raise WrongRoute(voice.get_kind_display() or "民意", list(routes.values()))
    made = register_output(
        type=type, title=title, submitted_on=submitted_on, authorship=authorship, today=today, by=by, lead=lead, others=others,
        sector=sector, id=output,
    )  # fmt: skip
    _converted(voice, by=by, at=at, output=made)
    return made


@transaction.atomic
def convert_to_topic(*, id: UUID, title: str, form: str, year: int, by: audit.Actor, at: datetime) -> Topic:
    """Propose it as a topic of consultation. Raises NotFound, AlreadyClosed, NotTriaged, and as `propose_topic`."""
    voice = _open(id, by=by)
    topic = propose_topic(title=title, form=form, year=year, source=TopicSource.VOICE, by=by)
    _converted(voice, by=by, at=at, topic=topic)
    return topic


def _converted(
    voice: Voice, *, by: audit.Actor, at: datetime, output: Output | None = None, topic: Topic | None = None
) -> None:
    if output is not None and voice.conversions.filter(output=output).exists():
        return  # the form was pressed twice
    Conversion(voice=voice, output=output, topic=topic).save(force_insert=True)
    state = VoiceState.CONVERTED if voice.state != VoiceState.HANDLING else voice.state
    _moved(
        voice,
        state,
        by=by,
        action="voices.convert",
        output=output.pk if output else None,
        topic=topic.pk if topic else None,
    )
    _tell(voice, f"您反映的{voice}已转成{_named(output, topic)}", by=by, at=at)


def _named(output: Output | None, topic: Topic | None) -> str:
    if output is not None:
        return f"{output.get_type_display()}《{output.title}》"
    return f"协商议题《{topic}》"


@transaction.atomic
def give_feedback(
    *, id: UUID, told: str, solved: str, told_on: date, today: date, by: audit.Actor, at: datetime
) -> Voice:
    """Tell the person what became of it, and whether they hold it solved: the matter is closed. Raises NotFound, AlreadyClosed,
    SomethingMissing, UnknownWord, HeardInFuture, BeforeReceived."""
    voice = _open(id, by=by, triaged=False)
    refuse_unknown("solved", solved, Solved)
    if not told.strip():
        raise SomethingMissing("told", "请写明是怎样答复的。")
    if told_on > today:
        raise HeardInFuture(told_on, "told_on")
    if told_on < voice.received_on:
        raise BeforeReceived("told_on", voice.received_on)
    voice.told, voice.told_on, voice.solved = told.strip(), told_on, solved
    voice.closed_on = told_on
    _moved(voice, VoiceState.CLOSED, by=by, action="voices.give_feedback", told_on=told_on, solved=solved)
    _tell(voice, f"您反映的{voice}已办结：{voice.get_solved_display()}", text=voice.told, by=by, at=at)
    return voice


@transaction.atomic
def close(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Voice:
    """Close what is not dealt with: said twice, not this committee's to deal with. Raises NotFound, AlreadyClosed, ReasonMissing."""
    voice = _open(id, by=by, triaged=False)
    if not reason.strip():
        raise ReasonMissing
    voice.closed_reason, voice.closed_on = reason.strip(), at.astimezone(clock.ZONE).date()
    _moved(voice, VoiceState.CLOSED, by=by, action="voices.close", why=voice.closed_reason)
    _tell(voice, f"您反映的{voice}没有办理", text=voice.closed_reason, by=by, at=at)
    return voice


def _tell(voice: Voice, title: str, *, by: audit.Actor, at: datetime, text: str = "") -> None:
    """Who brought it hears what became of it, unless they did it themselves."""
    members = Member.objects.filter(pk__in=[voice.member_id] if voice.member_id else [])
    user = members.values_list("user_id", flat=True).first()
    heard = {user, voice.entered_by} - {None, by.actor_id}
    notices.tell(
        to=sorted(heard, key=str),
        title=title,
        text=text,
        url=f"/voices/{voice.pk}/",
        about=voice.pk,
        member=voice.member_id,
        at=at,
    )


@transaction.atomic
def anonymise_speaker(*, id: UUID, why: str, by: audit.Actor) -> Effect:
    """Take the citizen's name and telephone number out of everything, for good; what was said stays (PIPL art. 47).

    Raises NotFound, SomethingMissing (no name was left, or not closed yet), WhyMissing, AlreadyNameless.
    """
    voice = Voice.objects.select_related("speaker").filter(queries.dealt_with_by(by), pk=id).first()
    if voice is None or voice.speaker is None:
        raise NotFound
    if voice.state != VoiceState.CLOSED:
        raise SomethingMissing("why", "还没有办结，反映人还要听答复，现在不能抹去。请先反馈。")
    return nameless(voice.speaker, action="voices.anonymise", why=why, by=by)
