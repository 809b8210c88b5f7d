"""How far a running job is, visible while its own transaction is still open; and the two reasons to stop it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any, Protocol

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

log = logging.getLogger(__name__)
INTERVAL = 0.5  # seconds between two writes


class Progress(Protocol):
    """What a job function with a parameter `progress` is given. May raise Stopped; then let it through."""

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None: ...


class Stopped(BaseException):
    """The job must not go on. Not an Exception: a job that collects the errors of its lines must not collect this."""


class JobCancelled(Stopped):
    """A person asked for it."""


class LeaseLost(Stopped):
    """The job was silent for longer than its lease, and somebody else has it now."""


def silent(done: int, total: int | None = None, note: str = "") -> None:
    """For calling a job function outside a job."""


_WRITE = """
UPDATE public.dispatch_job SET done = %(done)s, total = %(total)s, note = %(note)s,
    lease_until = statement_timestamp() + %(lease)s
WHERE id = %(job)s AND state = 'running' AND attempts = %(attempt)s
RETURNING EXISTS (SELECT 1 FROM public.dispatch_cancellation c WHERE c.job_id = dispatch_job.id)
"""
_IS_VISIBLE = "SELECT 1 FROM public.dispatch_job WHERE id = %(job)s"


class Reporter:
    """Writes progress and heartbeat as the operator on a connection of its own, at most twice a second.

    The job's connection holds its transaction: what is written there nobody sees before the end, and a rollback
    would take it along.
    """

    def __init__(self, *, job: str, attempt: int, lease: dt.timedelta) -> None:
        self._values: dict[str, Any] = {"job": job, "attempt": attempt, "lease": lease}
        self._connection: Any = None
        self._next = 0.0
        self._stopped: type[Stopped] | None = None
        self.done, self.total, self.note = 0, None, ""  # type: int, int | None, str

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """`done` of `total` (None: not known), where it is in a few words. Raises JobCancelled, LeaseLost."""
        if self._stopped:
            raise self._stopped
        self.done, self.total, self.note = max(done, 0), total, note[:200]
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + INTERVAL
        try:
            self._stopped = self._write()
        except psycopg2.OperationalError:  # a report that fails is no reason to fail the work
            log.warning("could not write the progress of job %s", self._values["job"], exc_info=True)
            self.close()
        if self._stopped:
            raise self._stopped

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self) -> type[Stopped] | None:
        with self._opened().cursor() as cursor:
            cursor.execute(_WRITE, self._values | {"done": self.done, "total": self.total, "note": self.note})
            row = cursor.fetchone()
            if row is not None:
                return JobCancelled if row[0] else None
            cursor.execute(_IS_VISIBLE, self._values)
            # A row we cannot see was queued in a transaction still open: a test's. There is nobody to tell.
            return LeaseLost if cursor.fetchone() else None

    def _opened(self) -> Any:
        if self._connection is None:
            given = connection.get_connection_params()
            names = ("dbname", "database", "user", "password", "host", "port", "sslmode", "sslrootcert")
            self._connection = psycopg2.connect(**{name: given[name] for name in names if name in given})
            self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(settings.ROLE_OPERATOR)))
                cursor.execute("SET lock_timeout TO '2s'")
        return self._connection
