"""The only writers of adopted documents: the first adoption, and a committee's own adaptation (YY21-22-1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from billing_free.actions import claim
from billing_free.quotas import What
from core import audit, tenancy
from core.errors import DomainError, NotFound
from exchange import downward
from policy_engine import (
    Policy,
    Template,
    TemplateError,
    TemplateErrors,
    find_template,
    load_overlay,
    load_template,
    resolve,
    together,
)
from policy_engine.addresses import TOGETHER
from policy_engine.vocabulary import TEMPLATES
from tenants.policy import queries
from tenants.policy.models import Draft, Kind, Layer, PolicyDocument, Withdrawal
from tenants.policy.queries import cases, shipped, versions, words
from tenants.proceedings.actions import record_decision
from tenants.proceedings.models import Decision

Operation = Mapping[str, Any]
"""One change in the overlay's language: `{op, path, value, reason?}`."""


class UnusableTemplate(DomainError):
    code = "unusable_template"

    def __init__(self, name: str, errors: Sequence[TemplateError]) -> None:
        lines = "；".join(str(error) for error in errors[:3])
        super().__init__(f"模板“{name}”不能采用：{lines}。改好后用 `lianxin policy check {name}` 核对。")


class NothingChanged(DomainError):
    code = "nothing_changed"

    def __init__(self) -> None:
        super().__init__("没有改动任何数值，不用调整。要改哪一项，就在它右边填上本会的数。")


class StatementMissing(DomainError):
    """A deviation must say why, who decided it and in which document: the parent reads it."""

    code = "statement_missing"

    def __init__(self, names: Sequence[str]) -> None:
        labels = {"reason": "理由", "meeting": "会议", "document_number": "文号"}
        said = "、".join(labels[name] for name in names)
        super().__init__(f"请写明{said}，报上级备案时要用。", fields={name: f"请写明{labels[name]}" for name in names})


class TakesEffectBeforeDecision(DomainError):
    code = "takes_effect_before_decision"

    def __init__(self, decided_on: date) -> None:
        message = f"施行日期不能早于会议日期 {decided_on:%Y-%m-%d}，以前的情况仍按原办法判断。"
        super().__init__(message, fields={"in_force_from": message})


class AdaptationRefused(DomainError):
    """What the engine refuses: unknown element, a value out of the parent's bounds, minimum above maximum."""

    code = "adaptation_refused"

    def __init__(self, errors: Sequence[TemplateError], fields: Mapping[str, str]) -> None:
        lines = "；".join(f"{error.message}（{error.remedy}）" for error in errors[:3])
        super().__init__(f"这样调整不成立：{lines}", fields=fields)
        self.errors = tuple(errors)


class AlreadyAdopted(DomainError):
    code = "already_adopted"

    def __init__(self, title: str) -> None:
        super().__init__(f"《{title}》已经按这个施行日采用过。要换内容，请先撤回那一份。")


class CannotStandBeside(DomainError):
    """Two documents that speak of the same thing differently cannot both bind."""

    code = "cannot_stand_beside"

    def __init__(self, errors: Sequence[TemplateError]) -> None:
        lines = "；".join(error.message for error in errors[:3])
        said = f"两份文件有 {len(errors)} 处说的是同一件事，不能同时有效：{lines}。请改选“取代现在的办法”。"
        super().__init__(said, fields={"how": said})


class DeviationsOpen(DomainError):
    """A document in place of the present one would drop or override our own values unseen."""

    code = "deviations_open"

    def __init__(self) -> None:
        super().__init__(
            "本会调整过现在的办法。换一份办法以前，要逐项定下哪些保留、哪些不再保留：请点“逐项决定本会的调整”。"
        )


class AlreadyInForce(DomainError):
    code = "document_in_force"

    def __init__(self, title: str) -> None:
        super().__init__(f"《{title}》已经施行，不能撤回，因为有人按它判断过。要改，请再做一份调整。")


class AlreadyWithdrawn(DomainError):
    code = "document_withdrawn"

    def __init__(self) -> None:
        super().__init__("这份文件已经撤回了。")


