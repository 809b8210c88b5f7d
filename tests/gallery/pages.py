"""Which addresses to look at: routes without parameters, and the first real link to each of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PARAMETER = re.compile(r"<(?:\w+:)?\w+>")
NOT_PAGES = {"/readyz", "/sign-out/"}
ONLY_WHERE_LINKED = {"/members/me/data/"}  # of an account with a member; of another of the same role an honest 404
MACHINES, READ_BY_PEOPLE = "/api/", "/api/v1/docs/"  # what programs read is no page; how they do is


@dataclass(frozen=True)
class Route:
    """A line of `lianxin routes --json`."""

    host: str
    path: str
    name: str | None
    methods: list[str]
    permission: str
    roles: list[str]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        literal = map(re.escape, PARAMETER.split(self.path))
        object.__setattr__(self, "pattern", re.compile("[^/]+".join(literal)))

    @property
    def is_plain(self) -> bool:
        return not PARAMETER.search(self.path)

    def open_to(self, role: str, *, site: str) -> bool:
        allowed = role in self.roles or self.permission == "public"
        is_page = self.path not in NOT_PAGES and (not self.path.startswith(MACHINES) or self.path == READ_BY_PEOPLE)
        return self.host == site and allowed and "GET" in self.methods and is_page


class Round:
    """A role's way through its pages; `found` adds the links of a page just seen."""

    def __init__(self, routes: Iterable[Route], *, role: str, site: str) -> None:
        mine = [route for route in routes if route.open_to(role, site=site)]
        self._waiting = [route.path for route in mine if route.is_plain and route.path not in ONLY_WHERE_LINKED]
        self._unmet = [route for route in mine if not route.is_plain or route.path in ONLY_WHERE_LINKED]
        self._plain = set(self._waiting)

    def __iter__(self) -> Round:
        return self

    def __next__(self) -> str:
        if not self._waiting:
            raise StopIteration
        return self._waiting.pop(0)

    def found(self, links: Iterable[str]) -> None:
        for link in links:
            route = next((one for one in self._unmet if link not in self._plain and one.pattern.fullmatch(link)), None)
            if route is not None:
                self._unmet.remove(route)
                self._waiting.append(link)

    @property
    def unmet(self) -> list[Any]:
        """Routes no page linked to."""
        return [route.path for route in self._unmet]
