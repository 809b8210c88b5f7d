"""Is a template folder sound? Load it, then run the worked cases beside it."""

from __future__ import annotations

from pathlib import Path

from policy_engine.errors import TemplateError


def check(path: Path | str) -> list[TemplateError]:
    """All faults: of the files, or of cases whose expectation does not come out. Empty: sound."""
    raise NotImplementedError