class Prepare(Protocol):
    def __call__(self, *, template: str | None, by: audit.Actor) -> None: ...
    def check(self, *, template: str | None) -> None: ...


class _Preparation:
    """What provisioning calls for a new committee: look first, write later."""

    def check(self, *, template: str | None) -> None:
        """Raises UnusableTemplate unless the template can be adopted; None is fine: adopt one later."""
        if template is not None:
            _load(template)

    def __call__(self, *, template: str | None, by: audit.Actor) -> None:
        """Adopt `template` as the first document. Running it again changes nothing."""
        if template is not None:
            adopted = adopt_template(template=_load(template), by=by)
            if adopted.in_force_from is not None:
                tell_parent(adopted.in_force_from, by=by)


prepare_committee: Prepare = _Preparation()


@transaction.atomic
def adopt_template(*, template: Template, by: audit.Actor) -> PolicyDocument:
    """Adopt a whole document, in force from the day it names itself; the same content twice is one adoption."""
    content = template.to_json()
    known = PolicyDocument.objects.filter(kind=Kind.TEMPLATE, digest=_digest(content)).first()
    if known is not None:
        return known
    header = template.header
    own = header.get("issuer") == tenancy.current().name
    return insert(
        kind=Kind.TEMPLATE,
        layer=Layer.OWN if own else Layer.PARENT,
        identifier=template.id,
        base=template.id,
        title=str(header.get("title") or template.id),
        content=content,
        in_force_from=_day(header.get("in_force_from")),
        by=by,
    )


def tell_parent(day: date, *, by: audit.Actor) -> None:
    """Let the parent know which of its policies is held from a day on, and in how many places otherwise: numbers only (R40)."""
    said = versions.position_on(day)
    if said is not None:
        downward.take_position(**said, by=by)


@transaction.atomic
def adapt(
    *,
    operations: Sequence[Operation],
    reason: str,
    body: str,
    meeting: str,
    decided_on: date,
    document_number: str,
    in_force_from: date,
    today: date,
    by: audit.Actor,
) -> PolicyDocument:
    """Set our own values in the parent's policy, in force from a day on.

    `operations` speak the overlay's language, e.g. `{"op": "set", "path": "duty.constituents.min", "value": 5}`.
    Raises NothingChanged, StatementMissing, TakesEffectBeforeDecision, AdaptationRefused (its `fields` are keyed by path),
    queries.NoPolicy, and what recording the decision refuses.
    """
    must_be_stated(reason, meeting, document_number, decided_on, in_force_from)
    overlay = _overlay(operations, reason, body, meeting, document_number, in_force_from)
    _resolved_with(overlay, operations, in_force_from)
    title = f"{tenancy.current().name}的调整（{in_force_from:%Y-%m-%d}起）"
    decision = record_decision(
        body=body,
        meeting=meeting,
        decided_on=decided_on,
        document_number=document_number,
        subject=title,
        today=today,
        by=by,
    )
    made = insert(
        kind=Kind.OVERLAY,
        layer=Layer.OWN,
        identifier=overlay["overlay"],
        base=overlay["base"],
        title=title,
        content=overlay,
        in_force_from=in_force_from,
        decision=decision,
        reason=reason,
        by=by,
    )
    tell_parent(in_force_from, by=by)
    return made


