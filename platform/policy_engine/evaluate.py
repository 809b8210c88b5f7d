"""The whole way from a fact sheet to verdicts, for the command line, worked cases and what-if."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy_engine.judge import Verdict
from policy_engine.model import Policy


def evaluate(policy: Policy, facts: Mapping[str, Any], as_of: date) -> list[Verdict]:
    """Verdicts on a facts document (shape: `lianxin policy schema facts`). Raises TemplateErrors on faulty facts."""
    raise NotImplementedError
