"""An adaptation on its way: prepared by the office, decided by a body, registered by somebody else (YY21-22-1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core import audit, notices
from core.errors import DomainError, NotFound
from tenants.policy.actions.documents import Operation, adapt, preview
from tenants.policy.models import Draft, DraftState, PolicyDocument


class AtTheMeeting(DomainError):
    code = "draft_at_the_meeting"

    def __init__(self) -> None:
        super().__init__("这份调整已经送请会议决定，内容不能再改。要改，请先取回。")


class NotSound(DomainError):
    code = "draft_not_sound"

    def __init__(self) -> None:
        super().__init__("草稿里还有没填好或不成立的地方。请回去改好，再送请会议决定。")


class ReasonMissing(DomainError):
    code = "draft_reason_missing"

    def __init__(self) -> None:
        super().__init__("还没有写理由：为什么与上级不同，一两句即可。", fields={"reason": "请填写理由。"})


class NotProposed(DomainError):
    code = "draft_not_proposed"

    def __init__(self) -> None:
        super().__init__("这份调整没有在等会议决定，可能已经取回或登记过了。请看“文件与施行”。")


class SameHand(DomainError):
    """Four eyes: who wrote the draft does not also register the decision about it."""

    code = "draft_same_hand"

    def __init__(self) -> None:
        super().__init__("草稿是您准备的，要由另一位同事或领导登记会议决定。没有第二个账号时，请先在“账号”里开通。")


@transaction.atomic
def keep_draft(
    *,
    typed: Mapping[str, Sequence[str]],
    operations: Sequence[Operation] | None,
    additions: Sequence[Mapping[str, Any]] | None = None,
    at: dt.datetime,
    by: User,
) -> Draft:
    """Keep what was typed, sound or not. `operations`: what it means, None while it does not hold together.

    `additions` are our own duties, `{id, value}`; None leaves them as they are. One draft is open at a time. Raises AtTheMeeting.
    """
    draft = _open() or Draft(is_open=True)
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    draft.typed = {name: list(values) for name, values in typed.items()}
    draft.operations = None if operations is None else [dict(one) for one in operations]
    if additions is not None:
        draft.additions = [dict(one) for one in additions]
    draft.prepared_by, draft.changed_at = by, at
    draft.save()
    audit.record(by=by, action="policy.keep_draft", subject=draft, new={"number": len(draft.all_operations)})
    return draft


@transaction.atomic
def keep_detail(
    *, thing: str, typed: Mapping[str, Sequence[str]], operations: Sequence[Operation], at: dt.datetime, by: User
) -> Draft:
    """Keep what one thing is changed to besides its numbers; no operations: it is as it was. Raises AtTheMeeting, AdaptationRefused."""
    draft = _open() or Draft(is_open=True, operations=[])
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    draft.details = {name: said for name, said in draft.details.items() if name != thing}
    if operations:
        preview(
            operations=operations, reason="（草稿）", body="chairpersons_council", meeting="", document_number="", in_force_from=at.date()
        )  # fmt: skip
        draft.details[thing] = {
            "typed": {name: list(values) for name, values in typed.items()}, "operations": [dict(one) for one in operations],
        }  # fmt: skip
    draft.prepared_by, draft.changed_at = by, at
    draft.save()
    audit.record(by=by, action="policy.keep_draft", subject=draft, new={"number": len(draft.all_operations)})
    return draft


@transaction.atomic
def propose(*, id: UUID, reason: str, body: str, in_force_from: dt.date, at: dt.datetime, by: User) -> Draft:
    """Lay the draft before the body: from now on it is read, not written.

    Raises NotFound, AtTheMeeting, ReasonMissing, NotSound, and what `preview` refuses.
    """
    draft = _own(id, is_case=False)
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    if not reason.strip():
        raise ReasonMissing
    if draft.operations is None:
        raise NotSound
    preview(
        operations=draft.all_operations, reason=reason, body=body, meeting="", document_number="", in_force_from=in_force_from
    )  # fmt: skip
    draft.state, draft.reason, draft.remark = DraftState.PROPOSED, reason, ""
    draft.prepared_by, draft.changed_at = by, at
    draft.save()
    audit.record(by=by, action="policy.propose", subject=draft, new={"number": len(draft.all_operations)}, why=reason)
    return draft


@transaction.atomic
def reopen(*, id: UUID, remark: str, at: dt.datetime, by: User) -> Draft:
    """Take it back from the meeting to be changed, or send it back with a remark. Raises NotFound, NotProposed."""
    draft = _own(id)
    if draft.state != DraftState.PROPOSED:
        raise NotProposed
    draft.state, draft.remark, draft.changed_at = DraftState.EDITING, remark, at
    draft.save()
    audit.record(by=by, action="policy.reopen_draft", subject=draft, why=remark)
    if draft.prepared_by_id and draft.prepared_by_id != by.pk:
        notices.tell(
            to=[draft.prepared_by_id], title="办法调整被退回修改", text=remark,
            url="/policy/rebase/" if draft.is_case else "/policy/adapt/", about=draft.pk, at=at
        )  # fmt: skip
    return draft


@transaction.atomic
def drop_draft(*, id: UUID, at: dt.datetime, by: User) -> Draft:
    """Give the draft up; what was typed stays in it. Raises NotFound, AtTheMeeting."""
    draft = _own(id)
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    draft.state, draft.is_open, draft.changed_at = DraftState.DROPPED, False, at
    draft.save()
    audit.record(by=by, action="policy.drop_draft", subject=draft)
    return draft


@transaction.atomic
def adopt_draft(
    *,
    id: UUID,
    body: str,
    meeting: str,
    decided_on: dt.date,
    document_number: str,
    in_force_from: dt.date,
    today: dt.date,
    at: dt.datetime,
    by: audit.Actor,
) -> PolicyDocument:
    """Register what the body decided: the draft becomes a document, in force from a day on.

    Raises NotFound, NotProposed, SameHand, and what `adapt` refuses.
    """
    draft = _own(id, is_case=False)
    if draft.state != DraftState.PROPOSED:
        raise NotProposed
    if draft.prepared_by_id == by.actor_id:
        raise SameHand
    document = adapt(
        operations=draft.all_operations, reason=draft.reason, body=body, meeting=meeting, decided_on=decided_on,
        document_number=document_number, in_force_from=in_force_from, today=today, by=by,
    )  # fmt: skip
    draft.state, draft.is_open, draft.document, draft.changed_at = DraftState.ADOPTED, False, document, at
    draft.save()
    audit.record(by=by, action="policy.adopt_draft", subject=draft, new={"identifier": document.identifier})
    tell_who_prepared(draft, title="办法调整已经会议通过", text=f"{in_force_from:%Y-%m-%d} 起施行", at=at)
    return document


def tell_who_prepared(draft: Draft, *, title: str, text: str, at: dt.datetime) -> None:
    """A line in the inbox of whoever prepared what was decided."""
    if draft.prepared_by_id:
        notices.tell(to=[draft.prepared_by_id], title=title, text=text, url="/policy/documents/", about=draft.pk, at=at)


def _open() -> Draft | None:
    return Draft.objects.select_for_update(of=("self",)).filter(is_open=True, is_case=False).first()


def _own(id: UUID, *, is_case: bool | None = None) -> Draft:
    found = Draft.objects.select_for_update(of=("self",)).filter(pk=id, is_open=True)
    draft = (found if is_case is None else found.filter(is_case=is_case)).first()
    if draft is None:
        raise NotFound("这份草稿已经采用或放弃。请看“文件与施行”。")
    return draft
