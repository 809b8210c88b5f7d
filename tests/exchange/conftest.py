"""Signed deliveries of bodies made up by a test."""

from __future__ import annotations

import datetime as dt
from contextlib import closing

import psycopg2
from django.db import connections

from core import tenancy
from core.audit import SYSTEM
from exchange import actions, signing
from exchange.models import Delivery, SigningKey
from registry.queries import forget_routes

AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)
SEEDS = {"430923": b"a" * 32, "430921": b"n" * 32}  # private keys, known to the tests alone


def key_of_here() -> tuple[bytes, str]:
    """Private and published public key of the committee entered."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    code = tenancy.current().code
    private = SEEDS.get(code, code.encode().ljust(32, b"x"))
    public = signing._text(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())
    if not SigningKey.objects.filter(public_key=public).exists():
        actions.publish_key(public_key=public, at=AT, by=SYSTEM)
    return private, public


def sent(body: dict, *, revision: int = 1) -> Delivery:
    """A body signed and delivered by the committee entered."""
    private, public = key_of_here()
    signature = signing.sign(private, body)
    given = {"period": body["period"], "revision": revision, "signature": signature, "public_key": public}
    return actions.deliver(body=body, at=AT, by=SYSTEM, **given)


def as_owner(*statements: str) -> None:
    """In the registry, beside the test's transaction and committed: whoever calls puts it back."""
    owner = psycopg2.connect(**connections["owner"].get_connection_params())
    owner.autocommit = True
    with closing(owner), owner.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    forget_routes()


def under(code: str, parent: str | None) -> str:
    """The statement that puts a committee under another one, past every rule."""
    above = f"(SELECT id FROM registry_committee WHERE code = '{parent}')" if parent else "NULL"
    return f"UPDATE registry_committee SET parent_id = {above} WHERE code = '{code}'"
