"""The same code without tenancy: Django's own backend, every table in `public`, no host looked up, no role switched."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE
from tests.bench.place import PLAIN

_OURS = "registry.middleware.CommitteeMiddleware"

DATABASES = {
    "default": DATABASES["default"]
    | {name: DATABASES["owner"][name] for name in ("USER", "PASSWORD")}
    | {"ENGINE": "django.db.backends.postgresql", "NAME": PLAIN}
}
DATABASE_ROUTERS: list[str] = []
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "django_tenants"]
MIDDLEWARE = ["tests.bench.variants.known.KnownCommittee" if one == _OURS else one for one in MIDDLEWARE]
