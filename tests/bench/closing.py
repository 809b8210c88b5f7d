"""A month closed by 120 counties, carried up through 14 cities, a province and the country; then one county's correction.

Each county is of the country's average (GOALS: 600,000 members and 8 million records over 3,213 committees): one is made by
the product and filled, the others have its rows copied into a schema of their own. Every step is the product's own: close, sign,
submit, accept. The peers count in the same counties what ours counts among other things, between its closings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench import standing
from tests.bench.figure import Figure, seconds
from tests.bench.place import prepared

COUNTIES, CITIES = 120, 14
PEOPLE = {"people": 187, "contacts": 1_000, "present": 900, "outputs": 400, "links": 200}  # 2,500 records
PERIOD, TODAY = "2022-11", standing.AS_OF
AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)
COUNTRY, PROVINCE, MODEL = "n0", "p0", "k0"
EVERY = 24  # counties between two asks of the peers
AT_ENDS = 12  # counties compared at the beginning and at the end
SUMS_LIMIT = 0.005  # s; GOALS: one changed committee carried up four levels
CARRIED = 5  # corrections measured


@dataclass
class Taken:
    """Seconds: of each county's closing, of the peers, of the whole pass."""

    closings: list[float] = field(default_factory=list)
    orm: list[float] = field(default_factory=list)
    hand: list[float] = field(default_factory=list)
    everybody: float = 0.0


def run() -> list[Figure]:
    with prepared():
        parents = _make()
        taken = _first_pass(parents)
        changes = [_corrected(f"k{number}", parents) for number in range(CARRIED)]
        sums = median([_sums(parents) for _ in range(CARRIED)])
    first, last = taken.closings[1 : AT_ENDS + 1], taken.closings[-AT_ENDS:]
    each = median(taken.closings)
    return [
        Figure(f"close {COUNTIES} counties, each: ORM counts per member, duty", each, median(taken.orm), 8, "s", len(taken.orm)),
        Figure("  each: one SQL by hand that counts these duties", each, median(taken.hand), 0, "s", len(taken.hand)),
        Figure(f"  each of the last {AT_ENDS} of {COUNTIES}: the first {AT_ENDS}", median(last), median(first), 1 / 1.2, "s", AT_ENDS),
        Figure("one county corrected, up four levels: everybody anew", median(changes), taken.everybody, 20, "s", CARRIED),
        Figure("  its sums alone, city, province, country: the limit", sums, SUMS_LIMIT, 1, "s", CARRIED),
    ]  # fmt: skip


def _make() -> dict[str, str]:
    """Parents by code. The model county with a year of records; everybody else a copy of it."""
    from accounts.actions import create_user
    from core import tenancy
    from core.audit import SYSTEM
    from registry.provisioning import create_committee

    create_committee(
        code=COUNTRY, name="政协全国委员会（虚构）", slug=COUNTRY, level="national", parent=None, template=None
    )
    _make_one(PROVINCE, "province", COUNTRY)
    parents = {PROVINCE: COUNTRY} | {f"c{number}": PROVINCE for number in range(CITIES)}
    for code in parents:
        if code != PROVINCE:
            _make_one(code, "city", PROVINCE)
    create_committee(
        code=MODEL, name="政协长岭县委员会", slug=MODEL, level="county", parent="c0", template=standing.TEMPLATE
    )
    with tenancy.inside(MODEL):
        create_user(username="zhuxi", display_name="主席", password=None, roles=["leader"], by=SYSTEM)
        standing._fill(**PEOPLE)
    parents |= {f"k{number}": f"c{number % CITIES}" for number in range(COUNTIES)}
    for code, above in parents.items():
        if code.startswith("k") and code != MODEL:
            _make_one(code, "county", above)
    _copy([code for code in (COUNTRY, *parents) if code != MODEL])
    return parents


def _make_one(code: str, level: str, parent: str) -> None:
    from registry.provisioning import _make

    _make(code=code, name=f"政协长岭{code}委员会", slug=code, level=level, parent=parent)


