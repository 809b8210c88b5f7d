"""Every route of both sites with its one declared permission, read from the URLconfs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click
from django.conf import settings
from django.urls import URLPattern, URLResolver

from accounts.roles import Role


def routes() -> list[dict[str, Any]]:
    """`{host, path, name, methods, permission, roles}` per route, in URLconf order."""
    sites = (("public", settings.PUBLIC_SCHEMA_URLCONF), ("tenant", settings.ROOT_URLCONF))
    return [route for host, conf in sites for route in _walk(host, import_module(conf).urlpatterns, "/", "")]


def _walk(host: str, patterns: list[Any], prefix: str, namespace: str) -> Iterator[dict[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(host, pattern.url_patterns, path, inner)
        elif isinstance(pattern, URLPattern):
            yield _route(host, path, namespace, pattern)


def _route(host: str, path: str, namespace: str, pattern: URLPattern) -> dict[str, Any]:
    allowed = getattr(pattern.callback, "permissions", None)
    return {
        "host": host,
        "path": path,
        "name": f"{namespace}{pattern.name}" if pattern.name else None,
        "methods": getattr(pattern.callback, "methods", ["GET", "POST"]),
        "permission": "undeclared" if allowed is None else (str(allowed[0]) if allowed else "public"),
        "roles": sorted(name for name, role in Role.by_name.items() if allowed and role.permissions & set(allowed)),
    }


def print_routes(*, as_json: bool) -> None:
    found = routes()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for route in found:
        click.echo(f"{route['host']:7} {route['path']:45} {route['permission']:18} {'、'.join(route['roles'])}")
