"""What a host name may be, before anybody asks whose it is."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from django.conf import settings

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"((?:{_LABEL}\.)*{_LABEL})\.?(?::([0-9]{{1,5}}))?")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")  # as long as its column, and one label of a host name

RESERVED = frozenset(
    [
        "www",
        "api",
        "admin",
        "operate",
        "operator",
        "ops",
        "root",
        "static",
        "assets",
        "cdn",
        "media",
        "files",
        "img",
        "mail",
        "smtp",
        "imap",
        "pop",
        "mx",
        "ns",
        "ns1",
        "ns2",
        "dns",
        "ftp",
        "vpn",
        "proxy",
        "gateway",
        "auth",
        "login",
        "sso",
        "oauth",
        "account",
        "accounts",
        "id",
        "status",
        "health",
        "healthz",
        "readyz",
        "monitor",
        "metrics",
        "grafana",
        "support",
        "help",
        "docs",
        "doc",
        "blog",
        "demo",
        "test",
        "dev",
        "staging",
        "localhost",
        "local",
        "internal",
        "public",
        "template",
        "platform",
        "system",
        "lianxin",
        "autodiscover",
        "autoconfig",
        "wpad",
        "isatap",
        "abuse",
        "postmaster",
        "hostmaster",
        "webmaster",
        "security",
        "ssl",
        "cert",
    ]
)
"""Names below the base domain that no committee may have: the platform's own, and those mail or browsers trust."""

_NEVER = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "test",
    "invalid",
    "example",
    "onion",
    "arpa",
)


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    port: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.port}" if self.port else self.name


def read(raw: str) -> Host | None:
    """The Host header as we write it: lower case, no final dot. None for what is no name of ours whatever is registered:
    several hosts, user names, IPv6, other alphabets, a port nobody serves (a link built from it would lead astray)."""
    found = _HOST.fullmatch(raw.lower()) if len(raw) <= 260 else None
    if found is None or len(found[1]) > 253:
        return None
    port = found[2] or ""
    return Host(found[1], port) if not port or settings.DEV or port in {"80", "443", settings.PORT} else None


def is_bare(name: str) -> bool:
    """Whether it is the operator's host. 127.0.0.1 is only in development: behind a proxy it could be anybody."""
    return name == settings.BASE_DOMAIN or (settings.DEV and name == "127.0.0.1")


def is_below_base(name: str) -> bool:
    return name.endswith(f".{settings.BASE_DOMAIN}")


def is_slug(slug: str) -> bool:
    """A label of its own, at least two characters, not one that looks like another alphabet's (xn--)."""
    return len(slug) >= 2 and SLUG.fullmatch(slug) is not None and "--" not in slug


def as_domain(text: str) -> str | None:
    """A domain as it may be claimed, in ASCII (某县.政务.cn → xn--…); None for what can never be one."""
    try:
        name = text.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        return None
    host = _HOST.fullmatch(name)
    if host is None or host[2] or "." not in name or len(name) > 253:
        return None
    last = name.rpartition(".")[2]
    return None if last in _NEVER or last.isdigit() or _is_address(name) else name


def is_platforms(name: str) -> bool:
    """The base domain, what is below it, and what it is below of."""
    base = settings.BASE_DOMAIN
    return name == base or is_below_base(name) or base.endswith(f".{name}")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
