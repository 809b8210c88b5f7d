"""S31, S32: figures travel, persons never. What is planted in a child is searched for everywhere its parents can look: in the
catalogue and every row their roles may read, in every page, file and answer.

A parent may see of a child: its name, code and level; figures, cells of the shared list, states, days, digests, its public
key; how many of its parameters are others. Not who closed, signed, or withdrew and why, nor what its sectors are called there.
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.db import connection
from openpyxl import load_workbook

from accounts.actions import create_user
from config.routes import routes
from core.audit import SYSTEM
from exchange import actions as exchange
from exchange.figures import figures_in
from policy_engine.load import load_attributes
from registry.queries import everyone
from tenants.members.models import Member, Sector
from tenants.reports import actions, queries
from tenants.voices.actions import receive_voice
from tests.tenants.reports.conftest import AT, CANARY, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(year, place):
    """Anhua's names planted in members, constituents, contacts, outputs and the signer; its return accepted twice upwards."""
    with place("anhua").inside():
        members = year.members(3, 4)
        year.contact(members[0], members[1])
        year.output(*members)
        receive_voice(
            content=f"{CANARY}反映路灯",
            channel="phone",
            received_on=TODAY,
            today=TODAY,
            name=CANARY,
            phone="13900000000",
            by=SYSTEM,
        )
        Sector.objects.update(name=f"{CANARY}界", base=CANARY)
        year.close()
        year.sign()
        leader = create_user(username="withdraws", display_name=CANARY, password=None, roles=["leader"], by=SYSTEM)
        actions.withdraw_signature(period="2022-11", why=f"{CANARY}漏记一次", by=leader)
        delivery, half = year.report(), year.report("2022-H1")
    with place("yiyang").inside():
        exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
        exchange.send_back(delivery_id=half.pk, reason="请核对人数", at=AT, by=SYSTEM)
    return delivery


SAID = re.compile(
    r"20\d\d(-(\d\d|H[12]))?|20\d\d-\d\d-\d\d|[0-9a-f]{64}|lianxin\.return/[23]|R\d\d(\.(own|parent))?|own|parent|accepted|submitted|returned|missing"
)


def _texts(value) -> set[str]:
    """Every text in a body that is no key of its shape."""
    if isinstance(value, dict):
        return {one for inner in value.values() for one in _texts(inner)} | {key for key in value if "." in key}
    if isinstance(value, list):
        return {one for inner in value for one in _texts(inner)}
    return {value} if isinstance(value, str) else set()


def test_every_text_in_a_return_is_a_word_everybody_shares(reported, place):
    shared = {text for one in everyone() for text in (one.code, one.name, one.level)}
    for key, attribute in load_attributes().items():
        shared |= {key, "other", *attribute["cells"]}
    with place("anhua").inside():
        bodies = [one.row.body for key in ("2022-11", "2022-H1") for one in queries.revisions(key)]
        ids = [str(key) for key in Member.objects.values_list("pk", flat=True)]
    assert len(bodies) == 2
    assert not [key for key in ids if key in str(bodies)]
    assert {text for body in bodies for text in _texts(body) if not SAID.fullmatch(text)} <= shared


def _holding(code) -> set[str]:
    """Tables and views the role entered may read in which the planted text stands: the system's own among them, row by row."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT n.nspname, format('%I.%I', n.nspname, c.relname), has_table_privilege(c.oid, 'SELECT')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND has_schema_privilege(n.oid, 'USAGE')
                AND has_any_column_privilege(c.oid, 'SELECT')
                AND n.nspname <> 'information_schema'  -- views of the same catalogue
        """)
        found = cursor.fetchall()
        assert {schema for schema, _, _ in found} == {"pg_catalog", "public", f"c_{code}"}
        assert {schema for schema, _, whole in found if not whole} <= {"pg_catalog"}, (
            "or its columns are to be asked for"
        )
        readable = [name for _, name, whole in found if whole]
        assert len(readable) > 100
        asked = " UNION ALL ".join(
            f"SELECT %s WHERE EXISTS (SELECT FROM {name} AS one WHERE one::text LIKE %s)" for name in readable
        )
        cursor.execute(asked, [value for name in readable for value in (name, f"%{CANARY[:4]}%")])
        return {name for (name,) in cursor.fetchall()}


def test_nothing_a_parents_role_may_read_holds_what_was_planted_below(reported, place):
    for slug in ("yiyang", "hunan"):
        with place(slug).inside():
            assert _holding(place(slug).code) == set(), slug
    with place("anhua").inside():
        home = {name.removeprefix("c_430923.") for name in _holding("430923")}
    assert {"members_member", "members_sector", "liaison_constituent", "liaison_contactrecord", "voices_voice"} <= home
    assert {"accounts_user", "core_auditwords"} & home, "who signed, and why a signature was withdrawn, are planted too"


OF_NOBODY = ("/policy/compare/", "/policy/documents/", "/members/import/template/")  # of the shipped documents alone
PLACES = {"period": "2022-H1", "indicator": "R05", "code": "R05"}


@pytest.mark.parametrize(("slug", "role"), [("yiyang", "office"), ("hunan", "upper_liaison")])
def test_every_page_file_and_answer_of_a_parent_is_searched(reported, place, account, browser_of, slug, role):
    """All addresses that open without an id of this committee's own; a received return by its id."""
    with place(slug).inside():
        browser = browser_of(place(slug), account(role))
    seen = 0
    for path in sorted(_open_to(role, reported.pk)):
        for ask in ("", "?format=xlsx") if path.startswith(("/returns", "/rollup")) else ("",):
            response = browser.get(path + ask)
            assert response.status_code < 500, path
            seen += response.status_code == 200
            assert CANARY[:4] not in _text(response), path
    assert seen > 30


def _open_to(role, delivery):
    for one in routes():
        if one["host"] != "tenant" or role not in one["roles"] or "GET" not in one["methods"]:
            continue
        is_received = "received" in one["path"] or "inbox" in one["path"]
        path = re.sub(r"<uuid:\w+>", str(delivery) if is_received else "", one["path"])
        path = re.sub(r"<\w+:(\w+)>", lambda found: PLACES.get(found[1], "x"), path)
        if "//" not in path and "<" not in path and path not in OF_NOBODY:
            yield path


def test_s31_a_province_sees_its_own_line_numbers_only_and_not_applicable_is_left_out(
    reported, year, place, account, browser_of
):
    with place("yiyang").inside():
        city = year.report()
    with place("guangzhou").inside():
        elsewhere = year.report()
    with place("guangdong").inside():
        exchange.accept(delivery_id=elsewhere.pk, at=AT, by=SYSTEM)
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
        browser = browser_of(place("hunan"), account("upper_liaison"))
        found = queries.rollup("2022-11")
    assert [one.name for one in found.lines] == ["政协益阳市委员会", "政协南县委员会", "政协安化县委员会"]
    (annual,) = (one for one in figures_in(city.body, "total") if one.key == ("R09", "own"))
    assert (annual.applicable, annual.numerator, annual.denominator) == (False, None, None)
    page = browser.get("/rollup/R09/?period=2022-11").content.decode()
    assert "不适用" in page
    text = browser.get("/rollup/?period=2022-11").content.decode()
    assert CANARY[:4] not in text
    assert not [name for name in ("广州", "鄂尔多斯", "东城", "广东") if name in text + page]


def _text(response) -> str:
    """What one can read: the page, or the cells of a workbook."""
    if "spreadsheet" not in response.headers.get("Content-Type", ""):
        return b"".join(response).decode("utf-8", "replace")
    book = load_workbook(BytesIO(response.content))
    return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
