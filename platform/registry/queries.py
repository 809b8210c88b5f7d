"""Reading the registry: routing for every request and task, the tree for returns and pages."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from core import clock, tenancy
from core.tenancy import Committee as Entry
from registry import hosts
from registry.models import Committee, FormerParent

FRESH_SECONDS = 1.0  # other processes see a suspension within a second
_CACHE_LIMIT = 20_000
_cache: dict[tuple[str, str], tuple[float, Entry]] = {}
_misses: dict[tuple[str, str], tuple[float, None]] = {}  # apart: made-up hosts must not push out real ones


def _cached(kind: str, key: str, look_up: Callable[[], Committee | None]) -> Entry | None:
    now = time.monotonic()
    hit = _cache.get((kind, key)) or _misses.get((kind, key))
    if hit and now - hit[0] < FRESH_SECONDS:
        return hit[1]
    row = look_up()
    _cache.pop((kind, key), None)
    if row is None:
        _remember(_misses, (kind, key), (now, None))
        return None
    entry = entry_of(row)
    _remember(_cache, (kind, key), (now, entry))
    return entry


def _remember(where: dict[Any, Any], key: tuple[str, str], value: object) -> None:
    if len(where) >= _CACHE_LIMIT:
        where.clear()
    where[key] = value


def forget_routes() -> None:
    """Drop what this process remembers of the routing table."""
    _cache.clear()
    _misses.clear()


def entry_of(row: Committee) -> Entry:
    return Entry(
        code=row.code,
        name=row.name,
        slug=row.slug,
        level=row.level,
        parent=row.parent.code if row.parent else None,
        state=row.state,
        epoch=row.epoch,
    )


def committee_by_code(code: str) -> Entry | None:
    """The routing entry for `core.tenancy`; None when unknown. At most a second old."""
    rows = Committee.objects.select_related("parent")
    return _cached("code", code, lambda: rows.filter(code=code).first())


def committee_by_host(host: str) -> Entry | None:
    """The committee a host name (without port) belongs to; None when unknown. At most a second old."""
    return _cached("host", host, lambda: _row_by_host(host))


def _row_by_host(host: str) -> Committee | None:
    rows = Committee.objects.select_related("parent")
    if hosts.is_below_base(host):
        return rows.filter(slug=host.removesuffix(f".{settings.BASE_DOMAIN}")).first()
    return rows.filter(domains__domain=host, domains__proven_until__gt=clock.now()).first()


ENTRY = ("code", "name", "slug", "level", "parent__code", "state", "epoch")  # an entry's fields, in its order


def children_of(code: str) -> list[Entry]:
    """Direct children in code order."""
    with tenancy.nowhere():
        rows = Committee.objects.filter(parent__code=code).select_related("parent").order_by("code")
        return [entry_of(row) for row in rows]


def tree_under(code: str, day: dt.date) -> list[Entry]:
    """A committee and those below it, each under the parent it had on a day. Two statements."""
    return trees_under(code, [day])[day]


def trees_under(code: str, days: Collection[dt.date]) -> dict[dt.date, list[Entry]]:
    """The tree under a committee on each of several days, in code order. Two statements, however many days; they read
    nothing of the rest of the country.

    Who stood there on another day only is in the list as well, under the parent of the day asked.
    """
    with tenancy.nowhere():  # entered once
        found, before = _under(code, min(days)), _befores(days)
    return {
        day: [replace(one, parent=moved[one.code]) if one.code in moved else one for one in found] if moved else found
        for day, moved in before.items()
    }


# Every step by an index: the planner thinks too much of a parent's children to choose it for a join.
UNDER = f"""
WITH RECURSIVE under (id) AS (
    SELECT id FROM {Committee._meta.db_table} WHERE code = %(code)s
    UNION SELECT child.id FROM under CROSS JOIN LATERAL (
        SELECT id FROM {Committee._meta.db_table} WHERE parent_id = under.id
        UNION ALL
        SELECT committee_id FROM {FormerParent._meta.db_table} WHERE parent_id = under.id AND until > %(since)s
    ) AS child
)
SELECT code, name, slug, level, (SELECT code FROM {Committee._meta.db_table} WHERE id = one.parent_id), state, epoch
FROM {Committee._meta.db_table} AS one WHERE id = ANY(ARRAY(SELECT id FROM under)) ORDER BY one.code
"""


def _under(code: str, since: dt.date | None = None) -> list[Entry]:
    """A committee and whoever is below it, or was on a day since then. One statement, which ends also in a circle."""
    with tenancy.nowhere(), connection.cursor() as cursor:
        cursor.execute(UNDER, {"code": code, "since": since})
        return [Entry(*row) for row in cursor.fetchall()]


def parent_on(code: str, day: dt.date) -> Entry | None:
    """The committee above on a day; None at the top."""
    entry = committee_by_code(code)
    above = _before(day).get(code, entry.parent if entry else None)
    return committee_by_code(above) if above else None


def children_on(code: str, day: dt.date) -> list[Entry]:
    """Who stood directly below on a day, in code order. Two statements."""
    before = _before(day)
    came = [child for child, parent in before.items() if parent == code]
    left = [child for child, parent in before.items() if parent != code]
    with tenancy.nowhere():
        rows = Committee.objects.select_related("parent").exclude(code__in=left)
        found = rows.filter(Q(parent__code=code) | Q(code__in=came)).order_by("code")
        return [replace(entry_of(row), parent=code) for row in found]


def ancestors_on(code: str, day: dt.date) -> list[Entry]:
    """From the parent of a day up to the top of that day."""
    return _upwards(code, _before(day))


def _before(day: dt.date) -> dict[str, str | None]:
    return _befores([day])[day]


MOVES = f"""
SELECT one.code, above.code, former.until FROM {FormerParent._meta.db_table} AS former
JOIN {Committee._meta.db_table} AS one ON one.id = former.committee_id
LEFT JOIN {Committee._meta.db_table} AS above ON above.id = former.parent_id
WHERE former.until > %s ORDER BY former.until DESC
"""


def _befores(days: Collection[dt.date]) -> dict[dt.date, dict[str, str | None]]:
    """Committees that had another parent on a day than they have now, and whom; few ever move."""
    with tenancy.nowhere(), connection.cursor() as cursor:
        cursor.execute(MOVES, [min(days)])
        ended = cursor.fetchall()
    return {
        day: {code: parent for code, parent, until in ended if until > day} for day in days
    }  # the earliest end last


def ancestors_of(code: str) -> list[Entry]:
    """From the parent up to the top."""
    return _upwards(code, {})


def _upwards(code: str, before: Mapping[str, str | None]) -> list[Entry]:
    """From the parent up to the top or round a circle once. `before`: whose parent was another one, and who."""
    found: list[Entry] = []
    with tenancy.nowhere():
        while (entry := committee_by_code(code)) and (parent := before.get(code, entry.parent)):
            above = committee_by_code(parent)
            if above is None or above.code in {one.code for one in found}:
                break
            found.append(replace(above, parent=before.get(parent, above.parent)))
            code = parent
    return found


def everyone() -> list[Entry]:
    """All committees in code order."""
    with tenancy.nowhere():
        return [Entry(*row) for row in Committee.objects.order_by("code").values_list(*ENTRY)]


def subtree_of(code: str) -> list[Entry]:
    """All committees below, parents before children, each once even should the tree hold a circle. One statement."""
    return below(_under(code), code)


def in_circles(tree: Iterable[Entry]) -> list[str]:
    """Codes of committees that come back to themselves going up; none, unless the table was written past the commands."""
    parents = {entry.code: entry.parent for entry in tree}
    found = []
    for code in parents:
        step, seen = parents[code], set()
        while step is not None and step != code and step not in seen:
            seen.add(step)
            step = parents.get(step)
        if step == code:
            found.append(code)
    return found


def below(tree: Iterable[Entry], code: str) -> list[Entry]:
    """Those below a committee in a tree, parents before children; a circle in it ends where it began."""
    children: dict[str | None, list[Entry]] = {}
    for entry in tree:
        children.setdefault(entry.parent, []).append(entry)
    found: list[Entry] = []
    seen, line = {code}, [code]
    for place in line:
        new = [one for one in children.get(place, []) if one.code not in seen]
        seen |= {one.code for one in new}
        line += [one.code for one in new]
        found += new
    return found
