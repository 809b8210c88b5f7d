"""So many requests a minute for each token, and for each account in a browser; counted in the committee's own cache."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

MINUTE = 60


class PerToken(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        who = request.auth or request.user
        key = f"api:{who.pk}:{int(time.time() // MINUTE)}"
        cache.add(key, 0, 2 * MINUTE)
        return bool(cache.incr(key) <= settings.API_PER_MINUTE)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return MINUTE - time.time() % MINUTE
