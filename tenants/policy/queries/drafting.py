"""The adaptation being prepared, and what it waits for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db.models import QuerySet

from core.errors import DomainError
from policy_engine import Element, Policy, TemplateErrors, load_overlay, resolve
from policy_engine.model import in_force
from tenants.policy.models import Draft
from tenants.policy.queries.stack import layers_on


def open_drafts() -> QuerySet[Draft]:
    """Everything being prepared or waiting for its meeting: an adaptation, a case."""
    return Draft.objects.select_related("prepared_by").filter(is_open=True)


def open_draft() -> Draft | None:
    """The one being prepared or waiting for its meeting."""
    return open_drafts().filter(is_case=False).first()


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
