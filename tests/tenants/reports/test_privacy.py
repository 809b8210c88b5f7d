"""Figures travel, persons never: names planted in a child are searched for everywhere its parents can look."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import connection
from openpyxl import load_workbook

from core.audit import SYSTEM
from exchange import actions as exchange
from tenants.members.models import Member
from tests.tenants.reports.conftest import AT, CANARY

pytestmark = pytest.mark.django_db


def _found(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{CANARY[:4]}%"])
        return cursor.fetchone()[0]


@pytest.fixture
def reported(year, place):
    """Anhua's names planted in members, constituents, contacts, outputs and the signer; its return accepted twice upwards."""
    with place("anhua").inside():
        members = year.members(3, 4)
        year.contact(members[0], members[1])
        year.output(*members)
        assert _found("members_member") == 2
        assert Member.objects.count() == 2
        delivery = year.report()
    with place("yiyang").inside():
        exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)


def test_no_row_of_the_exchange_or_of_the_parents_holds_a_childs_name(reported, place):
    for slug in ("anhua", "yiyang", "hunan"):
        with place(slug).inside():
            assert _found("exchange_delivery") == 0
    with place("yiyang").inside():
        for table in ("core_auditevent", "reports_return", "exchange_signingkey", "members_member"):
            assert _found(table) == 0


def test_a_return_names_no_id_of_any_row_of_the_child(reported, place):
    with place("anhua").inside():
        ids = [str(key) for key in Member.objects.values_list("pk", flat=True)]
    with place("hunan").inside(), connection.cursor() as cursor:
        cursor.execute("SELECT body::text FROM exchange_delivery")
        (body,) = cursor.fetchone()
    assert not any(key in body for key in ids)


@pytest.mark.parametrize(("slug", "role"), [("yiyang", "office"), ("hunan", "upper_liaison")])
@pytest.mark.parametrize("path", ["/rollup/", "/rollup/?period=2022-11&format=xlsx", "/rollup/R02/", "/returns/inbox/"])
def test_no_page_of_a_parent_shows_a_childs_name(reported, place, account, browser_of, slug, role, path):
    with place(slug).inside():
        browser = browser_of(place(slug), account(role))
    response = browser.get(path)
    assert response.status_code == 200
    assert CANARY[:4] not in _text(response)


def _text(response) -> str:
    """What one can read: the page, or the cells of a workbook."""
    if "spreadsheet" not in response["Content-Type"]:
        return response.content.decode()
    book = load_workbook(BytesIO(response.content))
    text = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    assert "政协安化县委员会" in text
    return text
