"""The whole way from a fact sheet to verdicts, for the command line, worked cases and what-if."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.facts import normalised
from policy_engine.judge import Verdict, judge
from policy_engine.model import Policy
from policy_engine.plan import docket
from policy_engine.reader import Document
from policy_engine.tally import count
from policy_engine.uncollected import uncollected


def evaluate(policy: Policy, facts: Mapping[str, Any] | Document, as_of: date) -> list[Verdict]:
    """Verdicts on a facts document (shape: `lianxin policy schema facts`). Raises TemplateErrors on faulty facts."""
    if not 1900 <= as_of.year < 3000:
        raise TemplateErrors(
            [
                TemplateError(
                    "lianxin policy", 0, "--as-of", "bad_date", f"统计日 {as_of} 不在 1900 至 2999 年之间", "改正统计日"
                )
            ]
        )
    document = facts if isinstance(facts, Document) else Document("facts", facts)
    with uncollected():
        sheet = normalised(document, policy)
        asked = docket(policy, as_of, events=sheet.events)
        return judge(
            policy,
            sheet.subjects,
            count(asked.tallies, sheet.rows),
            as_of,
            waivers=sheet.waivers,
            events=sheet.events,
            asked=asked,
        )


def verdicts_json(policy: Policy, verdicts: list[Verdict]) -> dict[str, Any]:
    """The published answer: which policy judged, and what it found."""
    return {
        "policy": {"id": policy.id, "digest": policy.digest},
        "verdicts": [verdict.to_json() for verdict in verdicts],
    }
