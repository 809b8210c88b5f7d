"""试算: last year's records judged by a draft of the policy beside the present one. Kept nowhere but for an hour in the cache."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Q

from dispatch.progress import Progress, silent
from policy_engine import Duty
from tenants.assessment.queries.standing import POPULATIONS, Line, Standings, standings
from tenants.members.models import Member
from tenants.policy.models import Draft
from tenants.policy.queries import policy_on, words
from tenants.policy.queries.cases import drafted
from tenants.policy.queries.drafting import as_though_always

LARGE = 200  # members; more are worked out by a job
KEPT = 3600  # seconds
TYPES = ("member", "sector", "special_committee", "committee")


@dataclass(frozen=True, slots=True)
class Count:
    """How many are done, how many short, and how many it does not judge."""

    met: int
    short: int
    other: int


@dataclass(frozen=True, slots=True)
class Effect:
    """One duty under the present rule and under the draft; None where one of them does not have it."""

    id: str
    title: str
    type: str
    rule_before: str
    rule_after: str
    before: Count | None
    after: Count | None
    worse: tuple[str, ...]  # subjects who would be short and are not now
    better: tuple[str, ...]

    @property
    def unit(self) -> str:
        return POPULATIONS.get(self.type, "个")

    @property
    def is_of_members(self) -> bool:
        return self.type == "member"

    @property
    def is_touched(self) -> bool:
        return self.rule_before != self.rule_after or self.before != self.after


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The whole answer, plain values: it names members by id only."""

    as_of: dt.date
    counted_at: dt.datetime
    short_before: frozenset[str]
    short_after: frozenset[str]
    members: tuple[str, ...]
    effects: tuple[Effect, ...]
    owed: Mapping[str, tuple[tuple[str, str, str], ...]]  # member: (duty, title, what is owed) under the draft

    @property
    def total(self) -> int:
        return len(self.members)

    @property
    def newly(self) -> frozenset[str]:
        return self.short_after - self.short_before

    @property
    def eased(self) -> frozenset[str]:
        return self.short_before - self.short_after


@dataclass(frozen=True, slots=True)
class SectorLine:
    id: UUID
    name: str
    members: int
    short_before: int
    short_after: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    id: UUID
    name: str
    sector: str
    was: str
    owed: tuple[tuple[str, str, str], ...]

    @property
    def url(self) -> str:
        return f"/standing/{self.id}/"


def year_ends(today: dt.date) -> list[tuple[int, dt.date]]:
    """The years one may try a draft on: last year to its end, this year until today."""
    return [(today.year - 1, dt.date(today.year - 1, 12, 31)), (today.year, today)]


def default_year(today: dt.date) -> int:
    """Last year; this year where nothing was recorded last year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM deed WHERE family = 'record' AND on_date BETWEEN %s AND %s)",
            [dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)],
        )
        (has_records,) = cursor.fetchone()
    return today.year - 1 if has_records else today.year


def is_large(as_of: dt.date) -> bool:
    return Member.objects.filter(Q(left_on=None) | Q(left_on__gt=as_of)).count() > LARGE


def weigh(draft: Draft, *, as_of: dt.date, day: dt.date, at: dt.datetime, progress: Progress = silent) -> WhatIf:
    """Judge the year that ends on `as_of` by the rules of `day`, and by those of the draft: an adaptation or a case.

    Raises NoPolicy, UnsoundDraft, and of a case what comparing it refuses.
    """
    policies = (as_though_always(policy_on(day), day), as_though_always(*drafted(draft, day)))
    progress(0, 3, "按现在的办法算")
    before = standings(as_of, *TYPES, policy=policies[0])
    progress(1, 3, "按草稿算")
    after = standings(as_of, *TYPES, policy=policies[1])
    progress(2, 3, "对照")
    effects = [one for was, is_ in zip(before, after, strict=True) for one in _effects(was, is_)]
    members_before, members_after = before[0], after[0]
    progress(3, 3, "算好了")
    return WhatIf(
        as_of=as_of,
        counted_at=at,
        short_before=_short(members_before),
        short_after=_short(members_after),
        members=tuple(members_after.by_subject),
        effects=tuple(sorted(effects, key=lambda one: not one.is_touched)),
        owed={
            key: tuple((line.duty.id, line.duty.title, f"差 {line.outstanding} {line.unit}") for line in one.owed)
            for key, one in members_after.by_subject.items()
            if one.owed
        },
    )


def kept(draft: Draft, as_of: dt.date) -> WhatIf | None:
    """What a job worked out within the hour, for this very draft."""
    found = cache.get(_key(draft, as_of))
    return found if isinstance(found, WhatIf) else None


def keep(draft: Draft, found: WhatIf) -> None:
    cache.set(_key(draft, found.as_of), found, KEPT)


def sector_lines(found: WhatIf) -> list[SectorLine]:
    """Each sector's members: how many are short now, and how many would be."""
    rows = Member.objects.filter(pk__in=found.members).values_list("pk", "sector_id", "sector__name")
    names: dict[UUID, str] = {}
    totals: Counter[UUID] = Counter()
    was: Counter[UUID] = Counter()
    would: Counter[UUID] = Counter()
    for key, sector, name in rows:
        names[sector] = name
        totals[sector] += 1
        was[sector] += str(key) in found.short_before
        would[sector] += str(key) in found.short_after
    lines = [SectorLine(one, names[one], totals[one], was[one], would[one]) for one in names]
    return sorted(lines, key=lambda line: (-(line.short_after - line.short_before), line.name))


