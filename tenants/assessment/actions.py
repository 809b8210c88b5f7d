"""What people decide about a judgement: a waiver where the document lets a duty be waived, an objection and its answer."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from core import audit, notices
from core.errors import DomainError, NotFound
from dispatch.actions import enqueue
from dispatch.models import Job
from dispatch.progress import Progress, silent
from dispatch.queries import latest
from policy_engine import Duty
from tenants.assessment import queries
from tenants.assessment.models import Objection, Outcome, Waiver
from tenants.assessment.queries.whatif import WhatIf, keep, weigh
from tenants.members.queries import member_by_id
from tenants.policy.queries import policy_on
from tenants.policy.queries.drafting import open_drafts
from tenants.proceedings.actions import record_decision


class NothingOwed(DomainError):
    code = "nothing_owed"

    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”现在没有欠，不用提醒。")


class NoAccount(DomainError):
    code = "no_account"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}还没有账号，收不到提醒。请先在委员页邀请开通账号，或打电话告知。")


class RemindedToday(DomainError):
    code = "reminded_today"

    def __init__(self, name: str) -> None:
        super().__init__(f"今天已经提醒过{name}这一项，一天只提醒一次。")


class NotWaivable(DomainError):
    code = "not_waivable"

    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”在办法里不是“原则上”的要求，不能豁免。")


class NoSuchPeriod(DomainError):
    code = "no_such_period"

    def __init__(self) -> None:
        super().__init__("这一期没有这项要求，请从列表里选。", fields={"period": "请从列表里选"})


class AlreadyWaived(DomainError):
    code = "already_waived"

    def __init__(self) -> None:
        super().__init__("这一期已经豁免过，没有重复登记。")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self, field: str) -> None:
        super().__init__("请写明理由。", fields={field: "请写明理由"})


class StillOpen(DomainError):
    code = "still_open"

    def __init__(self) -> None:
        super().__init__("这一项已有一件异议在等办公室答复，答复后还可以再提。")


class AlreadyDecided(DomainError):
    code = "already_decided"

    def __init__(self, outcome: str) -> None:
        super().__init__(f"这件异议{outcome}，没有重复处理。")


class UnknownOutcome(DomainError):
    code = "unknown_outcome"

    def __init__(self) -> None:
        super().__init__("答复只有“已更正”和“维持原数”两种。", fields={"outcome": "请选一种"})


@transaction.atomic
def remind(*, member: UUID, duty: str, as_of: dt.date, at: dt.datetime, by: audit.Actor) -> None:
    """Tell a member what one duty still lacks: into their inbox, once a day. Raises NotFound, NothingOwed, NoAccount, RemindedToday, NoPolicy."""
    person, asked = member_by_id(member), _duty(duty, as_of)
    line = queries.standing_of(person, as_of)[0].line(duty)
    if line is None or not line.owed:
        raise NothingOwed(asked.title)
    if person.user_id is None:
        raise NoAccount(person.name)
    told = notices.tell(
        to=[person.user_id], title=f"办公室提醒：{asked.title}", text=f"{queries.said(line)} {line.unit}".strip(), url=f"/standing/me/#{duty}",
        member=person.pk, clauses=asked.clauses, key=f"remind:{person.pk}:{duty}:{as_of:%Y-%m-%d}", at=at,
    )  # fmt: skip
    if not told:
        raise RemindedToday(person.name)
    audit.record(by=by, action="assessment.remind", subject=person, new={"duty": duty})


@transaction.atomic
def waive(
    *,
    member: UUID,
    duty: str,
    period: str,
    reason: str,
    body: str,
    meeting: str,
    decided_on: dt.date,
    document_number: str,
    as_of: dt.date,
    today: dt.date,
    by: audit.Actor,
) -> Waiver:
    """Free a member from a duty for one period, by a decision of a body (in-principle duties, DC20-4.1-12).

    Raises NotFound, NotWaivable, NoSuchPeriod, AlreadyWaived, ReasonMissing, NoPolicy, and what recording the decision refuses.
    """
    person, asked = member_by_id(member), _duty(duty, as_of)
    if not asked.waivable:
        raise NotWaivable(asked.title)
    if not reason.strip():
        raise ReasonMissing("reason")
    line = queries.standing_of(person, as_of)[0].line(duty)
    if line is None or period not in {verdict.period.key for verdict in line.verdicts}:
        raise NoSuchPeriod
    if Waiver.objects.filter(member=person, duty=duty, period=period).exists():
        raise AlreadyWaived
    decision = record_decision(
        body=body, meeting=meeting, decided_on=decided_on, document_number=document_number,
        subject=f"豁免一名委员的“{asked.title}”（{period}）", today=today, by=by,
    )  # fmt: skip
    made = Waiver.objects.create(member=person, duty=duty, period=period, reason=reason.strip(), decision=decision)
    new = {"duty": duty, "period": period, "decision": decision.pk}
    audit.record(by=by, action="assessment.waive", subject=made, new=new, why=reason.strip())
    return made


@transaction.atomic
def end_waiver(*, id: UUID, why: str, by: audit.Actor) -> None:
    """Take a waiver back, for a reason: the duty is judged again. Raises NotFound, ReasonMissing."""
    found = Waiver.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    if not why.strip():
        raise ReasonMissing("why")
    old = {"duty": found.duty, "period": found.period, "reason": found.reason}
    audit.record(by=by, action="assessment.end_waiver", subject=found, old=old, why=why.strip())
    found.delete()


@transaction.atomic
def object_to(*, member: UUID, duty: str, text: str, as_of: dt.date, by: User) -> Objection:
    """A member says the figure of a duty is wrong, and why. Raises NotFound (also for somebody else's), ReasonMissing, StillOpen, NoPolicy."""
    person, asked = member_by_id(member), _duty(duty, as_of)
    if person.user_id != by.pk:
        raise NotFound
    if not text.strip():
        raise ReasonMissing("text")
    line = queries.standing_of(person, as_of)[0].line(duty)
    if line is None:
        raise NotFound
    made = Objection(
        member=person, duty=duty, as_of=as_of, text=text.strip(), raised_by=by.pk,
        figure=f"{asked.title}：计入 {line.counted} {line.unit}，{queries.said(line)}"[:60],
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise StillOpen from None
    audit.record(
        by=by, action="assessment.object_to", subject=made, new={"duty": duty, "as_of": as_of, "text": made.text}
    )
    return made


@transaction.atomic
def answer_objection(*, id: UUID, outcome: str, answer: str, at: dt.datetime, by: audit.Actor) -> Objection:
    """The office's word, told to whoever objected. Raises NotFound, AlreadyDecided, UnknownOutcome, ReasonMissing."""
    found = _open(id)
    if outcome not in (Outcome.CORRECTED, Outcome.KEPT):
        raise UnknownOutcome
    if not answer.strip():
        raise ReasonMissing("answer")
    _decide(found, Outcome(outcome), at, by, answer.strip())
    notices.tell(
        to=[found.raised_by], title=f"异议已答复：{Outcome(outcome).label}", text=found.answer, url=f"/standing/me/#{found.duty}",
        about=found.pk, member=found.member_id, at=at, key=f"objection:{found.pk}",
    )  # fmt: skip
    return found


@transaction.atomic
def withdraw_objection(*, id: UUID, at: dt.datetime, by: User) -> Objection:
    """The member takes it back while nobody has answered. Raises NotFound, AlreadyDecided."""
    found = _open(id)
    if found.member.user_id != by.pk:
        raise NotFound
    _decide(found, Outcome.WITHDRAWN, at, by, "")
    return found


def _decide(found: Objection, outcome: Outcome, at: dt.datetime, by: audit.Actor, answer: str) -> None:
    found.outcome, found.answer, found.decided_by, found.decided_at = outcome, answer, by.actor_id, at
    found.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    action = "assessment.withdraw_objection" if outcome == Outcome.WITHDRAWN else "assessment.answer_objection"
    audit.record(
        by=by, action=action, subject=found, old={"outcome": "open"}, new={"outcome": str(outcome), "answer": answer}
    )


def _open(id: UUID) -> Objection:
    found = Objection.objects.select_for_update(of=("self",)).select_related("member").filter(pk=id).first()
    if found is None:
        raise NotFound
    if found.outcome != Outcome.OPEN:
        raise AlreadyDecided(found.get_outcome_display())
    return found


def _duty(id: str, day: dt.date) -> Duty:
    """A duty of members in force on the day. Raises NotFound, NoPolicy."""
    found = next((one for one in queries.duties_of(policy_on(day), "member", day) if one.id == id), None)
    if found is None:
        raise NotFound("施行中的办法里没有这一项要求。")
    return found


WHAT_IF = "assessment.what_if"


@transaction.atomic
def ask_what_if(*, draft_id: UUID, as_of: dt.date, by: User) -> Job:
    """Have a draft tried on a year's records in the background; asked twice, it is one job. The job row says who asked.

    Raises OverQuota.
    """
    ids = {"draft": str(draft_id), "as_of": as_of.isoformat()}
    running = latest(WHAT_IF, **ids)
    return running if running is not None and running.is_under_way else enqueue(WHAT_IF, by=by, **ids)


def try_draft(*, draft_id: UUID, as_of: dt.date, day: dt.date, at: dt.datetime, progress: Progress = silent) -> WhatIf:
    """Judge a year by the draft and keep the answer for an hour, in the cache only. Raises NotFound, UnsoundDraft."""
    draft = open_drafts().filter(pk=draft_id).first()
    if draft is None:
        raise NotFound("这份草稿已经采用或放弃，不用试算了。")
    found = weigh(draft, as_of=as_of, day=day, at=at, progress=progress)
    keep(draft, found)
    return found
