"""Loaded by pytest before anything reads settings (`-p tests.environment`): the suite never sees another database.

One database per worker process, named after LX_TEST_DB (default `suite`), on the server LIANXIN_ADMIN_URL names.
"""

from __future__ import annotations

import gc
import os
import tempfile
from urllib.parse import urlsplit

from tests.removal import ADMIN_URL as ADMIN_URL

DATABASE = f"lxt_{os.environ.get('LX_TEST_DB', 'suite')}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
PASSWORD = "test"

_address = urlsplit(ADMIN_URL)
_place = f"{_address.hostname}:{_address.port or 5432}"
os.environ |= {
    "LIANXIN_DEV": "1",
    "LIANXIN_FILES": os.path.join(tempfile.gettempdir(), DATABASE),
    "LIANXIN_TODAY": "2022-11-30",
    "LX_ROLE_PREFIX": DATABASE,
    "DATABASE_URL": f"postgresql://{DATABASE}_app:{PASSWORD}@{_place}/{DATABASE}",
    "DATABASE_OWNER_URL": f"postgresql://{DATABASE}_owner:{PASSWORD}@{_place}/{DATABASE}",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}

# While everything is loaded nothing is garbage, and looking for it took a third of the time; before the first test: core.loaded.
gc.set_threshold(200_000, 50, 1000)
