"""A committee's year in few lines: members, people paired with them, contacts, outputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest

from accounts.actions import create_user
from core.audit import SYSTEM
from tenants.activities.actions import register_activity
from tenants.liaison.actions import pair_constituent, register_contact
from tenants.members.models import Member, Sector
from tenants.policy import actions as policy
from tenants.reports import actions
from tenants.voices.actions import register_output

TODAY = dt.date(2022, 11, 30)
AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)
CANARY = "阿依努尔·金丝雀"  # stands in names, phones, summaries of a child; must be found nowhere else


@dataclass(frozen=True)
class Year:
    """Fills the committee the test stands in, and takes its month through the steps."""

    numbers: Callable[[], int]

    def members(self, *paired: int, left_on: dt.date | None = None) -> list[Member]:
        """A member for each number, with that many people paired since January."""
        sector, _ = Sector.objects.get_or_create(name="教育界")
        made = []
        for people in paired:
            number = self.numbers()
            member = Member.objects.create(
                name=f"{CANARY}{number}", name_pinyin="a", number=f"M{number}", sector=sector,
                joined_on=dt.date(2021, 1, 1), left_on=left_on, is_invented=True,
            )  # fmt: skip
            for _ in range(people):
                pair_constituent(
                    member=member.pk,
                    name=f"{CANARY}{self.numbers()}",
                    since=dt.date(2022, 1, 10),
                    today=TODAY,
                    by=SYSTEM,
                )
            made.append(member)
        return made

    def contact(self, member: Member, *others: Member, on: dt.date = dt.date(2022, 5, 4), kind: str = "visit") -> None:
        register_contact(
            member=member.pk, kind=kind, held_on=on, summary=f"{CANARY}说的话", today=TODAY, by=SYSTEM,
            participants=[one.pk for one in others],
        )  # fmt: skip

    def output(self, lead: Member, *others: Member, type: str = "proposal", on: dt.date = dt.date(2022, 6, 1)) -> None:
        register_output(
            type=type, title=f"{CANARY}的建议{self.numbers()}", submitted_on=on, today=TODAY, by=SYSTEM, lead=lead.pk,
            authorship="joint" if others else "individual", others=[one.pk for one in others],
        )  # fmt: skip

    def activity(self, *members: Member, kind: str = "research", on: dt.date = dt.date(2022, 6, 1)) -> None:
        register_activity(
            title="活动", kind=kind, organiser_type="committee", held_on=on, today=TODAY, by=SYSTEM,
            participants=[one.pk for one in members],
        )  # fmt: skip

    def adapt(self, least: int, most: int) -> None:
        """The committee's own numbers for pairing."""
        policy.adapt(
            operations=[
                {"op": "set", "path": "duty.constituents.min", "value": least},
                {"op": "set", "path": "duty.constituents.max", "value": most},
            ],
            reason="本县群众较多", body="chairpersons_council", meeting="第3次会议", decided_on=dt.date(2022, 3, 1),
            document_number="安协发〔2022〕3号", in_force_from=dt.date(2022, 3, 1), today=TODAY, by=SYSTEM,
        )  # fmt: skip

    def policy_set(self, setting: str, value: object) -> None:
        """One of the committee's own settings, since March."""
        policy.adapt(
            operations=[{"op": "set", "path": f"setting.{setting}.value", "value": value}],
            reason="本会自定", body="chairpersons_council", meeting="第3次会议", decided_on=dt.date(2022, 3, 1),
            document_number="3号", in_force_from=dt.date(2022, 3, 1), today=TODAY, by=SYSTEM,
        )  # fmt: skip

    def close(self, period: str = "2022-11"):
        return actions.close_period(period=period, today=TODAY, at=AT, by=SYSTEM)

    def sign(self, period: str = "2022-11"):
        name = f"leader{self.numbers()}"
        leader = create_user(username=name, display_name=CANARY, password=None, roles=["leader"], by=SYSTEM)
        return actions.sign(period=period, at=AT, by=leader)

    def submit(self, period: str = "2022-11"):
        return actions.submit(period=period, at=AT, by=SYSTEM)

    def report(self, period: str = "2022-11"):
        """Close, sign and submit in one go; the delivery."""
        self.close(period)
        self.sign(period)
        return self.submit(period)


@pytest.fixture
def year(db) -> Year:
    numbers = count(1)
    return Year(lambda: next(numbers))
