"""What the command line asks of a running deployment about keys."""

from __future__ import annotations

import json
from typing import Any

import click

from core import tenancy
from exchange import queries
from exchange.models import SigningKey
from exchange.signing import fingerprint


def key_list(found: list[SigningKey]) -> dict[str, Any]:
    """The list a verifier trusts, as `lianxin return verify --keys` reads it."""
    return {"keys": [_plain(one) for one in found]}


def print_keys(*, as_json: bool) -> None:
    """Every committee's public keys."""
    with tenancy.nowhere():
        found = queries.keys()
    if as_json:
        click.echo(json.dumps(key_list(found), ensure_ascii=False, indent=1))
        return
    for one in found:
        click.echo(f"{one.committee:8} {fingerprint(one.public_key)}  {'停用' if one.until else '在用'}")


def _plain(one: SigningKey) -> dict[str, Any]:
    until = one.until.isoformat() if one.until else None
    mark = fingerprint(one.public_key)
    return {
        "committee": one.committee, "public_key": one.public_key, "fingerprint": mark, "since": one.since.isoformat(), "until": until,
    }  # fmt: skip
