"""What nobody changes: signed, submitted, accepted; and what a killed process leaves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from core import clock, sealing, tenancy
from core.audit import SYSTEM
from core.models import AuditEvent
from exchange import actions as exchange
from exchange import queries as letters
from exchange import signing
from exchange.figures import recomputed
from exchange.verifying import verify
from tenants.reports import actions, queries
from tenants.reports.models import Return, SigningKey
from tests.children import in_child
from tests.tenants.reports.conftest import AT, TODAY


def _run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


SET_BODY = "UPDATE reports_return SET body = jsonb_set(body, '{own,0,numerator}', '99')"


@pytest.mark.django_db
def test_raw_sql_as_the_committees_role_reaches_no_return_once_submitted(year, place):
    with place("anhua").inside():
        year.members(3)
        delivery = year.report()
        for statement in (SET_BODY, "UPDATE reports_return SET state = 'draft'", "DELETE FROM reports_return"):
            assert _run(statement) == 0, statement
        again = "INSERT INTO reports_return SELECT gen_random_uuid(), created_at, '2022-10', revision, state, as_of, policies, body, digest, closed_at, signed_at, submitted_at, closed_by_id, signed_by_id, public_key, signature FROM reports_return"  # fmt: skip
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            _run(again)
    with place("yiyang").inside():
        exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
        with pytest.raises(ProgrammingError), transaction.atomic():
            _run("UPDATE exchange_delivery SET body = '{}'")


@pytest.mark.django_db
def test_a_return_altered_between_signature_and_sending_is_refused(year, anhua):
    year.members(3)
    year.close()
    year.sign()
    assert _run(SET_BODY) == 1
    with pytest.raises(exchange.BadSignature):
        year.submit()
    assert queries.latest("2022-11").state == "signed"


@pytest.mark.django_db
def test_whoever_closed_it_does_not_sign_it(year, anhua, account):
    leader = account("leader")
    actions.close_period(period="2022-11", today=TODAY, at=AT, by=leader)
    with pytest.raises(actions.SamePerson):
        actions.sign(period="2022-11", at=AT, by=leader)
    assert year.sign().state == "signed"


@pytest.mark.django_db
def test_the_private_key_lies_sealed_and_opens_for_its_own_committee_alone(year, place, settings):
    old, new = "old:" + "b2xk" * 10 + "b2w=", "new:" + "bmV3" * 10 + "bmU="
    settings.SEALING_KEYS = old
    with place("anhua").inside():
        year.close()
        year.sign()
        key = SigningKey.objects.get()
        private = queries.opened_key(key)
        assert signing.is_signed({}, public_key=key.public_key, signature=signing.sign(private, {}))
        settings.SEALING_KEYS = f"{new},{old}"
        assert actions.reseal_keys(by=SYSTEM) == 1
        key.refresh_from_db()
        settings.SEALING_KEYS = new
        assert (key.sealed[:4], queries.opened_key(key)) == ("new:", private)
        settings.SEALING_KEYS = old
        with pytest.raises(sealing.CannotUnseal):
            queries.opened_key(key)
    settings.SEALING_KEYS = new
    with place("nanxian").inside(), pytest.raises(sealing.CannotUnseal):
        queries.opened_key(key)


@pytest.mark.django_db
def test_a_new_key_signs_from_then_on_and_files_of_both_pass(year, place):
    with place("anhua").inside():
        first = year.report("2022-10")
        actions.change_key(at=AT, by=SYSTEM)
        second = year.report("2022-11")
        assert first.public_key != second.public_key
    files = {one.period: _file(one) for one in (first, second)}
    keys = [{"committee": "430923", "public_key": one.public_key} for one in (first, second)]
    assert verify(files, trusted=keys).ok


def _file(one) -> str:
    from exchange.files import written

    return written(one.body, signature=one.signature, public_key=one.public_key)


@pytest.mark.django_db
def test_exported_files_of_county_and_city_pass_offline_and_recompute(year, place):
    with place("anhua").inside():
        year.members(3, 5)
        county = year.report()
    with place("yiyang").inside():
        exchange.accept(delivery_id=county.pk, at=AT, by=SYSTEM)
        year.members(3, 0)
        city = year.report()
    report = verify({"county": _file(county), "city": _file(city)})
    assert (report.faults, len(report.files)) == ([], 2)
    assert [one.to_json() for one in recomputed(city.body, [county.body])] == city.body["total"]


STEPS = {
    "close": lambda: actions.close_period(period="2022-09", today=TODAY, at=AT, by=SYSTEM),
    "sign": lambda: actions.sign(period="2022-09", at=AT, by=_leader()),
    "submit": lambda: actions.submit(period="2022-09", at=AT, by=SYSTEM),
}
DECISIONS = {  # the parent's
    "accept": lambda key: exchange.accept(delivery_id=key, at=AT, by=SYSTEM),
    "accept many": lambda key: exchange.accept_many(delivery_ids=[key], at=AT, by=SYSTEM),
    "send back": lambda key: exchange.send_back(delivery_id=key, reason="请核对", at=AT, by=SYSTEM),
}


def _leader():
    from accounts.actions import create_user
    from accounts.models import User

    found = User.objects.filter(username="killed").first()
    return found or create_user(username="killed", display_name="某", password=None, roles=["leader"], by=SYSTEM)


def _step(name: str, *, die_at: str = "") -> int:
    def do() -> None:
        with tenancy.inside("430900" if name in DECISIONS else "430923"):
            if name in DECISIONS:
                DECISIONS[name](letters.received("2022-09")[0].pk)
            else:
                STEPS[name]()

    return in_child(do, LX_TEST_DIE_AT=die_at).returncode


def _stands() -> tuple:
    with tenancy.inside("430923"):
        row = Return.objects.filter(period="2022-09").values_list("state", "signature").first()
        return (row[0], bool(row[1])) if row else None, SigningKey.objects.count(), len(letters.sent("2022-09"))


def _decided() -> tuple:
    with tenancy.inside("430900"):
        noted = AuditEvent.objects.filter(action__in=("exchange.accepted", "exchange.returned")).count()
        return letters.received("2022-09")[0].state, noted


def test_killed_at_any_step_a_return_is_where_it_was_before_and_goes_on(committed):
    began = clock.now()  # rows carry the day the tests are set to
    try:
        for point in ("return locked", "return closed"):
            assert (_step("close", die_at=point), _stands()) == (-9, (None, 0, 0)), point
        assert (_step("close"), _stands()) == (0, (("draft", False), 0, 0))
        assert (_step("sign", die_at="return signed"), _stands()) == (-9, (("draft", False), 0, 0))
        assert (_step("sign"), _stands()) == (0, (("signed", True), 1, 0))
        assert (_step("submit", die_at="return delivered"), _stands()) == (-9, (("signed", True), 1, 0))
        assert (_step("submit"), _stands()) == (0, (("submitted", True), 1, 1))
        assert (_step("submit"), _stands()) == (1, (("submitted", True), 1, 1)), "sent twice it is refused"
        for way, point in (
            ("accept many", "return decided"),
            ("accept many", "return decision noted"),
            ("send back", "return decided"),
        ):
            assert (_step(way, die_at=point), _decided()) == (-9, ("submitted", 0)), (point, way)
        assert (_step("accept many"), _decided()) == (0, ("accepted", 1))
        assert (_step("accept"), _decided()) == (1, ("accepted", 1)), "decided twice it is refused"
    finally:
        _wipe(began)


def _wipe(began: dt.datetime) -> None:
    tables = ("reports_return", "reports_signingkey", "desk_notice", "core_auditwords", "core_auditevent", "accounts_rolegrant", "accounts_user")  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for table in ("exchange_delivery", "exchange_signingkey"):
            cursor.execute(f"DELETE FROM public.{table}")
        for schema in ("c_430923", "c_430900"):
            for table in tables:
                cursor.execute(f'DELETE FROM "{schema}".{table} WHERE created_at >= %s', [began])
