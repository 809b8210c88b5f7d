"""What a half-year or year return tells of its people by sector and by post.

Which figures are broken down is the catalogue's word (`broken_down_by`), by which cells that of `attributes.yaml`: no text a
committee typed leaves it as the name of a cell. What may be told beside everything told before is worked out in `disclosure`.
Cells are of the committee's own members alone; nobody sums them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

from django.db import connection

from exchange.spans import kind_of
from policy_engine import Person
from policy_engine.load import load_attributes
from policy_engine.periods import Period, year_of
from tenants.members.models import Sector
from tenants.reports.models import Basis, Return
from tenants.reports.queries import attained, counted
from tenants.reports.queries.computing import Ground
from tenants.reports.queries.disclosure import THRESHOLD, Release, release
from tenants.reports.queries.figures import entry_of

OTHER = "other"
SETTING = "breakdown_threshold"
FURTHEST = dt.timedelta(days=366)  # how far back states on a day are compared; counts only within their year

Who = Mapping[str, attained.Sides]


@dataclass(frozen=True, slots=True)
class Split:
    """The people of a committee by one attribute, as they are: of this nothing leaves before `told`."""

    attribute: str
    persons: Mapping[str, int]
    did: Mapping[str, Mapping[str, int]]  # by figure and basis, R05.own
    nested: frozenset[tuple[str, str]]
    threshold: int


def splits(on: Ground, met: Mapping[Basis, Who]) -> tuple[Split, ...]:
    """Every attribute's split for a half-year or a year, none for a month. Two statements: who did, what sectors there are."""
    if kind_of(on.span.key) == "month":
        return ()
    did = dict(_doers(on, met))
    return tuple(_split(attribute, on, did) for attribute in load_attributes())


def _doers(on: Ground, met: Mapping[Basis, Who]) -> Iterator[tuple[str, frozenset[str]]]:
    """Who is in the numerator of each figure whose denominator is everybody in office; others split other people, and stay whole."""
    everybody = on.people.of("member")
    asked = [one for one in on.indicators.values() if "broken_down_by" in entry_of(one.id) and on.applies(one)]
    counts = [one for one in asked if one.where and one.distinct == "subject"]
    for code, ids in counted.doers(counts, on.people, on.window, on.as_of).items():
        yield f"{code}.{Basis.OWN}", ids
    for one in asked:
        own, parent = (met.get(basis, {}).get(one.id) for basis in (Basis.OWN, Basis.PARENT))
        if own and own.did is not None and own.asked == everybody:
            yield f"{one.id}.{Basis.OWN}", own.did
        if parent and parent.did is not None and parent.asked == everybody and (own is None or parent.did != own.did):
            yield f"{one.id}.{Basis.PARENT}", parent.did


def _split(attribute: str, on: Ground, did: Mapping[str, frozenset[str]]) -> Split:
    cells, cell_of = READ[attribute](on.as_of)
    mine = {code: ids for code, ids in did.items() if attribute in entry_of(code.partition(".")[0])["broken_down_by"]}
    return split(attribute, cells, {one.id: cell_of(one) for one in on.people.members}, mine, _threshold(on))


def split(
    attribute: str, cells: Iterable[str], place: Mapping[str, str], did: Mapping[str, frozenset[str]], threshold: int
) -> Split:
    """People counted by cell: `place` is where each is, `did` who is in the numerator of which figure. Pure."""
    return Split(
        attribute=attribute,
        persons=dict.fromkeys(cells, 0) | Counter(place.values()),
        did={code: Counter(place[key] for key in ids) for code, ids in did.items()},
        nested=frozenset((a, b) for a, b in permutations(did, 2) if did[a] < did[b]),
        threshold=threshold,
    )


def _threshold(on: Ground) -> int:
    """The committee's own, never below the shared one."""
    own = on.policies.get(Basis.OWN)
    said = own.setting(SETTING, on.as_of) if own else None
    return max(THRESHOLD, int(said)) if isinstance(said, int | float) else THRESHOLD


# --- which cell a member is in ---------------------------------------------------------------------

Reader = Callable[[dt.date], tuple[list[str], Callable[[Person], str]]]


