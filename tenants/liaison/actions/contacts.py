"""The only writers of contact records (DC20-4.1-12, YY21-10-1, GZ20-4.4-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import import_string

from accounts.permissions import Permission
from billing_free.actions import claim
from billing_free.quotas import What
from core import audit
from core.errors import DomainError
from core.uploads import Upload
from tenants.liaison.actions import decisions, once
from tenants.liaison.actions.files import attach, follow_owner
from tenants.liaison.models import (
    ConstituentLink,
    ContactConstituent,
    ContactParticipant,
    ContactRecord,
    ContactRole,
    ContentType,
    Kind,
    Mode,
    PlaceLevel,
    State,
)
from tenants.liaison.queries import active_members, born_as, enterable, enters_for_others, refuse_strangers
from tenants.liaison.queries.claims import Source, Waiting
from tenants.members.models import Member
from tenants.members.queries import reach_of


class ContactInFuture(DomainError):
    code = "contact_in_future"

    def __init__(self, day: date) -> None:
        text = f"{day:%Y-%m-%d} 还没有到，请选今天或以前的日期。"
        super().__init__(text, fields={"held_on": text})


class SummaryMissing(DomainError):
    code = "summary_missing"

    def __init__(self) -> None:
        super().__init__("请用一两句话写下说了什么。", fields={"summary": "请用一两句话写下说了什么"})


class UnknownWord(DomainError):
    code = "unknown_word"

    def __init__(self, field: str, word: str, words: type[models.TextChoices]) -> None:
        text = f"没有“{word}”这一项，可选：{'、'.join(words.labels)}。"
        super().__init__(text, fields={field: text})


class NotPaired(DomainError):
    code = "not_paired"

    def __init__(self) -> None:
        text = "选的群众里有人不在这位委员的结对名单里，请先结对，或只填人数。"
        super().__init__(text, fields={"constituents": text})


class ContactWithSelf(DomainError):
    code = "contact_with_self"

    def __init__(self) -> None:
        super().__init__("联系对象不能是本人，请另选一位。", fields={"target": "不能是本人"})


def refuse_unknown(field: str, word: str, words: type[models.TextChoices], *, blank: bool = False) -> None:
    """Raises UnknownWord for a word outside the list."""
    if word not in words.values and not (blank and word == ""):
        raise UnknownWord(field, word, words)


@transaction.atomic
def register_contact(
    *,
    member: UUID,
    kind: str,
    held_on: date,
    summary: str,
    today: date,
    by: audit.Actor,
    mode: str = Mode.OFFLINE,
    place: str = "",
    place_level: str = "",
    target: UUID | None = None,
    constituents: Collection[UUID] = (),
    headcount: int | None = None,
    content_type: str = "",
    opinions: str = "",
    participants: Collection[UUID] = (),
    as_voice: bool = False,
    files: Collection[Upload] = (),
    id: UUID | None = None,
) -> ContactRecord:
    """Record one contact that `member` organised; `participants` are other members who joined in.

    `constituents` are ids of people `member` is paired with. `id`, from the form, makes a second press of the same
    button find the first record. `as_voice`: the opinions heard are handed on as a voice (民意) too. Born claimed or confirmed as the policy of that day says.
    Raises ContactInFuture, SummaryMissing, UnknownWord, ContactWithSelf, UnknownMember, MemberNotActive, NotYourRecord,
    NotPaired, OverQuota.
    """
    read = _read(
        member=member, kind=kind, held_on=held_on, summary=summary, today=today, by=by, mode=mode, place=place,
        place_level=place_level, target=target, headcount=headcount, content_type=content_type, opinions=opinions,
        participants=participants,
    )  # fmt: skip
    if twin := once.pressed_before(ContactRecord, id, by=by):
        return twin
    met = _paired(member, constituents, held_on)
    record = ContactRecord(**read.columns, state=born_as(by=by, day=held_on), entered_by=by.actor_id)
    record.member = read.known[member]
    if twin := once.insert(record, id=id, by=by):
        return twin
    claim(what=What.RECORDS, by=by)
    ContactConstituent.objects.bulk_create([ContactConstituent(record=record, constituent_id=one) for one in met])
    _join(record, read.others)
    new = {"member": member, "kind": kind, "held_on": held_on, "state": record.state}
    audit.record(by=by, action="liaison.register_contact", subject=record, new=new)
    attach(record, files, by=by)
    if as_voice and record.opinions:
        import_string(settings.VOICE_OF_CONTACT)(record, by=by)
    return record


@transaction.atomic
def change_contact(
    *,
    id: UUID,
    reason: str,
    member: UUID,
    kind: str,
    held_on: date,
    summary: str,
    today: date,
    by: audit.Actor,
    at: datetime,
    mode: str = Mode.OFFLINE,
    place: str = "",
    place_level: str = "",
    target: UUID | None = None,
    constituents: Collection[UUID] | None = None,
    headcount: int | None = None,
    content_type: str = "",
    opinions: str = "",
    participants: Collection[UUID] = (),
) -> bool:
    """Set a record right: everything it says, as in `register_contact`; False where nothing is different.

    `constituents` None leaves whom it met. Members beyond the reach of `by` stay as they are. A returned record is handed
    in again. Raises as `register_contact`, and NotFound, ReasonMissing, NotYoursToWithdraw, AlreadyWithdrawn, PeriodSigned.
    """
    record = decisions.changeable(ContactRecord, id=id, reason=reason, by=by, within=_correctable(by))
    owner = record.member_id
    there = set(record.participants.values_list("member_id", flat=True))
    unseen = there - set(Member.objects.filter(enterable(by), pk__in=there).values_list("pk", flat=True))
    if target is None and record.target_id and not Member.objects.filter(enterable(by), pk=record.target_id).exists():
        unseen_target: UUID | None = record.target_id
    else:
        unseen_target = None
    read = _read(
        member=member, kind=kind, held_on=held_on, summary=summary, today=today, by=by, mode=mode, place=place,
        place_level=place_level, target=target, headcount=headcount, content_type=content_type, opinions=opinions,
        participants=[one for one in participants if one not in unseen],
    )  # fmt: skip
    columns = read.columns | ({"target_id": unseen_target} if unseen_target else {})
    others = unseen | set(read.others)
    ties: dict[str, tuple[object, object]] = {"participants": (sorted(there, key=str), sorted(others, key=str))}
    if constituents is not None:
        ties["constituent"] = _meet(record, _paired(member, constituents, held_on))
    record.participants.filter(member__in=there - others).delete()
    _join(record, [one for one in read.others if one not in there])
    is_changed = decisions.change(
        record, columns, reason=reason, by=by, at=at, action="liaison.change_contact", ties=ties
    )
    if record.member_id != owner:
        follow_owner(record, by=by)
    return is_changed


@dataclass(frozen=True, slots=True)
class _Read:
    """What a contact says, looked at: columns by attribute name, other members who joined in, everybody named."""

    columns: dict[str, Any]
    others: list[UUID]
    known: dict[UUID, Member]


def _read(
    *,
    member: UUID,
    kind: str,
    held_on: date,
    summary: str,
    today: date,
    by: audit.Actor,
    mode: str,
    place: str,
    place_level: str,
    target: UUID | None,
    headcount: int | None,
    content_type: str,
    opinions: str,
    participants: Collection[UUID],
) -> _Read:
    refuse_unknown("kind", kind, Kind)
    refuse_unknown("mode", mode, Mode)
    refuse_unknown("place_level", place_level, PlaceLevel, blank=True)
    refuse_unknown("content_type", content_type, ContentType, blank=True)
    if held_on > today:
        raise ContactInFuture(held_on)
    if not summary.strip():
        raise SummaryMissing
    if target == member:
        raise ContactWithSelf
    others = [other for other in dict.fromkeys(participants) if other != member]
    known = active_members({member, *others, *([target] if target else [])}, held_on, by=by)
    refuse_strangers(by=by, members={member: known[member]})
    columns = {
        "member_id": member, "kind": kind, "held_on": held_on, "mode": mode, "place": place.strip(),
        "place_level": place_level, "target_id": target, "headcount": headcount, "content_type": content_type,
        "summary": summary.strip(), "opinions": opinions.strip(),
    }  # fmt: skip
    return _Read(columns, others, known)


def _join(record: ContactRecord, members: Collection[UUID]) -> None:
    ContactParticipant.objects.bulk_create(
        [ContactParticipant(record=record, member_id=one, role=ContactRole.PARTICIPANT) for one in members]
    )


def _meet(record: ContactRecord, met: set[UUID]) -> tuple[list[UUID], list[UUID]]:
    """Let the record say whom it met; (old, new) as ids: who they are is the member's alone to know."""
    there = set(record.met.values_list("constituent_id", flat=True))
    record.met.filter(constituent__in=there - met).delete()
    ContactConstituent.objects.bulk_create(
        [ContactConstituent(record=record, constituent_id=one) for one in met - there]
    )
    return sorted(there, key=str), sorted(met, key=str)


