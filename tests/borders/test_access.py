"""Every route declares its permission, and holds to it for every role and for a foreign committee."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest

from accounts.permissions import Permission
from accounts.roles import Role
from config.routes import routes
from tests.borders.knowing import undrawn

pytestmark = pytest.mark.django_db
NOBODYS_ID = "0192f0c0-0000-7000-8000-000000000000"


def _address(path: str) -> str:
    path = re.sub(r"<uuid:\w+>", NOBODYS_ID, path)
    return re.sub(r"<(?:\w+:)?(\w+)>", "x", path)


TENANT_ROUTES = [one for one in routes() if one["host"] == "tenant"]
DRAWN: set[str] = set()


def test_no_route_is_undeclared():
    assert [one["path"] for one in routes() if one["permission"] == "undeclared"] == []
    assert len(TENANT_ROUTES) > 20


@pytest.mark.parametrize("role", sorted(Role.by_name))
def test_each_role_opens_what_it_may_and_nothing_else(anhua, account, browser_of, role):
    """Each view runs for each role that may; its page is drawn for the first of them, and the refusal once."""
    client = browser_of(anhua, account(role))
    for route in TENANT_ROUTES:
        if route["permission"] == "public":
            continue
        page = route["path"] if role in route["roles"] else "refused"
        with undrawn() if page in DRAWN else nullcontext():
            status = client.get(_address(route["path"])).status_code
        DRAWN.add(page)
        if role in route["roles"]:
            assert status in {200, 302, 404, 405}, (route["path"], status)
        else:
            assert status in {403, 405}, (route["path"], status)


def test_the_signed_out_reach_nothing_but_sign_in(anhua, browser_of):
    client = browser_of(anhua)
    for route in TENANT_ROUTES:
        if route["permission"] == "public":
            continue
        answer = client.get(_address(route["path"]))
        if route["path"].startswith("/api/"):
            assert answer.status_code == 401, route["path"]
            continue
        assert answer.status_code in {302, 405}, route["path"]
        if answer.status_code == 302:
            assert answer["location"].startswith("/sign-in/")


def test_every_permission_of_a_route_is_one_of_the_enum():
    assert {one["permission"] for one in routes()} <= {*Permission, "public"}
