"""Signing in to one host, and only that host."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.actions import UnknownRole, UsernameTaken, create_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import Role
from core.audit import SYSTEM
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
SECRET = "correct horse"


def _person(place, username="wang"):
    with place.inside():
        return create_user(username=username, display_name="王某", password=SECRET, roles=["office"], by=SYSTEM)


def _post(client: Client, password: str, **more: str):
    return client.post("/sign-in/", {"username": "wang", "password": password} | more)


def test_the_right_password_opens_the_host_and_the_wrong_one_says_so(place):
    _person(place("anhua"))
    client = Client(headers={"host": "anhua.localhost"})
    refused = _post(client, "wrong")
    assert refused.status_code == 422
    assert "不对" in refused.content.decode()
    assert _post(client, SECRET, next="/policy/")["location"] == "/policy/"


def test_an_account_and_a_session_of_one_committee_open_nothing_at_another(place):
    _person(place("anhua"))
    client = Client(headers={"host": "anhua.localhost"})
    _post(client, SECRET)
    assert client.get("/policy/").status_code == 200
    sibling = client.get("/policy/", headers={"host": "nanxian.localhost"})  # the same cookie
    assert sibling.status_code == 302
    assert _post(Client(headers={"host": "nanxian.localhost"}), SECRET).status_code == 422


def test_a_foreign_address_to_return_to_is_ignored(place):
    _person(place("anhua"))
    client = Client(headers={"host": "anhua.localhost"})
    assert _post(client, SECRET, next="https://evil.example/")["location"] == "/"


def test_five_wrong_passwords_lock_the_account_name_at_this_host_only(place):
    _person(place("anhua"))
    _person(place("nanxian"))
    client = Client(headers={"host": "anhua.localhost"})
    try:
        for _ in range(5):
            _post(client, "wrong")
        assert "半小时" in _post(client, SECRET).content.decode()
        assert _post(Client(headers={"host": "nanxian.localhost"}), SECRET).status_code == 302
    finally:
        with place("anhua").inside():
            cache.delete("sign-in:wang")


def test_a_guess_counts_before_the_password_is_looked_at(place, monkeypatch):
    """Otherwise any number of guesses sent at once would pass the lock together."""
    counted = []
    monkeypatch.setattr(
        "accounts.views.signing.authenticate", lambda request, **given: counted.append(cache.get("sign-in:wang"))
    )
    client = Client(headers={"host": "anhua.localhost"})
    try:
        _post(client, "wrong")
        _post(client, "wrong")
        assert counted == [1, 2]
    finally:
        with place("anhua").inside():
            cache.delete("sign-in:wang")


def test_signing_out_ends_the_session(place):
    _person(place("anhua"))
    client = Client(headers={"host": "anhua.localhost"})
    _post(client, SECRET)
    client.post("/sign-out/")
    assert client.get("/policy/").status_code == 302


def test_a_taken_name_and_an_unknown_role_are_refused_and_nothing_is_written(anhua):
    create_user(username="li", display_name="李某", password=None, roles=["member"], by=SYSTEM)
    before = (User.objects.count(), AuditEvent.objects.count())
    with pytest.raises(UsernameTaken):
        create_user(username="li", display_name="李某", password=None, roles=[], by=SYSTEM)
    with pytest.raises(UnknownRole):
        create_user(username="zhao", display_name="赵某", password=None, roles=["king"], by=SYSTEM)
    assert (User.objects.count(), AuditEvent.objects.count()) == before


def test_making_an_account_leaves_its_trail_without_the_password(anhua):
    create_user(username="li", display_name="李某", password=SECRET, roles=["member"], by=SYSTEM)
    event = AuditEvent.objects.latest("created_at")
    assert event.action == "accounts.create_user"
    assert SECRET not in str(event.new)


def test_every_role_says_in_chinese_what_it_is_for():
    assert {"operator", "office", "leader", "member", "upper_liaison", "district_recorder", "convener"} <= set(
        Role.by_name
    )
    for role in Role.by_name.values():
        assert role.label
        assert role.description.endswith("。")
    assert Permission.MEMBERS_READ not in Role.by_name["upper_liaison"].permissions
