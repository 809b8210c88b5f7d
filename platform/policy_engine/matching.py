"""Does a deed row hold what a filter asks? Each filter becomes the few tests it needs, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from policy_engine.model import Filter

Test = Callable[[Any], bool]

# Where a filter's words are compared with which one word of a row, and with which list of a row.
WORDS = {
    "kinds": "kind",
    "roles": "role",
    "authorship": "authorship",
    "organisers": "organiser_type",
    "place_levels": "place_level",
    "modes": "mode",
    "target_types": "target_type",
    "destinations": "destination",
    "items": "item",
    "sectors": "sector_id",
}
LISTS = ("posts", "tags", "results")
OWN = "subject"
"""Among `organisers`: what the subject itself organised."""


def passes(where: Filter, row: Any) -> bool:
    """Does the row hold the filter's values? Empty means any."""
    return (
        row.family == where.family
        and row.role not in where.away
        and all(test(row) for test in (*named(where), *tests(where)))
    )


@lru_cache(maxsize=4096)
def named(where: Filter) -> tuple[Test, ...]:
    """The tests an index by family and word makes needless: the kind, or the list."""
    found = [_one_of("kind", where.kinds)] if where.kinds else []
    return (*found, _one_of("checklist", (where.checklist,))) if where.checklist is not None else tuple(found)


@lru_cache(maxsize=4096)
def tests(where: Filter) -> tuple[Test, ...]:
    """All the other ones."""
    found = [
        _one_of(field, getattr(where, name))
        for name, field in WORDS.items()
        if name not in ("kinds", "organisers") and getattr(where, name)
    ]
    found += [_organised_by(where.organisers)] if where.organisers else []
    found += [_some_of(name, getattr(where, name)) for name in LISTS if getattr(where, name)]
    found += [_at_least(name, number) for name, number in where.at_least]
    found += [_named("venue_id")] if where.at_venue else []
    found += [_unlike(where.without)] if where.without else []
    return tuple(found)


def _one_of(field: str, words: tuple[str, ...]) -> Test:
    get, wanted = attrgetter(field), frozenset(words)
    return lambda row: get(row) in wanted


def _some_of(field: str, words: tuple[str, ...]) -> Test:
    get, wanted = attrgetter(field), frozenset(words)
    return lambda row: not wanted.isdisjoint(get(row) or ())


def _at_least(name: str, number: float) -> Test:
    return lambda row: row.amounts is not None and name in row.amounts and row.amounts[name] >= number


def _organised_by(words: tuple[str, ...]) -> Test:
    """`subject`: by the very one the row is about."""
    if OWN not in words:
        return _one_of("organiser_type", words)
    return lambda row: (
        row.organiser_type in words
        or (row.organiser_type == row.subject_type and row.organiser_id == row.subject_id and row.subject_id != "")
    )


def _named(field: str) -> Test:
    get = attrgetter(field)
    return lambda row: get(row) is not None


def _unlike(without: Filter) -> Test:
    unwanted = (*named(without), *tests(without))
    return lambda row: not all(test(row) for test in unwanted)
