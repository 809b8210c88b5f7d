"""The one sign-off runtime: steps in the order the document gives them, signed or returned by who holds the post.

Which steps there are is the policy's word (`workflows`); who holds a post is the word of whoever registered a holder;
what becomes of the row when all have signed is the word of the app it belongs to (`queries.signing.register_subject`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import User
from core import audit, notices, workdays
from core.errors import DomainError, NotFound
from tenants.proceedings import queries
from tenants.proceedings.actions.decisions import record_decision
from tenants.proceedings.models import Body, Process, ProcessState, Step, StepState


class NoWorkflow(DomainError):
    code = "no_workflow"

    def __init__(self) -> None:
        super().__init__("办法里没有这个流程，无从办理。")


class StepNotOpen(DomainError):
    code = "step_not_open"

    def __init__(self, title: str, waits_for: Sequence[str]) -> None:
        what = f"要先办“{'”“'.join(waits_for)}”" if waits_for else "已经办过"
        super().__init__(f"“{title}”{what}，请刷新后再看。")


class NotYourStep(DomainError):
    code = "not_your_step"
    status = 403

    def __init__(self, title: str, who: str) -> None:
        super().__init__(f"“{title}”由{who}办理，您不能代办。")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("退回要写明理由，申报的人要照着改。", fields={"opinion": "请写明退回的理由"})


class MeetingMissing(DomainError):
    code = "meeting_missing"

    def __init__(self, body: str) -> None:
        super().__init__(f"{body}集体决定，请填写是哪次会议。", fields={"meeting": f"请填写是哪次{body}"})


@transaction.atomic
def start_process(
    *,
    workflow: str,
    steps: Sequence[Mapping[str, Any]],
    title: str,
    subject: models.Model,
    today: dt.date,
    by: audit.Actor,
    clauses: Sequence[str] = (),
    is_ordered: bool = True,
    first_is_signed: bool = False,
) -> Process:
    """Begin a workflow of the policy on a row; `steps` are the policy's own. Raises NoWorkflow.

    `first_is_signed`: starting is itself the first step (a sector's nomination).
    """
    if not steps:
        raise NoWorkflow
    process = Process(
        workflow=workflow, title=title[:200], subject_type=subject._meta.label_lower, subject_id=subject.pk,
        clauses=list(clauses), started_on=today, started_by_id=by.actor_id,
    )  # fmt: skip
    process.save(force_insert=True)
    rows = [_step(process, place, step, steps[:place], is_ordered) for place, step in enumerate(steps)]
    if first_is_signed:
        rows[0].state, rows[0].signed_on, rows[0].opened_on = StepState.SIGNED, today, today
        rows[0].signed_by_id = by.actor_id
    _open(rows, today)
    Step.objects.bulk_create(rows)
    audit.record(
        by=by, action="proceedings.start_process", subject=process, new={"workflow": workflow, "title": process.title}
    )
    _ask(process, rows, by)
    return process


def _ask(process: Process, steps: Sequence[Step], by: audit.Actor) -> None:
    """Whose turn it is is told once, who had theirs is asked no more; the one who acts knows."""
    running = process.state == ProcessState.RUNNING
    turns = [step for step in steps if running and step.state == StepState.OPEN]
    notices.settle(about=[step.pk for step in steps if step not in turns])
    for step in turns:
        notices.tell(
            to=[one for one in queries.signers_of(step) if one != by.actor_id], title=f"等您办理：{process.title}",
            text=step.title, url=f"/proceedings/{process.pk}/", about=step.pk, due=step.due_on, clauses=process.clauses,
            key=f"step:{step.pk}",
        )  # fmt: skip


def _told_back(process: Process, title: str, text: str, by: audit.Actor) -> None:
    """Who began it hears how it ended."""
    if process.started_by_id != by.actor_id:
        url = f"/proceedings/{process.pk}/"
        notices.tell(to=[process.started_by_id], title=title, text=text, url=url, about=process.pk)


def _step(
    process: Process, place: int, step: Mapping[str, Any], above: Sequence[Mapping[str, Any]], is_ordered: bool
) -> Step:
    after = step.get("after")
    return Step(
        process=process, place=place, key=step["id"], title=step["title"], by=step.get("by", ""),
        after=list(after) if after is not None else [one["id"] for one in above] if is_ordered else [],
        optional=bool(step.get("optional")), days=step.get("days"), in_working_days=bool(step.get("working_days")),
    )  # fmt: skip


def _open(steps: Sequence[Step], today: dt.date) -> None:
    """Open what no longer waits: a step whose forerunners are signed, or may be left out."""
    by_key = {step.key: step for step in steps}
    for step in steps:
        before = [by_key[key] for key in step.after if key in by_key]
        if step.state == StepState.WAITING and all(one.state == StepState.SIGNED or one.optional for one in before):
            step.state, step.opened_on = StepState.OPEN, today
            step.due_on = _due(step, today)


def _due(step: Step, today: dt.date) -> dt.date | None:
    if not step.days:
        return None
    return workdays.after(today, step.days) if step.in_working_days else today + dt.timedelta(days=step.days)


@transaction.atomic
def sign_step(
    *,
    id: UUID,
    today: dt.date,
    by: User,
    opinion: str = "",
    on_paper: str = "",
    meeting: str = "",
    decided_on: dt.date | None = None,
    document_number: str = "",
) -> Process:
    """Agree to a step; where a body decides, at which meeting. The last one ends the process and its subject takes effect.

    `on_paper`: who signed on paper, entered by the office for them. Raises NotFound, NotYourStep, StepNotOpen,
    MeetingMissing, DecidedInFuture.
    """
    process, step, steps = _mine(id, by, on_paper)
    if step.by in Body.values:
        if not meeting.strip():
            raise MeetingMissing(str(Body(step.by).label))
        step.decision = record_decision(
            body=step.by, meeting=meeting.strip(), decided_on=decided_on or today, document_number=document_number.strip(),
            subject=process.title, today=today, by=by,
        )  # fmt: skip
    _say(step, StepState.SIGNED, opinion, on_paper, today, by)
    _open(steps, today)
    if all(one.state == StepState.SIGNED or one.optional for one in steps):
        for one in steps:
            one.state = StepState.SKIPPED if one.state != StepState.SIGNED else one.state
        process.state, process.ended_on = ProcessState.DONE, today
        process.save(update_fields=["state", "ended_on"])
    Step.objects.bulk_update(steps, ["state", "opened_on", "due_on"])
    audit.record(
        by=by,
        action="proceedings.sign_step",
        subject=process,
        new={"step": step.key, "state": process.state},
        why=opinion,
    )
    _ask(process, steps, by)
    if process.state == ProcessState.DONE:
        _told_back(process, f"已办结：{process.title}", "各步都已同意。", by)
        day = step.decision.decided_on if step.decision else today
        queries.subject_of(process).done(process=process, on=day, by=by)
    return process


@transaction.atomic
def return_step(*, id: UUID, reason: str, today: dt.date, by: User, on_paper: str = "") -> Process:
    """Send the whole thing back with a reason; it may be mended and started anew. Raises as sign_step, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    process, step, steps = _mine(id, by, on_paper)
    _say(step, StepState.RETURNED, reason, on_paper, today, by)
    step.save(update_fields=["state"])
    process.state, process.ended_on = ProcessState.RETURNED, today
    process.save(update_fields=["state", "ended_on"])
    audit.record(by=by, action="proceedings.return_step", subject=process, new={"step": step.key}, why=reason.strip())
    _ask(process, steps, by)
    _told_back(process, f"已退回：{process.title}", f"理由：{reason.strip()}", by)
    queries.subject_of(process).returned(process=process, on=today, by=by)
    return process


def _mine(id: UUID, by: User, on_paper: str) -> tuple[Process, Step, list[Step]]:
    """The process locked, the step and all steps. Raises NotFound, NotYourStep, StepNotOpen."""
    found = Step.objects.filter(pk=id).values_list("process_id", flat=True).first()
    if found is None:
        raise NotFound
    process = Process.objects.select_for_update().get(pk=found)
    steps = list(process.steps.all())
    step = next(one for one in steps if one.pk == id)
    titles = {one.key: one for one in steps}
    if step.state != StepState.OPEN or process.state != ProcessState.RUNNING:
        waits = [titles[key].title for key in step.after if titles[key].state == StepState.OPEN]
        raise StepNotOpen(step.title, waits if step.state == StepState.WAITING else ())
    may = queries.may_record(by) if on_paper else queries.may_sign(by, step)
    if not may:
        raise NotYourStep(step.title, queries.who(step.by))
    return process, step, steps


def _say(step: Step, state: StepState, opinion: str, on_paper: str, today: dt.date, by: User) -> None:
    step.state, step.opinion, step.signed_on, step.signed_by = state, opinion.strip()[:500], today, by
    step.on_paper = on_paper.strip()[:60]
    step.save(update_fields=["opinion", "signed_on", "signed_by", "on_paper", "decision"])
