"""What a process has loaded stays for its life."""

from __future__ import annotations

import gc
from importlib import import_module


def stays(*modules: str) -> None:
    """Load these modules too, then let the garbage collector pass over all that is loaded.

    Of a web process some 160,000 objects: a full pass over them takes a tenth of a second, in the middle of somebody's page.
    Called before processes fork, it also keeps their memory shared.
    """
    for name in modules:
        import_module(name)
    gc.collect()
    gc.freeze()
