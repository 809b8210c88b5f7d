"""Typed readers for the environment; a wrong value stops the start with its name and remedy."""

from __future__ import annotations

import datetime as dt
import os
import re
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set; `make demo` sets it, see infra/README.md")
    return value


def name(variable: str, default: str) -> str:
    """A short name that may stand in keys: letters, digits, `-`, `_`, `.`."""
    value = text(variable, default) or default
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,63}", value):
        raise ImproperlyConfigured(f"{variable}={value!r} must be 1 to 63 letters, digits, '-', '_' or '.'")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "no", "false"}:
        return default if value == "" else False
    return True


def number(name: str, default: int) -> int:
    """A whole number above zero."""
    value = os.environ.get(name, "").strip()
    if value and (not value.isdigit() or int(value) < 1):
        raise ImproperlyConfigured(f"{name}={value!r} is not a number above zero; write it as {default}")
    return int(value) if value else default


def day(name: str) -> dt.date | None:
    value = os.environ.get(name, "")
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r} is not a date; write it as 2022-11-30") from error


def database(name: str, default: str | None = None) -> dict[str, object]:
    """A postgresql:// URL as Django's connection settings."""
    url = urlsplit(text(name, default))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:port/database")
    return {
        "ENGINE": "core.db.postgres",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or 5432),
    }
