"""The adaptation being prepared, and what it waits for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from core.errors import DomainError
from core.waiting import Button, Item, Pile, Source
from policy_engine import Element, Policy, TemplateErrors, load_overlay, resolve
from policy_engine.model import in_force
from tenants.policy.models import Draft, DraftState
from tenants.policy.queries.stack import layers_on

SHOWN = "/policy/draft/"


def open_draft() -> Draft | None:
    """The one being prepared or waiting for its meeting."""
    return Draft.objects.select_related("prepared_by").filter(is_open=True, is_case=False).first()


def _waiting(user: Any, day: dt.date, limit: int) -> Pile | None:
    if not may(user, Permission.POLICY_ADOPT):
        return None
    draft = open_draft()
    if draft is None or draft.state != DraftState.PROPOSED or draft.prepared_by_id == user.pk:
        return Pile(count=0)
    item = Item(
        key=f"policy:draft:{draft.pk}",
        what="办法调整",
        url=SHOWN,
        who=draft.prepared_by.display_name if draft.prepared_by else "",
        detail="会议通过后登记决定",
        since=draft.changed_at.date(),
        buttons=(Button(label="去登记", url=SHOWN, about="会议决定", opens=True),),
    )
    return Pile(count=1, items=[item])


WAITING = Source(name="policy.drafts", title="办法待会议决定", url=SHOWN, order=25, ask=_waiting)


class UnsoundDraft(DomainError):
    code = "unsound_draft"

    def __init__(self, said: str) -> None:
        super().__init__(f"草稿里有不成立的地方，先改好再试算：{said}")


def drafted_policy(draft: Draft, day: dt.date) -> Policy:
    """What would be in force from `day` on, were the draft adopted. Raises NoPolicy, UnsoundDraft."""
    below = layers_on(day)
    overlay = {
        "overlay": "draft", "base": below.template.id, "reason": draft.reason or "草稿", "decided_by": "chairpersons_council",
        "from": day.isoformat(), "operations": draft.all_operations,
    }  # fmt: skip
    try:
        return resolve(below.template, (*below.overlays, load_overlay(overlay)), on=day)
    except TemplateErrors as faults:
        raise UnsoundDraft(faults.errors[0].message) from faults


def as_though_always(policy: Policy, day: dt.date) -> Policy:
    """The policy as `day` reads it, held to have been so all along: what a what-if judges another year by."""
    elements = {name: _timeless(element, day) for name, element in policy.elements.items()}
    return replace(policy, elements=elements, on=None)


def _timeless(element: Element, day: dt.date) -> Element:
    if not element.stands(day):
        return replace(element, begins=None, ends=dt.date.min)
    values = {
        key: (replace(in_force(series, day) or series[0], since=None),)
        for key, series in element.values.items()
        if series and key != "standing"
    }
    return replace(element, values=values, begins=None, ends=None)
