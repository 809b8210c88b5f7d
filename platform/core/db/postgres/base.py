"""django-tenants' backend, with the switch of schema replaced whole: fail closed, one round trip.

The original swallows errors of SET search_path and would leave the previous committee standing
(research 1.3-2, 1.3-11). Two kinds of connection exist: one that follows `core.tenancy` (the web and
the workers), and the owner's, which migrations and provisioning steer by schema name.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django_tenants.postgresql_backend import base as tenants_base
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from core import tenancy
from core.tenancy import Context, EntryFailed


def _quoted(name: str) -> str:
    if name != tenancy.PUBLIC and not tenancy.SCHEMA_NAME.match(name):
        raise EntryFailed(f"not a committee's schema: {name!r}")
    return f'"{name}"'


def _role(name: str | None) -> str:
    return "NONE" if name is None else '"' + name.replace('"', '""') + '"'


class DatabaseWrapper(tenants_base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._standing: Context | None = None
        super().__init__(*args, **kwargs)

    @property
    def follows_context(self) -> bool:
        return self.settings_dict.get("LX_FOLLOWS_CONTEXT", True)

    # What a new or rolled-back connection stands in is unknown: SET is transactional.
    def connect(self) -> None:
        self._standing = None
        super().connect()

    def close(self) -> None:
        self._standing = None
        super().close()

    def rollback(self) -> None:
        self._standing = None
        super().rollback()

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
        if self._standing == context and self.connection is not None:
            return
        self.ensure_connection()
        with self.connection.cursor() as cursor:
            self._switch(cursor, context)

    def stand_or_close(self, context: Context) -> None:
        """Take on `context` on the way out; inside a broken transaction the next cursor will do it."""
        if self.connection is None or self._standing == context:
            return
        if self.needs_rollback or self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            self._standing = None
            return
        with suppress(EntryFailed):  # then it is closed already
            self.stand(context)

    def _handle_search_path(self, cursor: Any = None) -> None:
        context = self.wanted()
        if self._standing == context:
            return
        if cursor is not None:
            self._switch(cursor, context)
            return
        with self.connection.cursor() as own:
            self._switch(own, context)

    def _switch(self, cursor: Any, context: Context) -> None:
        path = ", ".join(_quoted(name) for name in context.path)
        try:
            cursor.execute(f"SET search_path TO {path}; SET ROLE {_role(context.role)}")
        except Exception as error:
            self._standing = None
            self.close()
            raise EntryFailed(f"cannot take on {context.role or 'the login role'}: {error}".strip()) from error
        self._standing = context
