"""Named tuples by the thousand, as the pages of those high up need them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T", bound=tuple[Any, ...])


def made(kind: type[T], rows: Iterable[tuple[Any, ...]]) -> list[T]:
    """Each row, whose columns are the named tuple's fields in their order, as one of its kind. Nothing is checked.

    The tuple's own constructor takes three times as long.
    """
    return list(map(partial(tuple.__new__, kind), rows))
