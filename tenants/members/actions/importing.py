"""A roster from an Excel file: kept, shown, confirmed. Nothing is written before the confirmation, everything at once after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Length

from accounts.models import User
from billing_free.actions import claim, release
from billing_free.quotas import What
from core import audit, clock, pinyin
from core.errors import DomainError, NotFound
from core.sheets import WrongCells, marked
from dispatch.actions import enqueue
from dispatch.models import Job
from dispatch.progress import Progress, silent
from tenants.members.actions.ending import end_all
from tenants.members.actions.holdings import Belonging, Rearrangement, lock_roster, rearrange, standing
from tenants.members.actions.people import end_convening
from tenants.members.actions.pictures import put_back, snapshots, tied_rows, tied_to
from tenants.members.actions.plan import PLAIN, Line, Plan, Standing, make_plan, roster_now
from tenants.members.models import Member, Post, RosterImport, Seat, Sector, SpecialCommittee

IMPORT = "members.import"
LONG = 300  # lines beyond which an import is a job
_DRAFT_LIVES = dt.timedelta(days=1)


class DraftGone(DomainError):
    code = "draft_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__("这次上传已经导入，或超过一天已清除。名册没有因此改动，请重新上传文件。")


class RosterChanged(DomainError):
    code = "roster_changed"

    def __init__(self) -> None:
        super().__init__("预览之后名册又有改动，还没有导入。请看过新的预览，再确认一次。")


class NotTheLast(DomainError):
    code = "not_the_last_import"

    def __init__(self) -> None:
        super().__init__("只有最近一次导入可以撤销；这一次已经撤销，或之后又导入过。")


class TouchedSince(DomainError):
    code = "touched_since"

    def __init__(self, names: Sequence[str]) -> None:
        some = "、".join(names[:5]) + (f"等 {len(names)} 人" if len(names) > 5 else "")
        super().__init__(f"导入以后，{some}又有改动或已有履职记录，不能整批撤销。请在委员页逐个修改。")


@transaction.atomic
def keep_draft(*, content: bytes, file_name: str, effective_on: dt.date, makes_groups: bool, by: User) -> RosterImport:
    """Keep an upload that can be read, for its preview. One per person; old ones go.

    Raises WrongCells (with every wrong cell), NotAWorkbook, Protected, Damaged, TooLarge, OverQuota; then nothing is kept.
    """
    plan = _planned(content, makes_groups)
    if plan.errors:
        raise WrongCells(plan.errors)
    return _keep(content, file_name, effective_on, makes_groups, by)


@transaction.atomic
def keep_wrong_draft(
    *, content: bytes, file_name: str, effective_on: dt.date, makes_groups: bool, by: User
) -> RosterImport:
    """Keep an upload with wrong cells, so that it can be given back marked and its right rows be taken. Raises as keep_draft but WrongCells."""
    _planned(content, makes_groups)
    return _keep(content, file_name, effective_on, makes_groups, by)


def _planned(content: bytes, makes_groups: bool, now: Standing | None = None) -> Plan:
    return make_plan(content, makes_groups=makes_groups, now=now or roster_now(), today=clock.today())


def _keep(content: bytes, file_name: str, effective_on: dt.date, makes_groups: bool, by: User) -> RosterImport:
    _clear(Q(uploaded_by=by), by=by)
    clear_old_drafts(by=by)
    claim(what=What.STORAGE, amount=len(content), by=by)
    return RosterImport.objects.create(
        uploaded_by=by,
        file_name=file_name[-200:],
        content=content,
        effective_on=effective_on,
        makes_groups=makes_groups,
    )


def preview(*, draft_id: UUID, by: User) -> tuple[RosterImport, Plan]:
    """What confirming would do to the roster as it stands now. Raises DraftGone."""
    draft = _draft(draft_id, by)
    return draft, _planned(bytes(draft.content or b""), draft.makes_groups)


def marked_copy(*, draft_id: UUID, by: User) -> tuple[str, bytes]:
    """(file name, the clerk's own file with its wrong cells marked). Raises DraftGone."""
    draft, plan = preview(draft_id=draft_id, by=by)
    return draft.file_name, marked(bytes(draft.content or b""), plan.errors)


@transaction.atomic
def ask_import(*, draft_id: UUID, digest: str, right_rows_only: bool, by: User) -> Job:
    """Queue what `import_roster` does, for a long file. Raises DraftGone, OverQuota."""
    draft = _draft(draft_id, by)
    job = enqueue(IMPORT, by=by, draft=str(draft.pk), digest=digest, right_rows_only=right_rows_only)
    audit.record(by=by, action=IMPORT, subject=None, new={"job": job.pk})
    return job


@transaction.atomic
def import_roster(
    *,
    draft_id: UUID,
    digest: str,
    by: User,
    is_invented: bool = False,
    right_rows_only: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Write what the preview with this digest showed, in one transaction with one audit row.

    `is_invented` marks new members as people of a demonstration; `right_rows_only` leaves rows with a wrong cell out.
    A second run of the same file changes nothing. Raises DraftGone, RosterChanged, WrongCells, OverQuota.
    """
    lock_roster()
    draft = _draft(draft_id, by)
    now = roster_now()
    progress(0, None, "读取文件")
    plan = _planned(bytes(draft.content or b""), draft.makes_groups, now)
    if plan.errors and not (right_rows_only and plan.right_rows):
        raise WrongCells(plan.errors)
    if plan.digest != digest:
        raise RosterChanged
    claim(what=What.MEMBERS, amount=len(plan.new), by=by)
    touched = [now.members[line.number].pk for line in plan.changed]
    before, ties = snapshots(touched), tied_rows(touched)
    before = {key: {**picture, "tied": ties[key]} for key, picture in before.items()}
    _write(plan, now, draft.effective_on, is_invented, progress)
    made = [now.members[line.number].pk for line in plan.new]
    RosterImport.objects.filter(before__isnull=False).update(before=None, after=None)  # only the last can be taken back
    _confirm(draft, plan, before | {str(id): None for id in made}, snapshots([*touched, *made]), by=by)
    audit.record(
        by=by, action="members.import_roster", subject=None, new=_told(plan, draft), people=_told_of_each(plan, now)
    )
    return plan


def _confirm(
    draft: RosterImport, plan: Plan, before: Mapping[str, Any], after: Mapping[str, Any], *, by: audit.Actor
) -> None:
    """The upload becomes the import; its bytes are given back."""
    release(what=What.STORAGE, amount=len(draft.content or b""), by=by)
    draft.content, draft.confirmed_at = None, clock.now()
    draft.added, draft.changed = len(plan.new), len(plan.changed)
    draft.before, draft.after = before, after
    draft.save()


@transaction.atomic
def undo_import(*, id: UUID, by: audit.Actor) -> RosterImport:
    """Put back what stood before the last import, while nobody has touched any of its rows since. All or nothing.

    New members go, changed ones get back what they were; sectors and special committees made by it stay.
    Raises NotFound, NotTheLast, TouchedSince.
    """
    lock_roster()
    found = RosterImport.objects.select_for_update().filter(pk=id).first()
    if found is None:
        raise NotFound
    if found.before is None or found.undone_at is not None:
        raise NotTheLast
    made = [UUID(key) for key, value in found.before.items() if value is None]
    changed = [UUID(key) for key, value in found.before.items() if value is not None]
    touched = _touched_since(found, [*made, *changed], made)
    if touched:
        raise TouchedSince(touched)
    names = dict(Member.objects.filter(pk__in=[*made, *changed]).values_list("pk", "name"))
    Member.objects.filter(pk__in=made).delete()
    release(what=What.MEMBERS, amount=len(made), by=by)
    put_back({UUID(key): value for key, value in found.before.items() if value is not None})
    found.before = found.after = None
    found.undone_at = clock.now()
    found.save(update_fields=["before", "after", "undone_at"])
    people = {key: audit.Told(name, new={"ended": key in set(made)}) for key, name in names.items()}
    told = {"added": len(made), "changed": len(changed)}
    audit.record(by=by, action="members.undo_import", subject=None, new=told, people=people)
    return found


def _touched_since(found: RosterImport, ids: Sequence[UUID], made: Sequence[UUID]) -> list[str]:
    """Names of members that are no longer as the import left them, or to whom something has been tied since."""
    now = snapshots(ids)
    wanted = found.after or {}
    changed = {UUID(key) for key in wanted if now.get(key) != wanted[key]}
    tied = tied_to(made)
    return list(Member.objects.filter(pk__in=changed | tied).values_list("name", flat=True)) or (
        ["已删除的委员"] if len(now) < len(wanted) else []
    )


def drop_drafts(*, by: audit.Actor) -> None:
    """All uploads go, whoever made them, and what an import could be taken back to: they repeat what is being erased."""
    _clear(Q(), by=by)
    RosterImport.objects.update(before=None, after=None, file_name="")


def old_drafts() -> QuerySet[RosterImport]:
    """Uploads nobody confirmed for a day."""
    return RosterImport.objects.filter(confirmed_at=None, created_at__lt=clock.now() - _DRAFT_LIVES)


def clear_old_drafts(*, by: audit.Actor) -> int:
    """They go; how many."""
    old = list(old_drafts().values_list("pk", flat=True))
    if old:
        _clear(Q(pk__in=old), by=by)
    return len(old)


def _clear(which: Q, *, by: audit.Actor) -> None:
    """Delete uploads and give back the bytes they took."""
    drafts = RosterImport.objects.filter(which, confirmed_at=None)
    kept = drafts.aggregate(bytes=Sum(Length("content")))["bytes"] or 0
    drafts.delete()
    release(what=What.STORAGE, amount=kept, by=by)


def _draft(draft_id: UUID, by: User) -> RosterImport:
    alive = clock.now() - _DRAFT_LIVES
    waiting = RosterImport.objects.filter(confirmed_at=None, uploaded_by=by, created_at__gte=alive)
    found = waiting.filter(pk=draft_id).first()
    if found is None:
        raise DraftGone
    return found


def _told(plan: Plan, draft: RosterImport) -> Mapping[str, Any]:
    return {
        "effective_on": draft.effective_on,
        "counts": {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged},
        "sectors": plan.new_sectors,
        "special_committees": plan.new_committees,
    }


def _told_of_each(plan: Plan, now: Standing) -> dict[UUID, audit.Told]:
    """Who came in and what changed, each under the member's own id."""
    return {
        now.members[line.number].pk: audit.Told(
            label=f"{line.name} {line.number}",
            old={change.label: change.old for change in line.changes},
            new={change.label: change.new for change in line.changes} or {"number": line.number, "name": line.name},
        )
        for line in (*plan.new, *plan.changed)
    }


def _write(plan: Plan, now: Standing, effective_on: dt.date, is_invented: bool, progress: Progress = silent) -> None:
    _make_groups(plan, now)
    total = len(plan.new) + len(plan.changed)
    progress(0, total, "写入名册")
    was: dict[UUID, Belonging] = {}
    old_sector: dict[UUID, UUID] = {}
    made, changed = [], []
    for line in plan.new:
        member = Member(number=line.number, is_invented=is_invented)
        now.members[line.number] = _fill(member, line.wanted, now)
        made.append(member)
        was[member.pk] = Belonging(member.joined_on, member.left_on)
    columns, moved = (*PLAIN, "name_pinyin", "sector_id"), set()
    for line in plan.changed:
        member = now.members[line.number]
        was[member.pk] = Belonging(member.joined_on, member.left_on)
        old_sector[member.pk] = member.sector_id
        kept = {name: getattr(member, name) for name in columns}
        changed.append(_fill(member, line.wanted, now))
        moved |= {name for name in columns if getattr(member, name) != kept[name]}
    Member.objects.bulk_create(made, batch_size=500)
    if moved:  # only what differs somewhere: a column more is a second more for two thousand members
        Member.objects.bulk_update(changed, sorted(name.removesuffix("_id") for name in moved), batch_size=200)
    progress(total // 2, total, "写入职务、专委会")
    _write_holdings(
        [*zip(plan.new, made, strict=True), *zip(plan.changed, changed, strict=True)], now, was, effective_on
    )
    end_convening(members=[one.pk for one in changed if one.sector_id != old_sector[one.pk]], on=effective_on)
    for member in changed:
        if member.left_on and member.left_on != was[member.pk].left_on:
            end_all({member.pk}, member.left_on)
    progress(total, total, "核对")


def _make_groups(plan: Plan, now: Standing) -> None:
    after = max((one.order for one in now.sectors.values()), default=0)
    sectors = [Sector(name=name, order=after + place) for place, name in enumerate(plan.new_sectors, start=1)]
    after = max((one.order for one in now.committees.values()), default=0)
    committees = [
        SpecialCommittee(name=name, order=after + place) for place, name in enumerate(plan.new_committees, start=1)
    ]
    now.sectors.update({one.name: one for one in Sector.objects.bulk_create(sectors)})
    now.committees.update({one.name: one for one in SpecialCommittee.objects.bulk_create(committees)})


def _fill(member: Member, wanted: Mapping[str, Any], now: Standing) -> Member:
    for key in PLAIN:
        if key in wanted:
            setattr(member, key, wanted[key])
    member.sector = now.sectors[wanted["sector"]]
    member.name_pinyin = pinyin.of(member.name)
    return member


def _write_holdings(
    pairs: Sequence[tuple[Line, Member]], now: Standing, was: Mapping[UUID, Belonging], effective_on: dt.date
) -> None:
    posts: Rearrangement[Post] = Rearrangement()
    seats: Rearrangement[Seat] = Rearrangement()
    names: dict[Any, str] = {one.pk: one.name for one in now.committees.values()}
    for line, member in pairs:
        days, on = was[member.pk], effective_on if line.changes else member.joined_on
        held_posts, held_seats = now.posts[member.pk], now.seats[member.pk]
        kinds = [str(row.kind) for row in standing(held_posts, days)]
        sits_in = [names[row.special_committee_id] for row in standing(held_seats, days)]
        rearrange(
            posts, rows=held_posts, key=lambda row: str(row.kind), wanted=_wanted(line, "posts", kinds, {"member"}),
            make=partial(_post, member), member=member, was=days, on=on,
        )  # fmt: skip
        rearrange(
            seats, rows=held_seats, key=lambda row: names[row.special_committee_id],
            wanted=_wanted(line, "special_committees", sits_in, ()),
            make=partial(_seat, member, now.committees), member=member, was=days, on=on,
        )  # fmt: skip
    posts.write(Post)
    seats.write(Seat)


def _post(member: Member, kind: str, since: dt.date) -> Post:
    return Post(member=member, kind=kind, since=since)


def _seat(member: Member, committees: Mapping[str, SpecialCommittee], name: str, since: dt.date) -> Seat:
    return Seat(member=member, special_committee=committees[name], since=since)


def _wanted(line: Line, key: str, held: Sequence[str], otherwise: Any) -> list[str]:
    """A column the file does not have changes nothing; a new member is a plain member."""
    if key in line.wanted:
        return sorted(line.wanted[key])
    return sorted(held if line.changes else otherwise)
