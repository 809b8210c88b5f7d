"""The same code on django-tenants as it comes: its middleware, its router, its backend (search_path only, no role)."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, MIDDLEWARE

_AT = MIDDLEWARE.index("registry.middleware.CommitteeMiddleware")
_THEIRS = ["django_tenants.middleware.main.TenantMainMiddleware", "tests.bench.variants.known.KnownCommittee"]

DATABASES = {
    "default": DATABASES["default"]
    | {name: DATABASES["owner"][name] for name in ("USER", "PASSWORD")}
    | {"ENGINE": "django_tenants.postgresql_backend"}
}
TENANT_SYNC_ROUTER = "django_tenants.routers.TenantSyncRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
MIDDLEWARE = [*MIDDLEWARE[:_AT], *_THEIRS, *MIDDLEWARE[_AT + 1 :]]
