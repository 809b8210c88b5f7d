"""Secrets of a committee at rest: sealed by a key of the deployment, AES-256-GCM, bound to whose and what they are.

LIANXIN_SEALING_KEYS holds `name:base64 of 32 bytes` by commas, the newest first: it seals, all of them open. To rotate,
put a new one in front, run `lianxin return reseal`, then drop the old one.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.errors import DomainError

NONCE = 12
DERIVED = "secret"  # the name of the key made from SECRET_KEY, where none is set


class CannotUnseal(DomainError):
    code = "cannot_unseal"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"本会的签署私钥打不开：它是用部署密钥“{name}”封存的，现在的 LIANXIN_SEALING_KEYS 里没有这把，或内容被改动过。请联系平台运维。"
        )


def seal(secret: bytes, *, about: str) -> str:
    """`name:base64`; opens only with the same `about`, so that a row moved elsewhere is worth nothing."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE)
    return f"{name}:{base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret, about.encode())).decode()}"


def unseal(sealed: str, *, about: str) -> bytes:
    """Raises CannotUnseal."""
    name, _, text = sealed.partition(":")
    key = _keys().get(name)
    if key is None:
        raise CannotUnseal(name)
    try:
        raw = base64.b64decode(text, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal(name) from error


def _keys() -> Mapping[str, bytes]:
    """By name, the newest first."""
    found: dict[str, bytes] = {}
    for entry in filter(None, (one.strip() for one in settings.SEALING_KEYS.split(","))):
        name, _, text = entry.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if not name or len(key) != 32 or name in found:
            raise ImproperlyConfigured(
                "LIANXIN_SEALING_KEYS must be `name:base64 of 32 bytes` by commas; make one with `openssl rand -base64 32`"
            )
        found[name] = key
    return found or {DERIVED: hashlib.sha256(b"lianxin.sealing\n" + settings.SECRET_KEY.encode()).digest()}
