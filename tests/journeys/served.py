"""The product as it is served, with sign-ins that cost as little as the accounts they open (a dearer hash is made anew)."""

from __future__ import annotations

from config.wsgi import application as application
from tests.cheap import passwords_cost_little

passwords_cost_little()
