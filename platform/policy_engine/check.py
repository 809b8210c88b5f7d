"""Is a template folder sound? Load it, then run the worked cases beside it."""

from __future__ import annotations

from pathlib import Path

from policy_engine.cases import case_files, run_case
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.load import load_template


def check(path: Path | str) -> list[TemplateError]:
    """All faults: of the files, or of cases whose expectation does not come out. Empty: sound."""
    try:
        template = load_template(path)
    except TemplateErrors as errors:
        return errors.errors
    return [fault for file in case_files(Path(path)) for fault in run_case(template, file)]
