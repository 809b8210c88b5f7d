"""Ours, with connections that never end: what a server process grows to."""

from tests.bench.variants.bounded import *  # noqa: F403
from tests.bench.variants.bounded import DATABASES

DATABASES = {
    "default": DATABASES["default"] | {"LX_COMMITTEES_PER_CONNECTION": 0, "OPTIONS": {"application_name": "unbounded"}}
}
