"""What a route can know of what it is asked, seen from outside: what of the query it reads, which rows it looks an id up in.

The walks over all addresses leave out only what cannot change an answer: a key of the query that nobody read,
an id of one kind where ids of another are looked for, which is unknown there like any that never existed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.db.models import Model
from django.http import QueryDict
from django.template.backends.django import Template

UNKNOWN = UUID("0192f0c0-0000-7000-8000-0000000000ff")
EVERYTHING = "*"
_PLACE = re.compile(r'"(\w+)"\."(\w+)" (?:=|IN) \(?$')


class _Noting(QueryDict):
    """Says which keys were read; gone through key by key, everything is.

    Copied for a link to the same page, or asked whether anything stands in it, it is not: that shows the asker's own words.
    """

    def __init__(self, query: str, read: set[str], **more: Any) -> None:
        self.read = set()  # taking the query apart is no reading
        super().__init__(query, **more)
        self.read = read

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().getlist(key, default)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Any:
        self.read.add(EVERYTHING)
        return super().__iter__()

    def keys(self) -> Any:
        self.read.add(EVERYTHING)
        return super().keys()

    def dict(self) -> Any:
        self.read.add(EVERYTHING)
        return super().dict()

    def items(self) -> Any:
        return QueryDict(self.urlencode()).items()

    def __deepcopy__(self, memo: Any) -> QueryDict:
        return QueryDict(self.urlencode(), mutable=True, encoding=self.encoding)


@contextmanager
def keys_read() -> Iterator[set[str]]:
    """The keys of the query read by whatever is asked for inside."""
    read: set[str] = set()

    def noting(request: WSGIRequest) -> QueryDict:
        if "_noting" not in request.__dict__:
            request.__dict__["_noting"] = _Noting(request.META.get("QUERY_STRING", ""), read, encoding=request.encoding)
        return request.__dict__["_noting"]  # type: ignore[no-any-return]

    plain = WSGIRequest.__dict__["GET"]
    WSGIRequest.GET = property(noting)  # type: ignore[assignment,misc]
    try:
        yield read
    finally:
        WSGIRequest.GET = plain


def asked_that_matter(ask: Callable[[str], Any], asks: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """`(question, answer)` for the bare page and each `?key=value` whose key it reads, now or once another was answered."""
    with keys_read() as read:
        yield "", ask("")
        left = list(asks)
        while now := [one for one in left if EVERYTHING in read or one[1:].partition("=")[0] in read]:
            left = [one for one in left if one not in now]
            for one in now:
                yield one, ask(one)


def kinds_looked_up(ask: Callable[[UUID], object], kinds: Mapping[str, type[Model]]) -> list[str]:
    """Of these kinds, those whose rows are looked up by an id the route is given; all, where an id is given to anything else.

    The route is asked with an id that never existed, so that whatever is tried one after the other is tried.
    """
    of_table = {model._meta.db_table: kind for kind, model in kinds.items()}
    found: set[str | None] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if params and str(UNKNOWN) in repr(params):
            parts = str(sql).split("%s")
            for before, value in zip(parts, params, strict=False):
                if str(UNKNOWN) in repr(value):
                    place = _PLACE.search(before)
                    found.add(of_table.get(place[1], "another") if place and place[2] == "id" else None)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask(UNKNOWN)
    return [kind for kind in kinds if kind in found] if found and None not in found else list(kinds)


@contextmanager
def undrawn() -> Iterator[None]:
    """Pages are worked out and not written: for status and headers, where another test has seen the page itself."""
    drawn = Template.render
    Template.render = lambda self, context=None, request=None: ""  # type: ignore[method-assign,assignment,misc]
    try:
        yield
    finally:
        Template.render = drawn  # type: ignore[method-assign]
