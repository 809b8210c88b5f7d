"""The templates that come with the product, each read once per process: neither template nor policy can be changed."""

from __future__ import annotations

from functools import cache

from policy_engine import Policy, Template, find_template, load_template, resolve


@cache
def shipped(name: str) -> Template:
    return load_template(find_template(name))


@cache
def resolved(name: str) -> Policy:
    return resolve(shipped(name))
