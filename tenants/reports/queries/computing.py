"""A committee's own figures on a day, from its records and the policy of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from policy_engine import Filter, Indicator, Policy, Verdict
from policy_engine.periods import DAY, Period, year_of
from tenants.assessment.queries import verdicts
from tenants.assessment.queries.counter import filter_parts
from tenants.members.queries import serving
from tenants.policy.queries import NoPolicy, parent_policy_on, policy_on
from tenants.reports.models import Basis
from tenants.reports.queries.figures import Figure, bases_of, figure, indicators_of, shared_indicators


@dataclass(frozen=True, slots=True)
class Own:
    """The figures with the digests of the policies they were judged by (None: no policy adopted)."""

    figures: tuple[Figure, ...]
    policies: Mapping[str, str | None]


def own_figures(as_of: dt.date) -> Own:
    """Every carried indicator as of a day. Year indicators run from the year's first day to `as_of`.

    A committee without a policy is not judged: its attainments are not applicable. Statements: one per policy for
    attainment, one for all counts of records, one for the members.
    """
    policies = _policies(as_of)
    bound = indicators_of(policies[Basis.OWN]) if policies else shared_indicators()
    members = frozenset(str(key) for key in serving(as_of).values_list("pk", flat=True))
    counted = _records(list(bound.values()), _year(policies.get(Basis.OWN), as_of), as_of)
    judged = {policy.digest: policy for policy in policies.values()}  # not adapted: judged once
    met = {digest: _attained(policy, members, as_of) for digest, policy in judged.items()}
    attained = {basis: met[policy.digest] for basis, policy in policies.items()}
    figures = [
        figure(code, basis, _counts(indicator, counted, attained.get(basis, {}), len(members)))
        for code, indicator in bound.items()
        for basis in bases_of(indicator)
    ]
    digests = {str(basis): policies[basis].digest if basis in policies else None for basis in Basis}
    return Own(tuple(sorted(figures, key=lambda one: one.key)), digests)


def _policies(as_of: dt.date) -> dict[Basis, Policy]:
    try:
        return {Basis.OWN: policy_on(as_of), Basis.PARENT: parent_policy_on(as_of)}
    except NoPolicy:
        return {}


def _counts(
    indicator: Indicator, counted: Mapping[str, int], attained: Mapping[str, int], members: int
) -> tuple[int, int] | None:
    found = attained if indicator.kind == "attainment" else counted
    return (found[indicator.id], members) if indicator.id in found else None


def _attained(policy: Policy, members: frozenset[str], as_of: dt.date) -> dict[str, int]:
    """Per bound attainment, how many serving members have met every duty it is bound to."""
    bound = [one for one in indicators_of(policy).values() if one.kind == "attainment" and one.duties]
    if not bound:
        return {}
    met = _met(verdicts(as_of, policy=policy), as_of)
    return {one.id: sum(all((member, duty) in met for duty in one.duties) for member in members) for one in bound}


def _met(found: Iterable[Verdict], as_of: dt.date) -> frozenset[tuple[str, str]]:
    """(subject, duty) met in the period that holds the day; above a range is no debt, but not within it either (R05)."""
    return frozenset(
        (one.subject, one.duty)
        for one in found
        if one.state == "met" and not one.over and one.period.start <= as_of < one.period.until
    )


def _year(policy: Policy | None, as_of: dt.date) -> Period:
    return year_of(as_of, int(policy.setting("year_start_month", as_of, 1)) if policy else 1)


def _records(indicators: Sequence[Indicator], year: Period, as_of: dt.date) -> dict[str, int]:
    """Distinct confirmed records per indicator, a joint one once for the committee. One statement."""
    wanted = [(one.id, one.where) for one in indicators if one.kind != "attainment" and one.where]
    if not wanted:
        return {}
    conditions = [_condition(where) for _, where in wanted]
    cells = ", ".join(f"count(DISTINCT record_id) FILTER (WHERE {sql})" for sql, _ in conditions)
    params = [value for _, values in conditions for value in values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {cells} FROM deed WHERE confirmed AND on_date >= %s AND on_date < %s",
            [*params, year.start, min(as_of + DAY, year.until)],
        )
        row = cursor.fetchone()
    return {code: number for (code, _), number in zip(wanted, row, strict=True)}


def _condition(where: Filter) -> tuple[str, list[Any]]:
    parts = list(filter_parts(where))
    return " AND ".join(part.sql for part in parts), [value for part in parts for value in part.params]
