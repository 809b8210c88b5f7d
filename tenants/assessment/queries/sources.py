"""The records behind a figure, as something one can open: title, day and page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db import connection
from django.db.models import Model

from tenants.policy.queries import words

CATEGORIES = {"record": "kinds", "link": "links", "check": "checklists"}
PAGES = {  # where a record of a table is looked at; the others have no page of their own
    "liaison.contactrecord": "/contacts/{}/",
    "activities.activity": "/activities/{}/",
    "voices.output": "/outputs/{}/",
    "liaison.constituentlink": "/constituents/",
    "reports.formstep": "/documents/",
}
PAGES_OF_KINDS = {"grid_worker": "/links/grid/"}


@dataclass(frozen=True, slots=True)
class Source:
    """`url` is empty where the record has no page of its own; `detail` is what it says, for those who may read records;
    `item` is the line of a list that a check is of: the duty that asks knows its words."""

    id: str
    kind: str
    on: date
    title: str
    url: str
    detail: str = ""
    item: str = ""


def sources_of(record_ids: Iterable[str]) -> dict[str, Source]:
    """Per record id; ids that have no row (any more) are left out. One statement, and one per app that holds some."""
    ids = sorted(set(record_ids))
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (record_id) record_id::text, source, family, kind, on_date, item FROM deed "
            "WHERE record_id = ANY(%s::uuid[]) ORDER BY record_id",
            [ids],
        )
        rows = cursor.fetchall()
    by_source: dict[str, list[str]] = {}
    for key, source, *_ in rows:
        by_source.setdefault(source, []).append(key)
    found = {key: row for source, keys in by_source.items() for key, row in _rows(source, keys).items()}
    return {
        key: Source(
            key,
            words.word(CATEGORIES.get(family, ""), kind),
            on,
            _title(found.get(key)),
            PAGES_OF_KINDS.get(kind, PAGES.get(source, "")).format(key),
            str(getattr(found.get(key), "summary", "")),
            (item or "") if family == "check" else "",
        )
        for key, source, family, kind, on, item in rows
    }


def _rows(source: str, keys: list[str]) -> dict[str, Model]:
    model = apps.get_model(source)
    return {str(row.pk): row for row in model._default_manager.select_related().filter(pk__in=keys)}


def _title(row: Model | None) -> str:
    # Django's own "Contact object (…)" says nothing to a reader; the kind and the day do.
    return "" if row is None or type(row).__str__ is Model.__str__ else str(row)
