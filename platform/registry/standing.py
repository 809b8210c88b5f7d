"""Where the owner's connection stands while schemas are changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import connections

from core.db.postgres.base import DatabaseWrapper
from core.db.router import OWNER

LOCK_TIMEOUT = "2s"


def owner() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[OWNER])


@contextmanager
def in_schema(schema: str) -> Iterator[None]:
    """The owner's connection stands in `schema` alone: a missing table is an error, not public's."""
    owner().set_schema(schema, include_public=False)
    try:
        yield
    finally:
        owner().set_schema_to_public()
