"""The only code that decides whose schema and whose role a connection runs under.

A context is entered with `inside(code)` and holds for this thread of control (contextvar). The database
backend (`core.db.postgres`) compares every cursor it hands out with the context and switches role and
search_path in one round trip; if that fails the connection is closed, so nobody ever stays standing in
another committee's rooms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from core.errors import DomainError

if TYPE_CHECKING:
    from core.db.postgres.base import DatabaseWrapper

SCHEMA_NAME = re.compile(r"\Ac_[a-z0-9]{1,40}\Z")
CODE = re.compile(r"\A[a-z0-9]{1,40}\Z")
PUBLIC = "public"
LONGEST_NAME = 63  # bytes PostgreSQL keeps of an identifier


class UnknownCommittee(DomainError):
    code = "unknown_committee"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"这里没有“{name}”对应的委员会。请核对网址，或联系平台运维。")


class CommitteeNotActive(DomainError):
    code = "committee_not_active"
    status = 503

    def __init__(self, name: str, state: str) -> None:
        super().__init__(f"{name}目前暂停使用，数据完好。请联系平台运维了解恢复时间。")
        self.state = state


class OutsideCommittee(RuntimeError):
    """Feature code ran where no committee was entered: a bug, never answered from public."""


class EntryFailed(RuntimeError):
    """The role or schema could not be taken on; the connection was closed."""


@dataclass(frozen=True, slots=True)
class Committee:
    """What routing and tasks know of a committee; read from the registry, never from a client."""

    code: str
    name: str
    slug: str
    level: str
    parent: str | None
    state: str
    epoch: int

    @property
    def schema(self) -> str:
        return schema_of(self.code)

    @property
    def role(self) -> str:
        return role_of(self.code)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a connection must stand: role (None = the login itself) and search_path."""

    role: str | None
    path: tuple[str, ...] = (PUBLIC,)
    committee: Committee | None = field(default=None, compare=False)


NOWHERE = Context(role=None)
_context: ContextVar[Context] = ContextVar("lianxin_context", default=NOWHERE)


def schema_of(code: str) -> str:
    """`c_<code>`; ValueError for anything but lower-case letters and digits."""
    if not CODE.match(code):
        raise ValueError(f"not a committee code: {code!r}")
    return f"c_{code}"


def role_of(code: str) -> str:
    """The committee's database role; prefixed per database because roles are cluster-wide.

    ValueError when PostgreSQL would cut the name off: two committees could then share one role.
    """
    role = f"{settings.DATABASE_NAME}_{schema_of(code)}"
    if len(role.encode()) > LONGEST_NAME:
        raise ValueError(f"role name longer than PostgreSQL keeps: {role!r}")
    return role


def wanted() -> Context:
    """The context every connection of this thread must be in now."""
    return _context.get()


def current() -> Committee:
    """The committee entered, or OutsideCommittee."""
    committee = _context.get().committee
    if committee is None:
        raise OutsideCommittee("no committee entered; use core.tenancy.inside(code)")
    return committee


def is_inside() -> bool:
    return _context.get().committee is not None


def _connection() -> DatabaseWrapper:
    return cast("DatabaseWrapper", connections["default"])


def enter(context: Context) -> Context:
    """Move to `context` at once and return the one left. Prefer the context managers below."""
    previous = _context.get()
    _context.set(context)
    try:
        _connection().stand(context)
    except BaseException:
        _context.set(previous)
        raise
    return previous


def leave(previous: Context) -> None:
    """Go back to `previous`; a connection that cannot is closed by the backend."""
    _context.set(previous)
    _connection().stand_or_close(previous)


@contextmanager
def _standing(context: Context) -> Iterator[None]:
    previous = enter(context)
    try:
        yield
    finally:
        leave(previous)


def context_of(committee: Committee) -> Context:
    """The committee's context; refuses one that is not active."""
    if committee.state != "active":
        raise CommitteeNotActive(committee.name, committee.state)
    return Context(role=committee.role, path=(committee.schema, PUBLIC), committee=committee)


def resolve(code: str) -> Committee:
    """Look a committee up by code, standing nowhere. Raises UnknownCommittee."""
    with nowhere():
        committee: Committee | None = import_string(settings.TENANCY_RESOLVER)(code)
    if committee is None:
        raise UnknownCommittee(code)
    return committee


@contextmanager
def inside(code: str | Committee) -> Iterator[Committee]:
    """Run the block as the committee: its role, its schema. Unknown or suspended is refused.

    Never around a `yield`: between two values the caller would stand in the generator's committee.
    """
    committee = code if isinstance(code, Committee) else resolve(code)
    with _standing(context_of(committee)):
        yield committee


@contextmanager
def inside_while_making(committee: Committee) -> Iterator[Committee]:
    """For provisioning only: the committee's own context before it is open to anybody."""
    if committee.state != "making":
        raise CommitteeNotActive(committee.name, committee.state)
    with _standing(Context(role=committee.role, path=(committee.schema, PUBLIC), committee=committee)):
        yield committee


@contextmanager
def nowhere() -> Iterator[None]:
    """Run the block as the bare login, which may read the routing table and nothing else."""
    with _standing(NOWHERE):
        yield


@contextmanager
def as_operator() -> Iterator[None]:
    """Run the block as the operator of the deployment: registry and jobs, no committee's content."""
    with _standing(Context(role=settings.ROLE_OPERATOR)):
        yield
