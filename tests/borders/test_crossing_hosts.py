"""H1, H3: every address of every other committee, with what one committee gave its browser, by every method."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Session, User
from config.routes import routes
from core import tenancy
from dispatch.envelope import ForgedMessage, open_sealed, seal

pytestmark = pytest.mark.django_db
NOBODYS_ID = "0192f0c0-0000-7000-8000-000000000000"
CANARY = "金丝雀主任"
TENANT = [one for one in routes() if one["host"] == "tenant"]
BARE = [one for one in routes() if one["host"] == "public"]
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def _refusals(path: str) -> set[int]:
    """A program is told 401 where a browser is led to sign in."""
    return {302, 403, 404, 405} | ({401} if path.startswith("/api/") else set())


def _address(path: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", "x", re.sub(r"<uuid:\w+>", NOBODYS_ID, path))


@pytest.mark.parametrize(
    ("home", "other"),
    [("anhua", "nanxian"), ("anhua", "yiyang"), ("anhua", "hunan"), ("yiyang", "anhua"), ("anhua", "guangzhou")],
    ids=["sibling", "parent", "grandparent", "child", "stranger"],
)
def test_h1_no_address_of_another_committee_opens_by_any_method(place, account, browser_of, home, other):
    """From the sibling by every method; from wherever else by GET and by one of the others in turn, so that each
    address meets each committee, and each method every one of them."""
    with place(home).inside():
        client: Client = browser_of(place(home), account("office", display_name=CANARY))
        assert client.get("/members/").status_code == 200
    with tenancy.nowhere():
        for number, route in enumerate(TENANT):
            for method in METHODS if other == "nanxian" else ("get", METHODS[1 + number % (len(METHODS) - 1)]):
                answer = getattr(client, method)(_address(route["path"]), headers={"host": place(other).host})
                where = (other, method, route["path"], answer.status_code)
                if route["permission"] != "public":
                    assert answer.status_code in _refusals(route["path"]), where
                    assert answer.status_code != 302 or answer["location"].startswith("/sign-in/"), where
                assert CANARY not in answer.content.decode(), where


def test_h1_a_committees_session_opens_nothing_of_the_operators_and_the_other_way_round(place, account, browser_of):
    home = place("anhua")
    with home.inside():
        client = browser_of(home, account("office"))
    with tenancy.as_operator():
        operator = Client(headers={"host": "localhost"})
        operator.force_login(account("operator", "root"))
    for route in BARE:
        if route["permission"] != "public":
            answer = client.get(_address(route["path"]), headers={"host": "localhost"})
            assert answer.status_code in {302, 403, 404, 405}, route["path"]
    assert operator.get("/operate/").status_code == 200
    for route in TENANT:
        if route["permission"] != "public":
            answer = operator.get(_address(route["path"]), headers={"host": home.host})
            assert answer.status_code in _refusals(route["path"]) - {403}, route["path"]


def test_h3_a_session_moved_to_another_committees_table_signs_nobody_in(place, account, browser_of):
    """Even the same row, and an account under the same id: the session is signed with what only its own account has."""
    with place("anhua").inside():
        user = account("office")
        user.set_password("of anhua")
        user.save()
        client = browser_of(place("anhua"), user)
        row = Session.objects.get(session_key=client.cookies[settings.SESSION_COOKIE_NAME].value)
    with place("nanxian").inside():
        twin = User(pk=user.pk, username="office", display_name="同号", password="")
        twin.set_password("of nanxian")
        twin.save(force_insert=True)
        twin.grants.create(role="office")
        row._state.adding = True
        row.save(force_insert=True)
        answer = client.get("/members/", headers={"host": place("nanxian").host})
        assert answer.status_code == 302
        assert answer["location"].startswith("/sign-in/")


def test_h3_a_form_token_of_one_committee_is_refused_at_another(place):
    client = Client(enforce_csrf_checks=True, headers={"host": "anhua.localhost"})
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/sign-in/").content.decode()).group(1)
    form = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
    assert client.post("/sign-in/", form).status_code == 422  # at home it is good
    other = Client(enforce_csrf_checks=True, headers={"host": "nanxian.localhost"})
    assert other.post("/sign-in/", form).status_code == 403
    other.get("/sign-in/")
    assert other.post("/sign-in/", form).status_code == 403
    foreign = {"origin": "http://anhua.localhost"}
    own = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', other.get("/sign-in/").content.decode()).group(1)
    assert other.post("/sign-in/", form | {"csrfmiddlewaretoken": own}, headers=foreign).status_code == 403


def test_h3_cookies_name_no_domain_so_no_committee_sees_anothers(place, account, browser_of):
    with place("anhua").inside():
        user = account("office")
        user.set_password("correct horse battery")
        user.save()
    client = Client(headers={"host": "anhua.localhost"})
    answer = client.post("/sign-in/", {"username": "office", "password": "correct horse battery"})
    assert {cookie["domain"] for cookie in answer.cookies.values()} == {""}
    assert {cookie["samesite"] for cookie in answer.cookies.values()} == {"Lax"}
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["httponly"]


def test_h3_a_signed_message_of_one_committee_is_no_message_of_another():
    sealed = seal(job="j", committee="430923", epoch=1, queue="default", task="t", ids={}, by=None)
    assert open_sealed(sealed)["committee"] == "430923"
    with pytest.raises(ForgedMessage):
        open_sealed(sealed | {"committee": "430921"})
