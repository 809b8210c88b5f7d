"""The `deed` view: every app's branches in one UNION ALL."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from core.deed import Branch, view_sql


def branches() -> Iterator[Branch]:
    """The branches of every tenant app that has a `deeds.py`, in the order of TENANT_APPS."""
    for app in settings.TENANT_APPS:
        name = f"{app}.deeds"
        if app.startswith("tenants.") and name != __name__ and find_spec(name):
            yield from import_module(name).BRANCHES


def create_view_sql() -> str:
    return view_sql(branches())