def _paired(member: UUID, constituents: Collection[UUID], day: date) -> set[UUID]:
    """The ids, all of them people the member is or was paired with by that day. One query, none for nobody."""
    wanted = set(constituents)
    if wanted:
        links = ConstituentLink.pairs.filter(member_id=member, constituent_id__in=wanted)
        if set(links.values_list("constituent_id", flat=True)) != wanted:
            raise NotPaired
    return wanted


def confirm_contact(*, id: UUID, by: audit.Actor, at: datetime) -> None:
    """Raises NotFound, AlreadyDecided, AlreadyWithdrawn."""
    confirm_contacts(ids=[id], by=by, at=at)


def confirm_contacts(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[ContactRecord]:
    """All or none; returns the newly confirmed. Raises as confirm_contact."""
    return decisions.confirm(
        ContactRecord, ids=ids, by=by, at=at, action="liaison.confirm_contact", within=_decidable(by)
    )


def reopen_contacts(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[ContactRecord]:
    """Undo one's own confirming of the last half hour. Raises NotFound."""
    return decisions.reopen(
        ContactRecord, ids=ids, by=by, at=at, action="liaison.reopen_contact", within=_decidable(by)
    )


def reject_contact(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> ContactRecord:
    """Raises NotFound, ReasonMissing, AlreadyDecided, AlreadyWithdrawn."""
    return decisions.reject(
        ContactRecord, id=id, reason=reason, by=by, at=at, action="liaison.reject_contact", within=_decidable(by)
    )


def withdraw_contact(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> ContactRecord:
    """Raises NotFound, ReasonMissing, NotYoursToWithdraw, PeriodSigned."""
    return decisions.withdraw(
        ContactRecord, id=id, reason=reason, by=by, at=at, action="liaison.withdraw_contact", within=_correctable(by)
    )


def may_change(record: ContactRecord, *, by: audit.Actor) -> bool:
    """Whether `by` may correct or take back the record, its day apart."""
    found = ContactRecord.objects.filter(_correctable(by), pk=record.pk).exists() if enters_for_others(by) else True
    return found and not record.is_withdrawn and decisions.is_own(record, by=by)


def _correctable(by: audit.Actor) -> models.Q:
    """A filter on contact records: what an office may correct, whose members are within its reach or which it entered."""
    own = models.Q(entered_by=by.actor_id)
    return reach_of(by, Permission.RECORDS_WRITE).q("member", or_=own) if enters_for_others(by) else models.Q()


def _decidable(by: audit.Actor) -> models.Q:
    """A filter on contact records: whose members are within the reach of who decides."""
    return reach_of(by, Permission.RECORDS_CONFIRM).q("member")


def _claimed(user: audit.Actor) -> models.QuerySet[ContactRecord]:
    return ContactRecord.objects.filter(_decidable(user), state=State.CLAIMED, withdrawn_at=None)


def _waiting(user: audit.Actor, limit: int | None) -> Sequence[Waiting]:
    return [
        Waiting(
            source="contacts",
            id=one.pk,
            who=one.member.name,
            sector=one.member.sector.name,
            what=one.get_kind_display(),
            detail="，".join(part for part in (one.place, one.summary) if part),
            held_on=one.held_on,
            url=f"/contacts/{one.pk}/",
        )
        for one in _claimed(user).select_related("member__sector").order_by("held_on", "pk")[:limit]
    ]


CLAIMS = Source(
    name="contacts",
    label="联系记录",
    waiting=_waiting,
    exists=lambda id, user: ContactRecord.objects.filter(_decidable(user), pk=id).exists(),
    count=lambda user: _claimed(user).count(),
    confirm=confirm_contacts,
    reopen=reopen_contacts,
    reject=reject_contact,
)
