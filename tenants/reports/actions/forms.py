"""Filling a printed form and taking it through its steps, each only after those it waits for (YY21-F-1..3, S21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from accounts.access import may
from accounts.models import User
from accounts.permissions import Permission
from core import audit
from core.errors import DomainError, NotFound
from tenants.members.models import Member
from tenants.members.queries import reach_of
from tenants.reports.models import FilledForm, FormAnswer, FormStep
from tenants.reports.queries import forms


class NotThisForm(DomainError):
    code = "not_this_form"

    def __init__(self, title: str) -> None:
        super().__init__(f"《{title}》不是委员填的表，只能打印空白的。")


class FormLocked(DomainError):
    code = "form_locked"

    def __init__(self, step: str) -> None:
        super().__init__(f"已经{step}，内容不能再改。要改，请先由经办的一方撤回这一步。")


class FieldMissing(DomainError):
    code = "field_missing"

    def __init__(self, fields: Mapping[str, str]) -> None:
        titles = "、".join(fields.values())
        super().__init__(f"还没有填：{titles}。", fields={key: f"请填{title}" for key, title in fields.items()})


class StepTooEarly(DomainError):
    code = "step_too_early"

    def __init__(self, step: str, before: str) -> None:
        super().__init__(f"还不能{step}：要先{before}。")


class StepTaken(DomainError):
    code = "step_taken"

    def __init__(self, step: str, on: dt.date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 已经{step}，没有重复登记。")


class StepInFuture(DomainError):
    code = "step_in_future"

    def __init__(self) -> None:
        super().__init__("日期还没有到，请核对。", fields={"done_on": "日期还没有到"})


class StepBeforeLast(DomainError):
    code = "step_before_last"

    def __init__(self, step: str, on: dt.date) -> None:
        super().__init__(
            f"前一步“{step}”是 {on:%Y-%m-%d}，这一步不会更早。", fields={"done_on": f"不早于 {on:%Y-%m-%d}"}
        )


class NothingToUndo(DomainError):
    code = "nothing_to_undo"

    def __init__(self) -> None:
        super().__init__("这一步不是最后办的，请先撤回它后面的一步。")


class WhyMissing(DomainError):
    code = "why_missing"

    def __init__(self) -> None:
        super().__init__("请写明理由。", fields={"why": "请写明理由"})


def may_fill(user: User | audit.Actor, member: Member) -> bool:
    """The member, and whoever records for the member."""
    return _is(user, member) or _within(user, Permission.RECORDS_WRITE, member)


def may_take(user: User | audit.Actor, member: Member, step: forms.Step) -> bool:
    """The member's own steps, or those of whoever confirms the member's records."""
    return may_fill(user, member) if step.is_members else _within(user, Permission.RECORDS_CONFIRM, member)


@transaction.atomic
def fill_form(
    *, form: str, member: UUID, period: str, values: Mapping[str, str], today: dt.date, by: audit.Actor
) -> FilledForm:
    """Write what stands in the fields; filling is the first step, taken with it.

    Raises NotFound (also beyond one's reach), NotThisForm, FieldMissing, FormLocked.
    """
    printed, person = forms.form_on(form, today), _member(member)
    if not printed.is_of_members:
        raise NotThisForm(printed.title)
    if not may_fill(by, person):
        raise NotFound
    missing = {one.id: one.title for one in printed.fields if one.required and not values.get(one.id, "").strip()}
    if missing:
        raise FieldMissing(missing)
    row, is_new = FilledForm.objects.select_for_update().get_or_create(
        form=form, member=person, period=period, defaults={"entered_by": by.actor_id}
    )
    progress = forms.progress_of(printed, person, period)
    if progress.is_locked:
        locking = next(one for one in reversed(printed.steps) if one.id in progress.taken and not one.is_members)
        raise FormLocked(locking.title)
    answers = {one.id: values.get(one.id, "").strip() for one in printed.fields}
    old = dict(row.answers.values_list("field", "text"))
    for field, text in answers.items():
        FormAnswer.objects.update_or_create(of=row, field=field, defaults={"text": text, "member": person})
    if printed.steps and printed.steps[0].id not in progress.taken:
        FormStep.objects.create(
            of=row, workflow=printed.workflow, step=printed.steps[0].id, done_on=today, entered_by=by.actor_id
        )
    changed = sum(old.get(field, "") != text for field, text in answers.items())
    audit.record(
        by=by,
        action="reports.fill_form",
        subject=row,
        new={"form": form, "period": period, "fields": changed, "is_new": is_new},
    )
    return row


@transaction.atomic
def take_form_step(
    *, form: str, member: UUID, period: str, step: str, done_on: dt.date, today: dt.date, by: audit.Actor
) -> FormStep:
    """Note that a step was taken. Raises NotFound, StepTaken, StepTooEarly, StepInFuture, StepBeforeLast."""
    printed, person, progress, wanted = _at(form, member, period, step, today)
    if not may_take(by, person, wanted):
        raise NotFound
    if step in progress.taken:
        raise StepTaken(wanted.title, progress.taken[step].done_on)
    before = next((printed.step(one) for one in wanted.after if one not in progress.taken), None)
    if before is not None or progress.row is None:
        raise StepTooEarly(wanted.title, before.title if before else printed.steps[0].title)
    if done_on > today:
        raise StepInFuture
    last = max((progress.taken[one] for one in wanted.after), key=lambda one: one.done_on, default=None)
    if last is not None and done_on < last.done_on:
        raise StepBeforeLast(printed.step(last.step).title, last.done_on)
    made = FormStep.objects.create(
        of=progress.row, workflow=printed.workflow, step=step, done_on=done_on, entered_by=by.actor_id
    )
    audit.record(
        by=by,
        action="reports.take_form_step",
        subject=made,
        new={"form": form, "period": period, "step": step, "done_on": done_on},
    )
    return made


@transaction.atomic
def undo_form_step(
    *, form: str, member: UUID, period: str, step: str, why: str, today: dt.date, by: audit.Actor
) -> None:
    """Take the last step back, for a reason. Raises NotFound, NothingToUndo, WhyMissing."""
    _, person, progress, wanted = _at(form, member, period, step, today)
    if not may_take(by, person, wanted):
        raise NotFound
    if progress.last is None or progress.last.id != step:
        raise NothingToUndo
    if not why.strip():
        raise WhyMissing
    row = progress.taken[step]
    audit.record(
        by=by, action="reports.undo_form_step", subject=row, old={"step": step, "done_on": row.done_on}, why=why.strip()
    )
    row.delete()


def _at(
    form: str, member: UUID, period: str, step: str, today: dt.date
) -> tuple[forms.PrintedForm, Member, forms.Progress, forms.Step]:
    printed, person = forms.form_on(form, today), _member(member)
    list(FilledForm.objects.select_for_update().filter(form=form, member=person, period=period).values_list("pk"))
    return printed, person, forms.progress_of(printed, person, period), printed.step(step)


def _member(id: UUID) -> Member:
    found = Member.objects.select_related("sector").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def _is(user: User | audit.Actor, member: Member) -> bool:
    return isinstance(user, User) and member.user_id == user.pk and may(user, Permission.RECORDS_OWN)


def _within(user: User | audit.Actor, permission: Permission, member: Member) -> bool:
    return reach_of(user, permission).has(member)
