"""Which of our versions the children hold, and in how many places they do otherwise (R40): numbers they told us, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core import tenancy
from exchange import downward
from exchange.models import Position, Publication
from policy_engine import Template
from registry.queries import children_of
from tenants.policy.queries import changes, versions

STATES = {"current": "已采用最新版", "behind": "还按旧版", "other": "按自己的文件", "unknown": "还没有报告"}


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One child. `version` None: it holds none of ours, or has not told."""

    name: str
    state: str
    version: int | None
    since: date | None
    deviations: int | None
    parameters: int | None
    additions: int | None
    to_come: date | None  # it has decided to take the newest from that day

    @property
    def word(self) -> str:
        return STATES[self.state]


def lines(day: date) -> list[ChildLine]:
    """Every active child as of a day, in code order."""
    published = list(downward.published())
    now, later = downward.positions(day), downward.positions(date.max)
    known = {one.substance: one.version for one in reversed(published)}
    newest = published[0] if published else None
    return [
        _line(one.name, now.get(one.code), later.get(one.code), known, newest)
        for one in children_of(tenancy.current().code)
    ]


def _line(
    name: str, now: Position | None, later: Position | None, known: dict[str, int], newest: Publication | None
) -> ChildLine:
    if now is None:
        return ChildLine(name, "unknown", None, None, None, None, None, later.since if later else None)
    version = known.get(now.substance)
    state = "current" if newest is not None and now.substance == newest.substance else "behind" if newest else "other"
    taken = later is not None and later.since > now.since and newest is not None and later.substance == newest.substance
    coming = later.since if later is not None and taken and state != "current" else None
    return ChildLine(name, state, version, now.since, now.deviations, now.parameters, now.additions, coming)


def since_published(edition: versions.Edition) -> list[changes.Change] | None:
    """What differs from the version published last; None before the first one."""
    newest = downward.published().first()
    if newest is None:
        return None
    before = versions.frozen(Template.from_json(newest.content), edition.first_day)
    return changes.thing_changes(before, versions.frozen(edition.template, edition.first_day), edition.first_day)
