"""What is counted of policies rather than of records: how far those below have adopted one, and how far ours deviates."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core import tenancy
from exchange import queries as exchange
from exchange.downward import positions
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
            found[code] = sum(bool(source) for source in children.values()), len(children)
        elif rule == "deviation" and policies and not _is_own(policies[Basis.PARENT], span):
            ours = deviations_on(span.last_day)
            found[code] = ours.number, ours.of
    return found


def _is_own(policy: Policy, span: Period) -> bool:
    """Issued by this committee itself, or its office: there is no parent's value to deviate from."""
    return is_own_document(span.last_day) or str(policy.header.get("issuer", "")).startswith(tenancy.current().name)


def adoption(span: Period) -> dict[str, str]:
    """Per committee directly below how its having a policy is known: `told` (what it says it holds of ours), `returned` (its accepted
    return names one, also a document of its own), empty for not at all. Its own records are out of reach. Four statements."""
    children = children_on(tenancy.current().code, span.last_day)
    if not children:
        return {}
    told, returned = positions(span.last_day), exchange.judged_by(span.key)
    return {one.code: "told" if one.code in told else "returned" if returned.get(one.code) else "" for one in children}
