"""A committee's company: its offices and members with their ids, as the acts need them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from uuid import UUID

from accounts.models import User
from demo.cast import SECTORS, SPECIAL_COMMITTEES, STORY_ENDS, TERM_BEGAN, Part
from demo.people import Person, people
from tenants.members import queries

YEAR_BEGAN = dt.date(2022, 1, 4)
COUNCIL = ("主席", "副主席", "秘书长")


@dataclass(frozen=True, slots=True)
class Player:
    """One member: who they are, and how much they did (0: nothing at all)."""

    id: UUID
    person: Person
    zeal: float

    def serves_on(self, day: dt.date) -> bool:
        return self.person.joined_on <= day and (self.person.left_on is None or day < self.person.left_on)

    @property
    def first_day(self) -> dt.date:
        return max(self.person.joined_on, TERM_BEGAN)

    @property
    def last_day(self) -> dt.date:
        """Inclusive."""
        return self.person.left_on - dt.timedelta(days=1) if self.person.left_on else STORY_ENDS


@dataclass(frozen=True)
class Company:
    """Everybody of one committee. `office` and `leader` are accounts; groups are by name."""

    part: Part
    office: User
    leader: User
    players: tuple[Player, ...]
    sectors: dict[str, UUID]
    special_committees: dict[str, UUID]

    def chance(self, act: str) -> Random:
        """Chance of one act; the same at every run, another for every committee and act."""
        return Random(f"{act} {self.part.code}")

    @cached_property
    def star(self) -> Player:
        """The member with a sign-in: see `star_of`."""
        number = star_of(self.part).number
        return next(one for one in self.players if one.person.number == number)

    def serving(self, day: dt.date) -> list[Player]:
        return [one for one in self.players if one.serves_on(day)]

    def of_sector(self, name: str, day: dt.date) -> list[Player]:
        return [one for one in self.serving(day) if one.person.sector == name]

    def of_special_committee(self, name: str, day: dt.date) -> list[Player]:
        return [one for one in self.serving(day) if one.person.special_committee == name]


def roster(part: Part) -> list[Person]:
    """The committee's people."""
    return [_local(person, part) for person in people(part, SECTORS[: part.sectors], SPECIAL_COMMITTEES)]


def star_of(part: Part) -> Person:
    """The member who signs in: the last ordinary one who served all the year."""
    ordinary = [one for one in roster(part) if one.post == "委员" and one.joined_on == TERM_BEGAN and not one.left_on]
    return ordinary[-1]


def assemble(part: Part) -> Company:
    """Look everybody up in the committee entered; its roster and accounts must stand."""
    ids = {member.number: member.pk for member in queries.roster(STORY_ENDS, queries.Filters(status="all"))}
    accounts = {user.username: user for user in User.objects.filter(username__in=["bangongshi", "lingdao"])}
    zeals = Random(f"zeal {part.code}")
    star = star_of(part).number
    players = []
    for index, person in enumerate(roster(part)):
        zeal = min(1.0, max(0.0, zeals.gauss(part.diligence, 0.25)))
        silent = index % 23 == 9 and person.number != star
        players.append(Player(ids[person.number], person, 0.0 if silent else max(zeal, 0.5 * (person.number == star))))
    return Company(
        part=part, office=accounts["bangongshi"], leader=accounts["lingdao"], players=tuple(players),
        sectors={one.name: one.pk for one in queries.sectors()},
        special_committees={one.name: one.pk for one in queries.special_committees()},
    )  # fmt: skip


def day_between(chance: Random, first: dt.date, last: dt.date) -> dt.date:
    """A working day, rarely a weekend; both ends included."""
    day = first + dt.timedelta(days=chance.randrange((last - first).days + 1))
    if day.weekday() > 4 and chance.random() < 0.8 and day - dt.timedelta(days=2) >= first:
        day -= dt.timedelta(days=2)
    return day


def _local(person: Person, part: Part) -> Person:
    return replace(person, unit=part.name.removeprefix("政协").removesuffix("委员会") + person.unit)
