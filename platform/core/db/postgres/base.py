"""django-tenants' backend, with the switch of schema replaced whole: fail closed, one round trip.

The original swallows errors of SET search_path and would leave the previous committee standing
(research 1.3-2, 1.3-11). Two kinds of connection exist: one that follows `core.tenancy` (the web and
the workers), and the owner's, which migrations and provisioning steer by schema name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import wraps
from typing import Any
from weakref import WeakSet

from django_tenants.postgresql_backend import base as tenants_base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR

from core import tenancy
from core.db.postgres import pooler
from core.tenancy import Context, EntryFailed

# A server process remembers every table it has touched and never forgets one: some 0.3–0.6 MB per committee,
# 2 GB after all of them. Setting LX_COMMITTEES_PER_CONNECTION of a database overrides this; 0 is no bound.
COMMITTEES_PER_CONNECTION = 100


def _quoted(name: str) -> str:
    if name != tenancy.PUBLIC and not tenancy.SCHEMA_NAME.match(name):
        raise EntryFailed(f"not a committee's schema: {name!r}")
    return f'"{name}"'


def _role(name: str | None) -> str:
    return "NONE" if name is None else '"' + name.replace('"', '""') + '"'


class DatabaseWrapper(tenants_base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._standing: Context | None = None
        self._visited: set[str] = set()  # schemas entered since connecting
        self._named: WeakSet[Any] = WeakSet()  # server-side cursors, which live as long as the connection
        super().__init__(*args, **kwargs)

    @property
    def follows_context(self) -> bool:
        return self.settings_dict.get("LX_FOLLOWS_CONTEXT", True)

    # What a new or rolled-back connection stands in is unknown: SET is transactional.
    def connect(self) -> None:
        self._standing = None
        self._visited.clear()
        pooler.require_session_mode(self.get_connection_params())
        super().connect()

    def close(self) -> None:
        self._standing = None
        super().close()

    def commit(self) -> None:
        if self._is_aborted():  # PostgreSQL then rolls back, SETs and all, without a word
            self._standing = None
        super().commit()

    def rollback(self) -> None:
        self._standing = None
        super().rollback()

    def on_commit(self, func: Callable[[], object], robust: bool = False) -> None:
        """The callback runs in the context it was registered in, wherever the transaction ends.

        A committee's block may end before the transaction around it does; a callback that then wrote, queued or
        cached would do so as whoever opened the transaction.
        """
        super().on_commit(self._as_now(func) if self.follows_context and callable(func) else func, robust)

    def _as_now(self, func: Callable[[], object]) -> Callable[[], object]:
        context = tenancy.wanted()

        @wraps(func)
        def there() -> object:
            previous = tenancy.enter(context)
            try:
                return func()
            finally:
                tenancy.leave(previous)

        return there

    def _savepoint_rollback(self, sid: str) -> None:
        # On the raw cursor: in an aborted transaction nothing else may run before this.
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(self.ops.savepoint_rollback_sql(sid))
        self._standing = None

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        if self.follows_context and tenant.schema_name != tenancy.PUBLIC:
            raise TypeError("schemas are entered with core.tenancy.inside(), not set_tenant()")
        super().set_tenant(tenant, include_public)

    def wanted(self) -> Context:
        if self.follows_context:
            return tenancy.wanted()
        path = (self.schema_name, tenancy.PUBLIC) if self.include_public_schema else (self.schema_name,)
        return Context(role=None, path=tuple(dict.fromkeys(path)))

    def stand(self, context: Context) -> None:
        """Take on role and search_path now, or close the connection and raise EntryFailed."""
        self._close_if_dead()
        self._close_if_full(context)
        self.ensure_connection()
        if self._standing != context:
            self._switch(None, context)

    def stand_or_close(self, context: Context) -> None:
        """Take on `context` on the way out; inside a broken transaction the next cursor will do it."""
        if self.connection is None or self._standing == context:
            return
        if self.needs_rollback or self._is_aborted():
            self._standing = None
            return
        with suppress(EntryFailed):  # then it is closed already
            self._switch(None, context)

    def _is_aborted(self) -> bool:
        return self.connection is not None and self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR

    def _close_if_dead(self) -> None:
        """Entering asks for no cursor of Django's, so Django's own check of an idle connection is made here."""
        self.close_if_health_check_failed()
        if self.connection is not None and self.connection.closed and not self.in_atomic_block:
            self.close()

    def _close_if_full(self, context: Context) -> None:
        """Bound a server process's memory: begin anew rather than visit one committee too many.

        Only where nothing is lost: outside transactions and while no server-side cursor is being read.
        """
        limit = self.settings_dict.get("LX_COMMITTEES_PER_CONNECTION", COMMITTEES_PER_CONNECTION)
        if self.connection is None or not limit or len(self._visited) < limit:
            return
        if context.path[0] == tenancy.PUBLIC or context.path[0] in self._visited:
            return
        idle = not self.in_atomic_block and self.connection.info.transaction_status == TRANSACTION_STATUS_IDLE
        if idle and all(cursor.closed for cursor in self._named):
            self.close()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name=name)
        if name is not None:
            self._named.add(cursor)
        return cursor

    def _handle_search_path(self, cursor: Any = None) -> None:
        context = self.wanted()
        if self._standing != context:
            self._switch(cursor, context)

    def _switch(self, cursor: Any, context: Context) -> None:
        """Send the switch on `cursor`, or on one of its own when None (a named cursor carries one statement only)."""
        statement = f"SET search_path TO {', '.join(map(_quoted, context.path))}; SET ROLE {_role(context.role)}"
        self._standing = None  # unknown from here until the server has answered, whatever interrupts us
        try:
            with nullcontext(cursor) if cursor is not None else self.connection.cursor() as sender:
                sender.execute(statement)
        except Exception as error:
            self.close()
            raise EntryFailed(f"cannot take on {context.role or 'the login role'}: {error}".strip()) from error
        self._standing = context
        if context.path[0] != tenancy.PUBLIC:
            self._visited.add(context.path[0])
