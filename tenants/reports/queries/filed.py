"""Returns of this committee with their state: its own steps from its schema, the recipient's word from the exchange."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from core import tenancy
from exchange import queries as exchange
from exchange.models import Delivery
from exchange.overview import figure_in
from tenants.liaison.queries import Settled
from tenants.reports.models import Return, ReturnState, Scope
from tenants.reports.queries.figures import Figure, figures_in
from tenants.reports.queries.periods import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One revision as it stands now. `reason` is why the recipient sent it back."""

    row: Return
    state: str
    reason: str = ""
    decided_at: dt.datetime | None = None

    @property
    def period(self) -> str:
        return self.row.period

    @property
    def revision(self) -> int:
        return self.row.revision

    @property
    def own(self) -> list[Figure]:
        return figures_in(self.row.body, "own")

    @property
    def total(self) -> list[Figure]:
        return figures_in(self.row.body, "total")

    @property
    def lacking(self) -> list[dict[str, str]]:
        """Children whose figures are not in it: `{code, name, state}`."""
        return [child for child in self.row.body["children"] if child["state"] != ReturnState.ACCEPTED]


def is_final(filed: Filed) -> bool:
    """Nothing more is waited for: accepted above, or signed where nobody is above."""
    return filed.state == ReturnState.ACCEPTED or (
        filed.state == ReturnState.SIGNED and tenancy.current().parent is None
    )


def revisions(period: str) -> list[Filed]:
    """Every revision of a period, the newest first. Two statements."""
    return _filed(list(Return.objects.filter(period=period).order_by("-revision")), exchange.sent(period))


def latest(period: str) -> Filed | None:
    """The newest revision of a period, or None."""
    return next(iter(revisions(period)), None)


def all_latest() -> dict[str, Filed]:
    """The newest revision of every period, by period key. Two statements."""
    rows = Return.objects.order_by("period", "-revision").distinct("period").select_related("signed_by", "closed_by")
    return {filed.period: filed for filed in _filed(list(rows), exchange.sent())}


def own_over(periods: Sequence[str], *, indicator: str, basis: str) -> dict[str, Figure]:
    """This committee's own figure in the newest revision of each of several periods that was closed. One statement, no bodies."""
    sql = f"""
        SELECT DISTINCT ON (period) period, {figure_in(Scope.OWN)} FROM {Return._meta.db_table}
        WHERE period = ANY(%(periods)s) ORDER BY period, revision DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"periods": list(periods), "indicator": indicator, "basis": basis})
        return {period: Figure.from_json(json.loads(one)) for period, one in cursor.fetchall() if one is not None}


def to_sign() -> list[Filed]:
    """Newest drafts, which wait for a leader's signature."""
    return [filed for filed in all_latest().values() if filed.state == ReturnState.DRAFT]


def to_submit() -> list[Filed]:
    """Signed ones, which wait for the office to submit them."""
    return [filed for filed in all_latest().values() if filed.state == ReturnState.SIGNED]


def to_decide() -> list[Delivery]:
    """Children's returns that wait to be accepted or sent back."""
    return [delivery for delivery in exchange.received() if delivery.state == ReturnState.SUBMITTED]


def settled() -> Settled | None:
    """The newest period whose figures stand: signed or submitted, and neither reopened nor sent back. Two statements."""
    stands = (ReturnState.SIGNED, ReturnState.SUBMITTED, ReturnState.ACCEPTED)
    newest = max(
        (one for one in all_latest().values() if one.state in stands), key=lambda one: one.row.as_of, default=None
    )
    if newest is None:
        return None
    return Settled(label=spoken(newest.period), url=f"/returns/{newest.period}/", last_day=newest.row.as_of)


def _filed(rows: list[Return], sent: list[Delivery]) -> list[Filed]:
    word = {(delivery.period, delivery.revision): delivery for delivery in sent}
    return [_one(row, word.get((row.period, row.revision))) for row in rows]


def _one(row: Return, delivery: Delivery | None) -> Filed:
    if delivery is None:
        return Filed(row=row, state=row.state)
    return Filed(row=row, state=delivery.state, reason=delivery.reason, decided_at=delivery.decided_at)
