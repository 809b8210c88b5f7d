"""Reading the registry: routing for every request and task, the tree for returns and pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings

from core import clock, tenancy
from core.tenancy import Committee as Entry
from registry import hosts
from registry.models import Committee

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


def children_of(code: str) -> list[Entry]:
    """Direct children in code order."""
    with tenancy.nowhere():
        rows = Committee.objects.filter(parent__code=code).select_related("parent").order_by("code")
        return [entry_of(row) for row in rows]


def ancestors_of(code: str) -> list[Entry]:
    """From the parent up to the top."""
    found: list[Entry] = []
    with tenancy.nowhere():
        entry = committee_by_code(code)
        while entry and entry.parent:
            entry = committee_by_code(entry.parent)
            if entry is None or entry in found:
                break
            found.append(entry)
    return found


def everyone() -> list[Entry]:
    """All committees in code order."""
    with tenancy.nowhere():
        return [entry_of(row) for row in Committee.objects.select_related("parent").order_by("code")]


def subtree_of(code: str) -> list[Entry]:
    """All committees below, parents before children."""
    found = children_of(code)
    for entry in found:
        found.extend(children_of(entry.code))
    return found
