"""The committee's signing key: made at the first signature, changed when asked, sealed anew under the deployment's newest key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core import audit, sealing
from exchange import signing
from exchange.actions import publish_key
from tenants.reports import queries
from tenants.reports.models import SigningKey


@transaction.atomic
def change_key(*, at: dt.datetime, by: audit.Actor) -> SigningKey:
    """Make a key and sign with it from now on. What the one before signed stays valid; it stays sealed and signs no more."""
    before = SigningKey.objects.select_for_update().filter(until=None).first()
    if before is not None:
        before.until = at
        before.save(update_fields=["until"])
    private, public = signing.new_key()
    sealed = sealing.seal(private, about=queries.sealed_about(public))
    key = SigningKey.objects.create(public_key=public, sealed=sealed, since=at)
    publish_key(public_key=public, at=at, by=by)
    new = {"fingerprint": signing.fingerprint(public)}
    audit.record(by=by, action="reports.change_key", subject=key, new=new)
    return key


@transaction.atomic
def reseal_keys(*, by: audit.Actor) -> int:
    """Seal every key anew, by the deployment's newest; how many. Raises sealing.CannotUnseal, then nothing changed."""
    keys = list(SigningKey.objects.select_for_update())
    for key in keys:
        key.sealed = sealing.seal(queries.opened_key(key), about=queries.sealed_about(key.public_key))
        key.save(update_fields=["sealed"])
        audit.record(by=by, action="reports.reseal_keys", subject=key)
    return len(keys)


def signed(body: Mapping[str, Any], *, at: dt.datetime, by: audit.Actor) -> tuple[str, str]:
    """Signature and public key under a body; the committee's first signature makes its key. Inside a transaction."""
    key = queries.key_in_use() or change_key(at=at, by=by)
    return signing.sign(queries.opened_key(key), body), key.public_key
