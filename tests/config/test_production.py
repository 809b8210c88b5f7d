"""Production is strict by itself: https only, nothing guessable, nothing kept; `check --deploy` has nothing to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_IN_PRODUCTION = (
    "LIANXIN_DEV",
    "LIANXIN_TODAY",
    "DATABASE_OWNER_URL",
    "LIANXIN_BEHIND_TLS_PROXY",
    "LIANXIN_DEPLOYMENT",
)
PRODUCTION = {
    "LIANXIN_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/",
    "LIANXIN_BASE_DOMAIN": "lianxin.example",
    "DATABASE_URL": "postgresql://lx_app:secret@127.0.0.1:1/lianxin",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
}


def _python(*words: str, without: tuple[str, ...] = (), **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_IN_PRODUCTION}
    environment |= PRODUCTION | changes
    for name in without:
        del environment[name]
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def _settings(**changes: str) -> dict[str, object]:
    names = "SECURE_PROXY_SSL_HEADER SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SESSION_COOKIE_NAME DEPLOYMENT DEBUG"
    code = f"import json; from django.conf import settings as s; print(json.dumps({{n: getattr(s, n) for n in '{names}'.split()}}))"
    done = _python("-c", code, **changes)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_deployment_check_has_nothing_to_say():
    done = _python("-m", "django", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_what_the_check_is_told_to_overlook_is_there():
    """The check knows the protection of forms by its name only."""
    from django.conf import settings
    from django.middleware.csrf import CsrfViewMiddleware
    from django.utils.module_loading import import_string

    assert any(issubclass(import_string(name), CsrfViewMiddleware) for name in settings.MIDDLEWARE if "csrf" in name)


def test_production_speaks_https_only():
    found = _settings()
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert str(found["SESSION_COOKIE_NAME"]).startswith("__Host-")
    assert (found["DEBUG"], found["DEPLOYMENT"]) == (False, "lianxin")


def test_a_proxys_word_about_https_counts_only_when_the_deployment_says_there_is_one():
    assert _settings()["SECURE_PROXY_SSL_HEADER"] is None
    assert _settings(LIANXIN_BEHIND_TLS_PROXY="1")["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


@pytest.mark.parametrize(
    ("without", "changes", "named"),
    [
        (("LIANXIN_SECRET_KEY",), {}, "LIANXIN_SECRET_KEY"),
        ((), {"LIANXIN_SECRET_KEY": "short"}, "LIANXIN_SECRET_KEY"),
        (("LIANXIN_BASE_DOMAIN",), {}, "LIANXIN_BASE_DOMAIN"),
        (("DATABASE_URL",), {}, "DATABASE_URL"),
        (("REDIS_URL",), {}, "REDIS_URL"),
        ((), {"LIANXIN_TODAY": "2022-11-30"}, "LIANXIN_TODAY"),
        ((), {"LIANXIN_DEPLOYMENT": "a b"}, "LIANXIN_DEPLOYMENT"),
    ],
)
def test_a_missing_or_careless_setting_stops_the_start_and_is_named(without, changes, named):
    done = _python("-c", "from django.conf import settings; settings.DEBUG", without=without, **changes)
    assert done.returncode != 0
    assert named in done.stderr
