"""One settings file. What differs between deployments comes from the environment, read in `config.env`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import rest_framework

from config import env

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"

# Demo, tests and development run with LIANXIN_DEV=1; anything else is production and stricter.
DEV = env.flag("LIANXIN_DEV")
DEBUG = False
SECRET_KEY = env.text("LIANXIN_SECRET_KEY", "only-for-development" if DEV else None)
LIANXIN_TODAY = env.day("LIANXIN_TODAY")
if LIANXIN_TODAY and not DEV:
    raise SystemExit("LIANXIN_TODAY sets the clock and is refused outside demo and tests; unset it.")

if not DEV and len(SECRET_KEY) < 50:
    raise SystemExit("LIANXIN_SECRET_KEY has fewer than 50 characters; make one with `openssl rand -base64 48`.")

SEALING_KEYS = env.text("LIANXIN_SEALING_KEYS", "")  # over the committees' private keys; empty: made from SECRET_KEY
BASE_DOMAIN = env.text("LIANXIN_BASE_DOMAIN", "localhost" if DEV else None)
PORT = env.text("PORT", "8000")
ALLOWED_HOSTS = ["*"]  # registry.middleware.HostMiddleware, the first of all, admits our hosts and proven domains alone
DOMAIN_TXT = "registry.dns.txt"  # asked for the proof that a committee owns its domain
CERTIFICATES = env.text("LIANXIN_CERTIFICATES", str(LOCAL / "certificates"))  # of deletions ordered on the web
DNS_RESOLVER = env.text("LIANXIN_DNS", "")  # host or host:port; empty: /etc/resolv.conf

# --- who owns which tables ------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "core",
    "accounts",
    "registry",
    "dispatch",
    "exchange",
    "billing_free",
]
TENANT_APPS = [
    "core",
    "accounts",
    "tenants.proceedings",
    "tenants.policy",
    "tenants.members",
    "tenants.liaison",
    "tenants.activities",
    "tenants.voices",
    "tenants.assessment",
    "tenants.reports",
    "tenants.desk",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *[app for app in TENANT_APPS if app not in SHARED_APPS],
    "django.contrib.staticfiles",
    "django.contrib.messages",
    "django_htmx",
    "csp",
    "api",
    "demo",
    "config",
]
TENANT_MODEL = "registry.Committee"
TENANT_DOMAIN_MODEL = "registry.Domain"
TENANT_SYNC_ROUTER = "core.db.router.SchemaRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
TENANCY_RESOLVER = "registry.queries.committee_by_code"
JOB_GUARD = "billing_free.actions.allow_job"  # asked before a job is queued
COMMITTEE_PREPARED = "tenants.policy.actions.prepare_committee"
DEED_VIEW = "tenants.assessment.deeds.create_view_sql"

# --- database -------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", "postgresql://lx_app@127.0.0.1:5432/lianxin" if DEV else None)}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": False}
DATABASE_NAME = str(DATABASES["default"]["NAME"])
# What this deployment's keys and queues in Redis are called, so that two may share one server.
DEPLOYMENT = env.name("LIANXIN_DEPLOYMENT", DATABASE_NAME)
if env.text("DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL") | {"LX_FOLLOWS_CONTEXT": False}
_PREFIX = env.text("LX_ROLE_PREFIX", "lx")
ROLE_OWNER, ROLE_APP, ROLE_OPERATOR = f"{_PREFIX}_owner", f"{_PREFIX}_app", f"{_PREFIX}_operator"
ROLE_COMMITTEE = f"{_PREFIX}_committee"  # what every committee's role may do in public, in one place
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- web ------------------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "registry.middleware.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.elder.ElderMode",
    "registry.middleware.CommitteeMiddleware",
    "core.private.NotKept",  # outside the session's own middleware, which sets the cookie
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.csrf.CsrfPerHost",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.web.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "core.web.page_context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
STATIC_URL = "/static/"
STATIC_ROOT = LOCAL / "static"
STATICFILES_DIRS = [LOCAL / "assets"] if (LOCAL / "assets").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "core.storage.CommitteeStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = env.text("LIANXIN_FILES", str(LOCAL / "files"))  # never served: a view checks who asks and sends
WHITENOISE_USE_FINDERS = DEV
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",
    "security.W003",  # looks for Django's own class by name; accounts.csrf.CsrfPerHost is one of it
    "security.W021",  # a browser's preload list binds a domain for years: its holder's decision, not ours
]
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
SIGN_IN_URL = "/sign-in/"
NAVIGATION = "tenants.desk.queries.navigation"
NOTICE_CARRIER = "core.carrying.Logged"  # SMS or WeCom: none is set up, the inbox is where notices are
NOTICES = "tenants.desk.actions"  # where notices are kept: put and settle of core.notices
OPERATOR_NAVIGATION = "registry.places.navigation"  # on the bare host
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- sign-in --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "display_name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
INVITATION_LIVES = timedelta(days=7)
SESSION_ENGINE = "accounts.sessions"
SESSION_IDLE = timedelta(minutes=env.number("LIANXIN_IDLE_MINUTES", 30))
SESSION_LIFETIME = timedelta(hours=12)
REMEMBERED_IDLE, REMEMBERED_LIFETIME = timedelta(days=14), timedelta(days=30)  # a member's own phone, when asked for
RECORDS_SETTLED = "tenants.reports.queries.settled"  # until which day records stand in signed figures
VOICE_OF_CONTACT = "tenants.voices.actions.take_up"  # what makes a voice of the opinions heard at a contact
ROLE_SUBJECTS = "tenants.members.queries.role_subjects"  # what a role can be narrowed to
ACCOUNT_HOLDERS = "tenants.members.queries.account_holders"  # which member an account is
# __Host- would need https; demo and tests speak http on localhost.
SESSION_COOKIE_NAME = "lianxin_session" if DEV else "__Host-lianxin_session"
CSRF_COOKIE_NAME = "lianxin_csrf" if DEV else "__Host-lianxin_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEV
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Production speaks https only. A proxy that ends TLS must say so, and must drop what clients claim: hence by opt-in.
# It also appends whom it saw to X-Forwarded-For, by which the public pages tell citizens apart (tenants.voices).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("LIANXIN_BEHIND_TLS_PROXY") else None
USE_X_FORWARDED_HOST = USE_X_FORWARDED_PORT = False  # a host comes from the Host header alone
SECURE_SSL_REDIRECT = not DEV
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from within, by whoever watches the processes
SECURE_HSTS_SECONDS = 0 if DEV else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEV  # every committee is one
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- the machine interface, /api/v1/ ---------------------------------------------------------------
API_PER_MINUTE = env.number("LIANXIN_API_PER_MINUTE", 300)  # requests of one token
API_LARGEST = 1024 * 1024  # bytes of one request
LOCALE_PATHS = [
    str(Path(rest_framework.__file__).parent / "locale")
]  # what its fields say, without its pages and files
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "api.refusals.answer",
    "DEFAULT_SCHEMA_CLASS": "api.told.Schema",
    "URL_FORMAT_OVERRIDE": None,
    "DATETIME_FORMAT": "iso-8601",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "连心桥接口",
    "DESCRIPTION": "The same actions and queries as a committee's pages, for programs. See api/README.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["api.told.finished"],
    "SORT_OPERATIONS": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
}

# --- cache and background work --------------------------------------------------------------------
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0" if DEV else None)
CACHES = {
    "default": {
        "BACKEND": "core.cache.OwnedCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "core.cache.make_key",
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {  # a line per tick would hide what matters
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},  # seven lines per document, and a warning per property it does not know
        "fontTools": {"level": "WARNING"},
    },
}
