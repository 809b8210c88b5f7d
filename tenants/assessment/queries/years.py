"""履职档案: a member's standing year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policy_engine import Duty
from tenants.assessment.queries.standing import Line, Standing, standing_of
from tenants.members.models import Member
from tenants.policy.queries import NoPolicy

YEARS = 10  # at most: two terms


@dataclass(frozen=True, slots=True)
class Year:
    """One year as it stood on its last day (today, in the running one). `standing` None: no policy was in force."""

    year: int
    as_of: date
    standing: Standing | None
    records: int

    @property
    def url(self) -> str:
        return f"?as_of={self.as_of.isoformat()}"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One duty over the years; None where it was not asked for."""

    duty: Duty
    cells: tuple[Line | None, ...]


@dataclass(frozen=True, slots=True)
class File:
    years: tuple[Year, ...]  # the newest first
    lines: tuple[FileLine, ...]


def file_of(member: Member, today: date) -> File:
    """Every year of the member's service up to `today`. A bounded number of statements per year."""
    last = min(today, member.left_on - timedelta(days=1)) if member.left_on else today
    first = max(member.joined_on.year, last.year - YEARS + 1)
    years = tuple(_year(member, min(date(year, 12, 31), last)) for year in range(last.year, first - 1, -1))
    return File(years, tuple(_lines(years)))


def _year(member: Member, as_of: date) -> Year:
    try:
        standing, _ = standing_of(member, as_of)
    except NoPolicy:
        return Year(as_of.year, as_of, None, 0)
    records = {record for line in standing.lines for verdict in line.verdicts for record in verdict.records}
    return Year(as_of.year, as_of, standing, len(records))


def _lines(years: Sequence[Year]) -> list[FileLine]:
    duties: dict[str, Duty] = {}
    for year in years:
        for line in year.standing.lines if year.standing else ():
            duties.setdefault(line.duty.id, line.duty)
    return [
        FileLine(duty, tuple(year.standing.line(key) if year.standing else None for year in years))
        for key, duty in duties.items()
    ]
