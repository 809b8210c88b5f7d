"""A member's personal data: a copy for the person (PIPL art. 45), and taking the person out of it (art. 47)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import models, transaction

from accounts.actions import shut
from accounts.models import User
from core import audit, clock
from core.errors import DomainError, NotFound
from core.personal import erase, export
from dispatch.actions import enqueue
from dispatch.progress import Progress, silent
from tenants.members import queries
from tenants.members.actions.holdings import lock_roster
from tenants.members.actions.importing import drop_drafts
from tenants.members.actions.made_files import FileGone, keep, on_hand
from tenants.members.models import HouseRule, Made, MadeFile, Member, RuleName

EXPORT, ANONYMISE_DUE = "members.export", "members.anonymise_due"
FEWEST_YEARS, MOST_YEARS = 1, 30


class StillServing(DomainError):
    code = "still_serving"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}还在任，不能匿名处理。请先登记离任，到保存年限后再办。")


class AlreadyNameless(DomainError):
    code = "already_nameless"

    def __init__(self) -> None:
        super().__init__("已经匿名处理过，个人信息无法找回，也不能再填回去。")


class WhyMissing(DomainError):
    code = "why_missing"

    def __init__(self) -> None:
        super().__init__("请写明理由。", fields={"why": "请写明理由"})


class NothingChosen(DomainError):
    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__("请至少选一位。")


class NotDue(DomainError):
    code = "not_due"

    def __init__(self) -> None:
        super().__init__("所选的人里有的还没有到期或已经处理，请刷新名单后重选。")


class YearsOutOfRange(DomainError):
    code = "years_out_of_range"

    def __init__(self) -> None:
        text = f"保存年限请填 {FEWEST_YEARS} 到 {MOST_YEARS} 年。"
        super().__init__(text, fields={"years": text})


def nameless(person: models.Model, *, action: str, why: str, by: audit.Actor) -> erase.Effect:
    """Erase what names the person and write the row of the trail, in the caller's transaction. Raises WhyMissing, AlreadyNameless."""
    if not why.strip():
        raise WhyMissing
    if erase.is_erased(person):
        raise AlreadyNameless
    reason = erase.scrubbed(why.strip(), erase.identifiers(person))
    effect = erase.erase(person)
    person.refresh_from_db()
    audit.record(by=by, action=action, subject=person, new=effect.told, why=reason)
    return effect


@transaction.atomic
def anonymise_member(*, id: UUID, why: str, today: dt.date, by: audit.Actor) -> erase.Effect:
    """Make a member who left nameless, for good; figures and standing of past periods stay.

    The account closes, uploads waiting for confirmation go. Raises NotFound, StillServing, WhyMissing, AlreadyNameless.
    """
    lock_roster()
    member = queries.member_by_id(id)
    _refuse_serving(member, today)
    drop_drafts(by=by)
    if member.user is not None:
        shut(user=member.user, by=by)
    return nameless(member, action="members.anonymise", why=why, by=by)


def what_would_go(*, id: UUID, today: dt.date) -> erase.Effect:
    """What `anonymise_member` would do to the tables, without doing it. Raises NotFound, StillServing, AlreadyNameless."""
    member = queries.member_by_id(id)
    _refuse_serving(member, today)
    if erase.is_erased(member):
        raise AlreadyNameless
    return erase.preview(member)


def _refuse_serving(member: Member, today: dt.date) -> None:
    if member.left_on is None or member.left_on > today:
        raise StillServing(member.name)


@transaction.atomic
def set_retention(*, years: int, why: str, by: audit.Actor, of: RuleName = RuleName.RETENTION) -> HouseRule:
    """How long personal data are kept: members' after leaving, speakers' after closing. Raises YearsOutOfRange, WhyMissing."""
    if not FEWEST_YEARS <= years <= MOST_YEARS:
        raise YearsOutOfRange
    if not why.strip():
        raise WhyMissing
    old = queries.retention_years(of)
    made = HouseRule.objects.create(name=of, value={"years": years})
    audit.record(by=by, action="members.set_retention", subject=made, old={"years": old}, new={"years": years}, why=why)
    return made


@transaction.atomic
def ask_anonymise_due(*, ids: Collection[UUID], today: dt.date, by: User) -> None:
    """Queue making these members nameless, all of them due. Raises NothingChosen, NotDue, OverQuota."""
    if not ids:
        raise NothingChosen
    if queries.due(today).filter(pk__in=ids).count() != len(set(ids)):
        raise NotDue
    enqueue(ANONYMISE_DUE, by=by, members=sorted(map(str, ids)))
    audit.record(by=by, action=ANONYMISE_DUE, subject=None, new={"persons": len(set(ids))})


@transaction.atomic
def anonymise_due(*, ids: Collection[UUID], today: dt.date, by: audit.Actor, progress: Progress = silent) -> int:
    """Make those of the members nameless who are due still; how many. All or none, so that it may run twice."""
    years = queries.retention_years()
    due = list(queries.due(today).filter(pk__in=ids).values_list("pk", flat=True))
    for done, id in enumerate(due):
        progress(done, len(due), "匿名处理")
        anonymise_member(id=id, why=f"离任满 {years} 年，保存期满", today=today, by=by)
    return len(due)


@transaction.atomic
def ask_export(*, id: UUID, by: User) -> MadeFile:
    """Queue a copy of everything held about a member, for the office or for the member. Raises NotFound, AlreadyNameless, OverQuota."""
    member = queries.member_by_id(id)
    if erase.is_erased(member):
        raise AlreadyNameless
    MadeFile.objects.filter(member=member).delete()
    made = MadeFile.objects.create(kind=Made.PERSONAL_COPY, member=member, asked_by=by)
    made.job = enqueue(EXPORT, by=by, export=str(made.pk)).pk
    made.save(update_fields=["job"])
    audit.record(by=by, action="members.ask_export", subject=member, new={"export": made.pk})
    return made


@transaction.atomic
def make_export(*, id: UUID, at: dt.datetime) -> bool:
    """The job: collect and pack. False where the request is gone. May run twice."""
    asked = MadeFile.objects.select_related("member").filter(pk=id).first()
    if asked is None or asked.member is None:
        return False
    packed = export.packed(export.collect(asked.member), title=f"{asked.member.name}的个人信息", at=at)
    keep(asked, packed, at=at, number=1)
    return True


@transaction.atomic
def hand_over(*, id: UUID, by: User, may_fetch: Callable[[Member], bool]) -> MadeFile:
    """A copy that is ready, and a row of the trail that it left. Raises NotFound, FileGone."""
    found = MadeFile.objects.select_related("member").filter(pk=id).first()
    if found is None or found.member is None or not may_fetch(found.member):
        raise NotFound
    if not on_hand(found, clock.now()):
        raise FileGone
    audit.record(by=by, action="members.hand_over", subject=found.member, new={"export": found.pk})
    return found
