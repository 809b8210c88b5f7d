"""A committee's own figures for a period, from its records and the policy of the period's last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from policy_engine import Indicator, Policy
from policy_engine.periods import Period
from tenants.policy.queries import Binding, NoPolicy, binding_on, digest_by, policy_of
from tenants.reports.models import Basis
from tenants.reports.queries import attained, counted, declared
from tenants.reports.queries.figures import (
    Figure,
    bases_of,
    entry_of,
    figure,
    indicators_of,
    shared_indicators,
    window,
)
from tenants.voices import queries as voices


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figures of one return stand on: the period, the policies, the indicators as they bind here, everybody in office."""

    span: Period
    bindings: Mapping[Basis, Binding]
    policies: Mapping[Basis, Policy]
    indicators: Mapping[str, Indicator]
    people: attained.People

    @property
    def as_of(self) -> dt.date:
        return self.span.last_day

    @property
    def month(self) -> int:
        """The month a year begins with."""
        own = self.policies.get(Basis.OWN)
        return int(own.setting("year_start_month", self.as_of, 1)) if own else 1

    def window(self, code: str) -> Period:
        return window(code, self.span, year_start_month=self.month)

    def applies(self, indicator: Indicator) -> bool:
        """Has the document this rule at all? Most counts are of everybody."""
        if not entry_of(indicator.id).get("named_only"):
            return True
        own = self.policies.get(Basis.OWN)
        return own is not None and (bool(indicator.duties) or any(one in own.clauses for one in indicator.clauses))


@dataclass(frozen=True, slots=True)
class Own:
    """The figures with the digests of the policies they were judged by (None: no policy adopted), and what they stand on."""

    figures: tuple[Figure, ...]
    policies: Mapping[str, str | None]
    on: Ground
    met: Mapping[Basis, Mapping[str, attained.Sides]]


def ground(span: Period) -> Ground:
    """One statement for the policies and eight for the people."""
    as_of = span.last_day
    bindings = bindings_on(as_of)
    policies = {basis: policy_of(binding, as_of) for basis, binding in bindings.items()}
    own = policies.get(Basis.OWN)
    bound = indicators_of(own) if own else shared_indicators()
    return Ground(span, bindings, policies, bound, attained.in_office(as_of))


def bindings_on(as_of: dt.date) -> dict[Basis, Binding]:
    """What names the policies by one's own value and by the parent's; empty where no policy is adopted."""
    try:
        return {Basis.OWN: binding_on(as_of), Basis.PARENT: binding_on(as_of, own=False)}
    except NoPolicy:
        return {}


def own_figures(span: Period) -> Own:
    """Every carried indicator for a period. A committee without a policy is not judged: its attainments are not applicable.

    Statements, however many records: those of a standing per policy, one for all counts of records, one for all of voices,
    and those of the tree.
    """
    on = ground(span)
    found = _reckoned(on)
    digests = {basis: digest_by(binding) for basis, binding in on.bindings.items()}
    judged = {digests[basis]: policy for basis, policy in on.policies.items()}  # not adapted: judged once
    sides = {digest: attained.sides(policy, on.people, on.window, on.as_of) for digest, policy in judged.items()}
    met = {basis: sides[digest] for basis, digest in digests.items()}
    figures = [
        figure(code, basis, _of(indicator, found, met.get(basis, {})))
        for code, indicator in on.indicators.items()
        for basis in bases_of(indicator)
    ]
    policies = {str(basis): digests.get(basis) for basis in Basis}
    return Own(tuple(sorted(figures, key=lambda one: one.key)), policies, on, met)


Counts = tuple[int, int | None]


def _of(indicator: Indicator, found: Mapping[str, Counts], met: Mapping[str, attained.Sides]) -> Counts | None:
    if indicator.kind != "attainment":
        return found.get(indicator.id)
    return met[indicator.id].counts if indicator.id in met else None


def _reckoned(on: Ground) -> dict[str, Counts]:
    """What is no attainment: counts of records and links, of voices, of policies."""
    asked = [one for one in on.indicators.values() if one.kind != "attainment" and on.applies(one)]
    heard = {
        one.id: (entry_of(one.id)["voices"], on.window(one.id).start, on.window(one.id).until)
        for one in asked
        if "voices" in entry_of(one.id)
    }
    return (
        counted.numbers([one for one in asked if one.where], on.people, on.window, on.as_of)
        | voices.figures.counted(heard, on.as_of)
        | declared.numbers([one.id for one in asked], on.policies, on.span)
    )