def _sectors(as_of: dt.date) -> tuple[list[str], Callable[[Person], str]]:
    cells = {str(key): sector_cell(name) for key, name in Sector.objects.values_list("pk", "name")}
    return sorted(set(cells.values())), lambda person: cells.get(person.sector or "", OTHER)


def _posts(as_of: dt.date) -> tuple[list[str], Callable[[Person], str]]:
    kinds = list(load_attributes()["post"]["cells"])

    def cell(person: Person) -> str:
        held = {
            post.kind
            for post in person.posts
            if (post.since is None or post.since <= as_of) and (post.until is None or post.until > as_of)
        }
        return next((kind for kind in kinds if kind in held), kinds[-1])

    return kinds, cell


READ: Mapping[str, Reader] = {"sector": _sectors, "post": _posts}


def sector_cell(name: str) -> str:
    """The shared cell of a sector as a committee calls it; `other` for a name nobody shares."""
    return _known_sectors().get(_plain(name), OTHER)


@lru_cache(maxsize=1)
def _known_sectors() -> Mapping[str, str]:
    cells = load_attributes()["sector"]["cells"]
    return {_plain(name): key for key, cell in cells.items() for name in (cell["title"], *cell.get("also", ()))}


def _plain(name: str) -> str:
    return "".join(name.split()).removesuffix("委员").removesuffix("别").removesuffix("界")


# --- what may be told ------------------------------------------------------------------------------


def one_at_a_time() -> None:
    """Until the transaction ends nobody else of this committee closes a half-year or a year: each must know what the other tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':breakdowns'))")


def told(found: Iterable[Split], span: Period, *, instead_of: Return | None, month: int = 1) -> list[dict[str, Any]]:
    """The breakdowns of a return's body: what can be told beside every other return, the draft it replaces left out. One statement."""
    splits = list(found)
    return beside(splits, span, list(_others(span, instead_of)) if splits else [], month=month)


def beside(
    splits: Iterable[Split], span: Period, others: Iterable[Mapping[str, Any]], *, month: int = 1
) -> list[dict[str, Any]]:
    """What can be told beside the bodies of other returns; its shape stands in `exchange.breakdowns`. Pure."""
    bodies = list(others)
    return [_entry(one, [_before(one, body, span, month) for body in bodies]) for one in splits]


def _entry(split: Split, earlier: list[Release | None]) -> dict[str, Any]:
    made = release(
        split.persons,
        split.did,
        earlier=[one for one in earlier if one],
        nested=split.nested,
        loose=frozenset({OTHER}),
        threshold=split.threshold,
    )
    plain = made.to_json()
    return {
        "attribute": split.attribute,
        "threshold": split.threshold,
        "cells": sorted(split.persons),
        "persons": plain["persons"],
        "figures": {code: plain["figures"].get(code, []) for code in sorted(split.did)},
    }


def _others(span: Period, instead_of: Return | None) -> Iterator[Mapping[str, Any]]:
    """Bodies of every other return that could be subtracted from this one: drafts too, for they may be sent before it."""
    rows = Return.objects.filter(as_of__gte=span.last_day - FURTHEST, as_of__lte=span.last_day + FURTHEST)
    if instead_of is not None:
        rows = rows.exclude(pk=instead_of.pk)
    for body in rows.filter(body__has_key="breakdowns").values_list("body", flat=True):
        if body.get("breakdowns"):
            yield body


def _before(split: Split, body: Mapping[str, Any], span: Period, month: int) -> Release | None:
    """What another return told by the same attribute, as far as it is of the same facts: people and states of a day run on,
    counts of a year begin anew with it. Told once for both bases, a figure stands for either."""
    entry = next((one for one in body["breakdowns"] if one["attribute"] == split.attribute), None)
    if entry is None:
        return None
    read = Release.from_json(entry)
    as_of = dt.date.fromisoformat(body["as_of"])
    same_year = as_of.year == span.last_day.year or year_of(as_of, month).key == year_of(span.last_day, month).key
    figures = {
        code: lines
        for code in split.did
        if (lines := read.figures.get(code, read.figures.get(_by_own(code), ())))
        and (same_year or entry_of(code.partition(".")[0]).get("period") == "on_date")
    }
    return Release(persons=read.persons, figures=figures)


def _by_own(code: str) -> str:
    return f"{code.partition('.')[0]}.{Basis.OWN}"
