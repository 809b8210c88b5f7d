"""The one text a return is hashed by. Bodies hold text, whole numbers, true/false, null, lists and objects: no floats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(body: Mapping[str, Any]) -> str:
    """Keys sorted, no blanks, characters as they are. The same text before and after the database's JSONB."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(body: Mapping[str, Any]) -> str:
    """sha256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()
