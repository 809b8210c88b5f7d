"""Ours, with connections that end by the number of committees only, never by age: what that bound alone holds."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES = {"default": DATABASES["default"] | {"CONN_MAX_AGE": None, "OPTIONS": {"application_name": "bounded"}}}
