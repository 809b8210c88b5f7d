"""One figure opened down to what it is made of, inside the committee: who is in, who is out and why, which records.

Worked out anew from today's records for the return's last day, so that it can say what changed since closing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core import tenancy
from core.errors import NotFound
from policy_engine import Indicator, Policy, Verdict
from policy_engine.periods import DAY, Period
from registry.queries import children_on
from tenants.assessment.queries import Source, sources_of, verdicts
from tenants.members.models import Member, Sector, SpecialCommittee, Unit
from tenants.policy.queries import words
from tenants.policy.queries.versions import deviations_on
from tenants.reports.models import Basis
from tenants.reports.queries import attained, counted, declared
from tenants.reports.queries.computing import Ground, ground
from tenants.reports.queries.figures import entry_of
from tenants.voices import queries as voices

LONGEST = 40  # characters of what a record says, in a table


@dataclass(frozen=True, slots=True)
class Who:
    """A line of the denominator: in or out of the numerator, and why."""

    name: str
    url: str
    is_in: bool
    why: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the figure; `is_in` False: of the denominator alone."""

    on: dt.date
    kind: str
    title: str
    url: str
    is_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`numerator` over `denominator` as the records stand now; None where the figure does not apply here."""

    indicator: Indicator
    basis: Basis
    window: Period
    as_of: dt.date
    numerator: int | None
    denominator: int | None
    who: list[Who] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    note: str = ""

    @property
    def days(self) -> str:
        """Which days count, in words."""
        if entry_of(self.indicator.id).get("period") == "on_date":
            return f"{self.as_of:%Y-%m-%d} 当天"
        last = min(self.window.until - DAY, self.as_of)
        return f"{self.window.start:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def opened(span: Period, code: str, basis: Basis) -> Opened:
    """Raises NotFound for what no return carries. As many statements as the figure itself, and one per app that holds records."""
    on = ground(span)
    one = on.indicators.get(code)
    if one is None or (basis == Basis.PARENT and one.kind != "attainment"):
        raise NotFound("没有这项指标，或者还没有开始汇总。")
    if one.kind == "attainment":
        return _attainment(on, one, basis)
    if not on.applies(one):
        return _made(on, one, basis, None, note="本会的办法里没有这一条，上报“不适用”，分子、分母都不参加合计。")
    entry = entry_of(code)
    if "voices" in entry:
        return _voices(on, one, entry["voices"])
    if "policy" in entry:
        return _declared(on, one, entry["policy"])
    return _records(on, one)


def _made(
    on: Ground,
    one: Indicator,
    basis: Basis,
    sides: tuple[int, int | None] | None,
    *,
    who: list[Who] | None = None,
    records: list[Record] | None = None,
    note: str = "",
) -> Opened:
    numerator, denominator = sides or (None, None)
    return Opened(
        indicator=one, basis=basis, window=on.window(one.id), as_of=on.as_of, numerator=numerator, denominator=denominator,
        who=who or [], records=records or [], note=note,
    )  # fmt: skip


# --- attainment ------------------------------------------------------------------------------------


def _attainment(on: Ground, one: Indicator, basis: Basis) -> Opened:
    policy = on.policies.get(basis)
    bound = next((each for each in attained.bound(policy) if each.id == one.id), None) if policy else None
    if policy is None or bound is None:
        return _made(on, one, basis, None, note="本会的办法没有这项要求，上报“不适用”，分子、分母都不参加合计。")
    found = verdicts(on.as_of, policy=policy)
    if shares := attained.coverage(bound, found, on.as_of):
        return _coverage(on, bound, basis, shares)
    units = list(attained.units_of(bound, policy, found, on.people, on.window(one.id), on.as_of))
    names = _names(unit.subject for unit in units)
    lines = [
        Who(
            *_named(names, unit.subject, on.as_of),
            unit.is_in,
            _why(unit, policy, on.as_of, str(entry_of(one.id).get("judged", "met"))),
            words.period(unit.period.key) if unit.period else "",
        )
        for unit in units
    ]
    sides = sum(unit.is_in for unit in units), len(units)
    return _made(on, bound, basis, sides, who=sorted(lines, key=lambda who: who.is_in))


def _coverage(on: Ground, one: Indicator, basis: Basis, shares: list[Verdict]) -> Opened:
    missing = [key for share in shares for key in share.missing]
    names = _names(missing)
    lines = [Who(*_named(names, key, on.as_of), False, "还没有联系到") for key in missing]
    sides = sum(share.numerator or 0 for share in shares), sum(share.denominator or 0 for share in shares)
    kept = [record for share in shares for record in share.records]
    return _made(on, one, basis, sides, who=lines, records=_listed(kept), note="未覆盖的逐个列出；其余都已覆盖。")


def _why(unit: attained.Unit, policy: Policy, as_of: dt.date, judged: str) -> str:
    """What each duty came to; of several, those that keep the subject out first."""
    said = [_said(verdict, policy, as_of, several=len(unit.verdicts) > 1) for verdict in _telling(unit, judged)]
    return "；".join(dict.fromkeys(said)) or "办法没有对其提这项要求"


def _telling(unit: attained.Unit, judged: str) -> Iterable[Verdict]:
    if unit.is_in:
        return [one for one in unit.verdicts if one.state not in ("not_applicable", "counted")][:3]
    wrong = (
        ("outstanding", "exceeded") if judged == "not_owed" else ("outstanding", "exceeded", "waived", "not_applicable")
    )
    return [one for one in unit.verdicts if one.state in wrong or one.over] or unit.verdicts


def _said(verdict: Verdict, policy: Policy, as_of: dt.date, *, several: bool) -> str:
    duty = policy.duty(verdict.duty, as_of)
    number, unit = words.number(verdict.counted), words.unit(duty)
    front = f"{duty.title}：" if several else ""
    if verdict.state == "outstanding":
        return f"{front}{number} {unit}，尚差 {words.number(verdict.outstanding)}"
    if verdict.state == "exceeded" or verdict.over:
        return f"{front}{number} {unit}，超出 {words.number(verdict.over)}"
    if verdict.state == "waived":
        return f"{front}已豁免，不算达到"
    if verdict.state == "not_applicable":
        return f"{front}{verdict.reason or '不适用'}"
    return f"{front}{number} {unit}"


def _names(ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and page per id, of members, sectors, special committees and groups. A statement per table that holds some."""
    left = {one for one in ids if one != "self"}
    found: dict[str, tuple[str, str]] = {}
    for model, page in ((Member, "/standing/{}/"), (Sector, "/standing/sectors/{}/"),
                        (SpecialCommittee, "/standing/special-committees/{}/"), (Unit, "")):  # fmt: skip
        if left:
            rows = model.objects.filter(pk__in=left).values_list("pk", "name")  # type: ignore[attr-defined]
            found |= {str(key): (name, page.format(key)) for key, name in rows}
            left -= set(found)
    return found