@transaction.atomic
def adopt_successor(
    *,
    template: Template,
    replaces: bool,
    reason: str,
    body: str,
    meeting: str,
    decided_on: date,
    document_number: str,
    in_force_from: date,
    today: date,
    by: audit.Actor,
) -> PolicyDocument:
    """Adopt another whole document from a day on, in place of what is in force or beside it; each day keeps its own rule.

    Raises StatementMissing, TakesEffectBeforeDecision, AlreadyAdopted, CannotStandBeside, DeviationsOpen, and what recording the decision refuses.
    """
    must_be_stated(reason, meeting, document_number, decided_on, in_force_from)
    if replaces and queries.has_policy(in_force_from) and cases.has_deviations(in_force_from):
        raise DeviationsOpen
    made = successor(template=template, replaces=replaces, in_force_from=in_force_from)
    title = str(made.header.get("title") or made.id)
    same = PolicyDocument.objects.filter(kind=Kind.TEMPLATE, identifier=made.id, in_force_from=in_force_from)
    if same.filter(withdrawal=None).exists():
        raise AlreadyAdopted(title)
    decision = record_decision(
        body=body, meeting=meeting, decided_on=decided_on, document_number=document_number, subject=f"采用《{title}》",
        today=today, by=by,
    )  # fmt: skip
    own = made.header.get("issuer") == tenancy.current().name
    adopted = insert(
        kind=Kind.TEMPLATE, layer=Layer.OWN if own else Layer.PARENT, identifier=made.id, base=made.id, title=title,
        content=made.to_json(), in_force_from=in_force_from, decision=decision, reason=reason, by=by,
    )  # fmt: skip
    tell_parent(in_force_from, by=by)
    return adopted


def successor(*, template: Template, replaces: bool, in_force_from: date) -> Template:
    """The document as it would be adopted: with its first day, and what it replaces. Raises CannotStandBeside."""
    header = {**template.header, "in_force_from": in_force_from.isoformat()}
    if not queries.has_policy(in_force_from):
        return replace(template, header=header)
    present = queries.layers_on(in_force_from).template
    names = [name for name in present.header.get(TOGETHER, [present.id]) if name != template.id]
    if replaces and names:
        header["replaces"] = header.get("replaces") or names
    made = replace(template, header=header)
    if not replaces:
        try:
            together([present, made])
        except TemplateErrors as faults:
            raise CannotStandBeside(faults.errors) from faults
    return made


@transaction.atomic
def withdraw(*, id: UUID, reason: str, today: date, at: datetime, by: audit.Actor) -> Withdrawal:
    """Take back a document whose first day has not come: it never binds anybody. The row stays, with the reason.

    A case it came of is open again, with what was chosen, to be settled anew.

    Raises NotFound, AlreadyInForce, AlreadyWithdrawn.
    """
    document = PolicyDocument.objects.defer("content").filter(pk=id).first()
    if document is None:
        raise NotFound("没有这份文件。")
    if document.in_force_from is None or document.in_force_from <= today:
        raise AlreadyInForce(document.title)
    if Withdrawal.objects.filter(document=document).exists():
        raise AlreadyWithdrawn
    made, taken = _take_back(document, reason, by), [document]
    if document.decision_id is not None:  # what one decision brought goes together
        together = PolicyDocument.objects.defer("content").filter(decision=document.decision_id, withdrawal=None)
        for other in together.exclude(pk=document.pk):
            _take_back(other, reason, by)
            taken.append(other)
    _open_again(taken, reason=reason, at=at, by=by)
    tell_parent(document.in_force_from, by=by)
    return made


def _open_again(taken: Sequence[PolicyDocument], *, reason: str, at: datetime, by: audit.Actor) -> None:
    adopted = Draft.objects.filter(is_case=True, document__in=taken).order_by("-changed_at").first()
    if adopted is None or Draft.objects.filter(is_case=True, is_open=True).exists():
        return
    case = Draft(
        is_case=True, origin=adopted.origin, typed=adopted.typed, prepared_by=adopted.prepared_by, changed_at=at, remark=reason[:300]
    )  # fmt: skip
    case.save(force_insert=True)
    audit.record(by=by, action="policy.begin_case", subject=case, new={"origin": case.origin}, why=reason)


def _take_back(document: PolicyDocument, reason: str, by: audit.Actor) -> Withdrawal:
    made = Withdrawal(document=document, reason=reason)
    made.save(force_insert=True)
    new = {"identifier": document.identifier, "in_force_from": document.in_force_from}
    audit.record(by=by, action="policy.withdraw", subject=made, new=new, why=reason)
    return made


