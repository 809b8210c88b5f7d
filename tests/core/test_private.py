"""Nothing that was shown to somebody signed in is kept on the way; nothing else pays for it."""

from __future__ import annotations

import pytest

from config.routes import routes
from tests.borders.knowing import undrawn

pytestmark = pytest.mark.django_db


def test_every_page_of_somebody_signed_in_is_no_store(anhua, account, browser_of):
    client = browser_of(anhua, account("office"))
    addresses = [one["path"] for one in routes() if one["host"] == "tenant" and "<" not in one["path"]]
    assert len(addresses) > 10
    with undrawn():
        for address in addresses:
            answer = client.get(address)
            assert "no-store" in answer.get("Cache-Control", ""), address
            assert {"Cookie", "HX-Request"} <= {word.strip() for word in answer["Vary"].split(",")}, address


def test_the_answer_that_begins_a_session_is_no_store_too(anhua, account, browser_of):
    user = account("office")
    user.set_password("correct horse battery")
    user.save()
    answer = browser_of(anhua).post("/sign-in/", {"username": "office", "password": "correct horse battery"})
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, no-store"


def test_a_forwarded_host_moves_nobody(anhua, browser_of):
    answer = browser_of(anhua).get(
        "/policy/", headers={"x-forwarded-host": "nanxian.localhost", "forwarded": "host=evil"}
    )
    assert answer["location"].startswith("/sign-in/")
    page = browser_of(anhua).get("/sign-in/", headers={"x-forwarded-host": "nanxian.localhost"}).content.decode()
    assert "安化" in page
    assert "南县" not in page