def _copy(codes: Iterable[str]) -> None:
    """The model's rows into schemas that have none, as the owner; foreign keys are checked at each commit."""
    from django.db import connections, transaction

    from registry.models import Committee
    from registry.queries import forget_routes

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [f"c_{MODEL}"])
        tables = [name for (name,) in cursor.fetchall() if name != "django_migrations"]
        for code in codes:
            with transaction.atomic(using="owner"):
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                for table in tables:
                    cursor.execute(
                        f'INSERT INTO "c_{code}"."{table}" OVERRIDING SYSTEM VALUE SELECT * FROM "c_{MODEL}"."{table}" ON CONFLICT DO NOTHING'
                    )
            if code.startswith("k"):
                cursor.execute(f'ANALYZE "c_{code}".members_member')
                for table in ("liaison_contactrecord", "activities_activity", "activities_participation", "voices_output", "voices_outputauthor", "liaison_constituentlink"):  # fmt: skip
                    cursor.execute(f'ANALYZE "c_{code}".{table}')
    Committee.objects.using("owner").update(state="active", step="done")
    forget_routes()


def _first_pass(parents: dict[str, str]) -> Taken:
    """Everybody closes, signs and submits, those above accept; between the counties the peers are asked."""
    from core import tenancy

    taken = Taken()
    for number in range(COUNTIES):
        with tenancy.inside(f"k{number}"):
            taken.closings.append(seconds(_close))
            taken.everybody += taken.closings[-1] + seconds(_sent)
            if number % EVERY == EVERY // 2:
                taken.hand += [seconds(standing._by_hand) for _ in range(3)]
                taken.orm.append(seconds(standing._by_orm))
    taken.everybody += sum(
        seconds(lambda code=code: _taken_up(code))  # type: ignore[misc]
        for code in (*(f"c{number}" for number in range(CITIES)), PROVINCE, COUNTRY)
    )
    return taken


def _close() -> None:
    from core.audit import SYSTEM
    from tenants.reports import actions

    actions.close_period(period=PERIOD, today=TODAY, at=AT, by=SYSTEM)


def _sent() -> None:
    from core.audit import SYSTEM
    from tenants.reports import actions

    actions.sign(period=PERIOD, at=AT, by=_leader())
    actions.submit(period=PERIOD, at=AT, by=SYSTEM)


def _leader() -> Any:
    from accounts.models import User

    return User.objects.get(username="zhuxi")


def _taken_up(code: str) -> None:
    """What waits is accepted, the own month closed with it and sent on; the country signs and is done."""
    from core import tenancy
    from core.audit import SYSTEM
    from exchange import actions as exchange
    from exchange import queries as letters
    from tenants.reports import actions

    with tenancy.inside(code):
        waiting = [one.pk for one in letters.received(PERIOD) if one.state == "submitted"]
        _, refused = exchange.accept_many(delivery_ids=waiting, at=AT, by=SYSTEM)
        assert not refused, refused
        _close()
        if code == COUNTRY:
            actions.sign(period=PERIOD, at=AT, by=_leader())
        else:
            _sent()


def _corrected(county: str, parents: dict[str, str]) -> float:
    """A county closes anew with one more contact: seconds until the country's figures hold it."""
    from core import tenancy
    from core.audit import SYSTEM
    from tenants.liaison.actions import register_contact
    from tenants.members.models import Member

    def again() -> None:
        with tenancy.inside(county):
            _close()
            _sent()
        for code in _line(county, parents):
            _taken_up(code)

    before = _total(COUNTRY)
    with tenancy.inside(county):
        member = Member.objects.order_by("number").first()
        assert member is not None
        register_contact(
            member=member.pk, kind="visit", held_on=dt.date(2022, 11, 3), summary="走访", today=TODAY, by=SYSTEM
        )
    spent = seconds(again)
    assert _total(COUNTRY) != before
    return spent


def _line(county: str, parents: dict[str, str]) -> Iterator[str]:
    code = county
    while code in parents:
        code = parents[code]
        yield code


def _total(code: str) -> list[Any]:
    from core import tenancy
    from tenants.reports import queries

    with tenancy.inside(code):
        found = queries.latest(PERIOD)
        assert found is not None
        return found.total


def _sums(parents: dict[str, str]) -> float:
    """What carrying up one county costs beside reading and writing: the three sums above it, from the bodies in hand."""
    from core import tenancy
    from exchange import queries as letters
    from exchange.figures import recomputed
    from tenants.reports import queries

    todo: list[Callable[[], object]] = []
    for code in _line(MODEL, parents):
        with tenancy.inside(code):
            found = queries.latest(PERIOD)
            assert found is not None
            below = [one.body for one in letters.received_accepted(PERIOD, whole=True)]
            body = found.row.body
            assert [one.to_json() for one in recomputed(body, below)] == body["total"]
            todo.append(lambda body=body, below=below: recomputed(body, below))  # type: ignore[misc]
    return seconds(lambda: [one() for one in todo])
