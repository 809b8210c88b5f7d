"""A committee's signature under a return: Ed25519 over the canonical text. Pure; keys travel as base64 of their 32 bytes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from exchange.canonical import canonical

ALGORITHM = "Ed25519"
ABOUT = b"lianxin.return\n"  # in front of what is signed: a signature under anything else never fits a return
BYTES = 32


def new_key() -> tuple[bytes, str]:
    """A private key (32 bytes, to be sealed at once) and its public key."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), _text(private.public_key().public_bytes_raw())


def sign(private: bytes, body: Mapping[str, Any]) -> str:
    """The signature under a body, base64."""
    return _text(Ed25519PrivateKey.from_private_bytes(private).sign(_message(body)))


def is_signed(body: Mapping[str, Any], *, public_key: str, signature: str) -> bool:
    """Does the signature fit this very body and key? Text that is no key or no signature does not fit."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), _message(body))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public_key: str) -> str:
    """What people compare on the phone: the first 20 bytes of the key's sha256, in fives of eight characters."""
    found = hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:40]
    return " ".join(found[place : place + 8] for place in range(0, 40, 8))


def _message(body: Mapping[str, Any]) -> bytes:
    return ABOUT + canonical(body).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
