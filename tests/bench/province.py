"""A province with 14 cities and 120 counties that reported 12 months, without a schema of theirs: what its pages rest on.
Beside it the rest of the country, which its pages must not feel.

The registry's rows and the deliveries are made as the owner; every body is what closing would have made of its figures, so
that digests and sums hold. Invented names, the same at every run.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

CODE, CITIES, COUNTIES, MONTHS = "630000", 14, 120, 12
ELSEWHERE = 3_000  # committees of the rest of the country
AS_OF = dt.date(2022, 11, 30)
AT = dt.datetime(2022, 12, 3, 9, tzinfo=dt.UTC)
POLICIES = {"own": "0" * 64, "parent": "0" * 64}
Body = dict[str, Any]


def make() -> None:
    """The province with a schema and its own closed months; the others as rows only, every return accepted at every level."""
    from django.db import connections

    from core import tenancy
    from exchange.canonical import digest_of
    from exchange.models import Delivery
    from registry.provisioning import create_committee
    from registry.queries import forget_routes
    from tenants.reports.models import Return

    create_committee(
        code=CODE, name="政协长山省委员会", slug="bench", level="province", parent=None, template="yiyang-2021"
    )
    parents = _rows()
    forget_routes()
    chance, sent, mine = Random(6), [], []
    for period in periods():
        counties = {code: _body(chance, code, period, []) for code, above in parents.items() if above != CODE}
        cities = {
            code: _body(chance, code, period, [one for name, one in counties.items() if parents[name] == code])
            for code, above in parents.items()
            if above == CODE
        }
        for code, body in (counties | cities).items():
            above = parents[code]
            sent.append(
                Delivery(
                    sender=code, recipient=above, ancestors=[] if above == CODE else [CODE], period=period, revision=1,
                    body=body, digest=digest_of(body), signature="of a bench", public_key="of a bench", state="accepted",
                    submitted_at=AT, decided_at=AT,
                )
            )  # fmt: skip
        mine.append(_body(chance, CODE, period, list(cities.values())))
    Delivery.objects.using("owner").bulk_create(sent, batch_size=200)
    with tenancy.inside(CODE):
        Return.objects.bulk_create(
            Return(
                period=body["period"], revision=1, as_of=body["as_of"], policies=POLICIES, body=body, digest=digest_of(body),
                closed_at=AT,
            )
            for body in mine
        )  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE exchange_delivery; ANALYZE registry_committee")


def periods() -> list[str]:
    from tenants.reports.queries.overview import last_spans

    return [one.key for one in last_spans(AS_OF, "month", number=MONTHS)]


def _rows() -> dict[str, str]:
    """Parents by code of everybody below, who stand in the registry alone."""
    from registry.models import Committee

    rows = Committee.objects.using("owner")

    def add(code: str, level: str, above: Any) -> Any:
        name = f"政协长山{code}委员会"
        return rows.create(
            code=code, name=name, slug=f"b{code}", schema_name=f"c_{code}", level=level, parent=above, state="active"
        )

    cities = [add(f"63{number:02}00", "city", rows.get(code=CODE)) for number in range(1, CITIES + 1)]
    parents = {city.code: CODE for city in cities}
    for number in range(COUNTIES):
        above = cities[number % CITIES]
        county = add(f"{above.code[:4]}{20 + number // CITIES:02}", "county", above)
        parents[county.code] = above.code
    far = rows.create(
        code="640000", name="政协远山省委员会", slug="far", schema_name="c_640000", level="province", state="active"
    )
    rows.bulk_create(
        Committee(
            code=f"64x{number}", name=f"政协远山{number}委员会", slug=f"far{number}", schema_name=f"c_64x{number}",
            level="county", parent=far, state="active",
        )
        for number in range(ELSEWHERE)
    )  # fmt: skip
    return parents


def _body(chance: Random, code: str, period: str, below: list[Body]) -> Body:
    """A return of made-up figures; one in twelve has no such rule."""
    from exchange.canonical import digest_of
    from exchange.figures import figure, recomputed
    from exchange.files import BODY_FORMAT
    from exchange.spans import span_of
    from tenants.reports.queries import bases_of, shared_indicators

    def counts(kind: str) -> tuple[int, int | None] | None:
        whole = chance.randrange(20, 300)
        return None if chance.random() < 1 / 12 else (chance.randrange(whole), None if kind == "count" else whole)

    span = span_of(period)
    assert span is not None
    own = [figure(one.id, basis, counts(one.kind)) for one in shared_indicators().values() for basis in bases_of(one)]
    children = [
        {
            "code": one["committee"]["code"], "name": one["committee"]["name"], "state": "accepted", "revision": 1,
            "digest": digest_of(one), "size": 1 + len(one["children"]), "submitted_on": AT.date().isoformat(),
        }
        for one in below
    ]  # fmt: skip
    body: Body = {
        "format": BODY_FORMAT, "committee": {"code": code, "name": f"政协长山{code}委员会", "level": "county"}, "period": period,
        "revision": 1, "previous": None, "as_of": span.last_day.isoformat(), "due_on": None, "policies": POLICIES,
        "own": [one.to_json() for one in sorted(own, key=lambda one: one.key)], "children": children,
    }  # fmt: skip
    return body | {"total": [one.to_json() for one in recomputed(body, below)]}
