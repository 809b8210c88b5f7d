"""The only writers of outputs (GZ20-3.1-1..2, DC20-A3-3.3-2, YY21-17-8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.permissions import Permission
from billing_free.actions import claim
from billing_free.quotas import What
from core import audit
from core.errors import DomainError, NotFound
from tenants.liaison.actions import decisions, once, refuse_unknown
from tenants.liaison.models import State
from tenants.liaison.queries import active_members, born_as, enterable, enters_for_others, refuse_strangers
from tenants.liaison.queries.claims import Source, Waiting
from tenants.members.models import Member, Sector
from tenants.members.queries import reach_of
from tenants.voices import queries
from tenants.voices.models import AuthorRole, Authorship, Output, OutputAuthor, OutputType


class SubmittedInFuture(DomainError):
    code = "submitted_in_future"

    def __init__(self, day: date) -> None:
        text = f"{day:%Y-%m-%d} 还没有到，请填实际提交的日期。"
        super().__init__(text, fields={"submitted_on": text})


class TitleMissing(DomainError):
    code = "title_missing"

    def __init__(self) -> None:
        super().__init__("请填写标题。", fields={"title": "请填写标题"})


class CoSignersMissing(DomainError):
    code = "co_signers_missing"

    def __init__(self, authorship: Authorship) -> None:
        text = f"{authorship.label}的成果至少要两位委员，请再加上其他人；只有一位就选“个人”。"
        super().__init__(text, fields={"others": text})


class LeadMissing(DomainError):
    code = "lead_missing"

    def __init__(self) -> None:
        super().__init__("请选作者（联名的选领衔人）。", fields={"lead": "请选作者"})


class TooManyAuthors(DomainError):
    code = "too_many_authors"

    def __init__(self) -> None:
        text = "个人的成果只有一位作者。还有其他人，就选“联名”或“小组”。"
        super().__init__(text, fields={"authorship": text})


class SectorMismatch(DomainError):
    code = "sector_mismatch"

    def __init__(self) -> None:
        text = "界别集体的成果要选界别；其他署名不选界别。"
        super().__init__(text, fields={"sector": text})


class AlreadyRegistered(DomainError):
    code = "already_registered"

    def __init__(self, title: str) -> None:
        text = f"《{title}》同一天已经登记过，作者相同，不用再登记。联名的成果只登记一次。"
        super().__init__(text, fields={"title": text})


@transaction.atomic
def register_output(
    *,
    type: str,
    title: str,
    submitted_on: date,
    authorship: str,
    today: date,
    by: audit.Actor,
    lead: UUID | None = None,
    others: Collection[UUID] = (),
    sector: UUID | None = None,
    based_on: str = "",
    id: UUID | None = None,
) -> Output:
    """Record an output once, with everybody whose work it is.

    `lead` is the author, first signer or leader of the group; `others` the co-signers or group members. In a sector's
    name (`sector`) authors may be left out. `based_on`: what it rests on, `activity:<id>`, `contact:<id>` or `topic:<id>`. `id`: as in `register_contact`. Born claimed or confirmed as the policy of that day says.
    Raises TitleMissing, UnknownWord, SubmittedInFuture, LeadMissing, CoSignersMissing, TooManyAuthors, SectorMismatch, NotFound
    (sector, what it rests on), UnknownMember, MemberNotActive, NotYourRecord, AlreadyRegistered, OverQuota.
    """
    columns, roles, known = _read(
        type=type, title=title, submitted_on=submitted_on, authorship=authorship, today=today, by=by, lead=lead,
        others=others, sector=sector, based_on=based_on,
    )  # fmt: skip
    refuse_strangers(by=by, members=known)
    if twin := once.pressed_before(Output, id, by=by):
        return twin
    _refuse_again(type, columns["title"], submitted_on, list(roles), sector)
    output = Output(**columns, state=born_as(by=by, day=submitted_on), entered_by=by.actor_id)
    if twin := once.insert(output, id=id, by=by):
        return twin
    claim(what=What.RECORDS, by=by)
    OutputAuthor.objects.bulk_create(
        [OutputAuthor(output=output, member_id=one, role=role) for one, role in roles.items()]
    )
    new = {
        "type": type,
        "submitted_on": submitted_on,
        "authorship": authorship,
        "authors": list(roles),
        "state": output.state,
    }
    audit.record(by=by, action="voices.register_output", subject=output, new=new)
    return output


@transaction.atomic
def change_output(
    *,
    id: UUID,
    reason: str,
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
    based_on: str | None = None,
) -> bool:
    """Set right what an output says and whose it is; False where nothing is different. `based_on` None: as it is.

    Authors beyond the reach of `by` stay. Raises as `register_output`, and NotFound, ReasonMissing, NotYoursToWithdraw,
    AlreadyWithdrawn, PeriodSigned.
    """
    record = decisions.changeable(Output, id=id, reason=reason, by=by, within=_correctable(by))
    there = dict(record.authors.values_list("member_id", "role"))
    seen = set(Member.objects.filter(enterable(by), pk__in=there).values_list("pk", flat=True))
    unseen = {one: role for one, role in there.items() if one not in seen}
    hidden_lead = next((one for one, role in unseen.items() if role == AuthorRole.LEAD), None)
    columns, roles, known = _read(
        type=type, title=title, submitted_on=submitted_on, authorship=authorship, today=today, by=by,
        lead=lead or hidden_lead, others=[*others, *(one for one in unseen if one != hidden_lead)], sector=sector,
        based_on=queries.base_of(record) if based_on is None else based_on, stay=set(unseen), was=queries.base_of(record),
    )  # fmt: skip
    refuse_strangers(by=by, members=known)
    _refuse_again(type, columns["title"], submitted_on, list(roles), sector, besides=id)
    if roles != there:
        record.authors.exclude(member__in=[one for one in roles if there.get(one) == roles[one]]).delete()
        OutputAuthor.objects.bulk_create(
            [
                OutputAuthor(output=record, member_id=one, role=role)
                for one, role in roles.items()
                if there.get(one) != role
            ]
        )
    ties = {"authors": (sorted(there, key=str), sorted(roles, key=str)), "lead": (_lead(there), _lead(roles))}
    return decisions.change(record, columns, reason=reason, by=by, at=at, action="voices.change_output", ties=ties)


def _lead(roles: Mapping[UUID, str]) -> UUID | None:
    return next((one for one, role in roles.items() if role == AuthorRole.LEAD), None)


def _read(
    *,
    type: str,
    title: str,
    submitted_on: date,
    authorship: str,
    today: date,
    by: audit.Actor,
    lead: UUID | None,
    others: Collection[UUID],
    sector: UUID | None,
    based_on: str,
    stay: Collection[UUID] = (),
    was: str = "",
) -> tuple[dict[str, Any], dict[UUID, str], dict[UUID, Member]]:
    """What an output says, looked at: columns by attribute name, member id → role with the lead first, who they are.

    Those who `stay` were written by somebody who may see them, and are not looked up."""
    title = " ".join(title.split())
    if not title:
        raise TitleMissing
    refuse_unknown("type", type, OutputType)
    refuse_unknown("authorship", authorship, Authorship)
    if submitted_on > today:
        raise SubmittedInFuture(submitted_on)
    roles = _roles(Authorship(authorship), lead, others)
    _refuse_strange_places(Authorship(authorship), sector)
    bases = _bases(based_on, by=by, was=was)
    named = set(roles) - set(stay)
    known = active_members(named, submitted_on, by=by) if named else {}
    columns = {
        "type": type, "title": title, "submitted_on": submitted_on, "authorship": authorship, "sector_id": sector,
        **bases,
    }  # fmt: skip
    return columns, roles, known


def _roles(authorship: Authorship, lead: UUID | None, others: Collection[UUID]) -> dict[UUID, str]:
    """Member id → role, the lead first."""
    if lead is None and (others or authorship != Authorship.SECTOR):
        raise LeadMissing
    rest = [one for one in dict.fromkeys(others) if one != lead]
    if authorship == Authorship.INDIVIDUAL and rest:
        raise TooManyAuthors
    if authorship in (Authorship.JOINT, Authorship.GROUP) and not rest:
        raise CoSignersMissing(authorship)
    role = AuthorRole.CO_SIGNER if authorship == Authorship.JOINT else AuthorRole.GROUP_MEMBER
    first = {lead: AuthorRole.LEAD.value} if lead is not None else {}
    return first | dict.fromkeys(rest, role.value)


def _bases(based_on: str, *, by: audit.Actor, was: str) -> dict[str, UUID | None]:
    """The columns that say what it rests on. What stood there stays even where `by` may not see it. Raises NotFound."""
    kind, _, text = based_on.partition(":")
    columns: dict[str, UUID | None] = dict.fromkeys(queries.COLUMNS.values())
    if not based_on:
        return columns
    try:
        id = UUID(text)
    except ValueError:
        raise NotFound from None
    if kind not in queries.COLUMNS or (based_on != was and not queries.may_rest_on(kind, id, by)):
        raise NotFound
    return columns | {queries.COLUMNS[kind]: id}


def _refuse_strange_places(authorship: Authorship, sector: UUID | None) -> None:
    if (sector is not None) != (authorship == Authorship.SECTOR):
        raise SectorMismatch
    if sector is not None and not Sector.objects.filter(pk=sector).exists():
        raise NotFound


def _refuse_again(
    type: str, title: str, day: date, authors: list[UUID], sector: UUID | None, *, besides: UUID | None = None
) -> None:
    """The same title on the same day by one of the same people is the same output pressed or entered twice."""
    same = Output.objects.filter(type=type, title=title, submitted_on=day, withdrawn_at=None).exclude(
        models.Q(state=State.REJECTED) | models.Q(pk=besides)
    )
    whose = models.Q(authors__member__in=authors) | (models.Q(sector_id=sector) if sector else models.Q(pk=None))
    if same.filter(whose).exists():
        raise AlreadyRegistered(title)


def confirm_outputs(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[Output]:
    """All or none; returns the newly confirmed. Raises NotFound, AlreadyDecided, AlreadyWithdrawn."""
    return decisions.confirm(Output, ids=ids, by=by, at=at, action="voices.confirm_output", within=_decidable(by))


def confirm_output(*, id: UUID, by: audit.Actor, at: datetime) -> None:
    """Raises as confirm_outputs."""
    confirm_outputs(ids=[id], by=by, at=at)


def reopen_outputs(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[Output]:
    """Undo one's own confirming of the last half hour. Raises NotFound."""
    return decisions.reopen(Output, ids=ids, by=by, at=at, action="voices.reopen_output", within=_decidable(by))


