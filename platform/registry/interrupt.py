"""Where a test may kill the process, to see that nothing half made stays. Does nothing outside development."""

from __future__ import annotations

import os
import signal

from django.conf import settings


def reached(point: str) -> None:
    """SIGKILL this process when LX_TEST_DIE_AT names the point (LIANXIN_DEV only): no handler runs, as in a power cut."""
    if settings.DEV and os.environ.get("LX_TEST_DIE_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
