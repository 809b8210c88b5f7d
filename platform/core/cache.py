"""Cache keys carry the committee, so that no two committees ever share a value."""

from __future__ import annotations

from core import tenancy


def make_key(key: str, key_prefix: str, version: int) -> str:
    """`lx:<length of code>:<code>:<version>:<key>`; the length keeps two codes from spelling one key."""
    code = tenancy.current().code if tenancy.is_inside() else ""
    return f"lx:{len(code)}:{code}:{version}:{key_prefix}:{key}"
