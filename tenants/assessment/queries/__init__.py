"""Judgement on reading: counts from the database, the policy of the day, verdicts with what stands behind them."""

from tenants.assessment.queries.counter import count_all, count_one
from tenants.assessment.queries.explained import Explained, explained
from tenants.assessment.queries.sources import Source, sources_of
from tenants.assessment.queries.standing import (
    Line,
    Standing,
    Standings,
    docket_on,
    duties_of,
    said,
    standing,
    standing_of,
    standing_of_subject,
    verdicts,
)

__all__ = [
    "Explained", "Line", "Source", "Standing", "Standings", "count_all", "count_one", "docket_on", "duties_of", "explained", "said", "sources_of", "standing", "standing_of",
    "standing_of_subject", "verdicts",
]  # fmt: skip
