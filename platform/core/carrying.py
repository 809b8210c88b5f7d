"""The edge to other ways of reaching a person (SMS, WeCom): where a deployment has none, a line in the log and nothing more.

A carrier is a class with `carry(user, title)`, named in settings.NOTICE_CARRIER. It is called after the commit, so that
nobody is told of what did not happen, and its failure undoes nothing: the inbox has the notice anyway.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


class Carrier(Protocol):
    def carry(self, *, user: UUID, title: str) -> None: ...


class Logged:
    """Sends nothing; the log says that something would have gone out, and to which account, without a word of it."""

    def carry(self, *, user: UUID, title: str) -> None:
        log.info("a notice for %s stays in the inbox: no carrier is set up", user)


def carry(*, user: UUID, title: str) -> None:
    """Hand the notice to the deployment's carrier once the running transaction is committed."""
    carrier: Carrier = import_string(settings.NOTICE_CARRIER)()
    transaction.on_commit(partial(carrier.carry, user=user, title=title), robust=True)
