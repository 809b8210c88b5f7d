"""Reading the registry: routing for every request and task, the tree for returns and pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings

from core import tenancy
from core.tenancy import Committee as Entry
from registry.models import Committee, Domain

FRESH_SECONDS = 1.0  # other processes see a suspension within a second
_CACHE_LIMIT = 20_000
_cache: dict[tuple[str, str], tuple[float, Entry | None]] = {}


def _cached(kind: str, key: str, look_up: Callable[[], Committee | None]) -> Entry | None:
    now = time.monotonic()
    hit = _cache.get((kind, key))
    if hit and now - hit[0] < FRESH_SECONDS:
        return hit[1]
    row = look_up()
    entry = entry_of(row) if row else None
    if len(_cache) >= _CACHE_LIMIT:
        _cache.clear()
    _cache[kind, key] = (now, entry)
    return entry


def forget_routes() -> None:
    """Drop what this process remembers of the routing table."""
    _cache.clear()


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
    suffix = f".{settings.BASE_DOMAIN}"
    if host.endswith(suffix):
        return rows.filter(slug=host.removesuffix(suffix)).first()
    domain = Domain.objects.filter(domain=host).first()
    return rows.filter(pk=domain.tenant_id).first() if domain else None


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
