"""What a process makes sure of before it takes work."""

from __future__ import annotations

from typing import Any, cast

import psycopg2
from django.db import connections

from core.db.postgres import pooler


def refuse_unsafe_pooler() -> None:
    """End the process with a sentence when a pooler would mix committees.

    A server that does not answer yet is no reason: the first connection looks again and is refused then.
    """
    for connection in connections.all():
        try:
            pooler.require_session_mode(cast(Any, connection).get_connection_params())
        except pooler.PoolerRefused as refusal:
            raise SystemExit(str(refusal)) from None
        except psycopg2.OperationalError:
            continue
