"""Another document meets our deviations: settled by the office, decided by a body, registered by somebody else; and publishing ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from core import audit, tenancy
from core.errors import DomainError, NotFound
from exchange import downward
from exchange.models import Publication
from policy_engine import TemplateErrors
from tenants.policy import queries
from tenants.policy.actions.documents import (
    AdaptationRefused,
    AlreadyAdopted,
    insert,
    must_be_stated,
    tell_parent,
)
from tenants.policy.actions.drafts import AtTheMeeting, NotProposed, NotSound, SameHand, tell_who_prepared
from tenants.policy.models import Draft, DraftState, Kind, Layer, PolicyDocument
from tenants.policy.queries import cases, versions
from tenants.proceedings.actions import record_decision


class NothingNew(DomainError):
    code = "nothing_new"

    def __init__(self, version: int) -> None:
        super().__init__(f"本会的要求和已发布的第 {version} 版一样，没有可以发布的。先调整本会办法，施行后再发布。")


class OtherCaseOpen(DomainError):
    code = "other_case_open"

    def __init__(self) -> None:
        super().__init__("另一份办法的案还没有办完。请先办完它，或放弃它，再办这一份。")


class PolicyMoved(DomainError):
    """What was settled was settled against another policy than the one now in force."""

    code = "policy_moved"

    def __init__(self) -> None:
        super().__init__(
            "送请会议以后，本会又采用或撤回了别的文件，这个案没有把它算进去。请先退回，按现在的办法逐项核对，再送请会议决定。"
        )


class SettledForAnotherDay(DomainError):
    """What was settled reads otherwise on the day the meeting chose."""

    code = "settled_for_another_day"

    def __init__(self, settled_for: dt.date) -> None:
        text = f"这个案是按 {settled_for:%Y-%m-%d} 起施行核对的，换成这一天，要定的项或数就不一样了。请改回那一天，或退回按新的日期重新核对。"
        super().__init__(text, fields={"in_force_from": text})


@transaction.atomic
def publish_policy(*, note: str, today: dt.date, at: dt.datetime, by: audit.Actor) -> Publication:
    """Make what this committee has decided its next version, for its children to read; nothing of theirs changes by it.

    Raises NotOurDocument, NothingNew, exchange.PublishedMeanwhile.
    """
    edition, newest = versions.edition(today), downward.published().first()
    if newest is not None and newest.substance == edition.substance:
        raise NothingNew(newest.version)
    return downward.publish(
        content=edition.template.to_json(), title=edition.title, note=note, substance=edition.substance,
        in_force_from=edition.first_day, at=at, by=by,
    )  # fmt: skip


@transaction.atomic
def begin_case(*, origin: str, at: dt.datetime, by: User) -> Draft:
    """Begin to settle our deviations against another document, or go on with the case begun. Raises NotFound, OtherCaseOpen."""
    cases.target(origin)
    present = cases.open_case()
    if present is not None:
        if present.origin != origin:
            raise OtherCaseOpen
        return present
    draft = Draft(is_case=True, origin=origin, prepared_by=by, changed_at=at)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as twice:
        raise OtherCaseOpen from twice
    audit.record(by=by, action="policy.begin_case", subject=draft, new={"origin": origin})
    return draft


@transaction.atomic
def keep_case(
    *,
    id: UUID,
    typed: Mapping[str, Sequence[str]],
    operations: Sequence[Mapping[str, Any]] | None,
    at: dt.datetime,
    by: User,
) -> Draft:
    """Keep what was chosen so far. `operations`: what stays of our deviations, None while something is open. Raises NotFound, AtTheMeeting."""
    draft = _case(id)
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    draft.typed = {name: list(values) for name, values in typed.items()}
    draft.operations = None if operations is None else [dict(one) for one in operations]
    draft.prepared_by, draft.changed_at = by, at
    draft.save()
    audit.record(by=by, action="policy.keep_case", subject=draft, new={"number": len(draft.operations or ())})
    return draft


@transaction.atomic
def propose_case(*, id: UUID, reason: str, at: dt.datetime, by: User) -> Draft:
    """Lay the settled case before the body. Raises NotFound, AtTheMeeting, NotSound."""
    draft = _case(id)
    if draft.state == DraftState.PROPOSED:
        raise AtTheMeeting
    if draft.operations is None or not reason.strip():
        raise NotSound
    draft.state, draft.reason, draft.remark = DraftState.PROPOSED, reason, ""
    draft.prepared_by, draft.changed_at = by, at
    draft.save()
    audit.record(by=by, action="policy.propose", subject=draft, new={"number": len(draft.operations)}, why=reason)
    return draft


@transaction.atomic
def adopt_case(
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
) -> list[PolicyDocument]:
    """Register the decision: the other document from a day on, and what stays of our deviations upon it; the days before keep theirs.

    Raises NotFound, NotProposed, SameHand, PolicyMoved, SettledForAnotherDay, AdaptationRefused, AlreadyAdopted, StillToCome, and what `adapt` refuses of a statement.
    """
    draft = _case(id)
    if draft.state != DraftState.PROPOSED or draft.operations is None:
        raise NotProposed
    if draft.prepared_by_id == by.actor_id:
        raise SameHand
    if cases.has_moved(since=draft.changed_at):
        raise PolicyMoved
    must_be_stated(draft.reason, meeting, document_number, decided_on, in_force_from)
    target = cases.target(draft.origin)
    cases.nothing_to_come(in_force_from)
    settled_for = cases.first_day(draft, today=today)
    if settled_for != in_force_from and not cases.reads_alike(draft, on=in_force_from, settled_for=settled_for):
        raise SettledForAnotherDay(settled_for)
    template = cases.adoptable(target, in_force_from)
    if PolicyDocument.objects.filter(
        kind=Kind.TEMPLATE, identifier=template.id, in_force_from=in_force_from, withdrawal=None
    ).exists():
        raise AlreadyAdopted(target.title)
    decision = record_decision(
        body=body, meeting=meeting, decided_on=decided_on, document_number=document_number, subject=f"采用《{target.title}》{target.label}",
        today=today, by=by,
    )  # fmt: skip
    own = template.header.get("issuer") == tenancy.current().name
    common: dict[str, Any] = {"in_force_from": in_force_from, "decision": decision, "reason": draft.reason, "by": by}
    made = [
        insert(
            kind=Kind.TEMPLATE, layer=Layer.OWN if own else Layer.PARENT, identifier=template.id, base=template.id,
            title=target.title, content=template.to_json(), **common,
        )
    ]  # fmt: skip
    if draft.operations:
        said = {"document": document_number, "decided_by": body, "meeting": meeting, "reason": draft.reason}
        overlay = said | {
            "overlay": f"{tenancy.current().slug}-{in_force_from:%Y}-{made[0].order}", "base": template.id, "from": in_force_from.isoformat(),
            "operations": draft.operations,
        }  # fmt: skip
        title = f"{tenancy.current().name}的调整（{in_force_from:%Y-%m-%d}起）"
        made.append(
            insert(kind=Kind.OVERLAY, layer=Layer.OWN, identifier=overlay["overlay"], base=template.id, title=title, content=overlay, **common)
        )  # fmt: skip
    _must_hold(in_force_from)
    draft.state, draft.is_open, draft.document, draft.changed_at = DraftState.ADOPTED, False, made[-1], at
    draft.save()
    audit.record(by=by, action="policy.adopt_case", subject=draft, new={"identifier": made[0].identifier})
    tell_parent(in_force_from, by=by)
    tell_who_prepared(draft, title="办法换新版已经会议通过", text=f"{in_force_from:%Y-%m-%d} 起施行", at=at)
    return made


def _must_hold(day: dt.date) -> None:
    """Everything together, as it will be read: refused here rather than on its first day."""
    try:
        queries.policy_on(day)
    except TemplateErrors as refusal:
        raise AdaptationRefused(refusal.errors, {}) from refusal


def _case(id: UUID) -> Draft:
    draft = Draft.objects.select_for_update(of=("self",)).filter(pk=id, is_open=True, is_case=True).first()
    if draft is None:
        raise NotFound("这个案已经办完或放弃。请看“文件与施行”。")
    return draft
