"""Why a duty is as it is, in sentences: rule, clauses, values with the chain of documents behind each."""

from __future__ import annotations

from datetime import date
from typing import Any

from policy_engine.model import Policy


def explain(policy: Policy, duty_id: str, on: date | None = None) -> dict[str, Any]:
    """`{duty, title, sentence, clauses:[{id,ref,summary}], values:{key:{value,provenance}}}`; unknown duty: TemplateErrors."""
    raise NotImplementedError
