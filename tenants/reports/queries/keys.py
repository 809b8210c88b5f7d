"""The committee's own signing key, opened only to sign."""

from __future__ import annotations

from core import sealing, tenancy
from tenants.reports.models import SigningKey


def key_in_use() -> SigningKey | None:
    """The key that signs now; None before the first signature."""
    return SigningKey.objects.filter(until=None).first()


def opened_key(key: SigningKey) -> bytes:
    """The private half. Raises sealing.CannotUnseal."""
    return sealing.unseal(key.sealed, about=sealed_about(key.public_key))


def sealed_about(public_key: str) -> str:
    """What the private half is sealed about: copied into another committee's table it opens nothing."""
    return f"{tenancy.current().code} {public_key}"