def member_lines(found: WhatIf, *, duty: str = "", sector: UUID | None = None, within: Q) -> list[MemberLine]:
    """The members who would be short and are not now, of one duty or one sector, those within reach."""
    effect = next((one for one in found.effects if one.id == duty and one.is_of_members), None)
    wanted = effect.worse if effect else found.newly
    rows = Member.objects.filter(within, pk__in=list(wanted)).select_related("sector").order_by("name_pinyin")
    if sector is not None:
        rows = rows.filter(sector_id=sector)
    return [
        MemberLine(
            id=one.pk,
            name=one.name,
            sector=one.sector.name,
            was="尚差" if str(one.pk) in found.short_before else "全部完成",
            owed=tuple(line for line in found.owed.get(str(one.pk), ()) if effect is None or line[0] == effect.id),
        )
        for one in rows
    ]


def _key(draft: Draft, as_of: dt.date) -> str:
    return f"what-if:{draft.pk}:{draft.changed_at.isoformat()}:{as_of.isoformat()}"


def _short(found: Standings) -> frozenset[str]:
    return frozenset(key for key, one in found.by_subject.items() if not one.is_done)


def _effects(was: Standings, is_: Standings) -> Iterator[Effect]:
    before, after = ({duty.id: duty for duty in one.duties} for one in (was, is_))
    for name in [*after, *(one for one in before if one not in after)]:
        old, new = before.get(name), after.get(name)
        duty = new or old
        assert duty is not None
        lines_before, lines_after = (_lines(one, name) for one in (was, is_))
        if not _judges(old) and not _judges(new):
            continue  # only counted, by either
        open_before = {key for key, line in lines_before.items() if line.is_open}
        open_after = {key for key, line in lines_after.items() if line.is_open}
        yield Effect(
            id=name,
            title=duty.title,
            type=duty.subject.type,
            rule_before=words.rule(old) if old else "不要求",
            rule_after=words.rule(new) if new else "不再要求",
            before=_count(lines_before.values()) if old else None,
            after=_count(lines_after.values()) if new else None,
            worse=tuple(sorted(open_after - open_before)),
            better=tuple(sorted(open_before - open_after)),
        )


def _judges(duty: Duty | None) -> bool:
    return duty is not None and duty.judged and (duty.min is not None or duty.max is not None)


def _lines(found: Standings, duty: str) -> dict[str, Line]:
    return {key: line for key, one in found.by_subject.items() if (line := one.line(duty)) is not None}


def _count(lines: Iterable[Line]) -> Count:
    states = Counter("met" if line.state == "met" else "short" if line.is_open else "other" for line in lines)
    return Count(states["met"], states["short"], states["other"])
