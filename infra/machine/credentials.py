"""Generated passwords and keys, made once, kept in `.local/credentials.json` (mode 600), never printed."""

from __future__ import annotations

import json
import secrets

from .paths import LOCAL, write_private

FILE = LOCAL / "credentials.json"


def secret(name: str) -> str:
    """The secret of that name, generated on first use: URL-safe, so it can stand in an address as it is."""
    try:
        known = dict(json.loads(FILE.read_text()))
    except (OSError, ValueError, TypeError):
        known = {}
    if name not in known:
        known[name] = secrets.token_urlsafe(32)
        write_private(FILE, json.dumps(known, indent=2))
    return str(known[name])