def preview(
    *, operations: Sequence[Operation], reason: str, body: str, meeting: str, document_number: str, in_force_from: date
) -> Policy:
    """The policy as it would read with these changes; writes nothing. Raises NothingChanged, AdaptationRefused, NoPolicy."""
    return _resolved_with(
        _overlay(operations, reason, body, meeting, document_number, in_force_from), operations, in_force_from
    )


def must_be_stated(reason: str, meeting: str, document_number: str, decided_on: date, in_force_from: date) -> None:
    said = {"reason": reason, "meeting": meeting, "document_number": document_number}
    if missing := [name for name, text in said.items() if not text.strip()]:
        raise StatementMissing(missing)
    if in_force_from < decided_on:
        raise TakesEffectBeforeDecision(decided_on)


def _load(name: str) -> Template:
    """A shipped one is read once per process: provisioning looks at it first and adopts it then."""
    folder = find_template(name)
    if folder == TEMPLATES / name:
        with suppress(NotFound):  # a faulty one is told of below, fault by fault
            return shipped.template(name)
    try:
        return load_template(folder)
    except TemplateErrors as refusal:
        raise UnusableTemplate(name, refusal.errors) from refusal


def _overlay(
    operations: Sequence[Operation], reason: str, body: str, meeting: str, document_number: str, in_force_from: date
) -> dict[str, Any]:
    if not operations:
        raise NothingChanged
    number = PolicyDocument.objects.filter(kind=Kind.OVERLAY, layer=Layer.OWN).count() + 1
    said = {"document": document_number, "decided_by": body, "meeting": meeting, "reason": reason}
    return {key: text for key, text in said.items() if text} | {
        "overlay": f"{tenancy.current().slug}-{in_force_from:%Y}-{number}",
        "base": queries.layers_on(in_force_from).base,
        "from": in_force_from.isoformat(),
        "operations": [dict(operation) for operation in operations],
    }


def _resolved_with(overlay: Mapping[str, Any], operations: Sequence[Operation], in_force_from: date) -> Policy:
    below = queries.layers_on(in_force_from)
    try:
        return resolve(below.template, (*below.overlays, load_overlay(overlay)), on=in_force_from)
    except TemplateErrors as refusal:
        raise AdaptationRefused(
            refusal.errors, _fields(refusal.errors, operations, queries.policy_on(in_force_from))
        ) from refusal


def _fields(errors: Sequence[TemplateError], operations: Sequence[Operation], policy: Policy) -> dict[str, str]:
    """The engine's complaints by the path of the change they are about; the form names its fields after paths."""
    fields: dict[str, str] = {}
    for error in errors:
        for operation in operations:
            path = str(operation.get("path"))
            if path in error.key or error.key in path:
                basis = _basis(path, policy)
                fields.setdefault(path, f"{error.message}（{error.remedy}{basis}）")
    return fields


def _basis(path: str, policy: Policy) -> str:
    """The clause behind a value, so that the refusal can be looked up."""
    element = policy.elements.get(path) or policy.elements.get(path.rpartition(".")[0])
    refs = (
        [words.reference(policy.clauses[one].ref) for one in element.clauses if one in policy.clauses]
        if element
        else []
    )
    return f"；依据{'、'.join(dict.fromkeys(refs))}" if refs else ""


def insert(
    *,
    kind: Kind,
    layer: Layer,
    identifier: str,
    base: str,
    title: str,
    content: Mapping[str, Any],
    in_force_from: date | None,
    by: audit.Actor,
    decision: Decision | None = None,
    reason: str = "",
) -> PolicyDocument:
    last = PolicyDocument.objects.aggregate(last=Max("order"))["last"] or 0
    document = PolicyDocument(
        order=last + 1,
        kind=kind,
        layer=layer,
        identifier=identifier,
        base=base,
        title=title,
        content=content,
        digest=_digest(content),
        in_force_from=in_force_from,
        decision=decision,
        reason=reason,
    )
    document.save(force_insert=True)
    claim(what=What.DOCUMENTS, by=by)
    new = {"identifier": identifier, "in_force_from": in_force_from, "digest": document.digest}
    audit.record(by=by, action=f"policy.adopt_{kind}", subject=document, new=new, why=reason)
    return document


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
