"""What people decided about a standing: a duty waived where the document lets it be, figures objected to, one answered."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from accounts.models import User
from demo.cast import STORY_ENDS
from demo.company import Company
from tenants.assessment import actions, queries
from tenants.members.queries import member_by_id
from tenants.policy.queries import has_policy, policy_on

DECIDED_ON = dt.date(2022, 11, 18)


def decide(company: Company) -> None:
    if has_policy(STORY_ENDS):
        _waive(company)
        _object(company)


def _waive(company: Company) -> None:
    """The two who owe a duty of principle most are excused from it."""
    waivable = [one.id for one in queries.duties_of(policy_on(STORY_ENDS), "member", STORY_ENDS) if one.waivable]
    if not waivable:
        return
    standing = queries.standing(STORY_ENDS)
    for duty in waivable:
        lines = {key: one.line(duty) for key, one in standing.by_subject.items()}
        owing = [key for key, line in lines.items() if line is not None and line.owed]
        for key in owing[:2]:
            line = lines[key]
            assert line is not None
            actions.waive(
                member=UUID(key), duty=duty, period=line.owed[0].period.key, reason="住院治疗，上半年未能参加",
                body="chairpersons_council", meeting="第十届第 11 次主席会议", decided_on=DECIDED_ON, document_number="",
                as_of=STORY_ENDS, today=STORY_ENDS, by=company.office,
            )  # fmt: skip


def _object(company: Company) -> None:
    """The member with a sign-in doubts two figures; the office answered the first."""
    star = member_by_id(company.star.id)
    if not isinstance(star.user, User):
        return
    standing, _ = queries.standing_of(star, STORY_ENDS)
    doubted = [
        line.duty.id
        for line in standing.lines
        if line.state != "not_applicable" and line.duty.where and line.duty.where.family == "record"
    ][:2]
    words = ("3 月的一次没有算进去，材料在社区。", "有一次是和别的委员一起做的，只记在了他名下。")
    for place, (duty, text) in enumerate(zip(doubted, words, strict=False)):
        made = actions.object_to(member=star.pk, duty=duty, text=text, as_of=STORY_ENDS, by=star.user)
        if place == 0:
            actions.answer_objection(
                id=made.pk,
                outcome="kept",
                answer="社区存的材料上没有您的名字，请补交凭据或由社区出具说明后再提。",
                at=made.created_at,
                by=company.office,
            )
