"""The garbage collector passes over what a process has loaded."""

from __future__ import annotations

import gc

from core import loaded


def test_what_is_loaded_is_not_looked_through_again():
    kept = ["of the process"]
    loaded.stays("config.urls_public")
    made = ["of a request"]
    known = {id(one) for one in gc.get_objects()}
    assert id(kept) not in known
    assert id(made) in known
