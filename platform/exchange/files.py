"""A return as a file: the body with its digest, signature and public key, readable without us. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from exchange.canonical import digest_of
from exchange.signing import ALGORITHM, fingerprint

FILE_FORMAT = "lianxin.return-file/1"
BODY_FORMAT = "lianxin.return/2"
BROKEN_DOWN_FORMAT = "lianxin.return/3"  # the same, and the sender's own people by attribute: half-years and years


def envelope(body: Mapping[str, Any], *, signature: str, public_key: str) -> dict[str, Any]:
    """What the file holds; `body` is what was signed."""
    signed = {
        "algorithm": ALGORITHM,
        "public_key": public_key,
        "fingerprint": fingerprint(public_key),
        "value": signature,
    }
    return {"format": FILE_FORMAT, "digest": digest_of(body), "signature": signed, "body": dict(body)}


def written(body: Mapping[str, Any], *, signature: str, public_key: str) -> str:
    """The file's text. Its line breaks and blanks mean nothing: what is signed is the canonical text of the body."""
    return (
        json.dumps(
            envelope(body, signature=signature, public_key=public_key), ensure_ascii=False, indent=1, sort_keys=True
        )
        + "\n"
    )
