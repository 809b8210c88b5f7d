"""Lists page by page. A cursor names the last row seen, so that rows added meanwhile neither repeat nor hide any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from api.fields import Strict
from api.refusals import Invalid
from core import tenancy

MOST = 200
Row = TypeVar("Row")


class BadCursor(Invalid):
    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__({"cursor": "这个 cursor 不是这个列表这样排序时给的。请从第一页取起。"})


class Listing(Strict):
    """What every list is asked."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=50, help_text="rows per page")
    cursor = serializers.CharField(required=False, max_length=2000, help_text="from `next` of the page before")


def listing(rows: type[serializers.Serializer], name: str) -> Any:
    """The serializer of a page of these rows."""
    following = serializers.URLField(allow_null=True, help_text="where the next page is, or null")
    fields = {"next": following, "results": rows(many=True), "__doc__": "A page of a list."}
    return type(name, (serializers.Serializer,), fields)


def sorts(*names: str) -> serializers.ChoiceField:
    """`sort`, by the first of the names unless asked; `-` before it is descending."""
    choices = [f"{sign}{name.lstrip('-')}" for name in names for sign in ("", "-")]
    return serializers.ChoiceField(choices=choices, default=names[0])


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next: str | None


def of_rows(found: QuerySet[Any], columns: Mapping[str, str], *, asked: Mapping[str, Any], request: Request) -> Page:
    """A page of a query in the order asked for: by a column, then by id. `columns`: word of `sort` → path of the column."""
    path = columns[asked["sort"].lstrip("-")]
    down = asked["sort"].startswith("-")
    sign, side = ("-", "lt") if down else ("", "gt")
    found = found.order_by(f"{sign}{path}", f"{sign}pk")
    if asked.get("cursor"):
        value, key = _opened(asked["cursor"], asked["sort"], request)
        found = found.filter(Q(**{f"{path}__{side}": value}) | Q(**{path: value, f"pk__{side}": UUID(key)}))
    rows = list(found[: asked["limit"] + 1])
    return _page(rows, lambda row: (_plain(_at(row, path)), str(row.pk)), asked=asked, request=request)


def of_list(
    found: Iterable[Row], key: Callable[[Row], Sequence[Any]], *, asked: Mapping[str, Any], request: Request
) -> Page:
    """A page of a list put in the order of `key`, whose values are plain and together unlike any other row's."""
    down = str(asked.get("sort", "")).startswith("-")
    rows = sorted(found, key=lambda row: tuple(key(row)), reverse=down)
    if asked.get("cursor"):
        last = tuple(_opened(asked["cursor"], asked.get("sort", ""), request))
        rows = [row for row in rows if (tuple(key(row)) < last if down else tuple(key(row)) > last)]
    return _page(rows[: asked["limit"] + 1], key, asked=asked, request=request)


def _page(rows: list[Any], key: Callable[[Any], Sequence[Any]], *, asked: Mapping[str, Any], request: Request) -> Page:
    if len(rows) <= asked["limit"]:
        return Page(rows, None)
    shown = rows[: asked["limit"]]
    query = request.query_params.copy()
    query["cursor"] = signing.dumps([asked.get("sort", ""), *key(shown[-1])], salt=_salt(request), compress=True)
    return Page(shown, request.build_absolute_uri(f"{request.path}?{query.urlencode()}"))


def _opened(cursor: str, sort: str, request: Request) -> list[Any]:
    try:
        order, *values = signing.loads(cursor, salt=_salt(request))
    except signing.BadSignature:
        raise BadCursor from None
    if order != sort:
        raise BadCursor
    return values


def _salt(request: Request) -> str:
    return f"api.cursor {tenancy.current().code} {request.path}"


def _at(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
