"""What is counted of policies rather than of records: how far those below have adopted one, and how far ours deviates."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core import tenancy
from exchange import queries as exchange
from policy_engine import Policy
from policy_engine.periods import Period
from registry.queries import children_on
from tenants.policy.queries.stack import is_own_document
from tenants.policy.queries.versions import deviations_on
from tenants.reports.models import Basis
from tenants.reports.queries.figures import entry_of


def numbers(
    codes: Collection[str], policies: Mapping[Basis, Policy], span: Period
) -> dict[str, tuple[int, int | None]]:
    """Numerator and denominator of those the catalogue marks `policy:`; left out where there is nothing to compare."""
    found: dict[str, tuple[int, int | None]] = {}
    for code in codes:
        rule = entry_of(code).get("policy")
        if rule == "adopted_below" and (children := adoption(span)):
            found[code] = sum(children.values()), len(children)
        elif rule == "deviation" and policies and not _is_own(policies[Basis.PARENT], span):
            ours = deviations_on(span.last_day)
            found[code] = ours.number, ours.of
    return found


def _is_own(policy: Policy, span: Period) -> bool:
    """Issued by this committee itself, or its office: there is no parent's value to deviate from."""
    return is_own_document(span.last_day) or str(policy.header.get("issuer", "")).startswith(tenancy.current().name)


def adoption(span: Period) -> dict[str, bool]:
    """Per committee directly below: does its accepted return say that it has a policy? Its own records are out of reach."""
    sent = {one.sender: one.body["policies"]["own"] is not None for one in exchange.received_accepted(span.key)}
    return {one.code: sent.get(one.code, False) for one in children_on(tenancy.current().code, span.last_day)}