def _named(names: dict[str, tuple[str, str]], key: str, as_of: dt.date) -> tuple[str, str]:
    name, url = names.get(key, ("本会", "/standing/committee/") if key == "self" else ("已删除", ""))
    return name, f"{url}?as_of={as_of.isoformat()}" if url else ""


# --- counts ----------------------------------------------------------------------------------------


def _records(on: Ground, one: Indicator) -> Opened:
    sides = counted.numbers([one], on.people, on.window, on.as_of)[one.id]
    cell = counted.cell_of(one, on.window(one.id), on.people, on.as_of)
    inside = [key for key, _ in counted.record_ids(cell)]
    records = _listed(inside)
    if whole := counted.out_of_cell(one, on.window(one.id), on.as_of):
        apart = [key for key, _ in counted.record_ids(whole) if key not in set(inside)]
        records += _listed(apart, is_in=False)
    return _made(on, one, Basis.OWN, sides, records=records)


def _listed(ids: list[str], *, is_in: bool = True) -> list[Record]:
    found = sources_of(ids)
    lines = [found[key] for key in dict.fromkeys(ids) if key in found]
    lines.sort(key=lambda line: (line.on, line.id), reverse=True)
    return [Record(line.on, line.kind, _content(line), line.url, is_in) for line in lines]


def _content(line: Source) -> str:
    """What tells this record from another: kind and day have columns of their own."""
    if line.title not in ("", f"{line.kind} {line.on:%Y-%m-%d}"):
        return line.title
    said = " ".join(line.detail.split())
    return (said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…") or line.title or line.kind


def _voices(on: Ground, one: Indicator, rule: str) -> Opened:
    span = on.window(one.id)
    sides = voices.figures.counted({one.id: (rule, span.start, span.until)}, on.as_of)[one.id]
    found = voices.figures.opened(rule, span.start, span.until, on.as_of)
    records = [
        Record(voice.received_on, voice.get_channel_display(), f"{voice}（{voice.get_state_display()}）", f"/voices/{voice.pk}/", is_in)
        for voice, is_in in sorted(found, key=lambda pair: pair[1])
    ]  # fmt: skip
    return _made(on, one, Basis.OWN, sides, records=records)


def _declared(on: Ground, one: Indicator, rule: str) -> Opened:
    sides = declared.numbers([one.id], on.policies, on.span).get(one.id)
    if sides is None:
        why = "本会没有下级。" if rule == "adopted_below" else "本会用的是自己的文件，没有上级的参数可比。"
        return _made(on, one, Basis.OWN, None, note=f"{why}上报“不适用”。")
    who = list(_adoption(on) if rule == "adopted_below" else _deviations(on))
    return _made(on, one, Basis.OWN, sides, who=sorted(who, key=lambda line: line.is_in != (rule == "deviation")))


ADOPTED = {
    "told": "已向本会报告采用了本会的办法",
    "returned": "已接收的报表里写明了所依办法",
    "": "没有报告采用办法，也没有写明所依办法的已接收报表",
}


def _adoption(on: Ground) -> Iterator[Who]:
    names = {entry.code: entry.name for entry in children_on(tenancy.current().code, on.as_of)}
    for code, source in declared.adoption(on.span).items():
        yield Who(names.get(code, code), "", bool(source), ADOPTED[source])


def _deviations(on: Ground) -> Iterator[Who]:
    parent = on.policies[Basis.PARENT].elements
    for name in deviations_on(on.as_of).changed:
        yield Who(parent[name].title or name, "/policy/", True, "与上级文件不同")
