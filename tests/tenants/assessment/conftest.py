"""People and records of the committee a test stands in, in one line each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import count

import pytest

from accounts.models import User
from core.audit import SYSTEM
from tenants.liaison.actions import pair_constituent
from tenants.members.models import Member, Sector, SpecialCommittee
from tenants.voices.actions import register_output

TODAY = dt.date(2022, 11, 30)


@dataclass
class Town:
    numbers: count = field(default_factory=count)

    def sector(self, name: str = "教育界") -> Sector:
        return Sector.objects.get_or_create(name=name)[0]

    def member(
        self,
        name: str = "李·某某",
        *,
        paired: int = 0,
        since: dt.date = dt.date(2022, 1, 10),
        sector: str = "教育界",
        user: User | None = None,
        left_on: dt.date | None = None,
    ) -> Member:
        number = next(self.numbers)
        member = Member.objects.create(
            name=name,
            name_pinyin=f"li{number:04}",
            number=f"N{number}",
            sector=self.sector(sector),
            joined_on=dt.date(2021, 1, 1),
            left_on=left_on,
            user=user,
            is_invented=True,
        )
        for _ in range(paired):
            self.pair(member, since=since)
        return member

    def pair(self, member: Member, *, since: dt.date = dt.date(2022, 1, 10)) -> None:
        name = f"群众{next(self.numbers)}"
        pair_constituent(member=member.pk, name=name, since=since, today=TODAY, by=SYSTEM)

    def output(self, lead: Member, *others: Member, type: str = "proposal", by=SYSTEM):
        return register_output(
            type=type,
            title=f"建议{next(self.numbers)}",
            submitted_on=dt.date(2022, 6, 1),
            authorship="joint" if others else "individual",
            today=TODAY,
            by=by,
            lead=lead.pk,
            others=[one.pk for one in others],
        )

    def special_committee(self, name: str = "教科卫体委员会") -> SpecialCommittee:
        return SpecialCommittee.objects.get_or_create(name=name)[0]


@pytest.fixture
def town(db) -> Town:
    return Town()
