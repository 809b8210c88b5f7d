"""Which app's tables belong to which schema; only the owner's connection migrates."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db import connections
from django_tenants.routers import TenantSyncRouter

from core.db.postgres.base import DatabaseWrapper

OWNER = "owner"


class SchemaRouter(TenantSyncRouter):  # type: ignore[misc]
    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        if db != OWNER:
            return False
        public = cast(DatabaseWrapper, connections[db]).schema_name == "public"
        return None if self.app_in_list(app_label, settings.SHARED_APPS if public else settings.TENANT_APPS) else False