def reject_output(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Output:
    """Raises NotFound, ReasonMissing, AlreadyDecided, AlreadyWithdrawn."""
    return decisions.reject(
        Output, id=id, reason=reason, by=by, at=at, action="voices.reject_output", within=_decidable(by)
    )


def withdraw_output(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Output:
    """Raises NotFound, ReasonMissing, NotYoursToWithdraw, PeriodSigned."""
    return decisions.withdraw(
        Output, id=id, reason=reason, by=by, at=at, action="voices.withdraw_output", within=_correctable(by)
    )


def may_change(output: Output, *, by: audit.Actor) -> bool:
    """Whether `by` may correct or take it back, its day apart: its lead is within reach, or they entered it."""
    found = Output.objects.filter(_correctable(by), pk=output.pk).exists() if enters_for_others(by) else True
    return found and not output.is_withdrawn and decisions.is_own(output, by=by)


def _correctable(by: audit.Actor) -> models.Q:
    reach = reach_of(by, Permission.RECORDS_WRITE)
    narrow = enters_for_others(by) and not reach.is_everybody
    return queries.within(reach) | models.Q(entered_by=by.actor_id) if narrow else models.Q()


def _decidable(by: audit.Actor) -> models.Q:
    """A filter on outputs: whose lead is within the reach of who decides."""
    return queries.within(reach_of(by, Permission.RECORDS_CONFIRM))


def _claimed(user: audit.Actor) -> models.QuerySet[Output]:
    return Output.objects.filter(_decidable(user), state=State.CLAIMED, withdrawn_at=None)


def _waiting(user: audit.Actor, limit: int | None) -> Sequence[Waiting]:
    reach = reach_of(user, Permission.RECORDS_CONFIRM)
    authors = OutputAuthor.objects.filter(reach.q("member")).select_related("member__sector")
    found = _claimed(user).select_related("sector").prefetch_related(models.Prefetch("authors", authors))
    return [_line(one) for one in found.order_by("submitted_on", "pk")[:limit]]


def _line(output: Output) -> Waiting:
    authors = sorted(output.authors.all(), key=lambda author: author.role != AuthorRole.LEAD)
    first = authors[0].member if authors else None
    more = f"等 {len(authors)} 人" if len(authors) > 1 else ""
    sector = output.sector or (first.sector if first else None)
    return Waiting(
        source="outputs",
        id=output.pk,
        who=f"{first.name}{more}" if first else str(sector or ""),
        sector=str(sector or ""),
        what=output.get_type_display(),
        detail=output.title,
        held_on=output.submitted_on,
        url=f"/outputs/{output.pk}/",
    )


CLAIMS = Source(
    name="outputs",
    label="履职成果",
    waiting=_waiting,
    count=lambda user: _claimed(user).count(),
    exists=lambda id, user: Output.objects.filter(_decidable(user), pk=id).exists(),
    confirm=confirm_outputs,
    reopen=reopen_outputs,
    reject=reject_output,
)
